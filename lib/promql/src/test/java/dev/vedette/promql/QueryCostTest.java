package dev.vedette.promql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.ErrorId;
import dev.vedette.model.Labels;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.ReadCheck;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.Unavailable;
import dev.vedette.promql.QueryOptions.Look;
import dev.vedette.promql.explain.PlanNode;
import dev.vedette.promql.explain.PlanRead;
import dev.vedette.testkit.FakeTicker;
import dev.vedette.testkit.ForwardingSeries;
import dev.vedette.testkit.InMemorySeries;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a query is told to have cost, what it may cost, and how it is ended. */
class QueryCostTest {
  private static final TenantId TENANT = TenantId.DEFAULT;
  private static final Look EVERYTHING = new Look(true, true);

  private final InMemorySeries store = new InMemorySeries();
  private final PromqlEngine engine =
      new PromqlEngine(EngineConfig.DEFAULT, store, Ticker.system());

  /** Ten series of a sample each 15 s, from 0 to 600 s. */
  @BeforeEach
  void fill() {
    for (int series = 0; series < 10; series++) {
      Labels labels =
          Labels.of("__name__", "x_total", "job", series < 4 ? "a" : "b", "n", "n" + series);
      for (int i = 0; i <= 40; i++) {
        store.append(TENANT, labels, i * 15_000L, i);
      }
    }
  }

  private QueryStats stats(String expression) {
    return engine
        .range(
            TENANT, expression, 300_000, 600_000, 60_000, QueryOptions.DEFAULT.looking(EVERYTHING))
        .info()
        .stats();
  }

  private List<Long> perStep(String expression) {
    long[] byStep = Objects.requireNonNull(stats(expression).counts().byStep());
    return Arrays.stream(byStep).boxed().toList();
  }

  @Test
  void aSelectorLooksAtOneSampleOfEachSeriesAtEachStep() {
    assertThat(perStep("x_total")).containsExactly(10L, 10L, 10L, 10L, 10L, 10L);
    assertThat(perStep("x_total @ end()")).containsExactly(10L, 10L, 10L, 10L, 10L, 10L);
    assertThat(stats("x_total").counts().total()).isEqualTo(60);
  }

  @Test
  void aFunctionOfARangeLooksAtAllSamplesOfItsWindow() {
    assertThat(perStep("rate(x_total{job=\"a\"}[2m])")).hasSize(6).containsOnly(4L * 8);
  }

  @Test
  void whatIsTheSameAtEveryStepCountsAtEach() {
    assertThat(perStep("rate(x_total[2m] @ end())")).hasSize(6).containsOnly(10L * 8);
    assertThat(perStep("x_total + rate(x_total[2m] @ end())")).hasSize(6).containsOnly(10L * 9);
  }

  @Test
  void ofASubqueryItsPointsCount() {
    for (String expression :
        List.of(
            "max_over_time(x_total[2m:1m])",
            "max_over_time(x_total[2m:1m] @ end())",
            "max_over_time((rate(x_total[2m] @ end()))[2m:1m])")) {
      assertThat(perStep(expression)).as(expression).hasSize(6).containsOnly(10L * 2);
    }
  }

  @Test
  void theNumberOfAllSamplesDoesNotDependOnWhatElseIsAsked() {
    for (String expression :
        List.of("x_total", "rate(x_total[2m])", "sum(rate(x_total[2m] @ end()))")) {
      QueryStats plain =
          engine
              .range(TENANT, expression, 300_000, 600_000, 60_000, QueryOptions.DEFAULT)
              .info()
              .stats();

      assertThat(plain.counts().total())
          .isEqualTo(stats(expression).counts().total())
          .isEqualTo(perStep(expression).stream().mapToLong(each -> each).sum());
    }
  }

  @Test
  void aPlanSaysWhatEachPartReadAndGave() {
    PlanNode query =
        Objects.requireNonNull(
            stats("sum by (job) (rate(x_total[2m])) / 2 + on() group_left vector(1)").plan());

    PlanNode plus = query.inner().getFirst();
    PlanNode division = plus.inner().getFirst();
    PlanNode sum = division.inner().getFirst();
    PlanNode rate = sum.inner().getFirst();
    assertThat(query.series()).isEqualTo(2);
    assertThat(plus.kind()).isEqualTo("+");
    assertThat(division.kind()).isEqualTo("/");
    assertThat(sum.kind()).isEqualTo("sum");
    assertThat(sum.series()).isEqualTo(2);
    assertThat(sum.reads()).isEmpty();
    assertThat(rate.expression()).isEqualTo("rate(x_total[2m])");
    assertThat(rate.series()).isEqualTo(10);
    assertThat(rate.steps()).isEqualTo(6);
    PlanRead read = rate.reads().getFirst();
    assertThat(read.series()).isEqualTo(10);
    assertThat(read.samples()).isEqualTo(10 * 28);
    assertThat(read.bytes()).isBetween(10 * 28 * 8L, 10 * 28 * 16L);
    assertThat(read.selection().startMillis()).isEqualTo(180_001);
    assertThat(query.nanos()).isGreaterThanOrEqualTo(rate.nanos());
    assertThat(sum.nanos()).isGreaterThanOrEqualTo(rate.nanos());
    assertThat(rate.nanos()).isGreaterThanOrEqualTo(read.nanos());
  }

