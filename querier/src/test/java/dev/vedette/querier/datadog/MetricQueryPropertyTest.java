package dev.vedette.querier.datadog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.promql.EngineConfig;
import dev.vedette.promql.PromqlEngine;
import dev.vedette.promql.QueryOptions;
import dev.vedette.promql.QueryResult;
import dev.vedette.testkit.InMemorySeries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Random queries over random samples, against sums made by hand. */
class MetricQueryPropertyTest {
  private static final List<String> FUNCTIONS =
      List.of("avg", "sum", "min", "max", "count", "last", "p50", "p90");
  private static final List<String> TAGS = List.of("host", "env", "az.name");

  private final long seed = Long.getLong("seed", 1);
  private final Random random = new Random(seed);
  private final InMemorySeries stored = new InMemorySeries();
  private final Map<Map<String, String>, NavigableMap<Long, Double>> samples =
      new TreeMap<>(Comparator.comparing(Map::toString));
  private final PromqlEngine engine =
      new PromqlEngine(EngineConfig.DEFAULT, stored, Ticker.system());

  @Test
  void bucketsAreWhatTheirSamplesSay() {
    for (int round = 0; round < 20; round++) {
      fill();
      for (int i = 0; i < 25; i++) {
        check(new Question());
      }
    }
  }

  private void fill() {
    stored.clear();
    samples.clear();
    for (int series = 0; series < 6; series++) {
      Map<String, String> tags = new TreeMap<>();
      for (String tag : TAGS) {
        if (random.nextInt(4) > 0) {
          tags.put(tag, Character.toString('a' + random.nextInt(3)));
        }
      }
      NavigableMap<Long, Double> own = new TreeMap<>();
      for (int i = 0; i < 40; i++) {
        // Every second multiple of 500 ms is the edge of some bucket.
        own.put(random.nextInt(0, 600) * 500L, random.nextInt(-40, 40) / 8.0);
      }
      if (samples.putIfAbsent(tags, own) == null) {
        Labels.Builder labels = Labels.of("__name__", "some_metric").toBuilder();
        tags.forEach((tag, value) -> labels.set(tag.replace('.', '_'), value));
        own.forEach((time, value) -> stored.append(TenantId.DEFAULT, labels.build(), time, value));
      }
    }
  }

  /** A query in parts. */
  private final class Question {
    final String function = FUNCTIONS.get(random.nextInt(FUNCTIONS.size()));
    final String method =
        random.nextBoolean() ? function : FUNCTIONS.get(random.nextInt(FUNCTIONS.size()));
    final List<String> groups = TAGS.stream().filter(_ -> random.nextInt(3) == 0).toList();
    final String tag = TAGS.get(random.nextInt(TAGS.size()));
    final List<String> values = random.nextBoolean() ? List.of("a") : List.of("a", "b");
    final boolean filtered = random.nextBoolean();
    final boolean negated = random.nextBoolean();
    final long from = random.nextInt(0, 100) * 500L;
    final long to = from + 500 + random.nextInt(0, 400) * 500L;
    final long bucket = random.nextInt(1, 60) * 500L;

    String text() {
      String filter =
          filtered
              ? "%s%s IN (%s)".formatted(negated ? "!" : "", tag, String.join(",", values))
              : "*";
      String rollup = method.equals(function) ? "" : ".rollup(%s)".formatted(method);
      return "%s:some.metric{%s} by {%s}%s"
          .formatted(function, filter, String.join(",", groups), rollup);
    }

    boolean takes(Map<String, String> tags) {
      return !filtered || values.contains(tags.getOrDefault(tag, "")) != negated;
    }
  }

  private void check(Question question) {
    Map<Map<String, String>, NavigableMap<Long, Double>> expected = expected(question);
    Map<Map<String, String>, NavigableMap<Long, Double>> actual = actual(question);
    String what =
        "seed %d: %s from %d to %d by %d\n%s\nexpected %s\nactual   %s"
            .formatted(
                seed,
                question.text(),
                question.from,
                question.to,
                question.bucket,
                samples,
                expected,
                actual);
    assertThat(actual.keySet()).as(what).isEqualTo(expected.keySet());
    expected.forEach(
        (tags, points) -> {
          assertThat(actual.get(tags).keySet()).as(what).isEqualTo(points.keySet());
          points.forEach(
              (time, value) ->
                  assertThat(actual.get(tags).get(time))
                      .as(what)
                      .isCloseTo(value, org.assertj.core.data.Offset.offset(1e-9)));
        });
  }

