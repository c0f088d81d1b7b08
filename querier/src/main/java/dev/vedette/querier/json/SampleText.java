package dev.vedette.querier.json;

/**
 * Sample values and times as Prometheus' API writes them: the shortest digits that read back as the
 * same value, without exponent from 1e-6 up to below 1e21; times as seconds with milliseconds only
 * where there are any.
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

  private final byte[] digits = new byte[20];

  /** Writes a value at {@code at} and returns the position behind it. */
  int value(double value, byte[] to, int at) {
    double abs = Math.abs(value);
    if (abs < EXACT_LIMIT) {
      int decimals = decimals(abs);
      if (decimals >= 0) {
        int next = at;
        if (Double.doubleToRawLongBits(value) < 0) {
          to[next++] = '-';
        }
        return decimal(Math.round(abs * POWERS[decimals]), decimals, to, next);
      }
    }
    return ascii(text(value), to, at);
  }

  /** How many decimals write the value exactly; -1 where more than six would be needed. */
  private static int decimals(double abs) {
    for (int decimals = 0; decimals < POWERS.length; decimals++) {
      double scaled = Math.rint(abs * POWERS[decimals]);
      if (scaled < EXACT_LIMIT && scaled / POWERS[decimals] == abs) {
        return decimals;
      }
    }
    return -1;
  }

  private int decimal(long scaled, int decimals, byte[] to, int at) {
    int count = 0;
    long rest = scaled;
    while (rest > 0 || count <= decimals) {
      digits[count++] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    int next = at;
    while (count > 0) {
      if (count == decimals) {
        to[next++] = '.';
      }
      to[next++] = digits[--count];
    }
    return next;
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

  private static String text(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    return new Digits(value).text();
  }

  /** The significant digits of a finite value and where the point is: 0.DIGITS × 10^exponent. */
  private static final class Digits {
    private final boolean negative;
    private final String digits;
    private final int exponent;

    Digits(double value) {
      negative = Double.doubleToRawLongBits(value) < 0;
      String java = shortest(Math.abs(value));
      int e = java.indexOf('E');
      String mantissa = e < 0 ? java : java.substring(0, e);
      int point = mantissa.indexOf('.');
      String all = mantissa.substring(0, point) + mantissa.substring(point + 1);
      int leading = 0;
      while (leading < all.length() - 1 && all.charAt(leading) == '0') {
        leading++;
      }
      int end = all.length();
      while (end > leading + 1 && all.charAt(end - 1) == '0') {
        end--;
      }
      digits = all.substring(leading, end);
      exponent = point - leading + (e < 0 ? 0 : Integer.parseInt(java.substring(e + 1)));
    }

    /** Java writes two digits where one would do for the smallest values of all. */
    private static String shortest(double abs) {
      if (abs < 1e-320 && abs > 0) {
        String one = new java.math.BigDecimal(abs).round(new java.math.MathContext(1)).toString();
        if (Double.parseDouble(one) == abs) {
          return one.replace("E", ".0E");
        }
      }
      return Double.toString(abs);
    }

    String text() {
      String sign = negative ? "-" : "";
      if (exponent > 21 || exponent < -5) {
        int power = exponent - 1;
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        return "%s%c%se%c%s"
            .formatted(
                sign,
                digits.charAt(0),
                fraction,
                power < 0 ? '-' : '+',
                Integer.toString(Math.abs(power)));
      }
      if (exponent <= 0) {
        return sign + "0." + "0".repeat(-exponent) + digits;
      }
      if (exponent >= digits.length()) {
        return sign + digits + "0".repeat(exponent - digits.length());
      }
      return sign + digits.substring(0, exponent) + "." + digits.substring(exponent);
    }
  }
}
