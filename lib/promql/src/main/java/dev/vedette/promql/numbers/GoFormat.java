package dev.vedette.promql.numbers;

import dev.vedette.promql.parse.Numbers;
import java.math.BigDecimal;

/** Numbers in texts that users compare with those of Prometheus. */
public final class GoFormat {
  private GoFormat() {}

  /** As OpenMetrics writes {@code quantile} and {@code le}: whole numbers end in {@code .0}. */
  public static String openMetrics(double value) {
    String text = general(value);
    boolean whole = text.chars().allMatch(c -> c >= '0' && c <= '9' || c == '-');
    return whole ? text + ".0" : text;
  }

  /** Shortest digits; an exponent below 1e-4 and from 1e6 on, as Go's {@code %g} has it. */
  public static String general(double value) {
    double size = Math.abs(value);
    if (size == 0 || !Double.isFinite(value) || size >= 1e-4 && size < 1e6) {
      return Numbers.format(value);
    }
    BigDecimal digits = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    String unscaled = digits.unscaledValue().abs().toString();
    int exponent = unscaled.length() - 1 - digits.scale();
    String mantissa =
        unscaled.length() == 1 ? unscaled : unscaled.charAt(0) + "." + unscaled.substring(1);
    return "%s%se%s%02d"
        .formatted(value < 0 ? "-" : "", mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
