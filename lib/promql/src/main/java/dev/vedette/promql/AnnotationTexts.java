package dev.vedette.promql;

import dev.vedette.promql.lex.Quoting;

/** What annotations say, in Prometheus' words: users search for them, and alerts match them. */
public final class AnnotationTexts {
  private AnnotationTexts() {}

  /** What was done with histograms when something had to be reconciled. */
  public enum Operation {
    ADDITION("addition"),
    SUBTRACTION("subtraction"),
    AGGREGATION("aggregation");

    private final String word;

    Operation(String word) {
      this.word = word;
    }
  }

  /** A warning: numbers and histograms in one window. */
  public static String mixedRange(String metric) {
    return "encountered a mix of histograms and floats for metric name " + Quoting.quote(metric);
  }

  /** A warning: numbers and histograms in one group. */
  public static String mixedAggregation() {
    return "encountered a mix of histograms and floats for aggregation";
  }

  /** A warning: a gauge where a counter is expected. */
  public static String notCounter(String metric) {
    return "this native histogram metric is not a counter: " + Quoting.quote(metric);
  }

  /** A warning: a counter where a gauge is expected. */
  public static String notGauge(String metric) {
    return "this native histogram metric is not a gauge: " + Quoting.quote(metric);
  }

  /** A warning: histograms that cannot be added. */
  public static String mixedSchemas(String metric) {
    return "vector contains a mix of histograms with exponential and custom buckets schemas for"
        + " metric name "
        + Quoting.quote(metric);
  }

  /** A warning: histograms that an operator cannot put together. */
  public static String incompatibleLayout(String operator) {
    return "incompatible bucket layout encountered for binary operator " + operator;
  }

  /** A warning: what one histogram says of the counter the other denies. */
  public static String resetsCollide(Operation operation) {
    return "conflicting counter resets during histogram " + operation.word;
  }

  /** A warning: a sample that began before the one before it was taken. */
  public static String startOverlaps(String metric) {
    return "sample has start time that overlaps with previous sample timestamp for metric "
        + Quoting.quote(metric);
  }

  /** A warning: classic and native histograms of one name at one time. */
  public static String classicAndNative(String metric) {
    return withMetric("vector contains a mix of classic and native histograms", metric);
  }

  /** A warning: a bucket of a classic histogram without a bound. */
  public static String badBucket(String le, String metric) {
    return withMetric(
        "bucket label \"le\" is missing or has a malformed value of " + Quoting.quote(le), metric);
  }

  /** An info: custom bounds that not all had were dropped. */
  public static String boundsReconciled(Operation operation) {
    return "mismatched custom buckets were reconciled during " + operation.word;
  }

  /** An info: types that an operator is not made for. */
  public static String incompatibleTypes(String left, String operator, String right) {
    return "incompatible sample types encountered for binary operator %s: %s %s %s"
        .formatted(Quoting.quote(operator), left, operator, right);
  }

  /** An info: an aggregation of numbers met histograms. */
  public static String ignoredInAggregation(String operator) {
    return "ignored histogram in %s aggregation".formatted(operator);
  }

  /** An info: a function of numbers met histograms among them. */
  public static String ignoredInRange(String metric) {
    return "ignored histograms in a range containing both floats and histograms for metric name "
        + Quoting.quote(metric);
  }

  /** An info: a rate of something that is not called like a counter. */
  public static String possiblyNoCounter(String metric) {
    return "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "
        + Quoting.quote(metric);
  }

  /** An info: a rate of something whose type is not that of a counter. */
  public static String noCounterType(String metric, String type) {
    return "metric might not be a counter, __type__ label is not set to \"counter\" or"
        + " \"histogram\", got %s: %s".formatted(Quoting.quote(type), Quoting.quote(metric));
  }

  /** An info: buckets of a classic histogram that went down. */
  public static String forcedMonotonic(String metric) {
    return withMetric(
        "input to histogram_quantile needed to be fixed for monotonicity (see"
            + " https://prometheus.io/docs/prometheus/latest/querying/functions/"
            + "#histogram_quantile)",
        metric);
  }

  /** An info: no quantile where only NaN observations lie. */
  public static String nanQuantile(String metric) {
    return withMetric("input to histogram_quantile has NaN observations, result is NaN", metric);
  }

  /** An info: NaN observations rank highest. */
  public static String skewedQuantile(String metric) {
    return withMetric(
        "input to histogram_quantile has NaN observations, result is skewed higher", metric);
  }

  /** An info: NaN observations are in no fraction. */
  public static String nanFraction(String metric) {
    return withMetric(
        "input to histogram_fraction has NaN observations, which are excluded from all fractions",
        metric);
  }

  private static String withMetric(String text, String metric) {
    return metric.isEmpty() ? text : text + " for metric name " + Quoting.quote(metric);
  }
}
