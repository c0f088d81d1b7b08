package dev.vedette.promql.functions;

import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.RangeFunction;
import dev.vedette.promql.exec.RangeSamples;
import dev.vedette.promql.numbers.KahanSum;

/** Least-squares line through the samples of a window. */
record Regression(double slope, double intercept) {
  /**
   * @param originMillis where the intercept is taken
   */
  static Regression of(RangeSamples samples, int from, int to, long originMillis) {
    KahanSum sumX = new KahanSum();
    KahanSum sumY = new KahanSum();
    KahanSum sumXy = new KahanSum();
    KahanSum sumXx = new KahanSum();
    boolean constant = true;
    double first = samples.value(from);
    for (int i = from; i < to; i++) {
      double x = (samples.timestamp(i) - originMillis) / 1000.0;
      double y = samples.value(i);
      constant &= y == first;
      sumX.add(x);
      sumY.add(y);
      sumXy.add(x * y);
      sumXx.add(x * x);
    }
    if (constant) {
      return Double.isInfinite(first)
          ? new Regression(Double.NaN, Double.NaN)
          : new Regression(0, first);
    }
    double n = to - from;
    double x = sumX.rawSum() + sumX.lost();
    double y = sumY.rawSum() + sumY.lost();
    double covariance = sumXy.rawSum() + sumXy.lost() - x * y / n;
    double variance = sumXx.rawSum() + sumXx.lost() - x * x / n;
    double slope = covariance / variance;
    return new Regression(slope, y / n - slope * x / n);
  }

  /** {@code deriv}. */
  static double derivative(RangeSamples samples, int from, int to, int step) {
    return to - from < 2 ? Points.NONE : of(samples, from, to, samples.timestamp(from)).slope();
  }

  /** {@code predict_linear}. */
  static double prediction(RangeSamples samples, int from, int to, int step) {
    if (to - from < 2) {
      return Points.NONE;
    }
    Regression line = of(samples, from, to, samples.windows().stepMillis(step));
    return line.slope() * samples.argument(0, step) + line.intercept();
  }

  static final RangeFunction DERIV = RangeFunction.ofWindow(Regression::derivative);
  static final RangeFunction PREDICT = RangeFunction.ofWindow(Regression::prediction);
}
