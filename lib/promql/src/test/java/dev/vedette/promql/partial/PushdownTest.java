package dev.vedette.promql.partial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.Unavailable;
import dev.vedette.model.VedetteException;
import dev.vedette.promql.EngineConfig;
import dev.vedette.promql.PromqlEngine;
import dev.vedette.promql.QueryLimits;
import dev.vedette.promql.QueryMemory;
import dev.vedette.promql.QueryOptions;
import dev.vedette.promql.QueryOptions.Look;
import dev.vedette.promql.QueryProgress;
import dev.vedette.promql.QueryResult;
import dev.vedette.promql.QueryResult.Column;
import dev.vedette.promql.QueryStats;
import dev.vedette.promql.explain.PlanNode;
import dev.vedette.promql.explain.PlanRead;
import dev.vedette.testkit.InMemorySeries;
import dev.vedette.testkit.SpreadSeries;
import dev.vedette.testkit.oracle.RandomPromql;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Sources that do aggregations themselves: however the series are spread over them, a query says
 * the same to the bit as over one that only hands out series.
 */
class PushdownTest {
  private static final TenantId TENANT = TenantId.DEFAULT;
  private static final long START = 1_760_000_400_000L;
  private static final long STEP = 47_000;
  private static final int ROUNDS = Integer.getInteger("rounds", 12);
  private static final List<String> OPERATORS =
      List.of("sum", "avg", "count", "group", "min", "max", "stddev", "stdvar");
  private static final List<String> OPERANDS =
      List.of(
          "wild_total",
          "wild_total offset 1m",
          "{host=\"h1\"}",
          "{__name__=~\"wild.*|h_seconds\"}",
          "rate(wild_total[5m])",
          "rate(h_seconds[5m])",
          "increase({__name__=~\"wild_total|c_total\"}[3m])",
          "rate(x_mixed[4m])",
          "x_mixed",
          "h_seconds",
          "f_seconds",
          "last_over_time(wild_total[2m])",
          "quantile_over_time(0.7, wild_total[5m] @ end())",
          "predict_linear(m_gauge[5m], 60)",
          "max_over_time(n_gauge[3m]) * 2",
          "sum_over_time(h_seconds[2m])");

  private final InMemorySeries whole = new InMemorySeries();
  private final PromqlEngine single = engine(whole);

  private static PromqlEngine engine(SeriesSource source) {
    return new PromqlEngine(EngineConfig.DEFAULT, source, Ticker.system());
  }

  private static SpreadSeries.Shard shard(InMemorySeries store, QueryLimits limits) {
    PartialEngine partials =
        new PartialEngine(
            store,
            new PartialEngine.Bounds(limits, Duration.ofMinutes(1), QueryMemory.unbounded()),
            Ticker.system());
    return new SpreadSeries.Shard(store, Optional.of(partials));
  }

  /** Spreads the series of a round over so many sources. */
  private PromqlEngine spread(SplittableRandom random, RandomPromql queries, int sources) {
    whole.clear();
    List<InMemorySeries> stores = new ArrayList<>();
    for (int i = 0; i < sources; i++) {
      stores.add(new InMemorySeries());
    }
    queries
        .data()
        .forEach(
            (labels, points) -> {
              InMemorySeries own = stores.get(random.nextInt(sources));
              points.forEach(
                  point -> {
                    Histogram histogram = point.histogram();
                    for (InMemorySeries store : List.of(whole, own)) {
                      if (histogram == null) {
                        store.append(TENANT, labels, point.millis(), point.value());
                      } else {
                        store.append(TENANT, labels, point.millis(), histogram, 0);
                      }
                    }
                  });
            });
    for (int i = 0; i < 40; i++) {
      Labels labels =
          Labels.of("__name__", "wild_total", "host", "h" + i % 7, "job", "j" + i % 3, "n", "" + i);
      InMemorySeries own = stores.get(random.nextInt(sources));
      boolean huge = random.nextInt(12) == 0;
      for (long at = 0; at < RandomPromql.SPAN; at += 15_000 + random.nextInt(3) * 5_000L) {
        double value = value(random, huge);
        whole.append(TENANT, labels, START + at, value);
        own.append(TENANT, labels, START + at, value);
      }
    }
    return engine(
        new SpreadSeries(stores.stream().map(store -> shard(store, QueryLimits.DEFAULT)).toList()));
  }

