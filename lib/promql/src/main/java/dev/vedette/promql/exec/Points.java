package dev.vedette.promql.exec;

import dev.vedette.model.Histogram;
import dev.vedette.model.SpecialValues;
import org.jspecify.annotations.Nullable;

/**
 * A column holds one value a step; where a series has no number, it holds {@link #NONE}, the bits
 * of a staleness marker, which no result can have. A point may also be a histogram, in a column
 * beside it.
 */
public final class Points {
  /** No point at this step. */
  public static final double NONE = Double.longBitsToDouble(SpecialValues.STALE_BITS);

  private Points() {}

  public static boolean isNone(double value) {
    // One comparison spares nearly every value the look at its bits.
    return Double.isNaN(value) && Double.doubleToRawLongBits(value) == SpecialValues.STALE_BITS;
  }

  public static boolean isPresent(double value) {
    return !isNone(value);
  }

  /** Whether the first {@code count} entries hold any point. */
  public static boolean any(double[] column, int count) {
    for (int i = 0; i < count; i++) {
      if (isPresent(column[i])) {
        return true;
      }
    }
    return false;
  }

  /** Whether a column of histograms holds any; null does not. */
  public static boolean any(@Nullable Histogram @Nullable [] column) {
    if (column != null) {
      for (Histogram point : column) {
        if (point != null) {
          return true;
        }
      }
    }
    return false;
  }
}
