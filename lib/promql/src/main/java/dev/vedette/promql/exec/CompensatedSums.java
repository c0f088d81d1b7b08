package dev.vedette.promql.exec;

import dev.vedette.promql.exec.Accumulators.FloatAccumulator;
import dev.vedette.promql.numbers.KahanSum;

/**
 * Sums of columns, each step compensated for itself, in the order the columns come.
 *
 * <p>Most columns have a point at all steps between their first and their last, as had those
 * before, and no value near overflow. What rounding takes away is then worked out without a look at
 * which of two numbers is the larger (Knuth, "The Art of Computer Programming" 2, section 4.2.2):
 * the same error to the bit, in a loop that the processor does several steps of at once.
 */
final class CompensatedSums implements FloatAccumulator {
  // Sums of fewer than 1e17 of these cannot overflow.
  private static final double ORDINARY = 1e290;

  private final double[] sums;
  private final double[] lost;
  // Steps that all have a sum, of ordinary values only.
  private int from;
  private int to;
  // A value was not ordinary, so that sums may be of any size.
  private boolean givesUp;

  CompensatedSums(int steps) {
    sums = Accumulators.none(steps);
    lost = new double[steps];
  }

  @Override
  public void add(double[] column) {
    int first = 0;
    int end = sums.length;
    while (first < end && Points.isNone(column[first])) {
      first++;
    }
    while (end > first && Points.isNone(column[end - 1])) {
      end--;
    }
    boolean whole = isOrdinary(column, first, end);
    if (whole && from <= first && end <= to) {
      addOrdinary(column, first, end);
      return;
    }
    boolean ordinary = true;
    for (int i = first; i < end; i++) {
      double value = column[i];
      if (Points.isPresent(value)) {
        ordinary &= Math.abs(value) < ORDINARY;
        add(i, value);
      }
    }
    if (!ordinary) {
      givesUp = true;
      to = from;
    } else if (whole && !givesUp) {
      extend(first, end);
    }
  }

  /** Steps that touch those that are known to be ordinary are so, too. */
  private void extend(int first, int end) {
    if (from == to) {
      from = first;
      to = end;
    } else if (first <= to && from <= end) {
      from = Math.min(from, first);
      to = Math.max(to, end);
    }
  }

  private static boolean isOrdinary(double[] column, int first, int end) {
    boolean ordinary = true;
    for (int i = first; i < end; i++) {
      ordinary &= Math.abs(column[i]) < ORDINARY;
    }
    return ordinary;
  }

  private void addOrdinary(double[] column, int first, int end) {
    double[] all = sums;
    double[] errors = lost;
    for (int i = first; i < end; i++) {
      double value = column[i];
      double before = all[i];
      double next = before + value;
      double added = next - before;
      errors[i] += (before - (next - added)) + (value - added);
      all[i] = next;
    }
  }

  private void add(int step, double value) {
    double before = sums[step];
    if (Points.isNone(before)) {
      sums[step] = value;
    } else {
      double next = before + value;
      lost[step] = KahanSum.lostBy(before, value, next, lost[step]);
      sums[step] = next;
    }
  }

  @Override
  public double[] finish() {
    for (int i = 0; i < sums.length; i++) {
      if (Points.isPresent(sums[i]) && !Double.isInfinite(sums[i])) {
        sums[i] += lost[i];
      }
    }
    return sums;
  }
}
