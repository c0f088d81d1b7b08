package dev.vedette.querier.datadog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.InvalidRequest;
import dev.vedette.model.TenantId;
import dev.vedette.querier.datadog.MetricQuery.Counter;
import dev.vedette.querier.datadog.MetricQuery.Filter;
import dev.vedette.querier.datadog.MetricQuery.Metric;
import dev.vedette.querier.datadog.MetricQuery.Reduction.Named;
import dev.vedette.querier.datadog.MetricQuery.Reduction.Percentile;
import dev.vedette.querier.datadog.MetricQuery.Rollup;
import dev.vedette.testkit.InMemorySeries;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Queries as text: what they say, what they are in PromQL, and where those are wrong that are. */
class MetricQueryParserTest {
  @Test
  void aQueryIsReadWithAllItsParts() {
    MetricQuery query =
        MetricQueryParser.parse(
            "p99.9:http.request.duration{service:api-gateway, !env:prod*,az IN (a, \"b,c\") AND x NOT IN (y)}"
                + " by {host,http.method}.rollup(max, 60)");

    assertThat(query)
        .isEqualTo(
            new Metric(
                new Percentile("0.999"),
                "http.request.duration",
                List.of(
                    new Filter("service", List.of("api-gateway"), false),
                    new Filter("env", List.of("prod*"), true),
                    new Filter("az", List.of("a", "b,c"), false),
                    new Filter("x", List.of("y"), true)),
                List.of("host", "http.method"),
                new Rollup(Named.MAX, OptionalLong.of(60), null),
                0));
  }

