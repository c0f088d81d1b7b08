package dev.vedette.promql.numbers;

import org.jspecify.annotations.Nullable;

/**
 * A sum without any error but the rounding of its value, and so the same in whatever order numbers
 * are added: three doubles that have it for their sum, and a {@link BigSum} for what these cannot
 * hold. One thread.
 *
 * <p>Method: each double takes what the one before lost to rounding (Knuth, "The Art of Computer
 * Programming" 2, section 4.2.2, theorem B); the value is rounded once by way of rounding to odd
 * (Boldo and Melquiond, "Emulation of a FMA and correctly rounded sums", IEEE Transactions on
 * Computers 57(4), 2008).
 */
public final class ExactSum {
  /** Sums of fewer than 1e17 numbers below this cannot overflow. */
  public static final double ORDINARY = 1e290;

  private double high;
  private double middle;
  private double low;
  private double special;
  private @Nullable BigSum big;

  public void reset() {
    high = 0;
    middle = 0;
    low = 0;
    special = 0;
    big = null;
  }

  public void add(double value) {
    if (!(Math.abs(value) < ORDINARY)) {
      addExtraordinary(value);
      return;
    }
    double first = high + value;
    double lost = lostBy(high, value, first);
    double second = middle + lost;
    double lostAgain = lostBy(middle, lost, second);
    double third = low + lostAgain;
    double left = lostBy(low, lostAgain, third);
    high = first;
    middle = second;
    low = third;
    if (left != 0) {
      big().add(left);
    }
  }

  /** Adds the exact product of two numbers that are neither huge nor tiny. */
  public void addProduct(double a, double b) {
    double product = a * b;
    add(product);
    if (Double.isFinite(product)) {
      add(Math.fma(a, b, -product));
    }
  }

  private void addExtraordinary(double value) {
    if (Double.isFinite(value)) {
      big().add(value);
    } else {
      special += value;
    }
  }

  private BigSum big() {
    BigSum all = big;
    if (all == null) {
      all = new BigSum();
      big = all;
    }
    return all;
  }

  /** The sum, rounded once; what is not finite stays so. */
  public double value() {
    BigSum more = big;
    if (special != 0) {
      return special;
    }
    if (more == null) {
      return rounded(high, middle, low);
    }
    more.add(high);
    more.add(middle);
    more.add(low);
    high = 0;
    middle = 0;
    low = 0;
    return more.value();
  }

  /** What rounding took from the sum of two numbers. */
  public static double lostBy(double a, double b, double sum) {
    double added = sum - a;
    return (a - (sum - added)) + (b - added);
  }

  /** The sum of three numbers, none of them near overflow, rounded once; zero is positive. */
  public static double rounded(double a, double b, double c) {
    double high = a;
    double middle = b;
    double low = c;
    boolean settled = false;
    while (!settled) {
      double lower = middle + low;
      double upper = high + lower;
      double rest = lostBy(high, lower, upper);
      low = lostBy(middle, low, lower);
      settled = upper == high && rest == middle;
      high = upper;
      middle = rest;
    }
    return high + toOdd(middle, low) + 0.0;
  }

  /** The sum of two numbers; where it is not exact, the neighbour with an odd last bit. */
  private static double toOdd(double a, double b) {
    double sum = a + b;
    double lost = lostBy(a, b, sum);
    if (lost == 0 || (Double.doubleToRawLongBits(sum) & 1) != 0) {
      return sum;
    }
    return lost > 0 ? Math.nextUp(sum) : Math.nextDown(sum);
  }
}
