package dev.vedette.promql.exec;

import dev.vedette.model.Labels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * An aggregation that needs no more than a few numbers a group and step: memory is groups × steps
 * and one batch. Series are added in the order they come, so that the result is the same each time.
 *
 * @param accumulators makes what gathers one group, given the number of steps
 */
public record AggregateOp(VectorOp inner, Grouping grouping, IntFunction<Accumulator> accumulators)
    implements VectorOp {
  /** Gathers the series of one group. */
  public interface Accumulator {
    /** Adds a column, point by point. */
    void add(double[] column);

    /** The result; may be the accumulator's own array. */
    double[] finish();
  }

  private static final class Group {
    final Labels labels;
    final Accumulator accumulator;
    boolean nameDropped;

    Group(Labels labels, Accumulator accumulator) {
      this.labels = labels;
      this.accumulator = accumulator;
    }
  }

  @Override
  public List<Series> all(Evaluation evaluation, Steps steps) {
    List<Series> results = new ArrayList<>();
    for (Group group : groups(evaluation, steps)) {
      results.add(new Series(group.labels, group.nameDropped, group.accumulator.finish()));
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
            group = new Group(labels, accumulators.apply(steps.count()));
            byLabels.put(labels, group);
            groups.add(group);
          }
          group.nameDropped |= batch.nameDropped(i) && Series.hasName(labels);
          group.accumulator.add(batch.column(i));
        }
      }
    }
    return groups;
  }
}