  private static double value(SplittableRandom random, boolean huge) {
    return switch (random.nextInt(8)) {
      case 0 -> -0.0;
      case 1 -> 0.0;
      case 2 -> huge ? Double.POSITIVE_INFINITY : 3;
      case 3 -> huge ? 1e300 * random.nextDouble() : 5;
      default -> (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(-25, 25));
    };
  }

  @Test
  void spreadSeriesSayTheSameToTheBit() {
    long seed = Long.getLong("seed", 1);
    for (long round = seed; round < seed + ROUNDS; round++) {
      SplittableRandom random = new SplittableRandom(round);
      RandomPromql queries = new RandomPromql(random, START);
      PromqlEngine parts = spread(random, queries, 1 + random.nextInt(5));
      for (String operand : OPERANDS) {
        String grouping = random.nextBoolean() ? "by (host)" : "without (host, n)";
        String operator = OPERATORS.get(random.nextInt(OPERATORS.size()));
        compare(parts, "%s %s (%s)".formatted(operator, grouping, operand), round);
        compare(parts, "%s(%s)".formatted(operator, operand), round);
        String best = random.nextBoolean() ? "topk" : "bottomk";
        compare(
            parts, "%s %s (%d, %s)".formatted(best, grouping, random.nextInt(4), operand), round);
      }
      for (int i = 0; i < 30; i++) {
        compare(parts, queries.next(3), round);
      }
    }
  }

  private void compare(PromqlEngine parts, String expression, long round) {
    String where = "-Dseed=%d: %s".formatted(round, expression);
    compare(range(parts, expression), range(single, expression), where);
    compare(instant(parts, expression), instant(single, expression), where + " at one time");
  }

  /** Stops at the first difference: all of both would be pages. */
  private static void compare(List<Object> found, List<Object> expected, String where) {
    for (int i = 0; i < Math.min(found.size(), expected.size()); i++) {
      assertThat(found.get(i)).as("%s, entry %d", where, i).isEqualTo(expected.get(i));
    }
    assertThat(found).as(where).hasSameSizeAs(expected);
  }

  private static List<Object> range(PromqlEngine engine, String expression) {
    QueryOptions options = QueryOptions.DEFAULT.looking(new Look(true, false));
    long start = START + 5 * 60_000;
    return told(() -> engine.range(TENANT, expression, start, start + 11 * STEP, STEP, options));
  }

  private static List<Object> instant(PromqlEngine engine, String expression) {
    return told(
        () -> engine.instant(TENANT, expression, START + 13 * 60_000, QueryOptions.DEFAULT));
  }

  /** All that a query says, in order, with the bits of its numbers. */
  private static List<Object> told(java.util.function.Supplier<QueryResult> query) {
    List<Object> told = new ArrayList<>();
    QueryResult result;
    try {
      result = query.get();
    } catch (VedetteException e) {
      return List.of(e.id(), String.valueOf(e.getMessage()));
    }
    switch (result) {
      case QueryResult.Matrix matrix -> matrix.series().forEach(column -> add(told, column));
      case QueryResult.InstantVector vector -> {
        for (int i = 0; i < vector.labels().size(); i++) {
          told.add(vector.labels().get(i));
          told.add(Double.doubleToLongBits(vector.values()[i]));
          told.add(Optional.ofNullable(vector.histogram(i)));
        }
      }
      default -> told.add(result);
    }
    told.add(result.info().warnings());
    told.add(result.info().infos());
    QueryStats stats = result.info().stats();
    // Not the bytes: neighbours that share their timestamps have fewer.
    told.add(List.of(stats.seriesRead(), stats.samplesRead(), stats.counts().total()));
    long[] byStep = stats.counts().byStep();
    told.add(byStep == null ? "" : Arrays.toString(byStep));
    return told;
  }

