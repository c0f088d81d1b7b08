package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.batch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.ErrorId;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import dev.vedette.testkit.FakeClock;
import dev.vedette.testkit.FakeTicker;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.head.HeadConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Samples older than the newest of their series: taken, seen, replaced, flushed, kept. */
class TsdbLateTest {
  private static final Path FOLDER = Path.of("/data");
  private static final Path BLOCKS = Path.of("/data/blocks/default");
  // The beginning of a two-hour window.
  private static final long START = 1_760_004_000_000L / 7_200_000 * 7_200_000;
  private static final long MINUTE = 60_000;
  private static final Labels UP = Labels.of("__name__", "up", "job", "api");
  private static final Labels OTHER = Labels.of("__name__", "other");

  private final FakeClock clock = new FakeClock(Instant.ofEpochMilli(START + 60 * MINUTE));
  private final FakeTicker ticker = new FakeTicker();
  private final SimFiles disk = SimFiles.seeded(1);
  private long lateBytes = 1 << 20;
  private PrometheusRegistry registry = new PrometheusRegistry();
  private Tsdb tsdb = open();

  private Tsdb open() {
    TsdbConfig config =
        TestEngine.config(TestEngine.HEAD.withLateBytes(lateBytes).withMaxExemplars(100));
    registry = new PrometheusRegistry();
    return Tsdb.open(config, disk, clock, ticker, registry);
  }

  @AfterEach
  void close() {
    tsdb.close();
  }

  private void reopen() {
    tsdb.close();
    tsdb = open();
  }

  @Test
  void aLateSampleIsSeenInItsPlaceAtOnceAndAfterAStart() {
    store(UP, START + 10 * MINUTE, 10);
    store(UP, START + 20 * MINUTE, 20);

    store(UP, START + 15 * MINUTE, 15);
    store(UP, START - 300 * MINUTE, -300);

    Map<Long, Double> expected =
        Map.of(
            START + 10 * MINUTE,
            10.0,
            START + 20 * MINUTE,
            20.0,
            START + 15 * MINUTE,
            15.0,
            START - 300 * MINUTE,
            -300.0);
    assertThat(read(UP)).isEqualTo(expected);
    reopen();
    assertThat(read(UP)).isEqualTo(expected);
    tsdb.flush();
    assertThat(read(UP)).isEqualTo(expected);
    reopen();
    assertThat(read(UP)).isEqualTo(expected);
    assertThat(counter("vedette_storage_samples_late")).isZero();
  }

  @Test
  void aLateSampleDoesNotMoveItsSeriesNewestTimeBack() {
    store(UP, START + 20 * MINUTE, 20);
    tsdb.flush();
    store(UP, START + 10 * MINUTE, 10);

    WriteOutcome conflict = write(UP, START + 20 * MINUTE, 21);

    assertThat(conflict.refusals()).singleElement().matches(r -> r.id() == ErrorId.SAMPLE_CONFLICT);
    assertThat(write(UP, START + 20 * MINUTE, 20).duplicates()).isEqualTo(1);
    assertThat(read(UP)).containsEntry(START + 20 * MINUTE, 20.0);
  }

  @Test
  void aStartForgetsNoSeriesNewestTimeThoughAllOfItIsInBlocks() {
    store(UP, START + 20 * MINUTE, 20);
    tsdb.flush();
    reopen();

    assertThat(write(UP, START + 20 * MINUTE, 21).refusals()).hasSize(1);
    assertThat(write(UP, START + 20 * MINUTE, 20).duplicates()).isEqualTo(1);
    store(UP, START + 10 * MINUTE, 10);
    assertThat(counter("vedette_storage_samples_late")).isEqualTo(1);
  }

  @Test
  void theSameLateSampleAgainIsADuplicate() {
    store(UP, START + 20 * MINUTE, 20);
    store(UP, START + 10 * MINUTE, 10);

    assertThat(write(UP, START + 10 * MINUTE, 10)).isEqualTo(new WriteOutcome(0, 1, List.of()));
    store(UP, START + 30 * MINUTE, 30);
    assertThat(write(UP, START + 20 * MINUTE, 20)).isEqualTo(new WriteOutcome(0, 1, List.of()));
    assertThat(counter("vedette_storage_samples_duplicate")).isEqualTo(2);
  }

  @Test
  void ofLateSamplesOfOneTimeTheOneSentLastCountsWhereverTheOthersAre() {
    store(UP, START + 10 * MINUTE, 1);
    store(UP, START + 20 * MINUTE, 20);
    for (int value = 2; value < 5; value++) {
      store(UP, START + 10 * MINUTE, value);
      assertThat(read(UP)).containsEntry(START + 10 * MINUTE, (double) value);
      store(UP, START + 10 * MINUTE, value + 0.5);
      assertThat(read(UP)).containsEntry(START + 10 * MINUTE, value + 0.5);
      reopen();
      assertThat(read(UP)).containsEntry(START + 10 * MINUTE, value + 0.5);
      tsdb.flush();
      assertThat(read(UP)).containsEntry(START + 10 * MINUTE, value + 0.5);
    }
    clock.advance(Duration.ofHours(4));
    tsdb.maintain();
    assertThat(blocks()).isEqualTo(1);
    assertThat(read(UP)).containsEntry(START + 10 * MINUTE, 4.5);
  }

