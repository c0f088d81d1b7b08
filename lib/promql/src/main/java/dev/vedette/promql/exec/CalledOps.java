package dev.vedette.promql.exec;

import dev.vedette.model.Labels;
import dev.vedette.promql.parse.BinaryOp;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** Scalars of vectors and vectors of scalars. */
public final class CalledOps {
  private CalledOps() {}

  /** {@code vector(s)}: one series without labels. */
  public static VectorOp vector(ScalarOp scalar) {
    return (evaluation, steps) ->
        new ListStream(
            List.of(new Series(Labels.EMPTY, false, scalar.evaluate(evaluation, steps).clone())));
  }

  /** {@code scalar(v)}: the value where there is exactly one series, NaN otherwise. */
  public static ScalarOp scalar(VectorOp vector) {
    return (evaluation, steps) -> {
      double[] result = new double[steps.count()];
      int[] counts = new int[steps.count()];
      try (VectorStream stream = vector.open(evaluation, steps)) {
        VectorBatch batch = new VectorBatch(steps.count());
        while (stream.next(batch)) {
          for (int i = 0; i < batch.count(); i++) {
            count(batch.column(i), result, counts);
          }
        }
      }
      for (int i = 0; i < result.length; i++) {
        result[i] = counts[i] == 1 ? result[i] : Double.NaN;
      }
      return result;
    };
  }

  private static void count(double[] column, double[] result, int[] counts) {
    for (int i = 0; i < column.length; i++) {
      if (Points.isPresent(column[i])) {
        result[i] = column[i];
        counts[i]++;
      }
    }
  }

  /** {@code time()}: each step's time in seconds. */
  public static ScalarOp time() {
    return (_, steps) -> {
      double[] column = new double[steps.count()];
      for (int i = 0; i < column.length; i++) {
        column[i] = steps.time(i) / 1000.0;
      }
      return column;
    };
  }

  /** An operator between two scalars. */
  public static ScalarOp binary(BinaryOp op, ScalarOp left, ScalarOp right) {
    return (evaluation, steps) -> {
      double[] a = left.evaluate(evaluation, steps);
      double[] b = right.evaluate(evaluation, steps);
      double[] column = new double[a.length];
      for (int i = 0; i < column.length; i++) {
        column[i] = BinaryMath.apply(op, a[i], b[i]);
      }
      return column;
    };
  }

  /** A function of one scalar. */
  public static ScalarOp map(ScalarOp scalar, DoubleUnaryOperator function) {
    return (evaluation, steps) ->
        Arrays.stream(scalar.evaluate(evaluation, steps)).map(function).toArray();
  }
}
