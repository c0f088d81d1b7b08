package dev.vedette.querier.datadog;

import com.google.re2j.Pattern;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.promql.lex.Quoting;
import dev.vedette.promql.parse.Durations;
import dev.vedette.promql.parse.Printer;
import dev.vedette.querier.datadog.MetricQuery.Binary;
import dev.vedette.querier.datadog.MetricQuery.Counter;
import dev.vedette.querier.datadog.MetricQuery.Filter;
import dev.vedette.querier.datadog.MetricQuery.Metric;
import dev.vedette.querier.datadog.MetricQuery.Negation;
import dev.vedette.querier.datadog.MetricQuery.Number;
import dev.vedette.querier.datadog.MetricQuery.Reduction;
import dev.vedette.querier.datadog.MetricQuery.Reduction.Named;
import dev.vedette.querier.datadog.MetricQuery.Reduction.Percentile;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A query as PromQL. Evaluated one millisecond before a bucket's end, with a range of its length,
 * it sees the samples from the bucket's first millisecond to its last. One query, one thread.
 */
final class PromqlTranslation {
  private final StoredNames names;
  private final long bucketMillis;
  private final String bucket;

  /**
   * PromQL and the tags its series have.
   *
   * @param tags by the name of their label; null of a number, which has every tag there is
   */
  record Part(String promql, @Nullable Map<String, String> tags) {}

  PromqlTranslation(StoredNames names, long bucketMillis) {
    this.names = names;
    this.bucketMillis = bucketMillis;
    this.bucket = Durations.format(bucketMillis);
  }

  Part translate(MetricQuery query) {
    return switch (query) {
      case Number number -> new Part(number.text(), null);
      case Negation negation -> {
        Part of = translate(negation.of());
        yield new Part("-(" + of.promql + ")", of.tags);
      }
      case Binary binary -> binary(binary);
      case Metric metric -> metric(metric);
    };
  }

  private Part binary(Binary binary) {
    Part left = translate(binary.left());
    Part right = translate(binary.right());
    Map<String, String> leftTags = left.tags;
    Map<String, String> rightTags = right.tags;
    String matching = "";
    Map<String, String> tags = leftTags == null ? rightTags : leftTags;
    if (leftTags != null && rightTags != null && !leftTags.equals(rightTags)) {
      boolean many = leftTags.entrySet().containsAll(rightTags.entrySet());
      if (!many && !rightTags.entrySet().containsAll(leftTags.entrySet())) {
        throw new InvalidRequest(
            ErrorId.INVALID_EXPRESSION,
            "the two sides of \"%s\" are grouped by %s and by %s,"
                    .formatted(binary.operator(), shown(leftTags), shown(rightTags))
                + " one has to have all tags of the other",
            "");
      }
      tags = many ? leftTags : rightTags;
      matching =
          " on (%s) group_%s ()"
              .formatted(labels(many ? rightTags : leftTags), many ? "left" : "right");
    }
    String promql =
        "(%s) %s%s (%s)".formatted(left.promql, binary.operator(), matching, right.promql);
    return new Part(promql, tags);
  }

  private static String shown(Map<String, String> tags) {
    return tags.values().stream().sorted().collect(Collectors.joining(", ", "{", "}"));
  }

  private Part metric(Metric metric) {
    String name = names.metric(metric.name());
    StoredNames.Samples samples = names.samples(name);
    boolean isClassic = samples == StoredNames.Samples.CLASSIC_HISTOGRAMS;
    String series = isClassic ? StoredNames.bucketsOf(name) : name;
    Map<String, String> tags = new TreeMap<>();
    for (String tag : metric.groups()) {
      tags.put(names.label(series, tag), tag);
    }
    String matchers = matchers(series, metric.filters());
    UnaryOperator<String> selectors = suffix -> selector(name + suffix, matchers);
    return new Part(translate(metric, samples, selectors, labels(tags)), tags);
  }

  /**
   * @param selectors of the metric's series, by what stands behind its name
   */
  private String translate(
      Metric metric, StoredNames.Samples samples, UnaryOperator<String> selectors, String by) {
    Reduction method = Optional.ofNullable(metric.rollup().method()).orElseGet(metric::function);
    return switch (samples) {
      case NUMBERS -> numbers(metric, method, selectors.apply(""), by);
      case COUNTING_HISTOGRAMS, GAUGE_HISTOGRAMS ->
          new HistogramTranslation(metric, samples, bucketMillis)
              .translate(selectors.apply(""), method, by);
      case CLASSIC_HISTOGRAMS ->
          new ClassicHistogramTranslation(metric, selectors, bucket).translate(method, by);
    };
  }