  @Test
  void aLateValueThatReplacesOneInMemoryIsNotFlushedBeforeThatOne() {
    lateBytes = 40_000;
    reopen();
    store(UP, START - 50 * MINUTE, 1);
    store(UP, START + 50 * MINUTE, 2);
    store(UP, START - 50 * MINUTE, 3);

    backlog(OTHER, 2_000);
    tsdb.maintain();
    assertThat(blocks()).as("only what is old and replaces nothing").isPositive();
    assertThat(read(UP)).containsEntry(START - 50 * MINUTE, 3.0);
    tsdb.flush();

    assertThat(read(UP)).containsEntry(START - 50 * MINUTE, 3.0);
  }

  @Test
  void aBacklogGoesIntoBlocksOfItsOwnAndWhatIsInOrderStaysWhereItIs() throws IOException {
    lateBytes = 100_000;
    reopen();
    for (int minute = 0; minute < 60; minute++) {
      store(UP, START + minute * MINUTE, minute * 1.1);
    }
    double chunkBytes = gauge("vedette_storage_head_chunk_bytes");

    backlog(OTHER, 4_000);
    assertThat(gauge("vedette_storage_late_buffer_bytes")).isGreaterThan(50_000);
    tsdb.maintain();

    assertThat(gauge("vedette_storage_late_buffer_bytes")).isZero();
    assertThat(gauge("vedette_storage_late_samples_buffered")).isZero();
    assertThat(blocks()).isPositive();
    assertThat(gauge("vedette_storage_head_chunk_bytes"))
        .as("chunks in order, and the one of the other series' newest sample")
        .isEqualTo(chunkBytes);
    assertThat(read(UP)).hasSize(60);
    assertThat(read(OTHER)).hasSize(4_001);
    // The log has them until the next flush; then they are there twice, and seen once.
    reopen();
    assertThat(read(OTHER)).hasSize(4_001);
  }

  @Test
  void withoutRoomLateSamplesAreRefusedForNowAndTheOthersStored() {
    lateBytes = 20_000;
    reopen();
    store(OTHER, START + 10 * MINUTE, 1);
    WriteBatch batch = batch(OTHER);
    for (int i = 4_000; i > 0; i--) {
      batch.addSample(START - i * 1000L, Double.doubleToRawLongBits(i));
    }
    tsdb.write(TenantId.DEFAULT, batch);

    WriteBatch next = batch(OTHER);
    next.addSample(START + 5 * MINUTE, Double.doubleToRawLongBits(5));
    next.addSample(START + 11 * MINUTE, Double.doubleToRawLongBits(2));
    next.addSample(START - 1000, Double.doubleToRawLongBits(1));
    WriteOutcome outcome = tsdb.write(TenantId.DEFAULT, next);

    assertThat(outcome.stored()).isEqualTo(1);
    assertThat(outcome.duplicates()).isEqualTo(1);
    assertThat(outcome.refusals())
        .singleElement()
        .satisfies(
            refusal -> {
              assertThat(refusal.id()).isEqualTo(ErrorId.LATE_SAMPLES_LIMIT);
              assertThat(refusal.retryable()).isTrue();
              assertThat(refusal.message()).contains("other", "20000 bytes");
            });
    tsdb.maintain();
    assertThat(tsdb.write(TenantId.DEFAULT, next).refusals()).isEmpty();
    assertThat(read(OTHER)).containsEntry(START + 5 * MINUTE, 5.0);
  }

  @Test
  void withALateWindowOfNothingEverythingLateIsABacklog() {
    lateBytes = 20_000;
    tsdb.close();
    TsdbConfig config =
        TsdbConfig.defaults(FOLDER)
            .withMaintenanceInterval(Duration.ofDays(1))
            .withHead(HeadConfig.defaults().withLateWindow(Duration.ZERO).withLateBytes(lateBytes));
    registry = new PrometheusRegistry();
    tsdb = Tsdb.open(config, disk, clock, ticker, registry);
    store(UP, START + 60 * MINUTE, 1);
    WriteBatch batch = batch(UP);
    for (int i = 1; i < 1_000; i++) {
      batch.addSample(START + 60 * MINUTE - i, Double.doubleToRawLongBits(i));
    }
    tsdb.write(TenantId.DEFAULT, batch);

    tsdb.maintain();

    assertThat(gauge("vedette_storage_late_samples_buffered")).isZero();
    assertThat(read(UP)).hasSize(1_000);
  }

