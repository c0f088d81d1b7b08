package dev.vedette.promql.histogram;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.Histogram;
import dev.vedette.promql.numbers.KahanSum;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * Buckets of one side of a histogram in the making: indexes, which ascend, with their counts and
 * what rounding took from them. Owned by one {@link HistogramDraft}.
 */
final class BucketRow {
  private int[] indexes;
  private double[] counts;
  private double[] lost;
  private int size;

  private BucketRow(int[] indexes, double[] counts, double[] lost, int size) {
    this.indexes = indexes;
    this.counts = counts;
    this.lost = lost;
    this.size = size;
  }

  static BucketRow positive(Histogram histogram) {
    return of(histogram.layout().positive(), histogram::positive);
  }

  static BucketRow negative(Histogram histogram) {
    return of(histogram.layout().negative(), histogram::negative);
  }

  private static BucketRow of(BucketSpans spans, IntToDoubleFunction count) {
    int[] indexes = spans.indexes();
    double[] counts = new double[indexes.length];
    Arrays.setAll(counts, count);
    return new BucketRow(indexes, counts, new double[indexes.length], indexes.length);
  }

  BucketRow copy() {
    return new BucketRow(indexes.clone(), counts.clone(), lost.clone(), size);
  }

  int size() {
    return size;
  }

  int index(int bucket) {
    return indexes[bucket];
  }

  double count(int bucket) {
    return counts[bucket];
  }

  void setCount(int bucket, double count) {
    counts[bucket] = count;
    lost[bucket] = 0;
  }

  /** Counts with what rounding took from them. */
  double[] settled() {
    double[] settled = new double[size];
    for (int i = 0; i < size; i++) {
      settled[i] = KahanSum.settle(counts[i], lost[i]);
    }
    return settled;
  }

  BucketSpans spans() {
    return BucketSpans.ofIndexes(indexes, size);
  }

  boolean overflows() {
    for (int i = 0; i < size; i++) {
      if (Double.isInfinite(counts[i])) {
        return true;
      }
    }
    return false;
  }

  void multiply(double factor) {
    for (int i = 0; i < size; i++) {
      counts[i] *= factor;
      lost[i] *= factor;
    }
  }

  void divide(double divisor) {
    for (int i = 0; i < size; i++) {
      counts[i] /= divisor;
      lost[i] /= divisor;
    }
  }

  void clear() {
    size = 0;
  }

  /** Takes out buckets that are empty. */
  void compact() {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (counts[i] != 0 || lost[i] != 0) {
        indexes[kept] = indexes[i];
        counts[kept] = counts[i];
        lost[kept++] = lost[i];
      }
    }
    size = kept;
  }

  /** What becomes of a bucket's index. Never descends where the index ascends. */
  @FunctionalInterface
  interface Renumbering {
    int apply(int index);
  }

  /** Gives buckets new indexes; those that get the same are put together. */
  void renumber(Renumbering renumbering) {
    int last = -1;
    for (int i = 0; i < size; i++) {
      int index = renumbering.apply(indexes[i]);
      if (last >= 0 && indexes[last] == index) {
        addTo(last, counts[i], lost[i]);
      } else {
        last++;
        indexes[last] = index;
        counts[last] = counts[i];
        lost[last] = lost[i];
      }
    }
    size = last + 1;
  }

  private void addTo(int bucket, double count, double lostOfIt) {
    double before = counts[bucket];
    double sum = before + count;
    lost[bucket] = KahanSum.lostBy(before, count, sum, lost[bucket]) + lostOfIt;
    counts[bucket] = sum;
  }

  /** Adds another row, each count times a factor of 1 or -1; what is not here comes in. */
  void add(BucketRow other, double factor) {
    if (hasIndexesOf(other)) {
      for (int i = 0; i < size; i++) {
        addTo(i, factor * other.counts[i], factor * other.lost[i]);
      }
      return;
    }
    BucketRow merged = room(size + other.size);
    int i = 0;
    int j = 0;
    while (i < size || j < other.size) {
      if (j == other.size || i < size && indexes[i] < other.indexes[j]) {
        merged.append(indexes[i], counts[i], lost[i]);
        i++;
      } else if (i == size || other.indexes[j] < indexes[i]) {
        merged.append(other.indexes[j], factor * other.counts[j], factor * other.lost[j]);
        j++;
      } else {
        merged.append(indexes[i], counts[i], lost[i]);
        merged.addTo(merged.size - 1, factor * other.counts[j], factor * other.lost[j]);
        i++;
        j++;
      }
    }
    indexes = merged.indexes;
    counts = merged.counts;
    lost = merged.lost;
    size = merged.size;
  }

  private boolean hasIndexesOf(BucketRow other) {
    return size == other.size && Arrays.equals(indexes, 0, size, other.indexes, 0, size);
  }

  private static BucketRow room(int buckets) {
    return new BucketRow(new int[buckets], new double[buckets], new double[buckets], 0);
  }

  private void append(int index, double count, double lostOfIt) {
    indexes[size] = index;
    counts[size] = count;
    lost[size++] = lostOfIt;
  }

  /** Whether a bucket holds less than in the row before it, where missing means none. */
  boolean isBelow(BucketRow before) {
    int at = 0;
    for (int i = 0; i < before.size; i++) {
      while (at < size && indexes[at] < before.indexes[i]) {
        at++;
      }
      boolean present = at < size && indexes[at] == before.indexes[i];
      if (present ? counts[at] < before.counts[i] : before.counts[i] != 0) {
        return true;
      }
    }
    return false;
  }

  /** Takes out the buckets from the first up to one, exclusive. */
  void dropFirst(int buckets) {
    System.arraycopy(indexes, buckets, indexes, 0, size - buckets);
    System.arraycopy(counts, buckets, counts, 0, size - buckets);
    System.arraycopy(lost, buckets, lost, 0, size - buckets);
    size -= buckets;
  }
}