  private static void add(List<Object> told, Column column) {
    told.add(column.labels());
    for (int i = 0; i < column.timestamps().length; i++) {
      told.add(column.timestamps()[i]);
      told.add(Double.doubleToLongBits(column.values()[i]));
      told.add(Optional.ofNullable(column.histogram(i)));
    }
  }

  private static void fill(InMemorySeries store, int series) {
    for (int i = 0; i < series; i++) {
      Labels labels = Labels.of("__name__", "m_total", "job", "j" + i % 2, "n", "" + i);
      for (int at = 0; at < 40; at++) {
        store.append(TENANT, labels, START + at * 15_000L, at);
      }
    }
  }

  @Test
  void thePlanNamesWhatTheSourceDid() {
    InMemorySeries store = new InMemorySeries();
    fill(store, 10);
    PromqlEngine engine = engine(new SpreadSeries(List.of(shard(store, QueryLimits.DEFAULT))));
    PlanNode plan =
        engine
            .range(
                TENANT,
                "sum by (job) (rate(m_total[1m]))",
                START + 300_000,
                START + 400_000,
                50_000,
                QueryOptions.DEFAULT.looking(new Look(false, true)))
            .info()
            .stats()
            .plan();
    PlanNode sum = plan.inner().getFirst();
    assertThat(sum.series()).isEqualTo(2);
    PlanRead read = sum.reads().getFirst();
    assertThat(read.pushedDown()).containsExactly("matchers", "time", "rate", "sum by (job)");
    assertThat(read.series()).isEqualTo(10);
    assertThat(read.samples()).isPositive();
    assertThat(read.bytes()).isPositive();
    assertThat(sum.inner().getFirst().reads()).isEmpty();
  }

  @Test
  void limitsOfTheQueryHoldForWhatSourcesRead() {
    InMemorySeries store = new InMemorySeries();
    fill(store, 200);
    SpreadSeries spread = new SpreadSeries(List.of(shard(store, QueryLimits.DEFAULT)));
    EngineConfig stock = EngineConfig.DEFAULT;
    EngineConfig small =
        new EngineConfig(
            stock.lookback(),
            stock.subqueryStep(),
            new QueryLimits(1_000, 100_000, 1_000),
            stock.timeout(),
            stock.features(),
            false,
            false);
    assertThatThrownBy(
            () -> sum(new PromqlEngine(small, spread, Ticker.system()), new QueryProgress()))
        .isInstanceOf(LimitExceeded.class)
        .hasMessageContaining("the limit is 1000");
  }

  @Test
  void limitsOfTheSourceHoldWhateverTheQueryMay() {
    InMemorySeries store = new InMemorySeries();
    fill(store, 200);
    SpreadSeries spread =
        new SpreadSeries(List.of(shard(store, new QueryLimits(1_000, 100_000, 1_000))));
    assertThatThrownBy(() -> sum(engine(spread), new QueryProgress()))
        .isInstanceOf(LimitExceeded.class)
        .hasMessageContaining("the limit is 1000");
  }

  @Test
  void aQueryThatIsToldToEndEndsWhereTheSeriesAre() {
    InMemorySeries store = new InMemorySeries();
    fill(store, 200);
    QueryProgress progress = new QueryProgress();
    progress.cancel();
    assertThatThrownBy(
            () ->
                sum(engine(new SpreadSeries(List.of(shard(store, QueryLimits.DEFAULT)))), progress))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("canceled");
  }

  private static void sum(PromqlEngine engine, QueryProgress progress) {
    engine.instant(
        TENANT,
        "sum(rate(m_total[5m]))",
        START + 500_000,
        QueryOptions.DEFAULT.countingIn(progress));
  }

  @Test
  void aSourceThatDoesNoneOfItHandsOutSeries() {
    InMemorySeries store = new InMemorySeries();
    fill(store, 10);
    SpreadSeries.Shard plain = new SpreadSeries.Shard(new InMemorySeries(), Optional.empty());
    PromqlEngine engine =
        engine(new SpreadSeries(List.of(shard(store, QueryLimits.DEFAULT), plain)));
    assertThat(instant(engine, "sum(last_over_time(m_total[30m]))")).isNotEmpty();
  }
}
