package dev.vedette.promql.histogram;

import dev.vedette.model.Histogram;

/**
 * Quantiles and fractions. Within a bucket, observations are taken to be spread evenly over the
 * logarithms of its values, in the zero bucket and custom ones over the values themselves.
 *
 * <p>Observations of NaN are in the count and in no bucket; they rank above all others. A histogram
 * that has any can be told by its sum.
 */
public final class HistogramQuantiles {
  private HistogramQuantiles() {}

  /**
   * A quantile.
   *
   * @param nanObservations whether observations of NaN made the result what it is
   */
  public record Quantile(double value, boolean nanObservations) {
    private static Quantile of(double value) {
      return new Quantile(value, false);
    }
  }

  /** The q-quantile. */
  public static Quantile quantile(double q, Histogram histogram) {
    if (q < 0) {
      return Quantile.of(Double.NEGATIVE_INFINITY);
    }
    if (q > 1) {
      return Quantile.of(Double.POSITIVE_INFINITY);
    }
    if (histogram.count() == 0 || Double.isNaN(q)) {
      return Quantile.of(Double.NaN);
    }
    return found(q, histogram, BucketTable.of(histogram));
  }

  private static Quantile found(double q, Histogram histogram, BucketTable buckets) {
    boolean nan = Double.isNaN(histogram.sum());
    // From the nearer end, unless NaNs sit at the far one.
    boolean forward = nan || q < 0.5;
    double rank = (forward ? q : 1 - q) * histogram.count();
    double count = 0;
    int bucket = -1;
    for (int i = 0; i < buckets.size(); i++) {
      int next = forward ? i : buckets.size() - 1 - i;
      if (buckets.count(next) == 0) {
        continue;
      }
      bucket = next;
      count += buckets.count(next);
      if (count >= rank) {
        break;
      }
    }
    count = Math.min(count, histogram.count());
    if (bucket < 0) {
      return new Quantile(nan ? Double.NaN : 0, nan);
    }
    if (buckets.isCustom()) {
      if (buckets.lower(bucket) == Double.NEGATIVE_INFINITY && buckets.upper(bucket) <= 0) {
        return Quantile.of(buckets.upper(bucket));
      }
      if (buckets.upper(bucket) == Double.POSITIVE_INFINITY) {
        return Quantile.of(buckets.lower(bucket));
      }
    }
    if (count < rank) {
      return nan ? new Quantile(Double.NaN, true) : Quantile.of(buckets.to(bucket));
    }
    double inBucket = forward ? rank - (count - buckets.count(bucket)) : count - rank;
    return new Quantile(within(buckets, bucket, inBucket / buckets.count(bucket)), nan);
  }

  /** The value that a fraction of a bucket's observations lies below. */
  private static double within(BucketTable buckets, int bucket, double fraction) {
    if (buckets.isCustom()) {
      boolean open = buckets.lower(bucket) == Double.NEGATIVE_INFINITY;
      double begin = open ? 0 : buckets.lower(bucket);
      return begin + (buckets.upper(bucket) - begin) * fraction;
    }
    double lower = buckets.from(bucket);
    double upper = buckets.to(bucket);
    if (buckets.isLinear(bucket)) {
      return lower + (upper - lower) * fraction;
    }
    double logLower = log2(lower);
    double logUpper = log2(upper);
    return lower > 0
        ? Math.pow(2, logLower + (logUpper - logLower) * fraction)
        : -Math.pow(2, logUpper + (logLower - logUpper) * (1 - fraction));
  }

  private static double log2(double value) {
    return Math.log(Math.abs(value)) / Math.log(2);
  }

  /** The fraction of all observations between two values. */
  public static double fraction(double lower, double upper, Histogram histogram) {
    if (histogram.count() == 0 || Double.isNaN(lower) || Double.isNaN(upper)) {
      return Double.NaN;
    }
    if (lower >= upper) {
      return 0;
    }
    BucketTable buckets = BucketTable.of(histogram);
    double counted = histogram.count();
    if (Double.isNaN(histogram.sum())) {
      counted = 0;
      for (int i = 0; i < buckets.size(); i++) {
        counted += buckets.count(i);
      }
    }
    double below = Math.min(rank(lower, buckets, counted), counted);
    double upTo = Math.min(rank(upper, buckets, counted), counted);
    return (upTo - below) / histogram.count();
  }

  /** How many observations are below a value. */
  private static double rank(double value, BucketTable buckets, double all) {
    double rank = 0;
    for (int i = 0; i < buckets.size(); i++) {
      double lower = buckets.from(i);
      double upper = buckets.to(i);
      if (lower >= value) {
        return rank;
      }
      if (upper > value) {
        return interpolated(value, buckets, i, rank);
      }
      rank += buckets.count(i);
    }
    return all;
  }

  private static double interpolated(double value, BucketTable buckets, int bucket, double rank) {
    double lower = buckets.from(bucket);
    double upper = buckets.to(bucket);
    double count = buckets.count(bucket);
    if (lower == Double.NEGATIVE_INFINITY) {
      // Nothing is known of where such a bucket begins: all of it lies below.
      return count;
    }
    if (buckets.isLinear(bucket)) {
      return rank + count * (value - lower) / (upper - lower);
    }
    double logLower = log2(lower);
    double logUpper = log2(upper);
    double logValue = log2(value);
    double fraction =
        value > 0
            ? (logValue - logLower) / (logUpper - logLower)
            : 1 - (logValue - logUpper) / (logLower - logUpper);
    return rank + count * fraction;
  }
}
