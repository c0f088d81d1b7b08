package dev.vedette.promql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.ErrorId;
import dev.vedette.model.Labels;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.Unavailable;
import dev.vedette.model.VedetteException;
import dev.vedette.promql.QueryResult.Column;
import dev.vedette.promql.QueryResult.Matrix;
import dev.vedette.testkit.InMemorySeries;
import dev.vedette.testkit.RandomHistograms;
import dev.vedette.testkit.oracle.QueryFrame;
import dev.vedette.testkit.oracle.RandomQueries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Queries that other threads help: the same answers, limits and ends as of one thread. */
class QueryWorkersTest {
  private static final TenantId TENANT = TenantId.DEFAULT;
  private static final int ROUNDS = 12;
  private static final int EXPRESSIONS = 25;
  private static final int STEPS = 12;
  private static final int COPIES = 5;

  private final InMemorySeries store = new InMemorySeries();
  private final List<QueryWorkers> made = new ArrayList<>();

  @AfterEach
  void endThreads() {
    made.forEach(QueryWorkers::close);
  }

  @Test
  void anAnswerIsTheSameToTheBitHoweverManyThreadsWork() {
    long seed = Long.getLong("seed", 1);
    System.out.println("QueryWorkersTest seed " + seed);
    List<PromqlEngine> engines =
        List.of(engine(1, 7, _ -> {}), engine(2, 2, _ -> {}), engine(3, 1, _ -> {}));
    for (int round = 0; round < ROUNDS; round++) {
      SplittableRandom random = new SplittableRandom(seed + round);
      RandomQueries queries = new RandomQueries(random);
      fill(queries, random);
      for (int i = 0; i < EXPRESSIONS; i++) {
        long step = 1000L * (5 + random.nextInt(100));
        long begin = RandomQueries.START + random.nextInt(600_000);
        QueryFrame frame = new QueryFrame(begin, begin + (STEPS - 1) * step, step);
        String query = queries.next(4, frame).text();
        String alone = answer(engines.getFirst(), query, begin, step);
        for (PromqlEngine engine : engines) {
          assertThat(answer(engine, query, begin, step)).as(query).isEqualTo(alone);
        }
      }
    }
  }

  /** Values of which sums depend on the order, and a histogram now and then. */
  private void fill(RandomQueries queries, SplittableRandom random) {
    store.clear();
    RandomHistograms histograms = new RandomHistograms(random);
    queries
        .data()
        .forEach(
            (labels, points) -> {
              for (int copy = 0; copy < COPIES; copy++) {
                Labels series = labels.toBuilder().set("copy", "c" + copy).build();
                double factor = 1 + random.nextDouble();
                boolean isMixed = random.nextInt(12) == 0;
                points.forEach(
                    point -> {
                      if (isMixed && random.nextInt(3) > 0) {
                        store.append(TENANT, series, point.millis(), histograms.next(), 0);
                      } else {
                        store.append(TENANT, series, point.millis(), point.value() * factor);
                      }
                    });
              }
            });
  }

  private PromqlEngine engine(int cores, int seriesOfPart, IntConsumer begun) {
    return engine(cores, parted(seriesOfPart, begun));
  }

  private PartedSeries parted(int seriesOfPart, IntConsumer begun) {
    return new PartedSeries(store, seriesOfPart, begun);
  }

  private PromqlEngine engine(int cores, PartedSeries source) {
    QueryWorkers workers = new QueryWorkers(cores);
    made.add(workers);
    return new PromqlEngine(DifferentialTest.WITH_ALL_FEATURES, source, Ticker.system(), workers);
  }

