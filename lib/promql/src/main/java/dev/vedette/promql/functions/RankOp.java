package dev.vedette.promql.functions;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.promql.AnnotationTexts;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.Grouping;
import dev.vedette.promql.exec.Notes;
import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.ScalarOp;
import dev.vedette.promql.exec.Steps;
import dev.vedette.promql.exec.VectorBatch;
import dev.vedette.promql.exec.VectorOp;
import dev.vedette.promql.exec.VectorStream;
import dev.vedette.promql.parse.AggregationOp;
import dev.vedette.promql.parse.SourceRange;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code topk} and {@code bottomk}. Of each group and step it keeps the best k values that came so
 * far and the labels of their series, and one batch: memory is groups × steps × k, however many
 * series there are. Its series come group by group, in the order they came; of one step, which an
 * instant query has, the best first.
 *
 * @param parameter k, one value a step
 * @param op which of the two
 * @param where it stands in the expression
 */
public record RankOp(
    VectorOp inner, Grouping grouping, ScalarOp parameter, AggregationOp op, SourceRange where)
    implements VectorOp {
  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    int[] most = GroupFunctions.counts(parameter.evaluate(evaluation, steps));
    boolean isAny = Arrays.stream(most).anyMatch(k -> k > 0);
    Notes notes = evaluation.notes(where);
    Map<Labels, BestValues> groups = new LinkedHashMap<>();
    try (VectorStream stream = inner.open(evaluation, steps)) {
      VectorBatch batch = new VectorBatch(steps.count());
      while (stream.next(batch)) {
        evaluation.check();
        for (int i = 0; i < batch.count(); i++) {
          @Nullable Histogram[] histograms = batch.histograms(i);
          if (isAny && histograms != null && Points.any(histograms)) {
            notes.info(AnnotationTexts.ignoredInAggregation(op.text()));
          }
          Labels group = grouping.of(batch.labels(i));
          BestValues best = groups.get(group);
          if (best == null) {
            evaluation.hold(group);
            best = new BestValues(evaluation, most, op == AggregationOp.TOPK);
            groups.put(group, best);
          }
          best.add(batch.labels(i), batch.nameDropped(i), batch.column(i));
        }
      }
    }
    return new Results(groups.values().iterator());
  }

  /** One group after the other. */
  private static final class Results implements VectorStream {
    private final Iterator<BestValues> groups;
    private BestValues.@Nullable Results current;

    Results(Iterator<BestValues> groups) {
      this.groups = groups;
    }

    @Override
    public boolean next(VectorBatch batch) {
      batch.clear();
      while (!batch.isFull()) {
        BestValues.Results results = current;
        if (results == null || !results.hasNext()) {
          if (!groups.hasNext()) {
            break;
          }
          current = groups.next().results();
        } else {
          results.addNext(batch);
        }
      }
      return batch.count() > 0;
    }

    @Override
    public void close() {}
  }
}
