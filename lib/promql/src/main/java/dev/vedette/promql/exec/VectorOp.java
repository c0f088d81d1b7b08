package dev.vedette.promql.exec;

import java.util.ArrayList;
import java.util.List;

/** Part of a plan that gives an instant vector at each step. Immutable; opened once a query. */
public interface VectorOp {
  VectorStream open(Evaluation evaluation, Steps steps);

  /** Everything at once; counted against the query's budget of samples. */
  default List<Series> all(Evaluation evaluation, Steps steps) {
    List<Series> all = new ArrayList<>();
    try (VectorStream stream = open(evaluation, steps)) {
      VectorBatch batch = new VectorBatch(steps.count());
      while (stream.next(batch)) {
        evaluation.hold((long) batch.count() * steps.count());
        for (int i = 0; i < batch.count(); i++) {
          Series series = batch.take(i);
          evaluation.hold(series);
          all.add(series);
        }
      }
    }
    return all;
  }
}
