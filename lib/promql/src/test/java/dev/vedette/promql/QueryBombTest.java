package dev.vedette.promql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.CardinalityReport;
import dev.vedette.model.ErrorId;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesParts;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.VedetteException;
import dev.vedette.promql.QueryMemory.Reservation;
import dev.vedette.promql.parse.Features;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Queries over more series than any memory holds: each ends with an answer or by the limit. */
class QueryBombTest {
  private static final long MB = 1 << 20;
  private static final int STEPS = 2000;

  private final EverMoreSeries source = new EverMoreSeries();
  // Each query is helped where there is memory for it.
  private final QueryWorkers workers = new QueryWorkers(3);
  private final PromqlEngine engine =
      new PromqlEngine(EngineConfig.DEFAULT, source, Ticker.system(), workers);
  private final QueryMemory memory = new QueryMemory(64 * MB, "spec.query.memory");

  @AfterEach
  void endThreads() {
    workers.close();
  }

  private QueryOptions in(Reservation held) {
    return new QueryOptions(Optional.empty(), Optional.empty(), () -> false, Optional.of(held));
  }

  private QueryResult range(String expression, Reservation held) {
    return engine.range(TenantId.DEFAULT, expression, 0, STEPS - 1L, 1, in(held));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bomb",
        "rate(bomb[1m])",
        "bomb + bomb",
        "bomb * on(n) group_left bomb",
        "bomb or bomb",
        "bomb unless other",
        "sum by (n) (bomb)",
        "stddev by (n) (bomb)",
        "topk(1e9, bomb)",
        "quantile(0.5, bomb)",
        "sort(bomb)",
        "count_values(\"v\", bomb)",
        "label_replace(bomb, \"x\", \"$1\", \"n\", \"(.*)\")",
        "histogram_quantile(0.9, bomb)",
        "max_over_time(bomb[1h:1ms])",
        "sum(sum by (n) (max_over_time((bomb > 0)[1h:10ms])))"
      })
  void whatWouldHoldTooMuchIsRefusedAndGivesAllBack(String expression) {
    try (Reservation held = memory.open()) {
      assertThatThrownBy(() -> range(expression, held))
          .isInstanceOfSatisfying(
              VedetteException.class, e -> assertThat(e.id()).isEqualTo(ErrorId.QUERY_LIMIT))
          .hasMessageContaining("in memory");
    }
    assertThat(memory.usedBytes()).isZero();
    assertThat(source.open).as("cursors left open").hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bomb", "bomb[1h]", "bomb[1h:1ms]", "sum by (n) (bomb)"})
  void atOneTimeItIsTheLabelsThatAreTooMany(String expression) {
    try (Reservation held = memory.open()) {
      assertThatThrownBy(() -> engine.instant(TenantId.DEFAULT, expression, 4_000_000, in(held)))
          .isInstanceOfSatisfying(
              VedetteException.class, e -> assertThat(e.id()).isEqualTo(ErrorId.QUERY_LIMIT))
          .hasMessageContaining("in memory");
    }
    assertThat(memory.usedBytes()).isZero();
  }

  @Test
  void whatIsSummedUpAsItComesNeedsNextToNothing() {
    source.most = 50_000;
    try (Reservation held = memory.open()) {
      QueryResult.Matrix sums = (QueryResult.Matrix) range("sum(bomb)", held);

      assertThat(sums.series()).hasSize(1);
      assertThat(sums.series().getFirst().values()).hasSize(STEPS).containsOnly(50_000);
      assertThat(memory.usedBytes()).isLessThan(8 * MB);
    }
  }

  /** Of points of which the sum is as large as thousands of the largest number. */
  @Test
  @Timeout(60)
  void deviationsOfHugePointsTakeNoLongerTheMoreThereAre() {
    source.most = 5_000;
    for (double value : new double[] {1e200, 1.7e308}) {
      source.value = value;
      for (String expression : List.of("stddev(bomb)", "stdvar(bomb)", "avg(bomb) - %s")) {
        try (Reservation held = memory.open()) {
          QueryResult.Matrix none = (QueryResult.Matrix) range(expression.formatted(value), held);

          assertThat(none.series().getFirst().values()).hasSize(STEPS).containsOnly(0);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"topk(3, bomb)", "bottomk(3, bomb)", "limitk(3, bomb)"})
  void ofAFewSeriesOfManyNeedsTheFew(String expression) {
    source.most = 20_000;
    EngineConfig stock = EngineConfig.DEFAULT;
    EngineConfig experimental =
        new EngineConfig(
            stock.lookback(),
            stock.subqueryStep(),
            stock.limits(),
            stock.timeout(),
            Features.ALL,
            stock.delayedNameRemoval(),
            stock.startTimestamps());
    PromqlEngine all = new PromqlEngine(experimental, source, Ticker.system(), workers);
    try (Reservation held = memory.open()) {
      QueryResult.Matrix few =
          (QueryResult.Matrix) all.range(TenantId.DEFAULT, expression, 0, STEPS - 1L, 1, in(held));

      assertThat(few.series())
          .extracting(column -> column.labels().get("n"))
          .containsExactly("0", "1", "2");
      assertThat(held.heldBytes()).isLessThan(8 * MB);
    }
  }

  @Test
  void partsThatAreLargerThanTheySaidAreReservedAsTheyGrow() {
    source.most = 20_000;
    source.seriesOfPart = 1280;
    QueryMemory plenty = new QueryMemory(2048 * MB, "spec.query.memory");
    AtomicInteger unreserved = new AtomicInteger();
    source.reading =
        read -> {
          // One batch was reserved before it was read.
          if (plenty.usedBytes() < read * STEPS * Double.BYTES) {
            unreserved.incrementAndGet();
          }
        };
    try (Reservation held = plenty.open()) {
      QueryResult.Matrix sums = (QueryResult.Matrix) range("sum(bomb)", held);

      assertThat(sums.series().getFirst().values()).containsOnly(20_000);
      assertThat(unreserved).hasValue(0);
      assertThat(held.heldBytes()).isLessThan(4 * MB);
    }
    assertThat(plenty.usedBytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bomb", "sum by (n) (bomb)", "bomb + bomb", "sort(rate(bomb[1m]))"})
  void whatOneThreadHasMemoryForIsAnsweredHoweverManyHelp(String expression) {
    source.most = 700;
    PromqlEngine alone = new PromqlEngine(EngineConfig.DEFAULT, source, Ticker.system());
    long needed = leastMemory(alone, expression);
    for (int seriesOfPart : new int[] {64, 640}) {
      source.seriesOfPart = seriesOfPart;
      assertThat(isAnswered(engine, expression, needed)).isTrue();
      assertThat(isAnswered(engine, expression, needed - MB)).isFalse();
    }
    assertThat(source.open).hasValue(0);
  }

  /** The least memory that is enough, to 64 kB. */
  private static long leastMemory(PromqlEngine engine, String expression) {
    long low = 1;
    long high = 16_384;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (isAnswered(engine, expression, middle << 16)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low << 16;
  }

  private static boolean isAnswered(PromqlEngine engine, String expression, long bytes) {
    QueryMemory all = new QueryMemory(bytes, "spec.query.memory");
    QueryOptions options = QueryOptions.DEFAULT;
    try (Reservation held = all.open()) {
      engine.range(TenantId.DEFAULT, expression, 0, STEPS - 1L, 1, options.holdingIn(held));
      return true;
    } catch (VedetteException e) {
      assertThat(e.id()).isEqualTo(ErrorId.QUERY_LIMIT);
      return false;
    }
  }

  @Test
  void labelsThatGrowByEachOtherAreRefused() {
    String grown = "bomb";
    for (int i = 0; i < 12; i++) {
      grown = "label_replace(%s, \"n\", \"$1$1$1$1$1$1$1$1\", \"n\", \"(.*)\")".formatted(grown);
    }
    String expression = grown;
    for (int series : new int[] {1, 5_000}) {
      source.most = series;
      try (Reservation held = memory.open()) {
        assertThatThrownBy(() -> engine.instant(TenantId.DEFAULT, expression, 4_000_000, in(held)))
            .isInstanceOf(VedetteException.class)
            .hasMessageContaining(series == 1 ? "more than 1048576 characters" : "in memory");
      }
    }
    assertThat(memory.usedBytes()).isZero();
  }

  @Test
  void manyAtATimeShareTheMemoryAndTheNextOnesAnswer() throws Exception {
    List<String> bombs =
        List.of("bomb", "bomb + bomb", "topk(1e9, bomb)", "max_over_time(bomb[1h:1ms])");
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<Boolean>> ends =
          IntStream.range(0, 32)
              .mapToObj(i -> threads.submit(() -> isRefused(bombs.get(i % bombs.size()))))
              .toList();
      for (Future<Boolean> end : ends) {
        assertThat(end.get()).isTrue();
      }
    }
    assertThat(memory.usedBytes()).isZero();
    source.most = 10;
    try (Reservation held = memory.open()) {
      assertThat(((QueryResult.Matrix) range("bomb", held)).series()).hasSize(10);
    }
  }

  private boolean isRefused(String expression) {
    try (Reservation held = memory.open()) {
      range(expression, held);
      return false;
    } catch (VedetteException e) {
      assertThat(memory.usedBytes()).isLessThanOrEqualTo(memory.totalBytes());
      return e.id() == ErrorId.QUERY_LIMIT;
    }
  }

  /** As many series as are asked for, none of them in memory. */
  private static final class EverMoreSeries implements SeriesSource {
    final AtomicInteger open = new AtomicInteger();
    volatile long most = Long.MAX_VALUE;
    volatile double value = 1;
    volatile int seriesOfPart = SeriesBatch.CAPACITY;
    // Told how many series of a part were read before the batch that is asked for.
    volatile LongConsumer reading = _ -> {};

    @Override
    public SeriesCursor select(TenantId tenant, Selection selection) {
      open.incrementAndGet();
      int samples =
          (int) Math.min(240, (selection.endMillis() - selection.startMillis()) / 15_000) + 1;
      long[] timestamps = new long[samples];
      double[] values = new double[samples];
      for (int i = 0; i < samples; i++) {
        timestamps[i] = selection.endMillis() - STEPS - (samples - 1 - i) * 15_000L;
        values[i] = value;
      }
      Run whole = new Run(timestamps, values, samples);
      whole.end = most;
      return new SeriesCursor() {
        @Override
        public boolean next(SeriesBatch batch) {
          return whole.next(batch);
        }

        @Override
        public Optional<SeriesParts> parts(int leastSeries) {
          return Optional.of(new Parts(timestamps, values, samples));
        }

        @Override
        public void close() {
          open.decrementAndGet();
        }
      };
    }

    /** They say that each has as many series as a batch, whatever they have. */
    private final class Parts implements SeriesParts {
      private final long[] timestamps;
      private final double[] values;
      private final int samples;

      Parts(long[] timestamps, double[] values, int samples) {
        this.timestamps = timestamps;
        this.values = values;
        this.samples = samples;
      }

      @Override
      public int count() {
        return (int) Math.min(1 << 30, Math.ceilDiv(most, (long) seriesOfPart));
      }

      @Override
      public long series() {
        return (long) count() * SeriesBatch.CAPACITY;
      }

      @Override
      public Reader newReader() {
        return new Run(timestamps, values, samples);
      }
    }

    /** Some of the series, one after the other. */
    private final class Run implements SeriesParts.Reader {
      private final long[] timestamps;
      private final double[] values;
      private final int samples;
      private long begin;
      private long series;
      private long end;

      Run(long[] timestamps, double[] values, int samples) {
        this.timestamps = timestamps;
        this.values = values;
        this.samples = samples;
      }

      @Override
      public void seek(int part) {
        begin = (long) part * seriesOfPart;
        series = begin;
        end = Math.min(most, series + seriesOfPart);
      }

      @Override
      public boolean next(SeriesBatch batch) {
        batch.clear();
        reading.accept(series - begin);
        while (!batch.isFull() && series < end) {
          Labels labels = Labels.of("__name__", "bomb", "le", "1", "n", Long.toString(series++));
          batch.add(labels, timestamps, values, samples);
        }
        return batch.count() > 0;
      }
    }

    @Override
    public List<Labels> series(TenantId tenant, Selection selection, int limit) {
      return List.of();
    }

    @Override
    public List<String> labelNames(TenantId tenant, Selection selection, int limit) {
      return List.of();
    }

    @Override
    public List<String> labelValues(TenantId tenant, String name, Selection selection, int limit) {
      return List.of();
    }

    @Override
    public List<MetricMetadata> metadata(TenantId tenant) {
      return List.of();
    }

    @Override
    public CardinalityReport cardinality(TenantId tenant, int top) {
      return new CardinalityReport(0, 0, 0, 0, 0, List.of(), List.of(), List.of(), List.of());
    }
  }
}
