package dev.vedette.model;

import java.util.Arrays;

/**
 * Which buckets one side of a native histogram has, as runs of neighbouring bucket indexes:
 * immutable, equal by content.
 *
 * <p>A run's offset is its distance from the end of the run before, that of the first run from
 * index 0 and possibly negative. Kept in one form: no run is empty, and no two touch.
 */
public final class BucketSpans {
  public static final BucketSpans NONE = new BucketSpans(new int[0], 0);

  // Offset and length of each run.
  private final int[] runs;
  private final int buckets;

  private BucketSpans(int[] runs, int buckets) {
    this.runs = runs;
    this.buckets = buckets;
  }

  /**
   * Spans from offset and length of each, as remote write and protobuf scrapes have them.
   *
   * @throws InvalidRequest ({@code invalid-histogram}) where a later offset or a length is
   *     negative, or an index leaves 32 bits
   */
  public static BucketSpans of(int... offsetsAndLengths) {
    int[] runs = new int[offsetsAndLengths.length];
    int used = 0;
    long gap = 0;
    long index = 0;
    long buckets = 0;
    for (int i = 0; i < runs.length; i += 2) {
      int offset = offsetsAndLengths[i];
      int length = offsetsAndLengths[i + 1];
      if (offset < 0 && i > 0) {
        throw HistogramChecks.invalid("span %d has the offset %d".formatted(i / 2, offset));
      }
      if (length < 0) {
        throw HistogramChecks.invalid("span %d has the length %d".formatted(i / 2, length));
      }
      gap += offset;
      index += (long) offset + length;
      buckets += length;
      if (index > Integer.MAX_VALUE || buckets > Integer.MAX_VALUE) {
        throw HistogramChecks.invalid("span %d ends at bucket %d".formatted(i / 2, index));
      }
      if (length > 0) {
        if (used > 0 && gap == 0) {
          runs[used - 1] += length;
        } else {
          runs[used++] = (int) gap;
          runs[used++] = length;
        }
        gap = 0;
      }
    }
    return used == 0 ? NONE : new BucketSpans(Arrays.copyOf(runs, used), (int) buckets);
  }

  /** Spans of bucket indexes, which ascend strictly. */
  public static BucketSpans ofIndexes(int[] indexes, int size) {
    int[] runs = new int[size * 2];
    int used = 0;
    int next = 0;
    for (int i = 0; i < size; i++) {
      Invariant.check(i == 0 || indexes[i] > indexes[i - 1], "BUG: bucket %d twice", indexes[i]);
      if (i > 0 && indexes[i] == next) {
        runs[used - 1]++;
      } else {
        runs[used++] = indexes[i] - next;
        runs[used++] = 1;
      }
      next = indexes[i] + 1;
    }
    return used == 0 ? NONE : new BucketSpans(Arrays.copyOf(runs, used), size);
  }

  /** Number of runs. */
  public int count() {
    return runs.length / 2;
  }

  public int offset(int run) {
    return runs[2 * run];
  }

  /** Buckets in a run; at least 1. */
  public int length(int run) {
    return runs[2 * run + 1];
  }

  /** Buckets in all runs. */
  public int buckets() {
    return buckets;
  }

  /** Index of each bucket, ascending. A new array. */
  public int[] indexes() {
    int[] indexes = new int[buckets];
    int index = 0;
    int at = 0;
    for (int run = 0; run < runs.length; run += 2) {
      index += runs[run];
      for (int i = runs[run + 1]; i > 0; i--) {
        indexes[at++] = index++;
      }
    }
    return indexes;
  }

  /** Index behind the last bucket; 0 where there is none. */
  public int end() {
    int index = 0;
    for (int each : runs) {
      index += each;
    }
    return index;
  }

  @Override
  public boolean equals(Object other) {
    return this == other || other instanceof BucketSpans that && Arrays.equals(runs, that.runs);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(runs);
  }

  /** Runs of indexes: {@code [-2..0, 4]}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("[");
    int index = 0;
    for (int run = 0; run < runs.length; run += 2) {
      index += runs[run];
      int last = index + runs[run + 1] - 1;
      text.append(run == 0 ? "" : ", ").append(index);
      if (last > index) {
        text.append("..").append(last);
      }
      index = last + 1;
    }
    return text.append(']').toString();
  }
}
