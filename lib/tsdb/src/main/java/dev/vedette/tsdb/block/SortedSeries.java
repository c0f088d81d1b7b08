package dev.vedette.tsdb.block;

import dev.vedette.model.BucketColumns;
import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import org.jspecify.annotations.Nullable;

/**
 * Series with all their samples, one after another in {@code SeriesOrder}, no label set twice. What
 * the accessors return stays valid until the next call of {@link #next}. One thread.
 */
public interface SortedSeries extends AutoCloseable {
  /** Moves to the next series, the first one at first; false at the end. */
  boolean next();

  Labels labels();

  /** Number of samples; never 0. */
  int size();

  /** Unix milliseconds, strictly ascending; the first {@link #size} entries count. */
  long[] timestamps();

  /**
   * IEEE 754 bits of the values; the first {@link #size} entries count. Beside a histogram it is a
   * staleness marker.
   */
  long[] valueBits();

  /** Histogram samples, null for a float; null where all are floats. */
  default @Nullable Histogram @Nullable [] histograms() {
    return null;
  }

  /** Start timestamps, 0 for unknown; null where all are. */
  default long @Nullable [] starts() {
    return null;
  }

  /** All columns of a tier's buckets; null for samples as they are. */
  default @Nullable BucketColumns buckets() {
    return null;
  }

  @Override
  default void close() {}
}
