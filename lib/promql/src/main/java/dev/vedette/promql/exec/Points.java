package dev.vedette.promql.exec;

import dev.vedette.model.SpecialValues;

/**
 * A column holds one value a step; where a series has no point, it holds {@link #NONE}, the bits of
 * a staleness marker, which no result can have.
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
}
