package dev.vedette.promql.exec;

import dev.vedette.model.Histogram;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A column in the making whose points are numbers or histograms. */
public final class PointColumn {
  private final double[] values;
  private @Nullable Histogram @Nullable [] histograms;

  private PointColumn(double[] values) {
    this.values = values;
  }

  /** A column without points; the array becomes its own. */
  public static PointColumn in(double[] values) {
    Arrays.fill(values, Points.NONE);
    return new PointColumn(values);
  }

  /** A column without points. */
  public static PointColumn of(int steps) {
    return in(new double[steps]);
  }

  /** A column that has numbers already; the array becomes its own. */
  static PointColumn with(double[] values) {
    return new PointColumn(values);
  }

  public void set(int step, double value) {
    values[step] = value;
  }

  public void set(int step, Histogram histogram) {
    @Nullable Histogram[] column = histograms;
    if (column == null) {
      column = new Histogram[values.length];
      histograms = column;
    }
    column[step] = histogram;
  }

  public int steps() {
    return values.length;
  }

  public double[] values() {
    return values;
  }

  /** Null where no point is a histogram. */
  public @Nullable Histogram @Nullable [] histograms() {
    return histograms;
  }

  boolean isPresent(int step) {
    return !Points.isNone(values[step]) || histograms != null && histograms[step] != null;
  }

  boolean anyPresent() {
    return histograms != null || Points.any(values, values.length);
  }
}
