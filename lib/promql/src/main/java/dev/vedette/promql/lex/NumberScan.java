package dev.vedette.promql.lex;

/**
 * The longest run of characters that may be a number: decimal with fraction and exponent, or
 * hexadecimal; an underscore may stand between two digits.
 */
final class NumberScan {
  private final String text;
  private final boolean number;
  private int at;

  NumberScan(String text, int from) {
    this.text = text;
    this.at = from;
    this.number = isHexadecimal() ? hexadecimal() : decimal();
  }

  /** Whether the run is a whole number; what follows it is the caller's to judge. */
  boolean isNumber() {
    return number;
  }

  int end() {
    return at;
  }

  private boolean isHexadecimal() {
    return peek() == '0' && at + 1 < text.length() && (text.charAt(at + 1) | 0x20) == 'x';
  }

  private boolean hexadecimal() {
    at += 2;
    if (peek() == '_') {
      at++;
    }
    return digits(16) && peek() != '.';
  }

  private boolean decimal() {
    boolean whole = peek() != '.';
    if (whole && !digits(10)) {
      return false;
    }
    if (peek() == '.') {
      at++;
      if (peek() == '.' || peek() == '_') {
        at++;
        return false;
      }
      if (isDigit(10) && !digits(10) || !whole && !Character.isDigit(text.charAt(at - 1))) {
        return false;
      }
    }
    if (peek() == '.') {
      at++;
      return false;
    }
    return (peek() | 0x20) != 'e' || exponent();
  }

  private boolean exponent() {
    at++;
    if (peek() == '+' || peek() == '-') {
      at++;
    }
    if (isDigit(10)) {
      return digits(10) && peek() != '.' && (peek() | 0x20) != 'e';
    }
    return false;
  }

  /** Digits with single underscores between them. */
  private boolean digits(int radix) {
    if (!isDigit(radix)) {
      return false;
    }
    while (isDigit(radix)) {
      at++;
      if (peek() == '_') {
        at++;
        if (!isDigit(radix)) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean isDigit(int radix) {
    return peek() < 128 && Character.digit(peek(), radix) >= 0;
  }

  private int peek() {
    return at < text.length() ? text.charAt(at) : -1;
  }
}
