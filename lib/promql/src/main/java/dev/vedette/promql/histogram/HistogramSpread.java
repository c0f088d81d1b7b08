package dev.vedette.promql.histogram;

import dev.vedette.model.Histogram;
import dev.vedette.promql.numbers.KahanSum;

/** How far observations are from their mean, with each bucket's middle for what is in it. */
public final class HistogramSpread {
  private HistogramSpread() {}

  /** The variance. */
  public static double variance(Histogram histogram) {
    double mean = histogram.sum() / histogram.count();
    BucketTable buckets = BucketTable.of(histogram);
    KahanSum squares = new KahanSum();
    for (int i = 0; i < buckets.size(); i++) {
      double count = buckets.count(i);
      if (count != 0) {
        double distance = middle(buckets, i) - mean;
        squares.add(count * distance * distance);
      }
    }
    return (squares.rawSum() + squares.lost()) / histogram.count();
  }

  /** The geometric mean of exponential bounds, the arithmetic one of custom bounds. */
  private static double middle(BucketTable buckets, int bucket) {
    double lower = buckets.lower(bucket);
    double upper = buckets.upper(bucket);
    if (buckets.isCustom()) {
      return (upper + lower) / 2;
    }
    if (buckets.isLinear(bucket)) {
      return 0;
    }
    double middle = Math.sqrt(upper * lower);
    return upper < 0 ? -middle : middle;
  }
}
