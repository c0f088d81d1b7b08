package dev.vedette.tsdb.tier;

/** What is known of the floats of one bucket, added one after another. */
final class BucketFold {
  private int count;
  private final CompensatedSum sum = new CompensatedSum();
  private double min;
  private double max;
  private double first;
  private double last;
  private double resets;

  void begin() {
    count = 0;
    sum.clear();
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
    sum.add(value);
    last = value;
    count++;
  }

  int count() {
    return count;
  }

  double sum() {
    return sum.value();
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
