package dev.vedette.promql.exec;

import dev.vedette.model.partial.ExactColumns;
import dev.vedette.promql.numbers.BigSum;
import dev.vedette.promql.numbers.ExactSum;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Exact sums of columns, one a step ({@link ExactSum} says how): the same whatever the order in
 * which columns come and however they were added up before. Where values of a step differ by more
 * than three doubles can hold, it has a {@link BigSum} of its own. One thread.
 *
 * <p>A column without gaps, near overflow nowhere, goes through a loop that has no branches, which
 * processors do several steps of at once.
 */
final class ExactSums {
  /** What sums may take; ends the query by what it throws. */
  interface Bounds {
    /** Told of memory before it is taken. */
    void hold(long bytes);

    /** Told of time, now and then. */
    default void check() {}
  }

  // That takes a millisecond or two.
  private static final int WHOLES_BETWEEN_CHECKS = 256;

  /** Columns of doubles besides the one of the result. */
  static final int COLUMNS = 3;

  private final double[] high;
  private final double[] middle;
  private final double[] low;
  // What was too small to be added to the other three; in the end the result.
  private final double[] left;
  private final boolean[] present;
  private final Bounds bounds;
  // Infinite, or no number, where any value was.
  private double @Nullable [] special;
  private @Nullable BigSum @Nullable [] big;
  private int wholes;

  /**
   * @param bounds of memory that is taken besides {@link #COLUMNS}, and of time
   */
  ExactSums(int steps, Bounds bounds) {
    this.high = new double[steps];
    this.middle = new double[steps];
    this.low = new double[steps];
    this.left = new double[steps];
    this.present = new boolean[steps];
    this.bounds = bounds;
  }

  boolean isPresent(int step) {
    return present[step];
  }

  /** Adds a column, which has {@link Points#NONE} where there is nothing to add. */
  void add(double[] column) {
    int from = 0;
    int to = high.length;
    while (from < to && Points.isNone(column[from])) {
      from++;
    }
    while (to > from && Points.isNone(column[to - 1])) {
      to--;
    }
    if (isOrdinary(column, from, to)) {
      Arrays.fill(present, from, to, true);
      addOrdinary(column, from, to);
      return;
    }
    for (int i = from; i < to; i++) {
      double value = column[i];
      if (Points.isPresent(value)) {
        present[i] = true;
        if (Math.abs(value) < ExactSum.ORDINARY) {
          addOrdinary(column, i, i + 1);
        } else if (Double.isFinite(value)) {
          big(i).add(value);
        } else {
          special()[i] += value;
        }
      }
    }
  }

  /** Adds what other sums were, but for what they have of small numbers. */
  void add(ExactColumns sums) {
    sums.ordinary().forEach(this::add);
    for (double[] column : sums.large()) {
      for (int i = 0; i < column.length; i++) {
        if (Points.isPresent(column[i]) && column[i] != 0) {
          present[i] = true;
          big(i).add(column[i], ExactColumns.POWER);
        }
      }
    }
  }

  private static boolean isOrdinary(double[] column, int from, int to) {
    boolean ordinary = true;
    for (int i = from; i < to; i++) {
      ordinary &= Math.abs(column[i]) < ExactSum.ORDINARY;
    }
    return ordinary;
  }

  private void addOrdinary(double[] column, int from, int to) {
    addEach(column, from, to, high, middle, low, left);
    long bits = 0;
    for (int i = from; i < to; i++) {
      bits |= Double.doubleToRawLongBits(left[i]);
    }
    // But for the signs of zeros.
    if (bits << 1 != 0) {
      spill(from, to);
    }
  }

  private static void addEach(
      double[] column,
      int from,
      int to,
      double[] high,
      double[] middle,
      double[] low,
      double[] left) {
    for (int i = from; i < to; i++) {
      double value = column[i];
      double first = high[i];
      double sum = first + value;
      double added = sum - first;
      double lost = (first - (sum - added)) + (value - added);
      high[i] = sum;
      double second = middle[i];
      double sumOfLost = second + lost;
      double addedLost = sumOfLost - second;
      double lostAgain = (second - (sumOfLost - addedLost)) + (lost - addedLost);
      middle[i] = sumOfLost;
      double third = low[i];
      double last = third + lostAgain;
      double addedLast = last - third;
      low[i] = last;
      left[i] = (third - (last - addedLast)) + (lostAgain - addedLast);
    }
  }

