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
    Map<String, String> tags = new TreeMap<>();
    for (String tag : metric.groups()) {
      tags.put(names.label(name, tag), tag);
    }
    String selector = selector(name, metric.filters());
    Reduction method = Optional.ofNullable(metric.rollup().method()).orElseGet(metric::function);
    StoredNames.Samples samples = names.samples(name);
    if (samples != StoredNames.Samples.NUMBERS) {
      HistogramTranslation of = new HistogramTranslation(metric, samples, bucketMillis);
      return new Part(of.translate(selector, method, labels(tags)), tags);
    }
    String reduced = reduced(selector, method, metric.rollup().counter());
    boolean counted = method == Named.COUNT && metric.rollup().counter() == null;
    return new Part(grouped(metric.function(), counted, reduced, selector, labels(tags)), tags);
  }

  private static String labels(Map<String, String> tags) {
    return tags.keySet().stream()
        .map(PromqlTranslation::labelName)
        .collect(Collectors.joining(", "));
  }

  /** One number of each series and bucket. */
  private String reduced(String selector, Reduction method, @Nullable Counter counter) {
    String samples = "%s[%s]".formatted(selector, bucket);
    if (counter != null) {
      return (counter == Counter.AS_RATE ? "rate(%s)" : "increase(%s)").formatted(samples);
    }
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

  /** One number of each group and bucket. */
  static String grouped(
      Reduction function, boolean counted, String reduced, String selector, String by) {
    return switch (function) {
      case Percentile percentile ->
          "quantile by (%s) (%s, %s)".formatted(by, percentile.quantile(), reduced);
      case Named.AVG -> "avg by (%s) (%s)".formatted(by, reduced);
      case Named.SUM -> "sum by (%s) (%s)".formatted(by, reduced);
      case Named.MIN -> "min by (%s) (%s)".formatted(by, reduced);
      case Named.MAX -> "max by (%s) (%s)".formatted(by, reduced);
      // Of counts the sum: how many samples there are.
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

  private String selector(String name, List<Filter> filters) {
    String matchers =
        filters.stream()
            .map(filter -> matcher(names.label(name, filter.tag()), filter))
            .collect(Collectors.joining(", "));
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
