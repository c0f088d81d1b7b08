package dev.vedette.promql.functions;

import dev.vedette.model.Labels;
import dev.vedette.promql.AnnotationTexts;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.Grouping;
import dev.vedette.promql.exec.ListStream;
import dev.vedette.promql.exec.Notes;
import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.ScalarOp;
import dev.vedette.promql.exec.Series;
import dev.vedette.promql.exec.SeriesGroups;
import dev.vedette.promql.exec.Steps;
import dev.vedette.promql.exec.VectorBatch;
import dev.vedette.promql.exec.VectorOp;
import dev.vedette.promql.exec.VectorStream;
import dev.vedette.promql.parse.AggregationOp;
import dev.vedette.promql.parse.SourceRange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code quantile}: of the series of each group it holds the values alone, as there is no exact
 * quantile of less. Memory is series × steps × 8 bytes, at most 64 columns a group more, for small
 * groups no more than as much again, and one batch.
 *
 * @param parameter the quantile, one value a step
 * @param where what it says is about, in the expression
 * @param parameterWhere its parameter stands in the expression
 */
public record QuantileOp(
    VectorOp inner,
    Grouping grouping,
    ScalarOp parameter,
    SourceRange where,
    SourceRange parameterWhere)
    implements VectorOp {
  @Override
  public List<Series> all(Evaluation evaluation, Steps steps) {
    double[] quantiles = parameter.evaluate(evaluation, steps);
    for (double each : quantiles) {
      Quantiles.check(each, evaluation.notes(parameterWhere));
    }
    List<Series> results = new ArrayList<>();
    for (Values group : groups(evaluation, steps).values()) {
      evaluation.check();
      results.add(group.quantiles(quantiles));
    }
    return results;
  }

  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    return new ListStream(all(evaluation, steps));
  }

  private Map<Labels, Values> groups(Evaluation evaluation, Steps steps) {
    Notes notes = evaluation.notes(where);
    Map<Labels, Values> groups = new LinkedHashMap<>();
    SeriesGroups<Values> bySeries =
        new SeriesGroups<>(
            grouping,
            (labels, _) ->
                groups.computeIfAbsent(
                    labels,
                    group -> {
                      evaluation.hold(group);
                      return new Values(evaluation, group, steps.count());
                    }));
    try (VectorStream stream = inner.open(evaluation, steps)) {
      VectorBatch batch = new VectorBatch(steps.count());
      while (stream.next(batch)) {
        evaluation.check();
        for (int i = 0; i < batch.count(); i++) {
          if (Points.any(batch.histograms(i))) {
            notes.info(AnnotationTexts.ignoredInAggregation(AggregationOp.QUANTILE.text()));
          }
          bySeries.of(batch.labels(i)).add(batch.column(i), batch.nameDropped(i));
        }
      }
    }
    return groups;
  }

  /** Values of a group's series: in blocks of whole columns, so that none is copied to grow. */
  private static final class Values {
    private static final int MOST_COLUMNS = 64;

    private final Evaluation evaluation;
    private final Labels labels;
    private final int steps;
    private final List<double[]> blocks = new ArrayList<>();
    private int series;
    // Of the last block.
    private int used;
    private boolean nameDropped;

    Values(Evaluation evaluation, Labels labels, int steps) {
      this.evaluation = evaluation;
      this.labels = labels;
      this.steps = steps;
    }

    void add(double[] column, boolean dropsName) {
      if (blocks.isEmpty() || used == blocks.getLast().length) {
        int columns = Math.clamp(series, 1, MOST_COLUMNS);
        int values = Math.multiplyExact(columns, steps);
        evaluation.hold(values);
        blocks.add(new double[values]);
        used = 0;
      }
      System.arraycopy(column, 0, blocks.getLast(), used, steps);
      used += steps;
      series++;
      nameDropped |= dropsName && !Series.withoutName(labels).equals(labels);
    }

    Series quantiles(double[] wanted) {
      evaluation.hold(steps);
      double[] results = new double[steps];
      evaluation.holdBytes((long) Double.BYTES * series);
      double[] values = new double[series];
      for (int step = 0; step < steps; step++) {
        int count = gather(step, values);
        results[step] = count == 0 ? Points.NONE : Quantiles.of(wanted[step], values, count);
      }
      evaluation.releaseBytes((long) Double.BYTES * series);
      return new Series(labels, nameDropped, results);
    }

    private int gather(int step, double[] values) {
      int count = 0;
      for (int b = 0; b < blocks.size(); b++) {
        double[] block = blocks.get(b);
        int end = b == blocks.size() - 1 ? used : block.length;
        for (int at = step; at < end; at += steps) {
          values[count] = block[at];
          count += Points.isPresent(block[at]) ? 1 : 0;
        }
      }
      return count;
    }
  }
}
