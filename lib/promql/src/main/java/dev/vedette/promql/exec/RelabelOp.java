package dev.vedette.promql.exec;

import dev.vedette.model.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Changes the labels of each series. Two that become the same are an error where both have a point.
 *
 * @param target the label that is set; a metric name set here is not dropped any more
 * @param change gives back the very labels it got where it leaves them alone
 */
public record RelabelOp(VectorOp inner, String target, UnaryOperator<Labels> change)
    implements VectorOp {
  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    return new ListStream(all(evaluation, steps));
  }

  @Override
  public List<Series> all(Evaluation evaluation, Steps steps) {
    Merge merge = Merge.sameLabels();
    List<Series> renamed = new ArrayList<>();
    for (Series series : inner.all(evaluation, steps)) {
      Labels labels = change.apply(series.labels());
      @SuppressWarnings("ReferenceEquality") // the same labels set anew still count as set
      boolean changed = labels != series.labels();
      if (changed) {
        evaluation.hold(labels);
        evaluation.check();
      }
      boolean named = changed && target.equals(Labels.METRIC_NAME);
      renamed.add(series.relabeled(labels, series.nameDropped() && !named));
    }
    renamed.forEach(merge::add);
    return merge.series();
  }
}
