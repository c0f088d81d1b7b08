package dev.vedette.promql.exec;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.promql.parse.SourceRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An aggregation that needs no more than a few numbers a group and step: memory is groups × steps
 * and one batch. Series are added in the order they come, so that the result is the same each time.
 *
 * @param accumulators makes what gathers one group
 * @param where the aggregation stands in the expression
 */
public record AggregateOp(
    VectorOp inner, Grouping grouping, AccumulatorFactory accumulators, SourceRange where)
    implements VectorOp {
  // Besides the result: what sums lost to rounding, counts, means.
  private static final long ACCUMULATOR_COLUMNS = 2;

  /** Makes what gathers one group. */
  @FunctionalInterface
  public interface AccumulatorFactory {
    Accumulator make(int steps, Notes notes);
  }

  /** Gathers the series of one group. */
  public interface Accumulator {
    /** Adds a column, point by point. */
    void add(double[] column);

    /**
     * Adds the histograms of a series.
     *
     * @param metric the name of the series
     */
    void add(@Nullable Histogram[] column, String metric);

    /** The result; may be the accumulator's own array. */
    double[] finish();

    /** Histograms of the result, known once it is finished; null where there is none. */
    default @Nullable Histogram @Nullable [] histograms() {
      return null;
    }
  }

  private static final class Group {
    final Labels labels;
    final Accumulator accumulator;
    boolean nameDropped;
    boolean hasHistograms;

    Group(Labels labels, Accumulator accumulator) {
      this.labels = labels;
      this.accumulator = accumulator;
    }
  }

  @Override
  public List<Series> all(Evaluation evaluation, Steps steps) {
    List<Series> results = new ArrayList<>();
    for (Group group : groups(evaluation, steps)) {
      Accumulator accumulator = group.accumulator;
      double[] values = accumulator.finish();
      results.add(new Series(group.labels, group.nameDropped, values, accumulator.histograms()));
    }
    return results;
  }

  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    return new ListStream(all(evaluation, steps));
  }

  private List<Group> groups(Evaluation evaluation, Steps steps) {
    Map<Labels, Group> byLabels = new HashMap<>();
    List<Group> groups = new ArrayList<>();
    try (VectorStream stream = inner.open(evaluation, steps)) {
      VectorBatch batch = new VectorBatch(steps.count());
      while (stream.next(batch)) {
        evaluation.check();
        for (int i = 0; i < batch.count(); i++) {
          Labels labels = grouping.of(batch.labels(i));
          Group group = byLabels.get(labels);
          if (group == null) {
            evaluation.hold(steps.count());
            evaluation.hold(labels);
            evaluation.holdBytes(ACCUMULATOR_COLUMNS * Double.BYTES * steps.count());
            group = new Group(labels, accumulators.make(steps.count(), evaluation.notes(where)));
            byLabels.put(labels, group);
            groups.add(group);
          }
          group.nameDropped |= batch.nameDropped(i) && Series.hasName(labels);
          group.accumulator.add(batch.column(i));
          @Nullable Histogram[] histograms = batch.histograms(i);
          if (histograms != null) {
            if (!group.hasHistograms) {
              evaluation.holdBytes(Evaluation.bytes(histograms, 0, histograms.length));
              group.hasHistograms = true;
            }
            group.accumulator.add(histograms, batch.labels(i).metricName());
          }
        }
      }
    }
    return groups;
  }
}
