package dev.vedette.promql.numbers;

/**
 * A compensated sum: what rounding took away is kept beside it (Neumaier 1974, an improvement of
 * Kahan's). Sums of many values of different size lose no digits that way.
 */
public final class KahanSum {
  private double sum;
  private double lost;

  public void reset() {
    set(0, 0);
  }

  public void set(double newSum, double newLost) {
    sum = newSum;
    lost = newLost;
  }

  public void add(double value) {
    double next = sum + value;
    lost = lostBy(sum, value, next, lost);
    sum = next;
  }

  /** What is lost in all once {@code sum + value} gave {@code next}. */
  public static double lostBy(double sum, double value, double next, double lostBefore) {
    if (Double.isInfinite(next)) {
      return 0;
    }
    return Math.abs(sum) >= Math.abs(value)
        ? lostBefore + (sum - next + value)
        : lostBefore + (value - next + sum);
  }

  public double rawSum() {
    return sum;
  }

  public double lost() {
    return lost;
  }

  /** The sum with what was lost. */
  public double value() {
    return settle(sum, lost);
  }

  /** A sum with what was lost of it. */
  public static double settle(double sum, double lost) {
    return Double.isInfinite(sum) ? sum : sum + lost;
  }
}
