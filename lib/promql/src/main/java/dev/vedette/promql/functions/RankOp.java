package dev.vedette.promql.functions;

import dev.vedette.model.partial.PartialCursor;
import dev.vedette.model.partial.PartialGroup;
import dev.vedette.model.partial.PartialSeries;
import dev.vedette.model.partial.Reduction;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.Grouping;
import dev.vedette.promql.exec.PushedPoints;
import dev.vedette.promql.exec.ScalarOp;
import dev.vedette.promql.exec.Series;
import dev.vedette.promql.exec.Steps;
import dev.vedette.promql.exec.VectorBatch;
import dev.vedette.promql.exec.VectorOp;
import dev.vedette.promql.exec.VectorStream;
import dev.vedette.promql.parse.AggregationOp;
import dev.vedette.promql.parse.SourceRange;
import java.util.List;
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
 * @param pushed the operand, where a source may choose from it itself; null where not
 */
public record RankOp(
    VectorOp inner,
    Grouping grouping,
    ScalarOp parameter,
    AggregationOp op,
    SourceRange where,
    @Nullable PushedPoints pushed)
    implements VectorOp {
  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    Ranking ranking = ranking(evaluation, steps);
    try (PartialCursor answers = ask(evaluation, steps, ranking)) {
      if (answers != null) {
        ranking.putTogether(answers);
        return ranking.results();
      }
    }
    try (VectorStream stream = inner.open(evaluation, steps)) {
      ranking.addAll(stream);
    }
    return ranking.results();
  }

  private Ranking ranking(Evaluation evaluation, Steps steps) {
    int[] most = GroupFunctions.counts(parameter.evaluate(evaluation, steps));
    return new Ranking(evaluation, most, grouping, op, evaluation.notes(where));
  }

  private @Nullable PartialCursor ask(Evaluation evaluation, Steps steps, Ranking ranking) {
    return pushed == null
        ? null
        : pushed.ask(
            evaluation,
            steps,
            new PushedPoints.Asked(
                Reduction.valueOf(op.name()), grouping, ranking.most(), evaluation.notes(where)));
  }

  /**
   * What another asker chooses from.
   *
   * @param chosen where the series go that have some of the best values
   */
  public List<PartialGroup> parts(Evaluation evaluation, Steps steps, List<PartialSeries> chosen) {
    Ranking ranking = ranking(evaluation, steps);
    try (VectorStream stream = inner.open(evaluation, steps)) {
      ranking.addAll(stream);
    }
    List<PartialGroup> groups = ranking.parts();
    try (VectorStream stream = ranking.results()) {
      VectorBatch batch = new VectorBatch(steps.count());
      while (stream.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          Series series = batch.take(i);
          evaluation.holdBytes((long) Double.BYTES * steps.count());
          chosen.add(
              new PartialSeries(series.labels(), series.nameDropped(), series.values(), null));
        }
      }
    }
    return groups;
  }
}
