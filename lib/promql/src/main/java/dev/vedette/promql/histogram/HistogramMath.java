package dev.vedette.promql.histogram;

import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.promql.histogram.HistogramDraft.Reconciled;
import java.util.function.DoubleBinaryOperator;

/**
 * Arithmetic of native histograms. What comes in is left as it is, what comes out has float counts.
 * Costs are linear in the buckets.
 *
 * <p>Two histograms of different layouts are brought to what both have before they are put
 * together: the lower resolution, the wider zero bucket, the custom bounds in common. Exponential
 * and custom buckets have nothing in common, see {@link #areCompatible}.
 */
public final class HistogramMath {
  private HistogramMath() {}

  /**
   * A result, and what had to be reconciled for it.
   *
   * @param resetsCollide whether one said that the counter was reset and the other that it was not
   * @param boundsReconciled whether custom bounds differed
   */
  public record Combined(Histogram histogram, boolean resetsCollide, boolean boundsReconciled) {
    private static Combined of(Histogram histogram, Reconciled reconciled) {
      return new Combined(histogram, reconciled.resets(), reconciled.bounds());
    }
  }

  /** Whether two can be added and subtracted: both have custom buckets, or both have not. */
  public static boolean areCompatible(Histogram a, Histogram b) {
    return a.layout().isCustom() == b.layout().isCustom();
  }

  /** The sum of two that are compatible. */
  public static Combined add(Histogram a, Histogram b) {
    return a.layout().equals(b.layout()) && a.reset() == b.reset()
        ? new Combined(alike(a, b, Double::sum), false, false)
        : combine(a, b, 1);
  }

  /** The difference of two that are compatible; its hint is reconciled as that of a sum. */
  public static Combined subtract(Histogram a, Histogram b) {
    return a.layout().equals(b.layout()) && a.reset() == b.reset()
        ? new Combined(alike(a, b, (x, y) -> x - y), false, false)
        : combine(a, b, -1);
  }

  private static Combined combine(Histogram a, Histogram b, double factor) {
    HistogramDraft draft = HistogramDraft.of(a);
    Reconciled reconciled = draft.add(HistogramDraft.of(b), factor);
    return Combined.of(draft.finish(), reconciled);
  }

  /** Column by column, which is what nearly all pairs allow. */
  private static Histogram alike(Histogram a, Histogram b, DoubleBinaryOperator op) {
    long[] columns = new long[a.layout().columns()];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = Double.doubleToRawLongBits(op.applyAsDouble(column(a, i), column(b, i)));
    }
    long sum = Double.doubleToRawLongBits(op.applyAsDouble(a.sum(), b.sum()));
    return Histogram.ofColumns(a.layout(), true, a.reset(), sum, columns);
  }

  static double column(Histogram histogram, int column) {
    return histogram.isFloat()
        ? Double.longBitsToDouble(histogram.column(column))
        : (double) histogram.column(column);
  }

  /** All counts and the sum times a factor; where that is negative, a gauge. */
  public static Histogram multiply(Histogram histogram, double factor) {
    return HistogramDraft.of(histogram).multiply(factor).finish();
  }

  /** All counts and the sum divided; by zero, there are no buckets left. */
  public static Histogram divide(Histogram histogram, double divisor) {
    return HistogramDraft.of(histogram).divide(divisor).finish();
  }

  /** Without the buckets that are empty. */
  public static Histogram compact(Histogram histogram) {
    HistogramLayout layout = histogram.layout();
    for (int i = HistogramLayout.BUCKETS; i < layout.columns(); i++) {
      if (column(histogram, i) == 0) {
        return HistogramDraft.of(histogram).compact().finish();
      }
    }
    return histogram;
  }

  /** To a lower resolution; histograms of that or a lower one already are given back. */
  public static Histogram reduce(Histogram histogram, int schema) {
    return histogram.layout().isCustom() || histogram.layout().schema() <= schema
        ? histogram
        : HistogramDraft.of(histogram).reduceTo(schema).finish();
  }

  /** Whether both have the same buckets with the same counts; hints do not count. */
  public static boolean areEqual(Histogram a, Histogram b) {
    if (!a.layout().equals(b.layout()) || !same(a.sum(), b.sum())) {
      return false;
    }
    for (int i = 0; i < a.layout().columns(); i++) {
      if (!same(column(a, i), column(b, i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean same(double a, double b) {
    return a == b || Double.isNaN(a) && Double.isNaN(b);
  }
}
