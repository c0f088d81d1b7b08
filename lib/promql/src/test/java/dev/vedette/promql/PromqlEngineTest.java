package dev.vedette.promql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vedette.model.ErrorId;
import dev.vedette.model.Labels;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.Unavailable;
import dev.vedette.model.VedetteException;
import dev.vedette.promql.parse.Features;
import dev.vedette.testkit.InMemorySeries;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PromqlEngineTest {
  private static final TenantId TENANT = TenantId.DEFAULT;

  private final InMemorySeries store = new InMemorySeries();
  private final PromqlEngine engine =
      new PromqlEngine(EngineConfig.DEFAULT, store, Ticker.system());

  private void counter(String job, String instance, double perSecond) {
    Labels labels = Labels.of("__name__", "requests_total", "job", job, "instance", instance);
    for (int i = 0; i <= 40; i++) {
      store.append(TENANT, labels, i * 15_000L, i * 15 * perSecond);
    }
  }

  private QueryResult.InstantVector instant(String expression, long seconds) {
    return (QueryResult.InstantVector)
        engine.instant(TENANT, expression, seconds * 1000, QueryOptions.DEFAULT);
  }

  private QueryResult.Matrix range(String expression) {
    return (QueryResult.Matrix)
        engine.range(TENANT, expression, 300_000, 600_000, 60_000, QueryOptions.DEFAULT);
  }

  @Test
  void sumsOfRatesAnswerByGroup() {
    counter("api", "a", 2);
    counter("api", "b", 3);
    counter("db", "a", 7);

    QueryResult.Matrix result = range("sum by (job) (rate(requests_total[5m]))");

    assertThat(result.series()).hasSize(2);
    QueryResult.Column api = result.series().getFirst();
    assertThat(api.labels().toString()).isEqualTo("{job=\"api\"}");
    assertThat(api.timestamps())
        .containsExactly(300_000, 360_000, 420_000, 480_000, 540_000, 600_000);
    assertThat(api.values()).hasSize(6).containsOnly(new double[] {5}, within(1e-9));
    assertThat(result.series().getLast().values()).containsOnly(new double[] {7}, within(1e-9));
    assertThat(result.info().stats().seriesRead()).isEqualTo(3);
  }

  @Test
  void selectorsShowTheNewestSampleWithinTheLookback() {
    counter("api", "a", 1);
    assertThat(instant("requests_total", 607).values()).containsExactly(600);
    assertThat(instant("requests_total", 899).values()).containsExactly(600);
    assertThat(instant("requests_total", 900).values()).isEmpty();
    assertThat(instant("requests_total offset 5m", 607).values()).containsExactly(300);
    assertThat(instant("requests_total @ 30", 607).values()).containsExactly(30);
  }

  @Test
  void theSameQueryGivesTheSameBits() {
    for (int i = 0; i < 300; i++) {
      counter("api", "host-" + i, 0.1 + i * 1e-9);
    }
    double[] first = range("sum(rate(requests_total[5m]))").series().getFirst().values();
    for (int i = 0; i < 5; i++) {
      assertThat(range("sum(rate(requests_total[5m]))").series().getFirst().values())
          .isEqualTo(first);
    }
  }

  @Test
  void instantAndRangeQueriesAgree() {
    counter("api", "a", 1.5);
    double atOnce = instant("rate(requests_total[2m]) * 2 + 1", 420).values()[0];
    QueryResult.Column column = range("rate(requests_total[2m]) * 2 + 1").series().getFirst();
    assertThat(column.timestamps()[2]).isEqualTo(420_000);
    assertThat(column.values()[2]).isEqualTo(atOnce);
  }

  @Test
  void badExpressionsSayWhere() {
    assertThatThrownBy(() -> instant("sum(rate(x[5m])", 0))
        .isInstanceOf(VedetteException.class)
        .hasMessage("1:16: parse error: unclosed left parenthesis")
        .extracting(e -> ((VedetteException) e).id())
        .isEqualTo(ErrorId.INVALID_EXPRESSION);
  }

  @Test
  void aMatchIsInDoubtOnlyWhereBothSidesHaveSomething() {
    counter("api", "a", 1);
    counter("api", "b", 1);

    assertThat(instant("(vector(1) > 2) / on() requests_total", 600).labels()).isEmpty();
    assertThatThrownBy(() -> instant("vector(1) / on() requests_total", 600))
        .hasMessageContaining("found duplicate series for the match group {} on the right");
  }

  @Test
  void namesThatRankingKeepsMakeSeriesDifferentUntilTheyAreDropped() {
    store.append(TENANT, Labels.of("__name__", "a", "n", "1"), 600_000, 1);
    store.append(TENANT, Labels.of("__name__", "b", "n", "1"), 600_000, 2);

    assertThat(instant("topk(2, {n=\"1\"})", 600).labels()).hasSize(2);
    assertThatThrownBy(() -> instant("max(abs(topk(2, {n=\"1\"})))", 600))
        .hasMessageContaining("vector cannot contain metrics with the same labelset");
  }

  @Test
  void countersAreKnownByTheLabelOfTheirTypeWhereSeriesHaveIt() {
    for (String type : new String[] {"counter", "histogram", "gauge", ""}) {
      for (long at = 0; at <= 600_000; at += 60_000) {
        Labels labels = Labels.of("__name__", "a" + type, "__type__", type, "n", "n" + type);
        store.append(TENANT, labels, at, at);
      }
    }
    EngineConfig stock = EngineConfig.DEFAULT;
    PromqlEngine typed =
        new PromqlEngine(
            new EngineConfig(
                stock.lookback(),
                stock.subqueryStep(),
                stock.limits(),
                stock.timeout(),
                stock.features(),
                false,
                false,
                true),
            store,
            Ticker.system());

    for (String all :
        new String[] {"rate({__name__=~\"a.*\"}[5m])", "increase({n=~\"n.*\"}[5m])"}) {
      QueryResult result = typed.instant(TENANT, all, 600_000, QueryOptions.DEFAULT);
      assertThat(result.info().infos().toString())
          .contains(
              "__type__ label is not set to \"counter\" or \"histogram\", got \"gauge\": \"agauge\"")
          .contains("got \"\": \"a\"")
          .doesNotContain("acounter", "ahistogram", "name does not end");
    }
    assertThat(
            typed
                .instant(TENANT, "delta(agauge[5m])", 600_000, QueryOptions.DEFAULT)
                .info()
                .infos())
        .isEmpty();
  }

  @Test
  void tooManySamplesAreRefusedByNumber() {
    counter("api", "a", 1);
    EngineConfig small =
        new EngineConfig(
            Duration.ofMinutes(5),
            Duration.ofMinutes(1),
            QueryLimits.DEFAULT.withMaxSamples(10),
            Duration.ofMinutes(1),
            Features.STOCK,
            false,
            false);
    PromqlEngine limited = new PromqlEngine(small, store, Ticker.system());
    assertThatThrownBy(
            () ->
                limited.instant(TENANT, "rate(requests_total[5m])", 600_000, QueryOptions.DEFAULT))
        .isInstanceOf(LimitExceeded.class)
        .hasMessageContaining("the limit is 10");
  }

  @Test
  void aQueryEndsWhenItsTimeIsUpOrNobodyWaits() {
    counter("api", "a", 1);
    long[] nanos = {0};
    PromqlEngine slow =
        new PromqlEngine(EngineConfig.DEFAULT, store, () -> nanos[0] += 40_000_000_000L);
    assertThatThrownBy(
            () -> slow.instant(TENANT, "sum(requests_total)", 600_000, QueryOptions.DEFAULT))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("timed out");
    QueryOptions gone =
        new QueryOptions(Optional.empty(), Optional.empty(), () -> true, Optional.empty());
    assertThatThrownBy(() -> engine.instant(TENANT, "sum(requests_total)", 600_000, gone))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("canceled");
  }

  @Test
  void subqueriesWithMoreStepsThanAQueryMayHoldAreRefusedBeforeTheyTakeMemory() {
    counter("api", "a", 1);
    String[] tooFine = {
      "max_over_time(rate(requests_total[5m])[100y:1ms])",
      "sum_over_time(vector(1)[1y:1ms])",
      "max_over_time(max_over_time(requests_total[1y:1ms])[1y:1ms])"
    };
    for (String expression : tooFine) {
      assertThatThrownBy(() -> instant(expression, 600))
          .as(expression)
          .isInstanceOfSatisfying(
              LimitExceeded.class, e -> assertThat(e.id()).isEqualTo(ErrorId.QUERY_LIMIT));
    }
  }

  @Test
  void everySeriesOfASubqueryCountsAgainstWhatAQueryMayHold() {
    for (int i = 0; i < 60; i++) {
      counter("api", "host-" + i, 1);
    }
    PromqlEngine limited =
        new PromqlEngine(
            new EngineConfig(
                Duration.ofMinutes(5),
                Duration.ofMinutes(1),
                QueryLimits.DEFAULT.withMaxSamples(50_000),
                Duration.ofMinutes(1),
                Features.STOCK,
                false,
                false),
            store,
            Ticker.system());
    // 60 series of 601 samples are read a batch at a time, 1001 steps of each are held.
    assertThatThrownBy(
            () ->
                limited.instant(
                    TENANT,
                    "max_over_time(requests_total[1000s:1s])",
                    600_000,
                    QueryOptions.DEFAULT))
        .isInstanceOfSatisfying(
            LimitExceeded.class, e -> assertThat(e).hasMessageContaining("would hold"));
  }
}
