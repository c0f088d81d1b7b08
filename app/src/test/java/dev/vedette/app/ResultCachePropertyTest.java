package dev.vedette.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.model.VedetteException;
import dev.vedette.model.WriteBatch;
import dev.vedette.promql.QueryOptions;
import dev.vedette.promql.QueryResult;
import dev.vedette.promql.QueryResult.Column;
import dev.vedette.promql.QueryWorkers;
import dev.vedette.querier.Querier;
import dev.vedette.querier.Querier.Range;
import dev.vedette.querier.QuerierConfig;
import dev.vedette.querier.QueryAnswer;
import dev.vedette.querier.ServerInfo;
import dev.vedette.runtime.http.TenantResolver;
import dev.vedette.testkit.FakeClock;
import dev.vedette.testkit.FakeTicker;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.Tsdb;
import dev.vedette.tsdb.TsdbConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Whatever happens to the samples, an answer from the cache is the one that there is without it,
 * bit for bit.
 */
class ResultCachePropertyTest {
  private static final TenantId TENANT = TenantId.DEFAULT;
  private static final long START = 1_760_054_400_000L;
  private static final long SECOND = 1_000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;
  private static final int SERIES = 5;

  private static final List<String> EXPRESSIONS =
      List.of(
          "m",
          "m offset 2h",
          "m offset -10m",
          "sum(m)",
          "avg by (job) (m)",
          "rate(m[10m])",
          "sum by (job) (rate(m[20m]))",
          "avg_over_time(m[1h])",
          "sum(sum_over_time(m[2h]))",
          "max_over_time(m[30m])",
          "max_over_time(rate(m[10m])[2h:7m])",
          "sum_over_time(sum(m)[1h:13m] offset 20m)",
          "topk(2, m)",
          "quantile(0.3, m)",
          "stddev(m)",
          "count_values(\"v\", m > 50)",
          "timestamp(m)",
          "absent(m{job=\"j0\"})",
          "m{job=\"j0\"} / on (n) group_left m",
          "m and on (job) (m > 10)",
          "label_replace(m, \"x\", \"$1\", \"n\", \"(.)\")",
          "sum(m) + time()",
          "vector(1)",
          "hour(m)",
          "m @ end()",
          "m - m @ start()",
          "sort(m)",
          "last_over_time(m[1d])");

  private final SplittableRandom random = new SplittableRandom(Long.getLong("seed", 1));
  private final FakeClock clock = new FakeClock(Instant.ofEpochMilli(START));
  private long written = START;
  private long cachedSteps;
  private int compared;

  @Test
  void anAnswerFromTheCacheIsTheOneWithoutIt() {
    try (Tsdb tsdb = open()) {
      Querier querier = querier(tsdb);
      for (int i = 0; i < 500; i++) {
        switch (random.nextInt(20)) {
          case 0, 1, 2, 3, 4 -> goOn(tsdb, (1 + random.nextLong(6 * 60)) * MINUTE, 4 * MINUTE);
          case 5 -> late(tsdb, random.nextLong(3 * HOUR));
          case 6 -> late(tsdb, random.nextLong(72 * HOUR));
          case 7 -> tsdb.flush();
          case 8 -> {
            if (random.nextInt(3) == 0) {
              delete(tsdb);
            }
          }
          case 9 -> tsdb.merge();
          default -> ask(querier);
        }
      }
    }
    assertThat(compared).isGreaterThan(100);
    assertThat(cachedSteps).as("steps that came from the cache").isGreaterThan(500);
  }

  @Test
  void anAnswerOfTheLastHourFromTheCacheIsTheOneWithoutIt() {
    try (Tsdb tsdb = open()) {
      Querier querier = querier(tsdb);
      goOn(tsdb, HOUR, 15 * SECOND);
      for (int i = 0; i < 1500; i++) {
        switch (random.nextInt(20)) {
          case 0, 1, 2, 3, 4, 5 -> goOn(tsdb, (1 + random.nextLong(60)) * SECOND, 15 * SECOND);
          case 6 -> late(tsdb, random.nextLong(40 * MINUTE));
          case 7 -> late(tsdb, random.nextLong(3 * MINUTE));
          case 8 -> {
            switch (random.nextInt(20)) {
              case 0 -> tsdb.flush();
              case 1 -> delete(tsdb);
              case 2 -> goOn(tsdb, 3 * HOUR, 5 * MINUTE);
              default -> {}
            }
          }
          default -> askOfTheLastHour(querier);
        }
      }
    }
    assertThat(compared).isGreaterThan(1000);
    assertThat(cachedSteps).as("steps that came from the cache").isGreaterThan(10_000);
  }