  private String numbers(Metric metric, Reduction method, String selector, String by) {
    Counter counter = metric.rollup().counter();
    boolean counted = method == Named.COUNT && counter == null;
    return grouped(metric.function(), counted, reduced(selector, method, counter), selector, by);
  }

  private static String labels(Map<String, String> tags) {
    return tags.keySet().stream()
        .map(PromqlTranslation::labelName)
        .collect(Collectors.joining(", "));
  }

  /** One number of each series and bucket. */
  private String reduced(String selector, Reduction method, @Nullable Counter counter) {
    if (counter != null) {
      return counter.promql(selector, bucket);
    }
    String samples = "%s[%s]".formatted(selector, bucket);
    return switch (method) {
      case Percentile percentile ->
          "quantile_over_time(%s, %s)".formatted(percentile.quantile(), samples);
      case Named.AVG -> "avg_over_time(%s)".formatted(samples);
      case Named.SUM -> "sum_over_time(%s)".formatted(samples);
      case Named.MIN -> "min_over_time(%s)".formatted(samples);
      case Named.MAX -> "max_over_time(%s)".formatted(samples);
      case Named.COUNT -> "count_over_time(%s)".formatted(samples);
      case Named.LAST -> "last_over_time(%s)".formatted(samples);
    };
  }

  /**
   * One number of each group and bucket.
   *
   * @param counted whether a series' number says how many there are, so that the group has their
   *     sum
   */
  static String grouped(
      Reduction function, boolean counted, String reduced, String selector, String by) {
    return switch (function) {
      case Percentile percentile ->
          "quantile by (%s) (%s, %s)".formatted(by, percentile.quantile(), reduced);
      case Named.AVG -> "avg by (%s) (%s)".formatted(by, reduced);
      case Named.SUM -> "sum by (%s) (%s)".formatted(by, reduced);
      case Named.MIN -> "min by (%s) (%s)".formatted(by, reduced);
      case Named.MAX -> "max by (%s) (%s)".formatted(by, reduced);
      case Named.COUNT -> (counted ? "sum" : "count") + " by (%s) (%s)".formatted(by, reduced);
      // Of the series that were written last; looking back is bounded to the bucket.
      case Named.LAST -> {
        String times = "timestamp(%s)".formatted(selector);
        String newest = "max by (%s) (%s)".formatted(by, times);
        yield "max by (%s) (%s and (%s == on (%s) group_left () %s))"
            .formatted(by, reduced, times, by, newest);
      }
    };
  }

  /** Of the filters, for series of a metric. */
  private String matchers(String metric, List<Filter> filters) {
    return filters.stream()
        .map(filter -> matcher(names.label(metric, filter.tag()), filter))
        .collect(Collectors.joining(", "));
  }

  private static String selector(String name, String matchers) {
    String metric = "__name__=" + Quoting.quote(name);
    return matchers.isEmpty() ? "{" + metric + "}" : "{" + metric + ", " + matchers + "}";
  }

  private static String matcher(String label, Filter filter) {
    boolean plain = filter.values().size() == 1 && filter.values().getFirst().indexOf('*') < 0;
    if (plain) {
      return labelName(label)
          + (filter.negated() ? "!=" : "=")
          + Quoting.quote(filter.values().getFirst());
    }
    String regex =
        filter.values().stream().map(PromqlTranslation::regex).collect(Collectors.joining("|"));
    return labelName(label) + (filter.negated() ? "!~" : "=~") + Quoting.quote(regex);
  }

  /** A lone {@code *} means that the tag is there. */
  private static String regex(String value) {
    if (value.equals("*")) {
      return ".+";
    }
    return Arrays.stream(value.split("\\*", -1))
        .map(part -> part.isEmpty() ? "" : Pattern.quote(part))
        .collect(Collectors.joining(".*"));
  }

  private static String labelName(String label) {
    return Printer.isPlainName(label) ? label : Quoting.quote(label);
  }
}