  private Map<Map<String, String>, NavigableMap<Long, Double>> actual(Question question) {
    MetricQueryRequest request =
        MetricQueryRequest.of(
            question.text(), question.from, question.to, OptionalLong.of(question.bucket));
    MetricQueryRequest.Promql promql = request.promql(stored, TenantId.DEFAULT, (_, _) -> {});
    QueryOptions options =
        new QueryOptions(
            Optional.of(Duration.ofMillis(question.bucket)),
            Optional.empty(),
            () -> false,
            Optional.empty());
    QueryResult.Matrix result =
        (QueryResult.Matrix)
            engine.range(
                TenantId.DEFAULT,
                promql.text(),
                request.startMillis(),
                request.endMillis(),
                request.bucketMillis(),
                options);
    Map<Map<String, String>, NavigableMap<Long, Double>> found =
        new TreeMap<>(Comparator.comparing(Map::toString));
    for (QueryResult.Column column : result.series()) {
      Map<String, String> tags = new TreeMap<>();
      column.labels().forEach(label -> tags.put(promql.tags().get(label.name()), label.value()));
      NavigableMap<Long, Double> points = new TreeMap<>();
      for (int i = 0; i < column.timestamps().length; i++) {
        points.put(request.bucketOf(column.timestamps()[i]), column.values()[i]);
      }
      found.put(tags, points);
    }
    return found;
  }

  /** One series' number in a bucket, and when it was written last. */
  private record Reduced(double value, long newest) {}

  private Map<Map<String, String>, NavigableMap<Long, Double>> expected(Question question) {
    Map<Map<String, String>, NavigableMap<Long, Double>> found =
        new TreeMap<>(Comparator.comparing(Map::toString));
    for (long t = question.from; t < question.to; t += question.bucket) {
      Map<Map<String, String>, List<Reduced>> groups =
          new TreeMap<>(Comparator.comparing(Map::toString));
      for (Map.Entry<Map<String, String>, NavigableMap<Long, Double>> series : samples.entrySet()) {
        NavigableMap<Long, Double> within =
            series.getValue().subMap(t, true, t + question.bucket, false);
        if (question.takes(series.getKey()) && !within.isEmpty()) {
          Map<String, String> group = new TreeMap<>(series.getKey());
          group.keySet().retainAll(question.groups);
          groups
              .computeIfAbsent(group, _ -> new ArrayList<>())
              .add(
                  new Reduced(
                      reduce(question.method, List.copyOf(within.values())), within.lastKey()));
        }
      }
      long time = t;
      groups.forEach(
          (tags, all) ->
              found.computeIfAbsent(tags, _ -> new TreeMap<>()).put(time, across(question, all)));
    }
    return found;
  }

  private static double across(Question question, List<Reduced> series) {
    List<Double> values = series.stream().map(Reduced::value).toList();
    return switch (question.function) {
      case "count" -> question.method.equals("count") ? reduce("sum", values) : values.size();
      case "last" -> {
        long newest = series.stream().mapToLong(Reduced::newest).max().orElseThrow();
        yield reduce(
            "max",
            series.stream().filter(one -> one.newest == newest).map(Reduced::value).toList());
      }
      default -> reduce(question.function, values);
    };
  }

  private static double reduce(String function, List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    double sum = values.stream().collect(Collectors.summingDouble(value -> value));
    return switch (function) {
      case "avg" -> sum / values.size();
      case "sum" -> sum;
      case "min" -> sorted.getFirst();
      case "max" -> sorted.getLast();
      case "count" -> values.size();
      case "last" -> values.getLast();
      case "p50" -> quantile(0.5, sorted);
      case "p90" -> quantile(0.9, sorted);
      default -> throw new IllegalArgumentException(function);
    };
  }

  private static double quantile(double q, List<Double> sorted) {
    double rank = q * (sorted.size() - 1);
    int below = (int) rank;
    int above = Math.min(below + 1, sorted.size() - 1);
    return sorted.get(below) + (rank - below) * (sorted.get(above) - sorted.get(below));
  }
}