  /** All of an answer but what it took. */
  private static String answer(PromqlEngine engine, String query, long begin, long step) {
    long end = begin + (STEPS - 1) * step;
    QueryMemory memory = new QueryMemory(1L << 30, "");
    QueryMemory.Reservation held = memory.open();
    QueryOptions options =
        QueryOptions.DEFAULT.holdingIn(held).looking(new QueryOptions.Look(true, false));
    StringBuilder text = new StringBuilder();
    try {
      QueryResult result = engine.range(TENANT, query, begin, end, step, options);
      for (Column column : ((Matrix) result).series()) {
        text.append(column.labels());
        for (int i = 0; i < column.timestamps().length; i++) {
          text.append(' ').append(column.timestamps()[i]).append('=');
          // Of two NaN the compiled code of a sum may keep the one or the other.
          text.append(Double.doubleToLongBits(column.values()[i]));
          text.append(column.histograms() == null ? "" : column.histograms()[i]);
        }
        text.append('\n');
      }
      QueryStats stats = result.info().stats();
      text.append(result.info().warnings()).append(result.info().infos());
      text.append(stats.seriesRead()).append(' ').append(stats.samplesRead()).append(' ');
      text.append(stats.counts().total()).append(' ');
      text.append(Arrays.toString(stats.counts().byStep()));
    } catch (VedetteException e) {
      text.append(e.id());
    }
    held.close();
    assertThat(memory.usedBytes()).isZero();
    return text.toString();
  }

  @Test
  @Timeout(60)
  void otherThreadsDoHelp() {
    fillPlainly(50);
    CountDownLatch helped = new CountDownLatch(1);
    PromqlEngine engine = engine(2, 1, byOthers(helped, helped::countDown));

    Matrix sum = ask(engine, "sum(rate(plain[5m]))", QueryOptions.DEFAULT);

    assertThat(sum.series()).hasSize(1);
    assertThat(helped.getCount()).isZero();
  }

  /**
   * Does something in a thread that helps; the query's own waits for that before its second part.
   */
  private static IntConsumer byOthers(CountDownLatch done, Runnable what) {
    Thread asker = Thread.currentThread();
    return part -> {
      if (Thread.currentThread() != asker) {
        try {
          what.run();
        } finally {
          done.countDown();
        }
      } else if (part > 0) {
        await(done);
      }
    };
  }

  @Test
  @Timeout(60)
  void whatAHelpingThreadFailsWithEndsTheQuery() {
    fillPlainly(50);
    for (Throwable failure :
        List.of(
            new Unavailable(ErrorId.STORAGE_UNAVAILABLE, "the disk is gone", "wait"),
            new StackOverflowError("the disk is gone"))) {
      PartedSeries source = parted(1, byOthers(new CountDownLatch(1), () -> sneak(failure)));

      assertThatThrownBy(() -> ask(engine(3, source), "sum(rate(plain[5m]))", QueryOptions.DEFAULT))
          .isInstanceOf(failure.getClass())
          .hasMessageContaining("the disk is gone");
      assertThat(source.open).hasValue(0);
    }
  }

