package dev.vedette.tsdb.tier;

/**
 * A sum that knows what rounding took from it (Neumaier 1974), so that sums of buckets add up to
 * what their samples add up to.
 */
final class CompensatedSum {
  private double sum;
  private double lost;

  void clear() {
    sum = 0;
    lost = 0;
  }

  void add(double value) {
    double next = sum + value;
    if (Double.isInfinite(next)) {
      lost = 0;
    } else {
      lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    }
    sum = next;
  }

  double value() {
    return Double.isInfinite(sum) ? sum : sum + lost;
  }
}
