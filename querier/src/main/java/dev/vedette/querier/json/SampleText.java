package dev.vedette.querier.json;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;

/**
 * Sample values and times as Prometheus' API writes them: the shortest digits that read back as the
 * same value, without exponent from 1e-6 up to below 1e21, else with one of two digits or more;
 * times as seconds with milliseconds only where there are any.
 *
 * <p>Most samples are whole numbers or short decimals; those are written without allocation. The
 * others go through {@link Double#toString(double)}, whose digits are the shortest since JDK 19.
 * Not for use by several threads.
 */
final class SampleText {
  /** Longest text: sign, 21 digits before and none after the point; or 17 digits and zeros. */
  static final int MAX_LENGTH = 32;

  private static final double[] POWERS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
  // Up to 15 digits, different decimals are different doubles; so a match is the shortest text.
  private static final double EXACT_LIMIT = 1e15;
  // A decimal was rounded once to become a double and is so again when it is scaled, each time by
  // half a unit of 2^-52 at most.
  private static final double ROUNDED_TWICE = 0x1p-51;
  private static final byte[] TENS = new byte[100];
  private static final byte[] ONES = new byte[100];

  static {
    for (int i = 0; i < 100; i++) {
      TENS[i] = (byte) ('0' + i / 10);
      ONES[i] = (byte) ('0' + i % 10);
    }
  }

  private final byte[] digits = new byte[20];

  /** Writes a value at {@code at} and returns the position behind it. */
  int value(double value, byte[] to, int at) {
    double abs = Math.abs(value);
    if (abs < EXACT_LIMIT) {
      int next = at;
      if (Double.doubleToRawLongBits(value) < 0) {
        to[next++] = '-';
      }
      long whole = (long) abs;
      int end = whole == abs ? decimal(whole, 0, to, next) : shortDecimal(abs, to, next);
      if (end >= 0) {
        return end;
      }
    }
    if (Double.isNaN(value)) {
      return ascii("NaN", to, at);
    }
    if (Double.isInfinite(value)) {
      return ascii(value > 0 ? "+Inf" : "-Inf", to, at);
    }
    return shortest(value, to, at);
  }

  /**
   * Writes a value that up to six decimals say exactly; returns -1, having written nothing, else.
   */
  private static int shortDecimal(double abs, byte[] to, int at) {
    for (int decimals = 1; decimals < POWERS.length; decimals++) {
      double scaled = abs * POWERS[decimals];
      long nearest = (long) (scaled + 0.5);
      boolean isNear = Math.abs(scaled - nearest) <= scaled * ROUNDED_TWICE;
      if (isNear && nearest < EXACT_LIMIT && nearest / POWERS[decimals] == abs) {
        return decimal(nearest, decimals, to, at);
      }
    }
    return -1;
  }

  /** Writes digits, so many of them behind the point, from the last one to the first. */
  private static int decimal(long scaled, int decimals, byte[] to, int at) {
    int digits = Math.max(length(scaled), decimals + 1);
    int end = at + digits + (decimals > 0 ? 1 : 0);
    int next = end;
    long rest = scaled;
    if (decimals > 0) {
      for (int i = 0; i < decimals; i++) {
        to[--next] = (byte) ('0' + rest % 10);
        rest /= 10;
      }
      to[--next] = '.';
    }
    while (next - at >= 2) {
      int pair = (int) (rest % 100);
      rest /= 100;
      to[--next] = ONES[pair];
      to[--next] = TENS[pair];
    }
    if (next > at) {
      to[at] = (byte) ('0' + rest);
    }
    return end;
  }

  /** Digits of a number from 0 to below 10^18. */
  private static int length(long number) {
    int length = 1;
    for (long power = 10; power <= number; power *= 10) {
      length++;
    }
    return length;
  }

  /** Writes Unix milliseconds as seconds. */
  int time(long millis, byte[] to, int at) {
    int next = at;
    if (millis < 0) {
      to[next++] = '-';
    }
    int fraction = (int) Math.abs(millis % 1000);
    next = decimal(Math.abs(millis / 1000), 0, to, next);
    if (fraction != 0) {
      to[next++] = '.';
      to[next++] = (byte) ('0' + fraction / 100);
      to[next++] = (byte) ('0' + fraction / 10 % 10);
      to[next++] = (byte) ('0' + fraction % 10);
    }
    return next;
  }

  int number(long number, byte[] to, int at) {
    return ascii(Long.toString(number), to, at);
  }

  private static int ascii(String text, byte[] to, int at) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      to[at + i] = (byte) text.charAt(i);
    }
    return at + length;
  }

  /** The digits that Java finds, as Prometheus writes them: 0.DIGITS × 10^exponent. */
  private int shortest(double value, byte[] to, int at) {
    String java = javaText(Math.abs(value));
    int e = java.indexOf('E');
    int end = e < 0 ? java.length() : e;
    int exponent = e < 0 ? 0 : Integer.parseInt(java, e + 1, java.length(), 10);
    int count = 0;
    for (int i = 0; i < end; i++) {
      char c = java.charAt(i);
      if (c == '.') {
        exponent += i;
      } else if (c != '0' || count > 0) {
        digits[count++] = (byte) c;
      } else {
        exponent--;
      }
    }
    while (count > 1 && digits[count - 1] == '0') {
      count--;
    }
    int next = at;
    if (Double.doubleToRawLongBits(value) < 0) {
      to[next++] = '-';
    }
    return exponent > 21 || exponent < -5
        ? scientific(count, exponent - 1, to, next)
        : plain(count, exponent, to, next);
  }

  /** A value without exponent whatever its size, as Prometheus writes scalars. */
  static String plain(double value) {
    if (!Double.isFinite(value)) {
      return Double.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    }
    String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
    return sign + new BigDecimal(javaText(Math.abs(value))).stripTrailingZeros().toPlainString();
  }

  /** Java writes two digits where one would do for the smallest values of all. */
  private static String javaText(double abs) {
    if (abs < 1e-320 && abs > 0) {
      String one = new BigDecimal(abs).round(new MathContext(1)).toString();
      if (Double.parseDouble(one) == abs) {
        return one.replace("E", ".0E");
      }
    }
    return Double.toString(abs);
  }

  private int scientific(int count, int power, byte[] to, int at) {
    int next = at;
    to[next++] = digits[0];
    if (count > 1) {
      to[next++] = '.';
      next = copy(1, count, to, next);
    }
    to[next++] = 'e';
    to[next++] = (byte) (power < 0 ? '-' : '+');
    if (power > -10 && power < 10) {
      to[next++] = '0';
    }
    return ascii(Integer.toString(Math.abs(power)), to, next);
  }

  private int plain(int count, int exponent, byte[] to, int at) {
    int next = at;
    if (exponent <= 0) {
      to[next++] = '0';
      to[next++] = '.';
      return copy(0, count, to, zeros(-exponent, to, next));
    }
    if (exponent >= count) {
      return zeros(exponent - count, to, copy(0, count, to, next));
    }
    next = copy(0, exponent, to, next);
    to[next++] = '.';
    return copy(exponent, count, to, next);
  }

  private int copy(int from, int end, byte[] to, int at) {
    System.arraycopy(digits, from, to, at, end - from);
    return at + end - from;
  }

  private static int zeros(int count, byte[] to, int at) {
    Arrays.fill(to, at, at + count, (byte) '0');
    return at + count;
  }
}