  @Test
  void whatCanBeLeftOutMayBe() {
    Metric all = (Metric) MetricQueryParser.parse("load");
    Metric counter = (Metric) MetricQueryParser.parse("sum:hits.total.as_rate()");

    assertThat(all.function()).isEqualTo(Named.AVG);
    assertThat(all.filters()).isEmpty();
    assertThat(all).isEqualTo(MetricQueryParser.parse("load{*}"));
    assertThat(counter.name()).isEqualTo("hits.total");
    assertThat(counter.rollup().counter()).isEqualTo(Counter.AS_RATE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "avg:load{*}|avg by () (avg_over_time({__name__=\"load\"}[1m]))",
        "load{a:b,!c:d}|avg by () (avg_over_time({__name__=\"load\", a=\"b\", c!=\"d\"}[1m]))",
        "max:load{a:x*y.z} by {a}|max by (a) (max_over_time({__name__=\"load\", a=~\"x.*y\\\\.z\"}[1m]))",
        "max:load{a:*,!b:*}|max by () (max_over_time({__name__=\"load\", a=~\".+\", b!~\".+\"}[1m]))",
        "min:load{!a IN (x,y)}|`min by () (min_over_time({__name__=\"load\", a!~\"x|y\"}[1m]))`",
        "min:load{!a NOT IN (x)}|min by () (min_over_time({__name__=\"load\", a=\"x\"}[1m]))",
        "count:load|sum by () (count_over_time({__name__=\"load\"}[1m]))",
        "count:load.rollup(max)|count by () (max_over_time({__name__=\"load\"}[1m]))",
        "median:load|quantile by () (0.5, quantile_over_time(0.5, {__name__=\"load\"}[1m]))",
        "sum:hits.total{}.as_count()|sum by () (increase({__name__=\"hits_total\"}[1m]))",
        "sum:a.rollup(60).as_rate()|sum by () (rate({__name__=\"a\"}[1m]))",
        "sum:a.as_rate().rollup(60)|sum by () (rate({__name__=\"a\"}[1m]))",
        "sum:a.as_count().rollup(sum)|sum by () (increase({__name__=\"a\"}[1m]))",
        "sum:a.rollup(sum, 60).as_count()|sum by () (increase({__name__=\"a\"}[1m]))",
        "max:a.as_rate().rollup(avg, 60)|max by () (rate({__name__=\"a\"}[1m]))",
        "max:a.rollup(avg).as_rate()|max by () (rate({__name__=\"a\"}[1m]))",
        "avg:job:load:mean5m{}|avg by () (avg_over_time({__name__=\"job:load:mean5m\"}[1m]))",
        "-(1 + 2) * 3e2|(-((1) + (2))) * (3e2)",
        "a by {x} / b by {x}|(avg by (x) (avg_over_time({__name__=\"a\"}[1m]))) / (avg by (x) (avg_over_time({__name__=\"b\"}[1m])))",
        "a by {x} - b|(avg by (x) (avg_over_time({__name__=\"a\"}[1m]))) - on () group_left () (avg by () (avg_over_time({__name__=\"b\"}[1m])))",
        "a by {x} * b by {y,x}|(avg by (x) (avg_over_time({__name__=\"a\"}[1m]))) * on (x) group_right () (avg by (x, y) (avg_over_time({__name__=\"b\"}[1m])))",
      })
  void aQueryHasItsMeaningInPromql(String query, String promql) {
    MetricQueryRequest request = MetricQueryRequest.of(query, 0, 600_000, OptionalLong.of(60_000));

    assertThat(request.promql(new InMemorySeries(), TenantId.DEFAULT, (_, _) -> {}).text())
        .isEqualTo(promql);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|1:1: parse error: no query found in input",
        "` `|1:2: parse error: no query found in input",
        "mean:load{*}|1:1: parse error: unknown function \"mean\", expected avg, sum, min, max, count, last or a percentile",
        "p101:load|1:1: parse error: unknown function \"p101\"",
        "avg:{*}|1:5: parse error: unexpected \"{\", expected the name of a metric",
        "avg: load}|1:10: parse error: unexpected \"}\", expected an operator or the end",
        "avg :load|1:5: parse error: unexpected \":\", expected an operator",
        "load{a}|1:7: parse error: unexpected \"}\", expected \":\" and a value, or IN (a, b), behind the tag \"a\"",
        "load{a:}|1:8: parse error: unexpected \"}\", expected a value",
        "load{a:b|1:9: parse error: unexpected the end of the query, expected \",\" or \"}\" behind a tag",
        "load{a:b OR c:d}|1:10: parse error: OR between tags is not supported",
        "load{a:b,}|1:10: parse error: unexpected \"}\", expected a tag",
        "load{a IN b}|1:11: parse error: unexpected \"b\", expected \"(\"",
        "load{a IN ()}|1:12: parse error: unexpected \")\", expected a value",
        "load{a:\"b}|1:8: parse error: a value in quotes does not end",
        "load by host|1:9: parse error: unexpected \"h\", expected \"{\"",
        "load by {a,a}|1:12: parse error: the tag \"a\" is there twice",
        "load{*}.fill(0)|1:9: parse error: unknown function \"fill\", expected rollup, as_count or as_rate",
        "load{*}.rollup()|1:16: parse error: unexpected \")\", expected a function, or the length",
        "load{*}.rollup(avg, 0)|1:21: parse error: expected 1 to 31622400 seconds, found 0",
        "load{*}.rollup(1.5)|1:16: parse error: expected whole seconds, found 1.5",
        "load{*}.rollup(max).as_rate()|1:21: parse error: as_rate says how to roll up",
        "load{*}.as_rate().rollup(sum)|1:26: parse error: as_count and as_rate say how to roll up",
        "load{*}.as_rate().as_count()|1:19: parse error: as_count and as_rate exclude each other",
        "load{*}.rollup(10).rollup(10)|1:20: parse error: rollup is there twice",
        "2 * abs(load{*})|1:5: parse error: there is no function \"abs\" here; a query is made of metrics",
        "a +|1:4: parse error: unexpected the end of the query, expected a metric",
        "a + ?|1:5: parse error: unexpected \"?\", expected a metric",
        "(a|1:3: parse error: unexpected the end of the query, expected \")\"",
        "a b|1:3: parse error: unexpected \"b\", expected an operator",
        "a.rollup(10) + b.rollup(20)|rollups of 10 and of 20 seconds cannot be joined",
        "a by {x} + b by {y}|grouped by {x} and by {y}, one has to have all tags of the other",
      })
  void whatIsWrongIsToldWithItsPlace(String query, String error) {
    assertThatThrownBy(
            () ->
                MetricQueryRequest.of(query, 0, 600_000, OptionalLong.of(60_000))
                    .promql(new InMemorySeries(), TenantId.DEFAULT, (_, _) -> {}))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining(error);
  }

  @Test
  void placesAreCountedByLine() {
    assertThatThrownBy(() -> MetricQueryParser.parse("avg:load{*}\n  + ]"))
        .hasMessageStartingWith("2:5: parse error: unexpected \"]\"");
  }

  @Test
  void noTextExhaustsTheStack() {
    assertThatThrownBy(() -> MetricQueryParser.parse("(".repeat(100_000)))
        .hasMessageContaining("nested more than 100 deep");
    assertThatThrownBy(() -> MetricQueryParser.parse("-".repeat(100_000) + "1"))
        .hasMessageContaining("nested more than 100 deep");
    assertThatThrownBy(() -> MetricQueryParser.parse("1+".repeat(100_000) + "1"))
        .hasMessageContaining("more than 500 operators");
  }

  @Test
  void withoutAnIntervalThereIsAGraphsWorthOfBuckets() {
    long hour = 3_600_000;

    assertThat(MetricQueryRequest.of("a", 0, hour, OptionalLong.empty()).bucketMillis())
        .isEqualTo(15_000);
    assertThat(MetricQueryRequest.of("a", 0, 24 * hour, OptionalLong.empty()).bucketMillis())
        .isEqualTo(300_000);
    assertThat(MetricQueryRequest.of("a", 0, 1, OptionalLong.empty()).bucketMillis())
        .isEqualTo(1000);
  }
}
