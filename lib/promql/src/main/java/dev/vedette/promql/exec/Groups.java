package dev.vedette.promql.exec;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesOrder;
import dev.vedette.model.partial.PartialGroup;
import dev.vedette.model.partial.PartialSeries;
import dev.vedette.promql.exec.Accumulators.Accumulator;
import dev.vedette.promql.parse.AggregationOp;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The groups of an aggregation while its series come: memory is groups × steps. Series are added as
 * columns, or as what a source has put together of them. One thread.
 */
final class Groups {
  private static final class Group {
    final Labels labels;
    final Accumulator accumulator;
    Labels first;
    boolean nameDropped;
    boolean hasHistograms;

    Group(Labels labels, Labels first, Accumulator accumulator) {
      this.labels = labels;
      this.first = first;
      this.accumulator = accumulator;
    }
  }

  private final Evaluation evaluation;
  private final int steps;
  private final SeriesGroups<Group> bySeries;
  private final AggregationOp op;
  private final Notes notes;
  private final ExactSums.Bounds bounds;
  private final Map<Labels, Group> byLabels = new HashMap<>();
  // In the order of their first series.
  private final List<Group> groups = new ArrayList<>();

  Groups(Evaluation evaluation, int steps, Grouping grouping, AggregationOp op, Notes notes) {
    this.evaluation = evaluation;
    this.steps = steps;
    this.bySeries = new SeriesGroups<>(grouping, this::group);
    this.op = op;
    this.notes = notes;
    this.bounds =
        new ExactSums.Bounds() {
          @Override
          public void hold(long bytes) {
            evaluation.holdBytes(bytes);
          }

          @Override
          public void check() {
            evaluation.check();
          }
        };
  }

  /** Adds all series of a stream, with their histograms. */
  void addAll(VectorStream stream) {
    addAll(stream, null);
  }

  /**
   * Adds all series of a stream.
   *
   * @param apart where histograms go that are to be added elsewhere; null for none
   */
  void addAll(VectorStream stream, @Nullable List<PartialSeries> apart) {
    VectorBatch batch = new VectorBatch(steps);
    while (stream.next(batch)) {
      evaluation.check();
      for (int i = 0; i < batch.count(); i++) {
        Labels labels = batch.labels(i);
        Group group = bySeries.of(labels);
        group.nameDropped |= batch.nameDropped(i) && Series.hasName(group.labels);
        group.accumulator.add(batch.column(i));
        @Nullable Histogram[] histograms = batch.histograms(i);
        if (histograms == null) {
          continue;
        }
        if (apart == null) {
          add(group, histograms, labels.metricName());
        } else {
          evaluation.hold(labels);
          evaluation.holdBytes(Evaluation.bytes(histograms, 0, histograms.length));
          apart.add(new PartialSeries(labels, batch.nameDropped(i), null, histograms));
        }
      }
    }
  }

  private Group group(Labels labels, Labels series) {
    Group group = byLabels.get(labels);
    if (group == null) {
      evaluation.hold(steps);
      evaluation.hold(labels);
      evaluation.holdBytes((long) Accumulators.columns(op) * Double.BYTES * steps);
      group = new Group(labels, series, Accumulators.make(op, steps, notes, bounds));
      byLabels.put(labels, group);
      groups.add(group);
    }
    return group;
  }

  private void add(Group group, @Nullable Histogram[] histograms, String metric) {
    if (!group.hasHistograms) {
      evaluation.holdBytes(Evaluation.bytes(histograms, 0, histograms.length));
      group.hasHistograms = true;
    }
    group.accumulator.add(histograms, metric);
  }

  /** Adds what a source has put together of a group's series. */
  void add(PartialGroup part) {
    Group group = group(part.labels(), part.first());
    group.nameDropped |= part.nameDropped();
    if (SeriesOrder.INSTANCE.compare(part.first(), group.first) < 0) {
      group.first = part.first();
    }
    group.accumulator.add(part.state());
  }

  /** Adds the histograms of a series, which come in the order of series. */
  void addHistograms(PartialSeries series) {
    @Nullable Histogram[] histograms = series.histograms();
    if (histograms != null) {
      Labels labels = series.labels();
      add(bySeries.of(labels), histograms, labels.metricName());
    }
  }

  /** Puts groups in the order of their first series, where these came in another. */
  void inOrder() {
    groups.sort(Comparator.comparing(group -> group.first, SeriesOrder.INSTANCE));
  }

  /** What is known of the groups, to be added elsewhere; nothing is added here afterwards. */
  List<PartialGroup> parts() {
    return groups.stream()
        .map(
            group ->
                new PartialGroup(
                    group.labels, group.first, group.nameDropped, group.accumulator.state()))
        .toList();
  }

  /** The results; nothing is added afterwards. */
  List<Series> results() {
    List<Series> results = new ArrayList<>();
    for (Group group : groups) {
      evaluation.check();
      Accumulator accumulator = group.accumulator;
      double[] values = accumulator.finish();
      results.add(new Series(group.labels, group.nameDropped, values, accumulator.histograms()));
    }
    return results;
  }
}
