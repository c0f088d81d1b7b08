package dev.vedette.model;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Up to {@value #CAPACITY} neighbouring series with their samples, a page's worth, decoded.
 *
 * <p>Samples of series {@code i} are the first {@code size(i)} entries of {@code timestamps(i)}
 * (strictly ascending Unix milliseconds) and {@code values(i)}, staleness markers included. Series
 * scraped together often share one timestamps array: same array, same timestamps, so whoever works
 * out windows may do it once an array. Nothing in here may be changed by the reader.
 *
 * <p>A series may have histogram samples, alone or among floats: {@code histograms(i)} is then an
 * array parallel to the timestamps, null where the sample is a float. The value beside a histogram
 * is a staleness marker, so a reader that knows floats only takes it for no sample, which is what
 * functions of floats make of histograms. Start timestamps, where any sample has one, are another
 * such array, 0 for unknown.
 */
public final class SeriesBatch {
  public static final int CAPACITY = 64;

  private final Labels[] labels = new Labels[CAPACITY];
  private final long[][] timestamps = new long[CAPACITY][];
  private final double[][] values = new double[CAPACITY][];
  private final @Nullable Histogram[] @Nullable [] histograms = new Histogram[CAPACITY][];
  private final long[] @Nullable [] starts = new long[CAPACITY][];
  private final @Nullable BucketColumns[] buckets = new BucketColumns[CAPACITY];
  private final int[] sizes = new int[CAPACITY];
  private int count;

  public void clear() {
    Arrays.fill(labels, 0, count, null);
    Arrays.fill(timestamps, 0, count, null);
    Arrays.fill(values, 0, count, null);
    Arrays.fill(histograms, 0, count, null);
    Arrays.fill(starts, 0, count, null);
    Arrays.fill(buckets, 0, count, null);
    count = 0;
  }

  public void add(Labels series, long[] timestamps, double[] values, int size) {
    Invariant.check(count < CAPACITY, "BUG: series batch holds %d series already", count);
    this.labels[count] = series;
    this.timestamps[count] = timestamps;
    this.values[count] = values;
    this.sizes[count] = size;
    count++;
  }

  /** The same with histograms or start timestamps, null where the series has none in here. */
  public void add(
      Labels series,
      long[] timestamps,
      double[] values,
      @Nullable Histogram @Nullable [] histograms,
      long @Nullable [] starts,
      int size) {
    add(series, timestamps, values, size);
    this.histograms[count - 1] = histograms;
    this.starts[count - 1] = starts;
  }

  /** Gives the series added last the columns of its buckets. */
  public void setBuckets(BucketColumns columns) {
    buckets[count - 1] = columns;
  }

  public boolean isFull() {
    return count == CAPACITY;
  }

  /** Number of series. */
  public int count() {
    return count;
  }

  public Labels labels(int series) {
    return labels[series];
  }

  public long[] timestamps(int series) {
    return timestamps[series];
  }

  public double[] values(int series) {
    return values[series];
  }

  /** Histogram samples of a series, null for a float; null where all are floats. */
  public @Nullable Histogram @Nullable [] histograms(int series) {
    return histograms[series];
  }

  /** Start timestamps of a series' samples, 0 for unknown; null where all are. */
  public long @Nullable [] starts(int series) {
    return starts[series];
  }

  /** Columns of a series' buckets; null where samples were asked for as they are. */
  public @Nullable BucketColumns buckets(int series) {
    return buckets[series];
  }

  /** Number of samples of a series; never 0. */
  public int size(int series) {
    return sizes[series];
  }
}
