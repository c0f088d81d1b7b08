package dev.vedette.testkit.oracle;

import dev.vedette.model.Histogram;
import dev.vedette.model.SpecialValues;
import org.jspecify.annotations.Nullable;

/**
 * A sample: Unix milliseconds, and a number or a histogram.
 *
 * @param value NaN where it is a histogram
 */
public record Point(long millis, double value, @Nullable Histogram histogram) {
  Point(long millis, double value) {
    this(millis, value, null);
  }

  /** Whether it says that its series ended. */
  boolean isStale() {
    return histogram == null
        ? Double.doubleToRawLongBits(value) == SpecialValues.STALE_BITS
        : histogram.isStale();
  }
}
