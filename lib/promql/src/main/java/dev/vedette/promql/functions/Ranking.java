package dev.vedette.promql.functions;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesOrder;
import dev.vedette.model.partial.PartialAnswer;
import dev.vedette.model.partial.PartialCursor;
import dev.vedette.model.partial.PartialGroup;
import dev.vedette.model.partial.PartialSeries;
import dev.vedette.model.partial.PartialState;
import dev.vedette.promql.AnnotationTexts;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.Grouping;
import dev.vedette.promql.exec.Notes;
import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.PushedPoints;
import dev.vedette.promql.exec.SeriesGroups;
import dev.vedette.promql.exec.VectorBatch;
import dev.vedette.promql.exec.VectorStream;
import dev.vedette.promql.parse.AggregationOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The best series of each group while they come. Of parts of the series the best are enough: what
 * is not among the best of a part is not among those of all. One thread.
 */
final class Ranking {
  private static final Comparator<PartialSeries> IN_ORDER =
      Comparator.comparing(PartialSeries::labels, SeriesOrder.INSTANCE);

  private final Evaluation evaluation;
  private final int[] most;
  private final boolean isAny;
  private final SeriesGroups<BestValues> bySeries;
  private final AggregationOp op;
  private final Notes notes;
  private final Map<Labels, BestValues> groups = new LinkedHashMap<>();
  // The first series of each group, in the order of the groups.
  private final List<PartialGroup> firsts = new ArrayList<>();

  /**
   * @param most how many are kept at each step; none where it is not positive
   */
  Ranking(Evaluation evaluation, int[] most, Grouping grouping, AggregationOp op, Notes notes) {
    this.evaluation = evaluation;
    this.most = most;
    this.isAny = Arrays.stream(most).anyMatch(k -> k > 0);
    this.bySeries = new SeriesGroups<>(grouping, this::group);
    this.op = op;
    this.notes = notes;
  }

  int[] most() {
    return most;
  }

  void addAll(VectorStream stream) {
    VectorBatch batch = new VectorBatch(most.length);
    while (stream.next(batch)) {
      evaluation.check();
      for (int i = 0; i < batch.count(); i++) {
        @Nullable Histogram[] histograms = batch.histograms(i);
        if (isAny && histograms != null && Points.any(histograms)) {
          notes.info(AnnotationTexts.ignoredInAggregation(op.text()));
        }
        Labels labels = batch.labels(i);
        bySeries.of(labels).add(labels, batch.nameDropped(i), batch.column(i));
      }
    }
  }

  private BestValues group(Labels labels, Labels first) {
    BestValues best = groups.get(labels);
    if (best == null) {
      evaluation.hold(labels);
      best = new BestValues(evaluation, most, op == AggregationOp.TOPK);
      groups.put(labels, best);
      firsts.add(new PartialGroup(labels, first, false, PartialState.NONE));
    }
    return best;
  }

  /** Chooses from what sources have chosen, as if their series had come here, in order. */
  void putTogether(PartialCursor answers) {
    List<PartialGroup> found = new ArrayList<>();
    List<PartialSeries> chosen = new ArrayList<>();
    for (PartialAnswer answer = answers.next(); answer != null; answer = answers.next()) {
      found.addAll(answer.groups());
      answer.series().forEach(series -> evaluation.holdBytes(PushedPoints.bytes(series)));
      chosen.addAll(answer.series());
    }
    found.sort(Comparator.comparing(PartialGroup::first, SeriesOrder.INSTANCE));
    found.forEach(group -> group(group.labels(), group.first()));
    chosen.sort(IN_ORDER);
    for (PartialSeries series : chosen) {
      Labels labels = series.labels();
      bySeries
          .of(labels)
          .add(labels, series.nameDropped(), Objects.requireNonNull(series.values()));
    }
  }

  List<PartialGroup> parts() {
    return List.copyOf(firsts);
  }

  /** The series with the best values, group by group; nothing is added afterwards. */
  VectorStream results() {
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
