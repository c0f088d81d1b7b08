package dev.vedette.promql.parse;

import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.promql.lex.Strings;
import dev.vedette.promql.lex.Token;
import dev.vedette.promql.lex.TokenKind;
import java.util.List;

/** The matchers of a selector, from behind the opening brace to the closing one. */
final class MatcherParser {
  private final TokenStream tokens;
  private final String context;

  /**
   * @param context what error messages call it
   */
  MatcherParser(TokenStream tokens, String context) {
    this.tokens = tokens;
    this.context = context;
  }

  void parse(List<LabelMatcher> matchers) {
    while (!tokens.accept(TokenKind.RIGHT_BRACE)) {
      matchers.add(matcher());
      if (tokens.kind() != TokenKind.RIGHT_BRACE) {
        tokens.expect(TokenKind.COMMA, context, "\",\" or \"}\"");
      }
    }
  }

  private LabelMatcher matcher() {
    Token name = tokens.peek();
    if (name.kind() == TokenKind.STRING) {
      tokens.next();
      String text = Strings.unquote(name.text());
      return isMatchOperator(tokens.kind())
          ? matcher(text, name)
          : LabelMatcher.equal(Labels.METRIC_NAME, text);
    }
    if (name.kind() != TokenKind.IDENTIFIER) {
      throw tokens.unexpected(context, "identifier or \"}\"");
    }
    tokens.next();
    if (!isMatchOperator(tokens.kind())) {
      throw tokens.unexpected(context, "label matching operator");
    }
    return matcher(name.text(), name);
  }

  private LabelMatcher matcher(String name, Token first) {
    LabelMatcher.Type type =
        switch (tokens.next().kind()) {
          case EQL -> LabelMatcher.Type.EQUAL;
          case NEQ -> LabelMatcher.Type.NOT_EQUAL;
          case EQL_REGEX -> LabelMatcher.Type.REGEX;
          default -> LabelMatcher.Type.NOT_REGEX;
        };
    Token value = tokens.expect(TokenKind.STRING, context, "string");
    try {
      return new LabelMatcher(type, name, Strings.unquote(value.text()));
    } catch (InvalidRequest e) {
      // The compiler's own words, where there are any: those that Prometheus shows.
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw tokens.fail(
          new SourceRange(first.start(), value.end()), String.valueOf(cause.getMessage()));
    }
  }

  private static boolean isMatchOperator(TokenKind kind) {
    return switch (kind) {
      case EQL, NEQ, EQL_REGEX, NEQ_REGEX -> true;
      default -> false;
    };
  }
}