  @Test
  void anyOrderOfWritesFlushesAndStartsGivesWhatAMapWouldGive() throws IOException {
    long seed = Long.getLong("seed", 1);
    System.out.println("TsdbLateTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    lateBytes = 30_000;
    reopen();
    List<Labels> series = List.of(UP, OTHER, Labels.of("__name__", "third"));
    Map<Labels, TreeMap<Long, Double>> model = new HashMap<>();
    series.forEach(labels -> model.put(labels, new TreeMap<>()));
    for (int step = 0; step < 6_000; step++) {
      switch (random.nextInt(150)) {
        case 0 -> tsdb.flush();
        case 1 -> reopen();
        case 2, 3 -> tsdb.maintain();
        case 4 -> clock.advance(Duration.ofMinutes(random.nextInt(20)));
        default -> step(random, series.get(random.nextInt(3)), model);
      }
      if (step % 300 == 299) {
        model.forEach((labels, samples) -> assertThat(read(labels)).isEqualTo(samples));
      }
    }
  }

  private void step(
      SplittableRandom random, Labels labels, Map<Labels, TreeMap<Long, Double>> all) {
    TreeMap<Long, Double> model = all.getOrDefault(labels, new TreeMap<>());
    long newest = model.isEmpty() ? Long.MIN_VALUE : model.lastKey();
    long at =
        switch (random.nextInt(4)) {
          case 0 -> clock.millis() + random.nextInt(60) * 1000L;
          case 1 -> model.isEmpty() ? clock.millis() : newest;
          case 2 -> clock.millis() - random.nextInt(40) * MINUTE;
          default -> clock.millis() - random.nextInt(10 * 60) * MINUTE;
        };
    double value = random.nextInt(3);
    WriteOutcome outcome = write(labels, at, value);
    Double known = model.get(at);
    if (at == newest && known != null && known != value) {
      assertThat(outcome.refusals())
          .singleElement()
          .matches(r -> r.id() == ErrorId.SAMPLE_CONFLICT);
    } else if (outcome.refusals().isEmpty()) {
      assertThat(outcome.stored() + outcome.duplicates()).isEqualTo(1);
      assertThat(outcome.duplicates() == 0 || known != null && known == value).isTrue();
      model.put(at, value);
    } else {
      assertThat(at).isLessThan(newest);
      assertThat(outcome.refusals())
          .singleElement()
          .matches(r -> r.id() == ErrorId.LATE_SAMPLES_LIMIT);
    }
  }

  /** Samples of five hours back, after one of now. */
  private void backlog(Labels series, int samples) {
    store(series, START + 50 * MINUTE, 0);
    WriteBatch batch = batch(series);
    for (int i = 0; i < samples; i++) {
      batch.addSample(START - 300 * MINUTE + i * 1000L, Double.doubleToRawLongBits(i));
    }
    assertThat(tsdb.write(TenantId.DEFAULT, batch).stored()).isEqualTo(samples);
  }

  private double gauge(String name) {
    return registry.scrape(name::equals).stream()
        .flatMap(snapshot -> ((GaugeSnapshot) snapshot).getDataPoints().stream())
        .mapToDouble(GaugeSnapshot.GaugeDataPointSnapshot::getValue)
        .sum();
  }

  private double counter(String name) {
    return registry.scrape(name::equals).stream()
        .flatMap(snapshot -> ((CounterSnapshot) snapshot).getDataPoints().stream())
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }

  private int blocks() {
    try {
      List<Path> files = new ArrayList<>(disk.exists(BLOCKS) ? disk.list(BLOCKS) : List.of());
      files.removeIf(path -> !path.toString().endsWith(".tsb"));
      return files.size();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void store(Labels series, long timestamp, double value) {
    assertThat(write(series, timestamp, value)).isEqualTo(new WriteOutcome(1, 0, List.of()));
  }

  private WriteOutcome write(Labels series, long timestamp, double value) {
    WriteBatch batch = batch(series);
    batch.addSample(timestamp, Double.doubleToRawLongBits(value));
    return tsdb.write(TenantId.DEFAULT, batch);
  }

  private Map<Long, Double> read(Labels series) {
    Selection selection =
        new Selection(
            List.of(LabelMatcher.equal("__name__", series.metricName())), 0, 4_000_000_000_000L);
    Map<Long, Double> samples = new TreeMap<>();
    SeriesBatch batch = new SeriesBatch();
    try (SeriesCursor cursor = tsdb.select(TenantId.DEFAULT, selection)) {
      while (cursor.next(batch)) {
        for (int s = 0; s < batch.size(0); s++) {
          samples.put(batch.timestamps(0)[s], batch.values(0)[s]);
        }
      }
    }
    return samples;
  }
}
