package dev.vedette.promql.exec;

import dev.vedette.promql.explain.PlanNode;
import dev.vedette.promql.explain.PlanTrace;
import java.util.List;

/** A part of a plan whose work is written down. */
public record MeasuredOp(VectorOp inner, PlanNode node, PlanTrace trace) implements VectorOp {
  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    VectorStream stream = trace.work(node, () -> inner.open(evaluation, steps));
    return new VectorStream() {
      @Override
      public boolean next(VectorBatch batch) {
        boolean any = trace.work(node, () -> stream.next(batch));
        trace.gave(node, batch.count(), steps.count());
        return any;
      }

      @Override
      public void close() {
        stream.close();
      }
    };
  }

  @Override
  public List<Series> all(Evaluation evaluation, Steps steps) {
    List<Series> all = trace.work(node, () -> inner.all(evaluation, steps));
    trace.gave(node, all.size(), steps.count());
    return all;
  }
}