  private Tsdb open() {
    System.out.println("ResultCachePropertyTest seed " + Long.getLong("seed", 1));
    TsdbConfig config = TsdbConfig.defaults(Path.of("/data")).withRetention(Duration.ofDays(4));
    return Tsdb.open(config, SimFiles.seeded(1), clock, new FakeTicker(), new PrometheusRegistry());
  }

  private Querier querier(Tsdb tsdb) {
    ServerInfo info =
        new ServerInfo("", "", "", Instant.EPOCH, "", false, false, Map.of(), () -> "");
    return new Querier(
        QuerierConfig.STOCK,
        info,
        tsdb,
        Optional.empty(),
        clock,
        new FakeTicker(),
        QueryWorkers.none(),
        new PrometheusRegistry(),
        TenantResolver.single());
  }

  /** Time passes, and each series has samples up to now. */
  private void goOn(Tsdb tsdb, long span, long every) {
    long until = clock.millis() + span;
    clock.set(Instant.ofEpochMilli(until));
    for (int n = 0; n < SERIES; n++) {
      if (random.nextInt(8) > 0) {
        WriteBatch batch = batch(n);
        for (long time = written; time < until; time += every) {
          add(batch, time + n);
        }
        tsdb.write(TENANT, batch);
      }
    }
    written = until;
  }

  private void late(Tsdb tsdb, long age) {
    WriteBatch batch = batch(random.nextInt(SERIES));
    int samples = 1 + random.nextInt(3);
    for (int i = 0; i < samples; i++) {
      add(batch, clock.millis() - age + i * 100);
    }
    tsdb.write(TENANT, batch);
  }

  private void delete(Tsdb tsdb) {
    long from = clock.millis() - random.nextLong(80 * HOUR);
    String job = "j" + random.nextInt(2);
    tsdb.delete(TENANT, List.of(List.of(LabelMatcher.equal("job", job))), from, from + 30 * MINUTE);
  }

  private static WriteBatch batch(int n) {
    byte[] labels = LabelBytes.encode(Labels.of("__name__", "m", "job", "j" + n % 2, "n", "" + n));
    WriteBatch batch = new WriteBatch();
    batch.reset(labels);
    batch.addSeries(0, labels.length);
    return batch;
  }

  private void add(WriteBatch batch, long time) {
    batch.addSample(time, Double.doubleToRawLongBits(random.nextInt(1000) / 10.0));
  }

  private void ask(Querier querier) {
    String expression = EXPRESSIONS.get(random.nextInt(EXPRESSIONS.size()));
    long step = List.of(MINUTE, 10 * MINUTE, 17 * MINUTE, HOUR).get(random.nextInt(4));
    long now = clock.millis() + random.nextLong(2) * HOUR;
    for (int i = 0; i < 3; i++) {
      long from = now - random.nextLong(Math.min(90 * HOUR, 2000 * step));
      // Aligned as dashboards have it, or not.
      long start = random.nextInt(3) == 0 ? from : from / step * step;
      long end = random.nextInt(4) == 0 ? start + random.nextLong(20 * HOUR) : now;
      compare(querier, expression, new Range(start, Math.max(start, end), step));
    }
  }

  /** As a dashboard does that is looked at again and again. */
  private void askOfTheLastHour(Querier querier) {
    String expression = EXPRESSIONS.get(random.nextInt(EXPRESSIONS.size()));
    long step = List.of(15 * SECOND, MINUTE).get(random.nextInt(2));
    long end = clock.millis() + random.nextLong(2) * MINUTE;
    for (int i = 0; i < 2; i++) {
      long start = (end - 40 * MINUTE) / step * step;
      compare(querier, expression, new Range(start, end, step));
    }
  }

  private void compare(Querier querier, String expression, Range range) {
    String known = answer(querier, expression, range, true);
    assertThat(known)
        .as("%s at %s, now %s", expression, range, clock.instant())
        .isEqualTo(answer(querier, expression, range, false));
    compared++;
  }

  private String answer(Querier querier, String expression, Range range, boolean mayBeCached) {
    QueryOptions options = QueryOptions.DEFAULT;
    try (QueryAnswer answer = querier.range(TENANT, expression, range, options, mayBeCached)) {
      cachedSteps += answer.cachedSteps();
      assertThat(mayBeCached || answer.cachedSteps() == 0).isTrue();
      return text((QueryResult.Matrix) answer.result());
    } catch (VedetteException e) {
      return e.explain();
    }
  }

  private static String text(QueryResult.Matrix matrix) {
    StringBuilder text = new StringBuilder();
    text.append(matrix.info().warnings()).append(matrix.info().infos()).append('\n');
    for (Column column : matrix.series()) {
      text.append(column.labels());
      for (int i = 0; i < column.timestamps().length; i++) {
        text.append(' ').append(column.timestamps()[i]).append(':');
        text.append(Long.toHexString(Double.doubleToRawLongBits(column.values()[i])));
      }
      text.append('\n');
    }
    return text.toString();
  }
}
