package dev.vedette.wire.exposition;

import dev.vedette.model.SpecialValues;
import java.nio.charset.StandardCharsets;

/** Numbers as expositions write them, from bytes, without a string for the usual ones. */
final class Numbers {
  /** What {@link #bits} returns where the text is no number; no number has these bits. */
  static final long INVALID = 0x7ff8_dead_dead_deadL;

  // Powers of ten that a double holds exactly: with a mantissa below 2^53 one division or
  // multiplication by them rounds once, so the result is the nearest double (Clinger, PLDI 1990).
  private static final double[] TEN = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };
  private static final long EXACT_MANTISSA = 1L << 53;

  private Numbers() {}

  /**
   * IEEE 754 bits of a decimal, {@code Inf} or {@code NaN} in any case, as Go's ParseFloat takes
   * them save hexadecimal and underscores; {@link #INVALID} otherwise, out of range included.
   */
  static long bits(byte[] text, int from, int to) {
    int at = from;
    boolean negative = false;
    if (at < to && (text[at] == '-' || text[at] == '+')) {
      negative = text[at++] == '-';
    }
    long mantissa = 0;
    int digits = 0;
    int scale = 0;
    boolean point = false;
    boolean cut = false;
    for (; at < to; at++) {
      int c = text[at];
      if (c >= '0' && c <= '9') {
        digits++;
        if (mantissa < EXACT_MANTISSA) {
          mantissa = mantissa * 10 + (c - '0');
          scale -= point ? 1 : 0;
        } else {
          cut = true;
        }
      } else if (c == '.' && !point) {
        point = true;
      } else {
        break;
      }
    }
    if (digits == 0) {
      return word(text, from, at, to, negative);
    }
    if (at < to) {
      int exponent = exponent(text, at, to);
      if (exponent == Integer.MIN_VALUE) {
        return INVALID;
      }
      scale += exponent;
    }
    if (cut || mantissa >= EXACT_MANTISSA || scale < -22 || scale > 22) {
      return mantissa == 0 && !cut ? zero(negative) : slow(text, from, to);
    }
    double value = scale < 0 ? mantissa / TEN[-scale] : mantissa * TEN[scale];
    return Double.doubleToRawLongBits(negative ? -value : value);
  }

  private static long zero(boolean negative) {
    return negative ? Long.MIN_VALUE : 0;
  }

  /** The value of {@code e±digits}, bounded; {@link Integer#MIN_VALUE} where it is none. */
  private static int exponent(byte[] text, int from, int to) {
    int at = from;
    if ((text[at] | 0x20) != 'e') {
      return Integer.MIN_VALUE;
    }
    at++;
    boolean negative = false;
    if (at < to && (text[at] == '-' || text[at] == '+')) {
      negative = text[at++] == '-';
    }
    if (at == to) {
      return Integer.MIN_VALUE;
    }
    int value = 0;
    for (; at < to; at++) {
      int digit = text[at] - '0';
      if (digit < 0 || digit > 9) {
        return Integer.MIN_VALUE;
      }
      value = Math.min(100_000, value * 10 + digit);
    }
    return negative ? -value : value;
  }

  private static long slow(byte[] text, int from, int to) {
    // The text is digits, a point and an exponent by now; ParseFloat and parseDouble agree on it.
    double value =
        Double.parseDouble(new String(text, from, to - from, StandardCharsets.ISO_8859_1));
    return Double.isInfinite(value) ? INVALID : Double.doubleToRawLongBits(value);
  }

  private static long word(byte[] text, int from, int at, int to, boolean negative) {
    if (matches(text, at, to, "inf") || matches(text, at, to, "infinity")) {
      return Double.doubleToRawLongBits(
          negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
    }
    return at == from && matches(text, at, to, "nan") ? SpecialValues.NAN_BITS : INVALID;
  }

  private static boolean matches(byte[] text, int from, int to, String word) {
    if (to - from != word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if ((text[from + i] | 0x20) != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * A bucket bound or quantile in the one form OpenMetrics gives it: {@code 1.0}, {@code 1e+06},
   * {@code +Inf}; the text itself where it is no number.
   */
  static String canonicalBound(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    long bits = bits(bytes, 0, bytes.length);
    if (bits == INVALID) {
      return text;
    }
    return boundText(Double.longBitsToDouble(bits));
  }

  /** The same of a number. */
  static String boundText(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    return format(value);
  }

  /**
   * Shortest digits that read back as the value, positional from 1e-4 to below 1e6 with a point at
   * least, and {@code d.ddde±xx} outside.
   */
  private static String format(double value) {
    String shortest = Double.toString(Math.abs(value));
    String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
    int e = shortest.indexOf('E');
    String decimal = e < 0 ? shortest : shortest.substring(0, e);
    int exponent = e < 0 ? 0 : Integer.parseInt(shortest.substring(e + 1));
    int point = decimal.indexOf('.');
    String all = decimal.substring(0, point) + decimal.substring(point + 1);
    int leading = 0;
    while (leading < all.length() - 1 && all.charAt(leading) == '0') {
      leading++;
    }
    String digits = trimZeros(all.substring(leading));
    if (digits.equals("0")) {
      return sign + "0.0";
    }
    return sign + layout(digits, point + exponent - leading - 1);
  }

  private static String layout(String digits, int exponent) {
    if (exponent < -4 || exponent >= 6) {
      String mantissa =
          digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
      return mantissa + "e" + (exponent < 0 ? "-" : "+") + twoDigits(Math.abs(exponent));
    }
    if (exponent < 0) {
      return "0." + "0".repeat(-exponent - 1) + digits;
    }
    if (exponent >= digits.length() - 1) {
      return digits + "0".repeat(exponent + 1 - digits.length()) + ".0";
    }
    return digits.substring(0, exponent + 1) + "." + digits.substring(exponent + 1);
  }

  private static String twoDigits(int value) {
    return value < 10 ? "0" + value : Integer.toString(value);
  }

  private static String trimZeros(String digits) {
    int length = digits.length();
    while (length > 1 && digits.charAt(length - 1) == '0') {
      length--;
    }
    return digits.substring(0, length);
  }
}