  @Test
  void nothingIsLookedAtUnlessAsked() {
    QueryStats stats =
        engine.instant(TENANT, "x_total", 600_000, QueryOptions.DEFAULT).info().stats();

    assertThat(stats.counts().byStep()).isNull();
    assertThat(stats.plan()).isNull();
    assertThat(stats.seriesRead()).isEqualTo(10);
    assertThat(stats.bytesRead()).isPositive();
    assertThat(stats.peakBytes()).isPositive();
  }

  @Test
  void aPlanIsAnsweredAsItWouldBeWithoutBeingLookedAt() {
    for (String expression :
        List.of(
            "x_total",
            "topk(2, x_total)",
            "sum without (n) (x_total) or absent(y)",
            "label_replace(x_total, \"z\", \"$1\", \"n\", \"(.*)\")",
            "max_over_time(rate(x_total[1m])[5m:30s])",
            "x_total > 3 and on (n) x_total @ end()",
            "scalar(sum(x_total)) + vector(2)",
            "histogram_quantile(0.5, x_total)")) {
      QueryResult.Matrix plain =
          (QueryResult.Matrix)
              engine.range(TENANT, expression, 0, 600_000, 30_000, QueryOptions.DEFAULT);
      QueryResult.Matrix seen =
          (QueryResult.Matrix)
              engine.range(
                  TENANT, expression, 0, 600_000, 30_000, QueryOptions.DEFAULT.looking(EVERYTHING));

      assertThat(seen.series()).as(expression).usingRecursiveComparison().isEqualTo(plain.series());
    }
  }

  @Test
  void aQueryMayReadSoManySeries() {
    refuses(
        new QueryLimits(1000, 9, 1000),
        "x_total",
        "would read 10 series, the limit is 9",
        "maxSeries");
  }

  @Test
  void anAnswerMayHaveSoManyPoints() {
    QueryLimits limits = new QueryLimits(10_000, 1000, 59);

    refuses(limits, "x_total", "would have 60 points, the limit is 59", "maxPoints");
    assertThat(
            limited(limits)
                .range(TENANT, "sum(x_total)", 300_000, 600_000, 60_000, QueryOptions.DEFAULT))
        .isInstanceOf(QueryResult.Matrix.class);
  }

  @Test
  void whatATenantHasOfItsOwnIsNamedWithItsPath() {
    SettingNames names = new SettingNames("its.own", Set.of("maxSeries", "timeout"));
    QueryLimits limits = new QueryLimits(1000, 9, 5, names);

    assertThatThrownBy(() -> ask(limits, "x_total", QueryOptions.DEFAULT))
        .hasMessageContaining("would read 10 series, the limit is 9")
        .extracting(e -> ((LimitExceeded) e).wayOut())
        .asString()
        .endsWith("or raise its.own.maxSeries of the MetricsCluster");
    assertThatThrownBy(() -> ask(limits, "vector(1)", QueryOptions.DEFAULT))
        .hasMessageContaining("would have 6 points, the limit is 5")
        .extracting(e -> ((LimitExceeded) e).wayOut())
        .asString()
        .endsWith("or raise spec.query.maxPoints of the MetricsCluster");
    QueryOptions late = QueryOptions.DEFAULT.within(Duration.ofMillis(-1));
    assertThatThrownBy(() -> ask(new QueryLimits(1000, 1000, 1000, names), "x_total", late))
        .hasMessage("query timed out in expression evaluation after 0s")
        .extracting(e -> ((Unavailable) e).wayOut())
        .asString()
        .endsWith("by timeout=, up to its.own.timeout of the MetricsCluster");
  }

  private QueryResult ask(QueryLimits limits, String expression, QueryOptions options) {
    return limited(limits).range(TENANT, expression, 300_000, 600_000, 60_000, options);
  }

