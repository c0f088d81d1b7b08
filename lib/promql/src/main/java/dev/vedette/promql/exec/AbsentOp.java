package dev.vedette.promql.exec;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One series with 1 at the steps where the inner vector has no point at all. */
public record AbsentOp(VectorOp inner, Labels labels) implements VectorOp {
  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    double[] column = new double[steps.count()];
    Arrays.fill(column, 1);
    try (VectorStream stream = inner.open(evaluation, steps)) {
      VectorBatch batch = new VectorBatch(steps.count());
      while (stream.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          clear(column, batch.column(i), batch.histograms(i));
        }
      }
    }
    return new ListStream(List.of(new Series(labels, false, column)));
  }

  private static void clear(
      double[] column, double[] present, @Nullable Histogram @Nullable [] histograms) {
    for (int i = 0; i < column.length; i++) {
      if (Points.isPresent(present[i]) || histograms != null && histograms[i] != null) {
        column[i] = Points.NONE;
      }
    }
  }
}
