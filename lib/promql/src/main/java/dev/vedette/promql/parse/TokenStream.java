package dev.vedette.promql.parse;

import dev.vedette.model.InvalidRequest;
import dev.vedette.promql.lex.Lexer;
import dev.vedette.promql.lex.Token;
import dev.vedette.promql.lex.TokenKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of one expression, looked at one ahead, and the errors met on the way: a wrong token is
 * thrown at once, a wrong type is kept until the whole text has proved to be well-formed.
 */
final class TokenStream {
  private final List<Token> tokens;
  private final ParseErrors errors;
  private @Nullable InvalidRequest deferred;
  private @Nullable SourceRange deferredAt;
  private int at;

  TokenStream(String text) {
    this.tokens =
        Lexer.tokens(text).stream().filter(token -> token.kind() != TokenKind.COMMENT).toList();
    this.errors = new ParseErrors(text);
  }

  Token peek() {
    return tokens.get(at);
  }

  TokenKind kind() {
    return peek().kind();
  }

  boolean isFollowedBy(TokenKind kind) {
    return at + 1 < tokens.size() && tokens.get(at + 1).kind() == kind;
  }

  Token next() {
    Token token = tokens.get(at);
    if (at + 1 < tokens.size()) {
      at++;
    }
    return token;
  }

  boolean accept(TokenKind kind) {
    boolean found = kind() == kind;
    if (found) {
      next();
    }
    return found;
  }

  Token expect(TokenKind kind, String context, String expected) {
    if (kind() != kind) {
      throw unexpected(context, expected);
    }
    return next();
  }

  /** Offset behind the last token taken. */
  int lastEnd() {
    return tokens.get(at - 1).end();
  }

  InvalidRequest unexpected(String context, String expected) {
    Token token = peek();
    if (token.kind() == TokenKind.ERROR) {
      return fail(range(token), token.text());
    }
    StringBuilder message = new StringBuilder("unexpected ").append(token.describe());
    if (!context.isEmpty()) {
      message.append(" in ").append(context);
    }
    if (!expected.isEmpty()) {
      message.append(", expected ").append(expected);
    }
    return fail(range(token), message.toString());
  }

  /** An error to throw at once; one of an unknown token further on still comes first. */
  InvalidRequest fail(SourceRange range, String message) {
    return errors.at(range, message);
  }

  /** Keeps the first error of types. */
  void defer(SourceRange range, String message) {
    if (deferred == null) {
      deferred = errors.at(range, message);
      deferredAt = range;
    }
  }

  /** Takes back the kept error if it stands exactly there. */
  void forgive(SourceRange range) {
    if (range.equals(deferredAt)) {
      deferred = null;
      deferredAt = null;
    }
  }

  void throwDeferred() {
    if (deferred != null) {
      throw deferred;
    }
  }

  static SourceRange range(Token token) {
    return new SourceRange(token.start(), token.end());
  }
}
