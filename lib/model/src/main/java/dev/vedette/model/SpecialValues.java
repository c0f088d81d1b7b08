package dev.vedette.model;

import org.jspecify.annotations.Nullable;

/** NaNs with a meaning. Kept and compared by their bits: arithmetic may change a payload. */
public final class SpecialValues {
  /** "This series ended": what a scrape writes for a series that is gone. */
  public static final long STALE_BITS = 0x7ff0000000000002L;

  /** The NaN that text formats and PromQL produce. */
  public static final long NAN_BITS = 0x7ff8000000000001L;

  private SpecialValues() {}

  public static boolean isStale(double value) {
    return Double.doubleToRawLongBits(value) == STALE_BITS;
  }

  /** The same of a sample that is a histogram, if there is one, instead of its value. */
  public static boolean isStale(double value, @Nullable Histogram histogram) {
    return histogram == null ? isStale(value) : histogram.isStale();
  }
}
