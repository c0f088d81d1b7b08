package dev.vedette.promql.parse;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;

/** Numbers as PromQL reads and writes them. */
public final class Numbers {
  private Numbers() {}

  /**
   * The value of a literal: decimal, hexadecimal, octal after a leading 0, {@code Inf}, {@code
   * NaN}.
   */
  static double parse(String text) {
    String digits = text.replace("_", "");
    String lower = digits.toLowerCase(Locale.ROOT);
    if (lower.equals("inf")) {
      return Double.POSITIVE_INFINITY;
    }
    if (lower.equals("nan")) {
      return Double.NaN;
    }
    if (lower.startsWith("0x")) {
      return new BigInteger(lower.substring(2), 16).doubleValue();
    }
    if (lower.length() > 1 && lower.charAt(0) == '0' && isOctal(lower)) {
      return new BigInteger(lower, 8).doubleValue();
    }
    double value = Double.parseDouble(digits);
    if (Double.isInfinite(value)) {
      throw new NumberFormatException(
          "strconv.ParseFloat: parsing \"%s\": value out of range".formatted(text));
    }
    return value;
  }

  private static boolean isOctal(String digits) {
    return digits.chars().allMatch(c -> c >= '0' && c <= '7');
  }

  /** Plain decimal digits, as few as tell the value apart. */
  public static String format(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
  }
}
