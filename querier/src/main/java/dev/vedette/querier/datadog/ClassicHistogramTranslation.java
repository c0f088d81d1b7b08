package dev.vedette.querier.datadog;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.querier.datadog.MetricQuery.Counter;
import dev.vedette.querier.datadog.MetricQuery.Filter;
import dev.vedette.querier.datadog.MetricQuery.Metric;
import dev.vedette.querier.datadog.MetricQuery.Reduction;
import dev.vedette.querier.datadog.MetricQuery.Reduction.Named;
import dev.vedette.querier.datadog.MetricQuery.Reduction.Percentile;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A metric of classic histograms as PromQL: what counts are the observations of a bucket of time,
 * by how much the series {@code …_bucket}, {@code …_sum} and {@code …_count} rose in it. As with
 * native histograms, those of a group's series together, unless {@code rollup} asks for a number of
 * each series first. One query, one thread.
 */
final class ClassicHistogramTranslation {
  private final Metric metric;
  private final UnaryOperator<String> selectors;
  private final String bucket;

  /**
   * @param selectors of the metric's series, by what stands behind its name
   * @param bucket length of a bucket of time
   */
  ClassicHistogramTranslation(Metric metric, UnaryOperator<String> selectors, String bucket) {
    this.metric = metric;
    this.selectors = selectors;
    this.bucket = bucket;
    requireNoBound();
  }

  private void requireNoBound() {
    Stream<String> tags =
        Stream.concat(metric.filters().stream().map(Filter::tag), metric.groups().stream());
    if (tags.anyMatch(StoredNames.BOUND::equals)) {
      throw new InvalidRequest(
          ErrorId.INVALID_EXPRESSION,
          "\"le\" is no tag of \"%s\", which is a histogram, but the bound of its buckets"
              .formatted(metric.name()),
          "leave it out, or ask for the buckets as they are: \"sum:%s.as_count()\""
              .formatted(StoredNames.bucketsOf(metric.name())));
    }
  }

  /**
   * @param method how what a series observed in a bucket becomes one number
   * @param by labels that stay apart
   */
  String translate(Reduction method, String by) {
    String counts = selectors.apply("_count");
    Counter counter = metric.rollup().counter();
    if (counter != null) {
      return PromqlTranslation.grouped(
          metric.function(), true, counter.promql(counts, bucket), counts, by);
    }
    if (method.equals(metric.function())) {
      String byBound = by.isEmpty() ? StoredNames.BOUND : StoredNames.BOUND + ", " + by;
      return number(
          method,
          "sum by (%s) (%s)".formatted(by, rose("_sum")),
          "sum by (%s) (%s)".formatted(by, rose("_count")),
          "sum by (%s) (%s)".formatted(byBound, rose("_bucket")));
    }
    String ofSeries = number(method, rose("_sum"), rose("_count"), rose("_bucket"));
    return PromqlTranslation.grouped(metric.function(), false, ofSeries, counts, by);
  }

  private String rose(String suffix) {
    return Counter.AS_COUNT.promql(selectors.apply(suffix), bucket);
  }

  private String number(Reduction reduction, String sums, String counts, String buckets) {
    return switch (reduction) {
      case Percentile percentile -> quantile(percentile.quantile(), buckets);
      case Named.MIN -> quantile("0", buckets);
      case Named.MAX -> quantile("1", buckets);
      case Named.AVG -> "%s / %s".formatted(sums, counts);
      case Named.SUM -> sums;
      case Named.COUNT -> counts;
      case Named.LAST -> throw HistogramTranslation.noLast(metric);
    };
  }

  private static String quantile(String quantile, String buckets) {
    if (Double.parseDouble(quantile) > 0) {
      return "histogram_quantile(%s, %s)".formatted(quantile, buckets);
    }
    // Where the lowest bucket begins that has some: of 0, histogram_quantile takes the first one,
    // with nothing in it, too. If that is at 0, what the quantile adds is divided until it is 0;
    // all other bounds come back as they were.
    return "histogram_quantile(1e-300, %s) / 2 ^ 128 * 2 ^ 128".formatted(buckets);
  }
}
