package dev.vedette.model;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Columns of the buckets of one series, beside the last samples of those: entry {@code i} belongs
 * to sample {@code i} of the series in its {@link SeriesBatch}. Where that is a staleness marker it
 * stands for no samples, and the entries are markers, too. Arrays may be longer than the series.
 *
 * <p>Where the sample is a histogram the entry is of histograms: how many there are is in {@link
 * BucketColumn#COUNT}, their sum and the first of them are in columns of histograms, and all other
 * columns have markers. The sum has the hint of the first one.
 *
 * @see Selection#resolutionMillis()
 */
public final class BucketColumns {
  /** Columns that there are of histograms as well. */
  public static final List<BucketColumn> OF_HISTOGRAMS =
      List.of(BucketColumn.FIRST, BucketColumn.SUM);

  private static final int COLUMNS = BucketColumn.values().length;

  private final @Nullable Histogram[] @Nullable [] histograms = new Histogram[COLUMNS][];
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

  /** Sets a column of {@link #OF_HISTOGRAMS}: null beside floats and markers. */
  public void setHistograms(BucketColumn column, @Nullable Histogram[] values) {
    histograms[column.ordinal()] = values;
  }

  /** A column of histograms that was asked for; null where the series has none. */
  public @Nullable Histogram @Nullable [] histograms(BucketColumn column) {
    return histograms[column.ordinal()];
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
