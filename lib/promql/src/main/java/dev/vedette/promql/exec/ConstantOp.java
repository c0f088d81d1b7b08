package dev.vedette.promql.exec;

import java.util.Arrays;

/** A vector that is the same at every step: evaluated at the first, given at all. */
public record ConstantOp(VectorOp inner) implements VectorOp {
  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    Steps first = Steps.at(steps.startMillis());
    if (steps.count() == 1) {
      return inner.open(evaluation, first);
    }
    VectorStream stream = inner.open(evaluation, first);
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
          batch.add(single.labels(i), single.nameDropped(i));
        }
        return true;
      }

      @Override
      public void close() {
        stream.close();
      }
    };
  }
}
