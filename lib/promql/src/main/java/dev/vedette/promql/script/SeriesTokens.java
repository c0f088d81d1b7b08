package dev.vedette.promql.script;

import dev.vedette.model.InvalidRequest;
import dev.vedette.promql.lex.Quoting;
import dev.vedette.promql.script.SeriesToken.Kind;
import java.util.List;

/** Tokens of a series line's values, one after another. */
final class SeriesTokens {
  private final String line;
  private final List<SeriesToken> tokens;
  private int at;

  SeriesTokens(String line, int from) {
    this.line = line;
    this.tokens = SeriesLexer.tokens(line, from);
  }

  boolean isAtEnd() {
    return at == tokens.size();
  }

  boolean isAt(Kind kind) {
    return !isAtEnd() && tokens.get(at).kind() == kind;
  }

  SeriesToken next() {
    if (isAtEnd()) {
      throw SeriesLexer.error(line, line.length(), "unexpected end of input in series values");
    }
    return tokens.get(at++);
  }

  boolean take(Kind kind) {
    boolean found = isAt(kind);
    at += found ? 1 : 0;
    return found;
  }

  void skip(Kind kind) {
    while (isAt(kind)) {
      at++;
    }
  }

  SeriesToken expect(Kind kind) {
    SeriesToken token = next();
    if (token.kind() != kind) {
      throw unexpected(token);
    }
    return token;
  }

  boolean followsSpace(SeriesToken token) {
    int index = tokens.indexOf(token);
    return index > 0 && tokens.get(index - 1).kind() == Kind.SPACE;
  }

  InvalidRequest unexpected(SeriesToken token) {
    String shown =
        token.kind().word().isEmpty()
            ? Quoting.quote(token.text())
            : "%s %s".formatted(Quoting.quote(token.kind().shown()), Quoting.quote(token.text()));
    return SeriesLexer.error(
        line, token.start(), "unexpected %s in series values".formatted(shown));
  }

  /** Refuses the token that was read last. */
  InvalidRequest refused(String message) {
    return SeriesLexer.error(line, tokens.get(at - 1).start(), message);
  }
}
