package dev.vedette.promql.exec;

import dev.vedette.model.Histogram;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A vector that is the same at every step: evaluated at the first, given at all. */
public record ConstantOp(VectorOp inner) implements VectorOp {
  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    Steps first = Steps.at(steps.startMillis());
    if (steps.count() == 1) {
      return inner.open(evaluation, first);
    }
    Evaluation once =
        evaluation.counting(
            evaluation.counts().once(first), outer -> Steps.at(outer.startMillis()));
    VectorStream stream = inner.open(once, first);
    VectorBatch single = new VectorBatch(1);
    return new VectorStream() {
      @Override
      public boolean next(VectorBatch batch) {
        batch.clear();
        if (!stream.next(single)) {
          return false;
        }
        for (int i = 0; i < single.count(); i++) {
          Arrays.fill(batch.nextColumn(), single.column(i)[0]);
          batch.add(single.labels(i), single.nameDropped(i), repeated(i));
        }
        return true;
      }

      private @Nullable Histogram @Nullable [] repeated(int series) {
        @Nullable Histogram[] points = single.histograms(series);
        if (points == null) {
          return null;
        }
        @Nullable Histogram[] column = new Histogram[steps.count()];
        Arrays.fill(column, points[0]);
        return column;
      }

      @Override
      public void close() {
        stream.close();
      }
    };
  }
}
