package dev.vedette.promql.functions;

import dev.vedette.model.Labels;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.ListStream;
import dev.vedette.promql.exec.NameRule;
import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.ScalarOp;
import dev.vedette.promql.exec.Series;
import dev.vedette.promql.exec.Steps;
import dev.vedette.promql.exec.VectorOp;
import dev.vedette.promql.exec.VectorStream;
import dev.vedette.promql.functions.Buckets.Bound;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Functions of classic histograms, whose buckets are series told apart by {@code le}. Holds all
 * buckets.
 *
 * @param arguments scalars of the function
 * @param quantileLabel of {@code histogram_quantiles}: there each scalar gives a series of its own
 */
public record ClassicHistogramOp(
    VectorOp inner,
    Kind kind,
    List<ScalarOp> arguments,
    @Nullable String quantileLabel,
    NameRule names)
    implements VectorOp {
  private static final String BOUND = "le";

  /** Which function. */
  public enum Kind {
    QUANTILE,
    FRACTION
  }

  public ClassicHistogramOp {
    arguments = List.copyOf(arguments);
  }

  private static final class Histogram {
    final Labels labels;
    final List<Bound> bounds = new ArrayList<>();
    final List<double[]> columns = new ArrayList<>();

    Histogram(Labels labels) {
      this.labels = labels;
    }
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
      for (double[] column : scalars) {
        for (double q : column) {
          Quantiles.check(evaluation, q);
        }
      }
    }
    List<Series> results = new ArrayList<>();
    for (Histogram histogram : histograms(evaluation, steps)) {
      evaluation.check();
      int answers = quantileLabel == null ? 1 : scalars.size();
      for (int i = 0; i < answers; i++) {
        add(histogram, scalars, i, results, evaluation, steps.count());
      }
    }
    return results;
  }

  private Iterable<Histogram> histograms(Evaluation evaluation, Steps steps) {
    Map<Labels, Histogram> histograms = new LinkedHashMap<>();
    for (Series series : inner.all(evaluation, steps)) {
      String le = series.labels().get(BOUND);
      try {
        double bound = bound(le);
        Labels labels = series.labels().without(List.of(BOUND));
        Histogram histogram = histograms.computeIfAbsent(labels, Histogram::new);
        histogram.bounds.add(new Bound(bound, histogram.columns.size()));
        histogram.columns.add(series.values());
      } catch (NumberFormatException e) {
        evaluation
            .annotations()
            .warn(
                ("bucket label \"le\" is missing or has a malformed value of \"%s\""
                        + " for metric name \"%s\"")
                    .formatted(le, series.labels().metricName()));
      }
    }
    return histograms.values();
  }

  private static double bound(String le) {
    return switch (le) {
      case "+Inf", "Inf", "inf", "+inf" -> Double.POSITIVE_INFINITY;
      case "-Inf", "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(le);
    };
  }

  private void add(
      Histogram histogram,
      List<double[]> scalars,
      int answer,
      List<Series> results,
      Evaluation evaluation,
      int steps) {
    Buckets.sort(histogram.bounds);
    Buckets buckets = new Buckets(histogram.bounds.size());
    Map<Labels, double[]> columns = new LinkedHashMap<>();
    boolean forced = false;
    for (int step = 0; step < steps; step++) {
      buckets.clear();
      for (Bound bound : histogram.bounds) {
        double count = histogram.columns.get(bound.series())[step];
        if (Points.isPresent(count)) {
          buckets.add(bound.upper(), count);
        }
      }
      if (!buckets.isEmpty()) {
        double argument = scalars.get(answer)[step];
        double value =
            kind == Kind.QUANTILE
                ? buckets.quantile(argument)
                : buckets.fraction(argument, scalars.get(1)[step]);
        columns.computeIfAbsent(labels(histogram, argument), _ -> none(steps))[step] = value;
        forced |= buckets.wasForced();
      }
    }
    if (forced) {
      noteForced(histogram, evaluation);
    }
    columns.forEach(
        (labels, column) ->
            results.add(new Series(names.labels(labels), names.delays(labels), column)));
  }

  private Labels labels(Histogram histogram, double argument) {
    return quantileLabel == null
        ? histogram.labels
        : histogram.labels.toBuilder().set(quantileLabel, GoFormat.openMetrics(argument)).build();
  }

  private static double[] none(int steps) {
    double[] column = new double[steps];
    Arrays.fill(column, Points.NONE);
    return column;
  }

  private void noteForced(Histogram histogram, Evaluation evaluation) {
    evaluation
        .annotations()
        .info(
            ("input to histogram_%s needed to be fixed for monotonicity (see"
                    + " https://prometheus.io/docs/prometheus/latest/querying/functions/"
                    + "#histogram_quantile) for metric name \"%s\"")
                .formatted(
                    kind == Kind.QUANTILE ? "quantile" : "fraction",
                    histogram.labels.metricName()));
  }
}
