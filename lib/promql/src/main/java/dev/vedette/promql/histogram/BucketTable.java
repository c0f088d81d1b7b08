package dev.vedette.promql.histogram;

import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;

/**
 * All buckets of a histogram from the lowest values to the highest, the zero bucket among them
 * where it holds anything: bounds and counts. Immutable.
 */
public final class BucketTable {
  private final double[] lower;
  private final double[] upper;
  private final double[] counts;
  private int size;

  private final boolean custom;
  private final boolean anyPositive;
  private final boolean anyNegative;

  private BucketTable(Histogram histogram) {
    HistogramLayout layout = histogram.layout();
    int most = layout.buckets() + 1;
    lower = new double[most];
    upper = new double[most];
    counts = new double[most];
    custom = layout.isCustom();
    anyPositive = layout.positive().buckets() > 0;
    anyNegative = layout.negative().buckets() > 0;
  }

  public static BucketTable of(Histogram histogram) {
    BucketTable table = new BucketTable(histogram);
    HistogramLayout layout = histogram.layout();
    double threshold = layout.zeroThreshold();
    int[] negative = layout.negative().indexes();
    for (int i = negative.length - 1; i >= 0; i--) {
      double near = -ExponentialBounds.upper(negative[i] - 1, layout.schema());
      table.add(
          -ExponentialBounds.upper(negative[i], layout.schema()),
          near > -threshold ? -threshold : near,
          histogram.negative(i));
    }
    if (histogram.zeroCount() > 0) {
      table.add(-threshold, threshold, histogram.zeroCount());
    }
    int[] positive = layout.positive().indexes();
    for (int i = 0; i < positive.length; i++) {
      double near = lowerBound(layout, positive[i]);
      table.add(
          !layout.isCustom() && near < threshold ? threshold : near,
          upperBound(layout, positive[i]),
          histogram.positive(i));
    }
    return table;
  }

  /** Lower bound of a positive bucket. */
  static double lowerBound(HistogramLayout layout, int index) {
    if (!layout.isCustom()) {
      return ExponentialBounds.upper(index - 1, layout.schema());
    }
    return index == 0 ? Double.NEGATIVE_INFINITY : upperBound(layout, index - 1);
  }

  /** Upper bound of a positive bucket. */
  static double upperBound(HistogramLayout layout, int index) {
    if (!layout.isCustom()) {
      return ExponentialBounds.upper(index, layout.schema());
    }
    return index >= layout.customBounds() ? Double.POSITIVE_INFINITY : layout.customBound(index);
  }

  private void add(double low, double high, double count) {
    lower[size] = low;
    upper[size] = high;
    counts[size++] = count;
  }

  public int size() {
    return size;
  }

  public double lower(int bucket) {
    return lower[bucket];
  }

  public double upper(int bucket) {
    return upper[bucket];
  }

  public double count(int bucket) {
    return counts[bucket];
  }

  /** Whether the bounds came with the histogram. */
  public boolean isCustom() {
    return custom;
  }

  /** Whether values equal to the lower bound belong to the bucket. */
  public boolean includesLower(int bucket) {
    return custom ? lower[bucket] == Double.NEGATIVE_INFINITY : lower[bucket] < 0 || isZero(bucket);
  }

  /** Whether values equal to the upper bound belong to the bucket. */
  public boolean includesUpper(int bucket) {
    return custom || upper[bucket] > 0 || isZero(bucket);
  }

  private boolean isZero(int bucket) {
    return lower[bucket] <= 0 && upper[bucket] >= 0;
  }

  /**
   * Where values of a bucket begin: at 0 for the zero bucket of a histogram with no others below.
   */
  double from(int bucket) {
    return isZero(bucket) && anyPositive && !anyNegative ? 0 : lower[bucket];
  }

  /** Where values of a bucket end: at 0 for the zero bucket of a histogram with no others above. */
  double to(int bucket) {
    return isZero(bucket) && anyNegative && !anyPositive ? 0 : upper[bucket];
  }

  /** Whether counts are spread evenly over a bucket, not evenly over its logarithms. */
  boolean isLinear(int bucket) {
    return custom || isZero(bucket);
  }
}
