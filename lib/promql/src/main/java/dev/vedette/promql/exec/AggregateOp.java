package dev.vedette.promql.exec;

import dev.vedette.model.SeriesOrder;
import dev.vedette.model.partial.PartialAnswer;
import dev.vedette.model.partial.PartialCursor;
import dev.vedette.model.partial.PartialGroup;
import dev.vedette.model.partial.PartialSeries;
import dev.vedette.model.partial.Reduction;
import dev.vedette.promql.parse.AggregationOp;
import dev.vedette.promql.parse.SourceRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An aggregation that needs no more than a few numbers a group and step: memory is groups × steps
 * and one batch. A source that can do it itself is asked to, and what it gives put together; the
 * result is the same to the bit.
 *
 * @param where the aggregation stands in the expression
 * @param pushed the operand, where a source may work on it; null where not
 */
public record AggregateOp(
    VectorOp inner,
    Grouping grouping,
    AggregationOp op,
    SourceRange where,
    @Nullable PushedPoints pushed)
    implements VectorOp {
  private static final Comparator<PartialSeries> IN_ORDER =
      Comparator.comparing(PartialSeries::labels, SeriesOrder.INSTANCE);

  @Override
  public List<Series> all(Evaluation evaluation, Steps steps) {
    Groups groups = groups(evaluation, steps);
    try (PartialCursor answers = ask(evaluation, steps)) {
      if (answers != null) {
        putTogether(evaluation, answers, groups);
        return groups.results();
      }
    }
    try (VectorStream stream = inner.open(evaluation, steps)) {
      groups.addAll(stream);
    }
    return groups.results();
  }

  private Groups groups(Evaluation evaluation, Steps steps) {
    return new Groups(evaluation, steps.count(), grouping, op, evaluation.notes(where));
  }

  private @Nullable PartialCursor ask(Evaluation evaluation, Steps steps) {
    return pushed == null
        ? null
        : pushed.ask(
            evaluation,
            steps,
            new PushedPoints.Asked(
                Reduction.valueOf(op.name()), grouping, new int[0], evaluation.notes(where)));
  }

  private static void putTogether(Evaluation evaluation, PartialCursor answers, Groups groups) {
    List<PartialSeries> apart = new ArrayList<>();
    for (PartialAnswer answer = answers.next(); answer != null; answer = answers.next()) {
      answer.groups().forEach(groups::add);
      answer.series().forEach(series -> evaluation.holdBytes(PushedPoints.bytes(series)));
      apart.addAll(answer.series());
    }
    groups.inOrder();
    apart.sort(IN_ORDER);
    apart.forEach(groups::addHistograms);
  }

  /**
   * What another asker puts together.
   *
   * @param apart where series with histograms go, if the aggregation needs them
   */
  public List<PartialGroup> parts(Evaluation evaluation, Steps steps, List<PartialSeries> apart) {
    Groups groups = groups(evaluation, steps);
    boolean ofHistograms = op == AggregationOp.SUM || op == AggregationOp.AVG;
    try (VectorStream stream = inner.open(evaluation, steps)) {
      groups.addAll(stream, ofHistograms ? apart : null);
    }
    return groups.parts();
  }

  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    return new ListStream(all(evaluation, steps));
  }
}
