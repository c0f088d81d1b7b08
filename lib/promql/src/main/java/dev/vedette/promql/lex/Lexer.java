package dev.vedette.promql.lex;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts an expression into tokens. What a character means depends on where it stands: outside,
 * inside the braces of a selector, or inside the brackets of a range. The first error ends the list
 * with an {@link TokenKind#ERROR} token; otherwise it ends with {@link TokenKind#END_OF_INPUT}.
 * Time and memory are linear in the text.
 */
public final class Lexer {
  private static final int EOF = -1;

  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int start;
  private int at;
  private int parens;
  private boolean inBraces;
  private boolean inBrackets;
  private boolean durationSeen;
  private boolean colonSeen;

  private Lexer(String text) {
    this.text = text;
  }

  /** All tokens of a text, comments included. */
  public static List<Token> tokens(String text) {
    Lexer lexer = new Lexer(text);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    boolean more = true;
    while (more) {
      start = at;
      int c = peek();
      if (isSpace(c)) {
        at++;
      } else if (c == '#' && !inBrackets) {
        comment();
      } else if (inBraces) {
        more = inBraces(c);
      } else if (inBrackets) {
        more = inBrackets(c);
      } else {
        more = outside(c);
      }
    }
  }

  private boolean outside(int c) {
    at++;
    return switch (c) {
      case EOF -> {
        at--;
        yield parens > 0 ? fail("unclosed left parenthesis") : end();
      }
      case ',' -> emit(TokenKind.COMMA);
      case '*' -> emit(TokenKind.MUL);
      case '/' -> emit(TokenKind.DIV);
      case '%' -> emit(TokenKind.MOD);
      case '+' -> emit(TokenKind.ADD);
      case '-' -> emit(TokenKind.SUB);
      case '^' -> emit(TokenKind.POW);
      case '@' -> emit(TokenKind.AT);
      case '=' -> equalSign();
      case '!' ->
          accept('=')
              ? emit(TokenKind.NEQ)
              : fail("unexpected character after '!': " + quotedNext());
      case '<' ->
          accept('=')
              ? emit(TokenKind.LTE)
              : emit(accept('/') ? TokenKind.TRIM_UPPER : TokenKind.LSS);
      case '>' ->
          accept('=')
              ? emit(TokenKind.GTE)
              : emit(accept('/') ? TokenKind.TRIM_LOWER : TokenKind.GTR);
      case '"', '\'' -> string(c);
      case '`' -> rawString();
      case '(' -> leftParen();
      case ')' -> rightParen();
      case '{' -> {
        inBraces = true;
        yield emit(TokenKind.LEFT_BRACE);
      }
      case '[' -> {
        inBrackets = true;
        durationSeen = false;
        colonSeen = false;
        yield emit(TokenKind.LEFT_BRACKET);
      }
      case ']' -> fail("unexpected right bracket ']'");
      default -> {
        at--;
        if (isDigit(c) || c == '.' && isDigit(peek(1))) {
          yield numberOrDuration();
        }
        if (isAlpha(c) || c == ':') {
          yield word();
        }
        yield fail("unexpected character: " + quotedNext());
      }
    };
  }

  private boolean equalSign() {
    if (accept('=')) {
      return emit(TokenKind.EQLC);
    }
    return peek() == '~'
        ? fail("unexpected character after '=': " + quotedNext())
        : emit(TokenKind.EQL);
  }

  private boolean inBraces(int c) {
    at++;
    return switch (c) {
      case EOF -> {
        at--;
        yield fail("unexpected end of input inside braces");
      }
      case ',' -> emit(TokenKind.COMMA);
      case '"', '\'' -> string(c);
      case '`' -> rawString();
      case '=' -> emit(accept('~') ? TokenKind.EQL_REGEX : TokenKind.EQL);
      case '!' -> {
        if (accept('~')) {
          yield emit(TokenKind.NEQ_REGEX);
        }
        yield accept('=')
            ? emit(TokenKind.NEQ)
            : fail("unexpected character after '!' inside braces: " + quotedNext());
      }
      case '}' -> {
        inBraces = false;
        yield emit(TokenKind.RIGHT_BRACE);
      }
      default -> {
        at--;
        if (!isAlpha(c)) {
          yield fail("unexpected character inside braces: " + quotedNext());
        }
        skipAlphanumeric();
        yield emit(TokenKind.IDENTIFIER);
      }
    };
  }

  private boolean inBrackets(int c) {
    at++;
    return switch (c) {
      case EOF -> {
        at--;
        yield fail("unexpected end of input in duration expression");
      }
      case ']' -> {
        inBrackets = false;
        yield emit(TokenKind.RIGHT_BRACKET);
      }
      case ':' -> colon();
      case ',' -> emit(TokenKind.COMMA);
      case '*' -> emit(TokenKind.MUL);
      case '/' -> emit(TokenKind.DIV);
      case '%' -> emit(TokenKind.MOD);
      case '+' -> emit(TokenKind.ADD);
      case '-' -> emit(TokenKind.SUB);
      case '^' -> emit(TokenKind.POW);
      case '(' -> leftParen();
      case ')' -> rightParen();
      default -> {
        at--;
        if (isDigit(c) || c == '.' && isDigit(peek(1))) {
          durationSeen = true;
          yield numberOrDuration();
        }
        yield isAlpha(c)
            ? durationWord()
            : fail("unexpected character in duration expression: " + quotedNext());
      }
    };
  }

  private boolean colon() {
    if (!durationSeen) {
      return fail("unexpected colon before duration in duration expression");
    }
    if (colonSeen) {
      return fail("unexpected repeated colon in duration expression");
    }
    colonSeen = true;
    return emit(TokenKind.COLON);
  }

  private boolean durationWord() {
    int from = at;
    skipAlphanumeric();
    TokenKind kind = TokenKind.ofWord(text.substring(from, at)).orElse(TokenKind.IDENTIFIER);
    return switch (kind) {
      case STEP, RANGE, MIN_OF, MAX_OF -> {
        durationSeen = true;
        yield emit(kind);
      }
      default -> {
        at = from;
        yield fail("unexpected character: %s, expected ':'".formatted(quotedNext()));
      }
    };
  }

  private boolean leftParen() {
    parens++;
    return emit(TokenKind.LEFT_PAREN);
  }

  private boolean rightParen() {
    if (--parens < 0) {
      start = at;
      return fail("unexpected right parenthesis ')'");
    }
    return emit(TokenKind.RIGHT_PAREN);
  }

  private boolean word() {
    boolean colon = false;
    while (isAlphanumeric(peek()) || peek() == ':') {
      colon |= peek() == ':';
      at++;
    }
    if (colon) {
      return emit(TokenKind.METRIC_IDENTIFIER);
    }
    return emit(TokenKind.ofWord(text.substring(start, at)).orElse(TokenKind.IDENTIFIER));
  }

  private boolean numberOrDuration() {
    NumberScan scan = new NumberScan(text, at);
    at = scan.end();
    if (scan.isNumber() && !isAlphanumeric(peek())) {
      return emit(TokenKind.NUMBER);
    }
    if (duration()) {
      return emit(TokenKind.DURATION);
    }
    return fail("bad number or duration syntax: " + Quoting.quote(text.substring(start, at)));
  }

  /** The rest of a duration behind its first digits, such as {@code m30s} of {@code 5m30s}. */
  private boolean duration() {
    if (!acceptAny("smhdwy")) {
      return false;
    }
    accept('s');
    while (isDigit(peek())) {
      while (isDigit(peek())) {
        at++;
      }
      if (!acceptAny("smhdw")) {
        return false;
      }
      accept('s');
    }
    if (isAlphanumeric(peek())) {
      at++;
      return false;
    }
    return true;
  }

  private void comment() {
    while (peek() != EOF && peek() != '\n' && peek() != '\r') {
      at++;
    }
    emit(TokenKind.COMMENT);
  }

  private boolean string(int quote) {
    while (true) {
      int c = peek();
      if (c == '\uFFFD') {
        return fail("invalid UTF-8 rune");
      }
      if (c == EOF || c == '\n') {
        return fail("unterminated quoted string");
      }
      at++;
      if (c == quote) {
        return emit(TokenKind.STRING);
      }
      if (c == '\\') {
        String error = Strings.checkEscape(text, at, quote);
        if (!error.isEmpty()) {
          return fail(error);
        }
        at++;
      }
    }
  }

  private boolean rawString() {
    while (true) {
      int c = peek();
      if (c == '\uFFFD') {
        return fail("invalid UTF-8 rune");
      }
      if (c == EOF) {
        return fail("unterminated raw string");
      }
      at++;
      if (c == '`') {
        return emit(TokenKind.STRING);
      }
    }
  }

  private boolean end() {
    emit(TokenKind.END_OF_INPUT);
    return false;
  }

  private boolean emit(TokenKind kind) {
    tokens.add(new Token(kind, start, at, text.substring(start, at)));
    return true;
  }

  private boolean fail(String message) {
    tokens.add(new Token(TokenKind.ERROR, start, text.length(), message));
    return false;
  }

  private String quotedNext() {
    return at < text.length() ? Quoting.quote(text.codePointAt(at)) : "end of input";
  }

  private int peek() {
    return peek(0);
  }

  private int peek(int ahead) {
    return at + ahead < text.length() ? text.charAt(at + ahead) : EOF;
  }

  private boolean accept(char c) {
    boolean found = peek() == c;
    if (found) {
      at++;
    }
    return found;
  }

  private boolean acceptAny(String chars) {
    boolean found = peek() != EOF && chars.indexOf(peek()) >= 0;
    if (found) {
      at++;
    }
    return found;
  }

  private void skipAlphanumeric() {
    while (isAlphanumeric(peek())) {
      at++;
    }
  }

  private static boolean isSpace(int c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isAlpha(int c) {
    return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }

  private static boolean isAlphanumeric(int c) {
    return isAlpha(c) || isDigit(c);
  }
}
