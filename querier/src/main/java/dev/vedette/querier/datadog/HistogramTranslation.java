package dev.vedette.querier.datadog;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.promql.parse.Durations;
import dev.vedette.querier.datadog.MetricQuery.Counter;
import dev.vedette.querier.datadog.MetricQuery.Metric;
import dev.vedette.querier.datadog.MetricQuery.Reduction;
import dev.vedette.querier.datadog.MetricQuery.Reduction.Named;
import dev.vedette.querier.datadog.MetricQuery.Reduction.Percentile;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A metric of native histograms as PromQL: what counts are the observations of a bucket, those of a
 * group's series together, unless {@code rollup} asks for a number of each series first. One query,
 * one thread.
 */
final class HistogramTranslation {
  private final Metric metric;
  private final boolean isGauge;
  private final long bucketMillis;

  HistogramTranslation(Metric metric, StoredNames.Samples samples, long bucketMillis) {
    this.metric = metric;
    this.isGauge = samples == StoredNames.Samples.GAUGE_HISTOGRAMS;
    this.bucketMillis = bucketMillis;
  }

  /**
   * @param method how a series' histograms of a bucket become one number
   * @param by labels that stay apart
   */
  String translate(String selector, Reduction method, String by) {
    Counter counter = metric.rollup().counter();
    if (counter != null) {
      String counts = "histogram_count(%s)".formatted(observations(selector, counter));
      return PromqlTranslation.grouped(metric.function(), true, counts, selector, by);
    }
    String observations = observations(selector, null);
    if (method.equals(metric.function())) {
      return number(method, "sum by (%s) (%s)".formatted(by, observations));
    }
    return PromqlTranslation.grouped(
        metric.function(), false, number(method, observations), selector, by);
  }

  /** The histogram of what a series observed in a bucket, or of that a second. */
  private String observations(String selector, @Nullable Counter counter) {
    String samples = "%s[%s]".formatted(selector, Durations.format(bucketMillis));
    boolean perSecond = counter == Counter.AS_RATE;
    if (!isGauge) {
      return (perSecond ? "rate(%s)" : "increase(%s)").formatted(samples);
    }
    String sum = "sum_over_time(%s)".formatted(samples);
    return perSecond
        ? "(%s / %s)".formatted(sum, BigDecimal.valueOf(bucketMillis, 3).toPlainString())
        : sum;
  }

  private String number(Reduction reduction, String histogram) {
    return switch (reduction) {
      case Percentile percentile ->
          "histogram_quantile(%s, %s)".formatted(percentile.quantile(), histogram);
      case Named.AVG -> "histogram_avg(%s)".formatted(histogram);
      case Named.SUM -> "histogram_sum(%s)".formatted(histogram);
      case Named.COUNT -> "histogram_count(%s)".formatted(histogram);
      // As near as its buckets say.
      case Named.MIN -> "histogram_quantile(0, %s)".formatted(histogram);
      case Named.MAX -> "histogram_quantile(1, %s)".formatted(histogram);
      case Named.LAST -> throw noLast(metric);
    };
  }

  static InvalidRequest noLast(Metric metric) {
    return new InvalidRequest(
        ErrorId.INVALID_EXPRESSION,
        "the samples of \"%s\" are histograms, of which no observation is the last"
            .formatted(metric.name()),
        "use avg, sum, min, max, count or a percentile as p95");
  }
}
