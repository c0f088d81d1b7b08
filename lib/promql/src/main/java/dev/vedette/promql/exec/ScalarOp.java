package dev.vedette.promql.exec;

import java.util.Arrays;

/** Part of a plan that gives one number at each step. */
public interface ScalarOp {
  /** One value a step; the caller must not change them. */
  double[] evaluate(Evaluation evaluation, Steps steps);

  /** The same number at every step. */
  static ScalarOp constant(double value) {
    return (_, steps) -> {
      double[] column = new double[steps.count()];
      Arrays.fill(column, value);
      return column;
    };
  }
}
