package dev.vedette.promql.functions;

import dev.vedette.promql.exec.Notes;
import dev.vedette.promql.numbers.GoFormat;
import java.util.Arrays;

/** Quantiles of plain values. */
public final class Quantiles {
  private Quantiles() {}

  /**
   * The q-quantile of the first {@code count} values, which it sorts, NaN lowest; between two
   * values by linear interpolation.
   */
  public static double of(double q, double[] values, int count) {
    if (count == 0 || Double.isNaN(q)) {
      return Double.NaN;
    }
    if (q < 0) {
      return Double.NEGATIVE_INFINITY;
    }
    if (q > 1) {
      return Double.POSITIVE_INFINITY;
    }
    sortNanFirst(values, count);
    double rank = q * (count - 1);
    int lower = Math.max(0, (int) Math.floor(rank));
    int upper = Math.min(count - 1, lower + 1);
    double weight = rank - Math.floor(rank);
    return values[lower] * (1 - weight) + values[upper] * weight;
  }

  private static void sortNanFirst(double[] values, int count) {
    Arrays.sort(values, 0, count);
    int numbers = count;
    while (numbers > 0 && Double.isNaN(values[numbers - 1])) {
      numbers--;
    }
    if (numbers < count) {
      System.arraycopy(values, 0, values, count - numbers, numbers);
      Arrays.fill(values, 0, count - numbers, Double.NaN);
    }
  }

  /** Warns of a quantile that no values can have. */
  public static void check(double q, Notes notes) {
    if (Double.isNaN(q) || q < 0 || q > 1) {
      notes.warn("quantile value should be between 0 and 1, got " + GoFormat.general(q));
    }
  }
}