  private void spill(int from, int to) {
    for (int i = from; i < to; i++) {
      if (left[i] != 0) {
        BigSum all = big(i);
        all.add(left[i]);
        all.add(low[i]);
        all.add(middle[i]);
        low[i] = 0;
        middle[i] = 0;
      }
    }
  }

  private double[] special() {
    double[] column = special;
    if (column == null) {
      bounds.hold((long) Double.BYTES * high.length);
      column = new double[high.length];
      special = column;
    }
    return column;
  }

  private BigSum big(int step) {
    @Nullable BigSum[] all = big;
    if (all == null) {
      bounds.hold((long) Long.BYTES * high.length);
      all = new BigSum[high.length];
      big = all;
    }
    BigSum found = all[step];
    if (found == null) {
      bounds.hold(BigSum.BYTES);
      found = new BigSum();
      all[step] = found;
    }
    return found;
  }

  /** Whether any value of a step was infinite or no number. */
  boolean isSpecial(int step) {
    double[] column = special;
    return column != null && column[step] != 0;
  }

  /** The sum of a step, rounded once; what is not finite stays so. Only where there is any. */
  double sum(int step) {
    double[] others = special;
    if (others != null && others[step] != 0) {
      return others[step];
    }
    BigSum all = whole(step);
    return all == null ? ExactSum.rounded(high[step], middle[step], low[step]) : all.value();
  }

  /**
   * The sums of all steps, {@link Points#NONE} where there is none; nothing is added afterwards.
   */
  double[] sums() {
    for (int i = 0; i < left.length; i++) {
      left[i] = present[i] ? sum(i) : Points.NONE;
    }
    return left;
  }

  /** The sum of a step divided, finite where only the sum itself is too large. */
  double mean(int step, double count) {
    double sum = sum(step);
    BigSum all = whole(step);
    if (Double.isInfinite(sum) && !isSpecial(step) && all != null) {
      // By more than as many values as there can be.
      return Math.scalb(all.scaled(-64) / count, 64);
    }
    return sum / count;
  }

  /** All of a step in one where three doubles do not hold it. */
  private @Nullable BigSum whole(int step) {
    @Nullable BigSum[] all = big;
    BigSum found = all == null ? null : all[step];
    if (found != null) {
      if (++wholes % WHOLES_BETWEEN_CHECKS == 0) {
        bounds.check();
      }
      found.add(high[step]);
      found.add(middle[step]);
      found.add(low[step]);
      high[step] = 0;
      middle[step] = 0;
      low[step] = 0;
    }
    return found;
  }

  /** Whether the sum of a step is the three doubles of {@link #parts}. */
  boolean isPlain(int step) {
    @Nullable BigSum[] all = big;
    return all == null || all[step] == null;
  }

  /** Three numbers that have the sum of a plain step for their exact sum. */
  double[] parts(int step) {
    return new double[] {high[step], middle[step], low[step]};
  }

  /** The exact sum of what is finite at a step, in units of 2 to {@link BigSum#LOWEST}. */
  BigInteger units(int step) {
    BigSum all = whole(step);
    if (all == null) {
      all = new BigSum();
      for (double part : parts(step)) {
        all.add(part);
      }
    }
    return all.units();
  }

  /**
   * Columns that have the sums for their exact sums, with {@link Points#NONE} in all of them where
   * there is none: to be added to other sums.
   */
  ExactColumns columns() {
    List<double[]> ordinary = new ArrayList<>();
    List<double[]> large = new ArrayList<>();
    ordinary.add(column());
    for (int step = 0; step < present.length; step++) {
      if (!present[step]) {
        continue;
      }
      if (isSpecial(step)) {
        put(new double[] {sum(step)}, step, ordinary);
        continue;
      }
      BigSum all = whole(step);
      if (all == null) {
        put(parts(step), step, ordinary);
      } else {
        BigSum.Parts parts = all.parts(ExactColumns.POWER);
        put(parts.ordinary(), step, ordinary);
        put(parts.large(), step, large);
      }
    }
    return new ExactColumns(ordinary, large, List.of());
  }

  private void put(double[] parts, int step, List<double[]> columns) {
    int at = 0;
    for (double part : parts) {
      if (part != 0) {
        if (at == columns.size()) {
          columns.add(column());
        }
        columns.get(at++)[step] = part;
      }
    }
  }

  private double[] column() {
    bounds.hold((long) Double.BYTES * present.length);
    double[] column = new double[present.length];
    for (int i = 0; i < column.length; i++) {
      column[i] = present[i] ? 0 : Points.NONE;
    }
    return column;
  }
}
