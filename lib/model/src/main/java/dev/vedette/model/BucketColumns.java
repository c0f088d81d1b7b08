package dev.vedette.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Columns of the buckets of one series, beside the last samples of those: entry {@code i} belongs
 * to sample {@code i} of the series in its {@link SeriesBatch}. Where that is a staleness marker it
 * stands for no samples, and the entries are markers, too. Arrays may be longer than the series.
 *
 * @see Selection#resolutionMillis()
 */
public final class BucketColumns {
  private static final int COLUMNS = BucketColumn.values().length;

  private final double[] @Nullable [] columns = new double[COLUMNS][];
  private long @Nullable [] firstMillis;

  /** Sets a column. */
  public void set(BucketColumn column, double[] values) {
    columns[column.ordinal()] = values;
  }

  /** Sets the times of the first samples, which come with {@link BucketColumn#FIRST}. */
  public void setFirstMillis(long[] times) {
    firstMillis = times;
  }

  public boolean has(BucketColumn column) {
    return columns[column.ordinal()] != null;
  }

  /** A column that was asked for. */
  public double[] get(BucketColumn column) {
    return Objects.requireNonNull(columns[column.ordinal()], "BUG: a column that was not read");
  }

  /** Times of the first samples in Unix milliseconds; of a marker its own. */
  public long[] firstMillis() {
    return Objects.requireNonNull(firstMillis, "BUG: a column that was not read");
  }
}
