package dev.vedette.promql.exec;

import dev.vedette.model.Histogram;
import dev.vedette.model.partial.PartialState;
import dev.vedette.promql.AnnotationTexts;
import dev.vedette.promql.AnnotationTexts.Operation;
import dev.vedette.promql.exec.Accumulators.Accumulator;
import dev.vedette.promql.exec.Accumulators.FloatAccumulator;
import dev.vedette.promql.histogram.HistogramMath;
import dev.vedette.promql.histogram.HistogramSum;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sum or mean of numbers or of histograms; a step that has both has no result. Histograms cost
 * nothing until the first comes.
 */
final class HistogramTotal implements Accumulator {
  private final FloatAccumulator floats;
  private final Function<Histogram, HistogramSum> first;
  private final int steps;
  private final Notes notes;
  private @Nullable HistogramSum @Nullable [] sums;
  private boolean[] refused = new boolean[0];
  private @Nullable Histogram @Nullable [] results;

  private HistogramTotal(
      FloatAccumulator floats, Function<Histogram, HistogramSum> first, int steps, Notes notes) {
    this.floats = floats;
    this.first = first;
    this.steps = steps;
    this.notes = notes;
  }

  static HistogramTotal sums(FloatAccumulator floats, int steps, Notes notes) {
    return new HistogramTotal(floats, HistogramSum::sumOf, steps, notes);
  }

  static HistogramTotal means(FloatAccumulator floats, int steps, Notes notes) {
    return new HistogramTotal(floats, HistogramSum::meanOf, steps, notes);
  }

  @Override
  public void add(double[] column) {
    floats.add(column);
  }

  @Override
  public void add(@Nullable Histogram[] column, String metric) {
    @Nullable HistogramSum[] all = sums;
    if (all == null) {
      all = new HistogramSum[steps];
      sums = all;
      refused = new boolean[steps];
    }
    for (int i = 0; i < steps; i++) {
      Histogram histogram = column[i];
      if (histogram == null) {
        continue;
      }
      HistogramSum sum = all[i];
      if (sum == null) {
        all[i] = first.apply(histogram);
      } else if (sum.accepts(histogram)) {
        sum.add(histogram);
      } else {
        refused[i] = true;
        notes.warn(AnnotationTexts.mixedSchemas(metric));
      }
    }
  }

  @Override
  public void add(PartialState part) {
    floats.add(part);
  }

  /** Of the numbers; histograms are handed over series by series. */
  @Override
  public PartialState state() {
    return floats.state();
  }

  @Override
  public double[] finish() {
    double[] values = floats.finish();
    @Nullable HistogramSum[] all = sums;
    if (all == null) {
      return values;
    }
    @Nullable Histogram[] column = new Histogram[steps];
    for (int i = 0; i < steps; i++) {
      HistogramSum sum = all[i];
      if (sum == null) {
        continue;
      }
      if (Points.isPresent(values[i])) {
        notes.warn(AnnotationTexts.mixedAggregation());
      } else if (!refused[i]) {
        column[i] = result(sum);
      }
      values[i] = Points.NONE;
    }
    results = column;
    return values;
  }

  private Histogram result(HistogramSum sum) {
    if (sum.resetsCollide()) {
      notes.warn(AnnotationTexts.resetsCollide(Operation.AGGREGATION));
    }
    if (sum.boundsReconciled()) {
      notes.info(AnnotationTexts.boundsReconciled(Operation.AGGREGATION));
    }
    return HistogramMath.compact(sum.value());
  }

  @Override
  public @Nullable Histogram @Nullable [] histograms() {
    return results;
  }
}
