package dev.vedette.tsdb.tier;

/**
 * What is known of the samples of one bucket, added one after another. Sums are compensated
 * (Neumaier 1974), so that those of buckets add up to what the samples add up to.
 */
final class BucketFold {
  private int count;
  private double sum;
  private double lost;
  private double min;
  private double max;
  private double first;
  private double last;
  private double resets;

  void begin() {
    count = 0;
    sum = 0;
    lost = 0;
    resets = 0;
  }

  void add(double value) {
    if (count == 0) {
      first = value;
      min = value;
      max = value;
    } else {
      if (value < min || Double.isNaN(min)) {
        min = value;
      }
      if (value > max || Double.isNaN(max)) {
        max = value;
      }
      if (value < last) {
        resets += last;
      }
    }
    addToSum(value);
    last = value;
    count++;
  }

  private void addToSum(double value) {
    double next = sum + value;
    if (Double.isInfinite(next)) {
      lost = 0;
    } else {
      lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    }
    sum = next;
  }

  int count() {
    return count;
  }

  double sum() {
    return Double.isInfinite(sum) ? sum : sum + lost;
  }

  double min() {
    return min;
  }

  double max() {
    return max;
  }

  double first() {
    return first;
  }

  double resets() {
    return resets;
  }
}
