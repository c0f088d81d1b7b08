package dev.vedette.promql.functions;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.promql.AnnotationTexts;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.ListStream;
import dev.vedette.promql.exec.NameRule;
import dev.vedette.promql.exec.Notes;
import dev.vedette.promql.exec.PointColumn;
import dev.vedette.promql.exec.ScalarOp;
import dev.vedette.promql.exec.Series;
import dev.vedette.promql.exec.Steps;
import dev.vedette.promql.exec.VectorOp;
import dev.vedette.promql.exec.VectorStream;
import dev.vedette.promql.functions.HistogramGroup.Sample;
import dev.vedette.promql.histogram.HistogramQuantiles;
import dev.vedette.promql.histogram.HistogramQuantiles.Quantile;
import dev.vedette.promql.numbers.GoFormat;
import dev.vedette.promql.parse.SourceRange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Quantiles and fractions of histograms, native ones and classic ones, whose buckets are series
 * told apart by {@code le}. Holds its input.
 *
 * @param arguments scalars of the function
 * @param quantileLabel of {@code histogram_quantiles}: there each scalar gives a series of its own
 */
public record HistogramOp(
    VectorOp inner,
    Kind kind,
    List<ScalarOp> arguments,
    @Nullable String quantileLabel,
    NameRule names,
    Sources sources)
    implements VectorOp {
  /** Which function. */
  public enum Kind {
    QUANTILE,
    FRACTION
  }

  /**
   * Where arguments stand in the expression.
   *
   * @param first the first argument of all
   * @param vector the vector
   * @param scalars the scalars, in order
   */
  public record Sources(SourceRange first, SourceRange vector, List<SourceRange> scalars) {
    public Sources {
      scalars = List.copyOf(scalars);
    }
  }

  public HistogramOp {
    arguments = List.copyOf(arguments);
  }

  @Override
  public VectorStream open(Evaluation evaluation, Steps steps) {
    return new ListStream(all(evaluation, steps));
  }

  @Override
  public List<Series> all(Evaluation evaluation, Steps steps) {
    List<double[]> scalars =
        arguments.stream().map(argument -> argument.evaluate(evaluation, steps)).toList();
    if (kind == Kind.QUANTILE) {
      for (int i = 0; i < scalars.size(); i++) {
        Notes notes = evaluation.notes(sources.scalars().get(i));
        for (double q : scalars.get(i)) {
          Quantiles.check(q, notes);
        }
      }
    }
    return new Answers(evaluation, scalars, steps.count())
        .of(HistogramGroup.of(inner.all(evaluation, steps), evaluation.notes(sources.vector())));
  }

  /** The results of one evaluation. */
  private final class Answers {
    private final Evaluation evaluation;
    private final Notes ofVector;
    private final Notes ofFirst;
    private final List<double[]> scalars;
    private final int steps;
    private final List<Series> results = new ArrayList<>();

    Answers(Evaluation evaluation, List<double[]> scalars, int steps) {
      this.evaluation = evaluation;
      this.ofVector = evaluation.notes(sources.vector());
      this.ofFirst = evaluation.notes(sources.first());
      this.scalars = scalars;
      this.steps = steps;
    }

    List<Series> of(Iterable<HistogramGroup> groups) {
      for (HistogramGroup group : groups) {
        evaluation.check();
        int answers = quantileLabel == null ? 1 : scalars.size();
        for (int i = 0; i < answers; i++) {
          add(group, i);
        }
      }
      return results;
    }

    private void add(HistogramGroup group, int answer) {
      String metric = shownName(group.labels());
      Map<Labels, PointColumn> columns = new LinkedHashMap<>();
      for (int step = 0; step < steps; step++) {
        double argument = scalars.get(answer)[step];
        double value;
        switch (group.at(step)) {
          case Sample.Nothing _ -> {
            continue;
          }
          case Sample.Both _ -> {
            ofVector.warn(AnnotationTexts.classicAndNative(group.labels().metricName()));
            continue;
          }
          case Sample.Native sample -> value = ofNative(sample.histogram(), argument, step, metric);
          case Sample.Classic sample -> value = ofClassic(sample.buckets(), argument, step, metric);
        }
        columns
            .computeIfAbsent(labels(group.labels(), argument), _ -> PointColumn.of(steps))
            .set(step, value);
      }
      columns.forEach(
          (labels, column) ->
              results.add(new Series(names.labels(labels), names.delays(labels), column.values())));
    }

    private double ofNative(Histogram histogram, double argument, int step, String metric) {
      if (kind == Kind.FRACTION) {
        if (Double.isNaN(histogram.sum())) {
          ofFirst.info(AnnotationTexts.nanFraction(metric));
        }
        return HistogramQuantiles.fraction(argument, scalars.get(1)[step], histogram);
      }
      Quantile quantile = HistogramQuantiles.quantile(argument, histogram);
      if (quantile.nanObservations()) {
        ofFirst.info(
            Double.isNaN(quantile.value())
                ? AnnotationTexts.nanQuantile(metric)
                : AnnotationTexts.skewedQuantile(metric));
      }
      return quantile.value();
    }

    private double ofClassic(Buckets buckets, double argument, int step, String metric) {
      if (kind == Kind.FRACTION) {
        return buckets.fraction(argument, scalars.get(1)[step]);
      }
      double quantile = buckets.quantile(argument);
      if (buckets.wasForced()) {
        ofVector.info(AnnotationTexts.forcedMonotonic(metric));
      }
      return quantile;
    }
  }

  /** The metric's name as far as it is there still. */
  private String shownName(Labels labels) {
    return names == NameRule.DROP ? "" : labels.metricName();
  }

  private Labels labels(Labels labels, double argument) {
    return quantileLabel == null
        ? labels
        : labels.toBuilder().set(quantileLabel, GoFormat.openMetrics(argument)).build();
  }
}