  private void refuses(QueryLimits limits, String expression, String message, String setting) {
    assertThatThrownBy(
            () ->
                limited(limits)
                    .range(TENANT, expression, 300_000, 600_000, 60_000, QueryOptions.DEFAULT))
        .isInstanceOfSatisfying(
            LimitExceeded.class,
            e -> {
              assertThat(e.id()).isEqualTo(ErrorId.QUERY_LIMIT);
              assertThat(e.wayOut()).contains("spec.query." + setting + " of the MetricsCluster");
            })
        .hasMessageContaining(message);
  }

  private PromqlEngine limited(QueryLimits limits) {
    EngineConfig stock = EngineConfig.DEFAULT;
    return new PromqlEngine(
        new EngineConfig(
            stock.lookback(),
            stock.subqueryStep(),
            limits,
            Duration.ofMinutes(1),
            stock.features(),
            false,
            false),
        store,
        Ticker.system());
  }

  @Test
  void whoeverSeesAQueryMayEndIt() {
    QueryProgress progress = new QueryProgress();
    progress.cancel();

    assertThatThrownBy(
            () ->
                engine.instant(
                    TENANT, "sum(x_total)", 600_000, QueryOptions.DEFAULT.countingIn(progress)))
        .isInstanceOfSatisfying(
            Unavailable.class, e -> assertThat(e.id()).isEqualTo(ErrorId.QUERY_CANCELLED));
  }

  /** Looks for series, page by page, and finds none. */
  private final class LongLook extends ForwardingSeries {
    private final Runnable duringPage;
    private int pages;

    LongLook(Runnable duringPage) {
      this.duringPage = duringPage;
    }

    @Override
    protected SeriesSource inner() {
      return store;
    }

    @Override
    public SeriesCursor select(TenantId tenant, Selection selection) {
      throw new AssertionError("a query is to say when nobody waits any more");
    }

    @Override
    public SeriesCursor select(TenantId tenant, Selection selection, ReadCheck check) {
      return new SeriesCursor() {
        @Override
        public boolean next(SeriesBatch batch) {
          batch.clear();
          for (int page = 0; page < 100; page++) {
            check.check();
            duringPage.run();
            pages++;
          }
          return false;
        }

        @Override
        public void close() {}
      };
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x_total", "rate(x_total[5m])", "sum(x_total)", "max_over_time(x_total[2m:1m])"})
  void aQueryEndsWhileItsSourceLooksForSeries(String expression) {
    for (Look look : List.of(Look.NOTHING, EVERYTHING)) {
      QueryProgress progress = new QueryProgress();
      LongLook source = new LongLook(progress::cancel);
      PromqlEngine looking = new PromqlEngine(EngineConfig.DEFAULT, source, Ticker.system());
      QueryOptions options = QueryOptions.DEFAULT.countingIn(progress).looking(look);

      assertThatThrownBy(() -> looking.range(TENANT, expression, 300_000, 600_000, 60_000, options))
          .isInstanceOfSatisfying(
              Unavailable.class, e -> assertThat(e.id()).isEqualTo(ErrorId.QUERY_CANCELLED));
      assertThat(source.pages).isEqualTo(1);
    }
  }

  @Test
  void aQueryRunsOutOfTimeWhileItsSourceLooksForSeries() {
    FakeTicker ticker = new FakeTicker();
    LongLook source = new LongLook(() -> ticker.advance(Duration.ofSeconds(2)));
    PromqlEngine looking = new PromqlEngine(EngineConfig.DEFAULT, source, ticker);
    QueryOptions options = QueryOptions.DEFAULT.within(Duration.ofSeconds(5));

    assertThatThrownBy(() -> looking.instant(TENANT, "sum(x_total)", 600_000, options))
        .isInstanceOfSatisfying(
            Unavailable.class, e -> assertThat(e.id()).isEqualTo(ErrorId.QUERY_TIMEOUT));
    assertThat(source.pages).isEqualTo(3);
  }

  @Test
  void aQuantileHoldsTheValuesOfItsSeriesAlone() {
    for (int series = 0; series < 5_000; series++) {
      Labels labels = Labels.of("__name__", "many", "job", "a".repeat(100), "n", "n" + series);
      store.append(TENANT, labels, 600_000, series);
    }
    QueryResult.InstantVector median =
        (QueryResult.InstantVector)
            engine.instant(TENANT, "quantile(0.5, many)", 600_000, QueryOptions.DEFAULT);
    assertThat(median.values()).containsExactly(2499.5);
    // Eight bytes a series twice, and a batch with what is read of it.
    assertThat(median.info().stats().peakBytes()).isLessThan(200_000);
  }
}
