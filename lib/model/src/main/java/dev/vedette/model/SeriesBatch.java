package dev.vedette.model;

import java.util.Arrays;

/**
 * Up to {@value #CAPACITY} neighbouring series with their samples, a page's worth, decoded.
 *
 * <p>Samples of series {@code i} are the first {@code size(i)} entries of {@code timestamps(i)}
 * (strictly ascending Unix milliseconds) and {@code values(i)}, staleness markers included. Series
 * scraped together often share one timestamps array: same array, same timestamps, so whoever works
 * out windows may do it once an array. Nothing in here may be changed by the reader.
 */
public final class SeriesBatch {
  public static final int CAPACITY = 64;

  private final Labels[] labels = new Labels[CAPACITY];
  private final long[][] timestamps = new long[CAPACITY][];
  private final double[][] values = new double[CAPACITY][];
  private final int[] sizes = new int[CAPACITY];
  private int count;

  public void clear() {
    Arrays.fill(labels, 0, count, null);
    Arrays.fill(timestamps, 0, count, null);
    Arrays.fill(values, 0, count, null);
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

  /** Number of samples of a series; never 0. */
  public int size(int series) {
    return sizes[series];
  }
}
