package dev.vedette.promql.exec;

import java.util.List;

/** Makes sure that no two series have the same labels, after something took labels away. */
public record DistinctOp(VectorOp inner) implements VectorOp {
  @Override
  public List<Series> all(Evaluation evaluation, Steps steps) {
    Merge merge = Merge.sameLabels();
    inner.all(evaluation, steps).forEach(merge::add);
    return merge.series();
  }

  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    return new ListStream(all(evaluation, steps));
  }
}
