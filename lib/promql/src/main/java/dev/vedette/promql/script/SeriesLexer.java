package dev.vedette.promql.script;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.promql.lex.Quoting;
import dev.vedette.promql.parse.SourceRange;
import dev.vedette.promql.script.SeriesToken.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Splits the values of a series line into tokens. */
public final class SeriesLexer {
  private static final Pattern NUMBER =
      Pattern.compile(
          "(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?" + "|(?i:inf|nan)(?![A-Za-z0-9_])");
  private static final Pattern WORD = Pattern.compile("[A-Za-z_]+");
  private static final Pattern SPACE = Pattern.compile("\\s+");

  private final String line;
  private final List<SeriesToken> tokens = new ArrayList<>();
  private int at;
  private boolean inHistogram;

  private SeriesLexer(String line, int from) {
    this.line = line;
    this.at = from;
  }

  /** Tokens of a line from a char on. */
  public static List<SeriesToken> tokens(String line, int from) {
    SeriesLexer lexer = new SeriesLexer(line, from);
    while (lexer.at < line.length()) {
      lexer.next();
    }
    return lexer.tokens;
  }

  private void next() {
    char c = line.charAt(at);
    if (Character.isWhitespace(c)) {
      add(Kind.SPACE, match(SPACE));
    } else if (line.startsWith("{{", at)) {
      inHistogram = true;
      add(Kind.OPEN_HIST, "{{");
    } else if (line.startsWith("}}", at)) {
      inHistogram = false;
      add(Kind.CLOSE_HIST, "}}");
    } else if (!match(NUMBER).isEmpty()) {
      add(Kind.NUMBER, match(NUMBER));
    } else if (inHistogram && !match(WORD).isEmpty()) {
      word(match(WORD));
    } else {
      symbol(c);
    }
  }

  private void word(String word) {
    for (Kind kind : Kind.values()) {
      if (!kind.word().isEmpty() && kind.word().equals(word)) {
        if (at + word.length() == line.length() || line.charAt(at + word.length()) != ':') {
          throw error(line, at, "missing `:` for histogram descriptor");
        }
        add(kind, word);
        return;
      }
    }
    if (!HistogramLiteral.isResetHint(word)) {
      throw error(line, at, "bad histogram descriptor found: " + Quoting.quote(word));
    }
    add(Kind.IDENTIFIER, word);
  }

  private void symbol(char c) {
    switch (c) {
      case '_' -> add(Kind.BLANK, "_");
      case 'x' -> add(Kind.TIMES, "x");
      case '+' -> add(Kind.ADD, "+");
      case '-' -> add(Kind.SUB, "-");
      case ':' -> add(Kind.COLON, ":");
      case '[' -> add(Kind.LEFT_BRACKET, "[");
      case ']' -> add(Kind.RIGHT_BRACKET, "]");
      default -> {
        String word = match(WORD);
        if (!word.toLowerCase(Locale.ROOT).equals("stale")) {
          throw error(line, at, "unexpected %s in series values".formatted(Quoting.quote("" + c)));
        }
        add(Kind.IDENTIFIER, word);
      }
    }
  }

  private String match(Pattern pattern) {
    Matcher matcher = pattern.matcher(line).region(at, line.length());
    return matcher.lookingAt() ? matcher.group() : "";
  }

  private void add(Kind kind, String text) {
    tokens.add(new SeriesToken(kind, at, text));
    at += text.length();
  }

  static InvalidRequest error(String line, int at, String message) {
    String position = new SourceRange(at, at).position(line);
    return new InvalidRequest(
        ErrorId.INVALID_EXPRESSION, "%s: parse error: %s".formatted(position, message), "");
  }
}