  private static void sneak(Throwable failure) {
    switch (failure) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalArgumentException(failure);
    }
  }

  @Test
  void aSourceThatFailsToTakeACursorApartHasItClosed() {
    fillPlainly(50);
    PartedSeries source =
        parted(
            1,
            part -> {
              if (part == PartedSeries.TAKEN_APART) {
                throw new Unavailable(ErrorId.STORAGE_UNAVAILABLE, "the lease is over", "wait");
              }
            });
    PromqlEngine engine = engine(3, source);
    for (String query : List.of("plain", "sum(rate(plain[5m]))", "plain - plain")) {
      assertThatThrownBy(() -> ask(engine, query, QueryOptions.DEFAULT))
          .hasMessageContaining("the lease is over");
      assertThat(source.open).hasValue(0);
    }
  }

  @Test
  void aQueryThatIsCanceledWhileOthersHelpEnds() {
    fillPlainly(50);
    AtomicBoolean gone = new AtomicBoolean();
    AtomicInteger begun = new AtomicInteger();
    PromqlEngine engine =
        engine(
            3,
            1,
            _ -> {
              if (begun.incrementAndGet() == 10) {
                gone.set(true);
              }
            });
    QueryOptions options =
        new QueryOptions(
            Optional.empty(),
            Optional.empty(),
            gone::get,
            Optional.empty(),
            QueryOptions.DEFAULT.tierMillis(),
            Optional.empty(),
            QueryOptions.DEFAULT.look());

    assertThatThrownBy(() -> ask(engine, "sum(rate(plain[5m]))", options))
        .isInstanceOfSatisfying(
            Unavailable.class, e -> assertThat(e.id()).isEqualTo(ErrorId.QUERY_CANCELLED));
    assertThat(begun.get()).isLessThan(40);
  }

  @Test
  void limitsHoldForAllThreadsTogether() {
    fillPlainly(50);
    QueryLimits stock = EngineConfig.DEFAULT.limits();
    EngineConfig config = within(new QueryLimits(stock.maxSamples(), 30, stock.maxPoints()));
    QueryWorkers workers = new QueryWorkers(3);
    made.add(workers);
    PromqlEngine engine =
        new PromqlEngine(config, new PartedSeries(store, 1, _ -> {}), Ticker.system(), workers);

    assertThatThrownBy(() -> ask(engine, "sum(rate(plain[5m]))", QueryOptions.DEFAULT))
        .isInstanceOf(LimitExceeded.class)
        .hasMessageContaining("the query would read 31 series, the limit is 30");
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 50, 90})
  void aSubqueryHoldsAsManyValuesHoweverItsSeriesCome(int series) {
    fillPlainly(series);
    String query = "max_over_time(plain[10m:1s])";
    long alone = mostHeld(1, 64, query);
    for (int seriesOfPart : new int[] {1, 7, 64}) {
      assertThat(mostHeld(3, seriesOfPart, query)).isEqualTo(alone);
    }
  }

  /** The least limit of samples under which a query is answered. */
  private long mostHeld(int cores, int seriesOfPart, String query) {
    QueryWorkers workers = new QueryWorkers(cores);
    made.add(workers);
    long low = 1;
    long high = 1 << 24;
    while (low < high) {
      long middle = (low + high) >>> 1;
      QueryLimits stock = EngineConfig.DEFAULT.limits();
      EngineConfig config = within(new QueryLimits(middle, stock.maxSeries(), stock.maxPoints()));
      PartedSeries source = parted(seriesOfPart, _ -> {});
      try {
        ask(
            new PromqlEngine(config, source, Ticker.system(), workers),
            query,
            QueryOptions.DEFAULT);
        high = middle;
      } catch (LimitExceeded e) {
        low = middle + 1;
      }
    }
    return low;
  }

  private static EngineConfig within(QueryLimits limits) {
    EngineConfig stock = EngineConfig.DEFAULT;
    return new EngineConfig(
        stock.lookback(),
        stock.subqueryStep(),
        limits,
        Duration.ofMinutes(1),
        stock.features(),
        false,
        false);
  }

  @Test
  void aQueryForWhichThereIsNotPlentyOfMemoryWorksAlone() {
    fillPlainly(50);
    PromqlEngine engine =
        engine(3, 1, part -> assertThat(part).isEqualTo(PartedSeries.TAKEN_APART));
    QueryMemory memory = new QueryMemory(512 << 10, "");
    try (QueryMemory.Reservation held = memory.open()) {
      Matrix sum = ask(engine, "sum(rate(plain[5m]))", QueryOptions.DEFAULT.holdingIn(held));
      assertThat(sum.series()).hasSize(1);
    }
  }

  private void fillPlainly(int series) {
    for (int i = 0; i < series; i++) {
      Labels labels = Labels.of("__name__", "plain", "host", "h%02d".formatted(i));
      for (int at = 0; at < 40; at++) {
        store.append(TENANT, labels, RandomQueries.START + at * 15_000L, at * i);
      }
    }
  }

  private static Matrix ask(PromqlEngine engine, String query, QueryOptions options) {
    long begin = RandomQueries.START + 300_000;
    return (Matrix) engine.range(TENANT, query, begin, begin + 300_000, 15_000, options);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
