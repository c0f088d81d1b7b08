package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.BlockInfo;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import dev.vedette.model.WriteBatch;
import dev.vedette.testkit.FakeClock;
import dev.vedette.testkit.FakeTicker;
import dev.vedette.testkit.SimFiles;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TsdbTest {
  private static final Path WAL = Path.of("/data/wal");
  private static final Path BLOCKS = Path.of("/data/blocks/default");
  // The beginning of a two-hour window.
  private static final long START = 1_760_004_000_000L / 7_200_000 * 7_200_000;
  private static final long MINUTE = 60_000;
  private static final Labels UP = Labels.of("__name__", "up", "job", "api");

  private final FakeClock clock = new FakeClock(Instant.ofEpochMilli(START));
  private final FakeTicker ticker = new FakeTicker();
  private final SimFiles disk = SimFiles.seeded(1);
  private long maxHeadBytes = 64 << 20;
  private Tsdb tsdb = open();

  private Tsdb open() {
    TsdbConfig config = TestEngine.config(TestEngine.HEAD).withMaxHeadBytes(maxHeadBytes);
    return Tsdb.open(config, disk, clock, ticker, new PrometheusRegistry());
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
  void windowsBecomeBlocksAnHourAfterTheyEndAndNothingIsMissing() throws IOException {
    for (int minute = 0; minute <= 7 * 60; minute++) {
      write(UP, START + minute * MINUTE, minute);
      tsdb.maintain();
      clock.advance(Duration.ofMinutes(1));
    }

    assertThat(blockFiles()).hasSize(3);
    assertThat(tsdb.cardinality(TenantId.DEFAULT, 1).minMillis())
        .isEqualTo(START + 6 * 60 * MINUTE);
    assertThat(read(UP)).hasSize(7 * 60 + 1);
    reopen();
    assertThat(read(UP)).hasSize(7 * 60 + 1).containsEntry(START + 400 * MINUTE, 400.0);
  }

  @Test
  void samplesOfManyWindowsGoIntoABlockEach() throws IOException {
    WriteBatch batch = batch(UP);
    for (int hour = 72; hour > 0; hour--) {
      batch.addSample(START - 60L * hour * MINUTE, Double.doubleToRawLongBits(hour));
    }

    tsdb.write(TenantId.DEFAULT, batch);
    tsdb.flush();

    assertThat(blockFiles()).hasSize(36);
    assertThat(read(UP)).hasSize(72);
  }

  @Test
  void blocksOfOneWindowAreMergedWhenItIsOver() throws IOException {
    for (int minute = 0; minute < 3; minute++) {
      write(UP, START + minute * MINUTE, minute);
      tsdb.flush();
    }
    assertThat(blockFiles()).hasSize(3);

    List<String> sources = tsdb.blocks(TenantId.DEFAULT).stream().map(BlockInfo::id).toList();
    clock.advance(Duration.ofHours(4));
    tsdb.maintain();

    assertThat(blockFiles()).hasSize(1);
    assertThat(tsdb.blocks(TenantId.DEFAULT))
        .singleElement()
        .satisfies(
            block -> {
              assertThat(block.firstMillis()).isEqualTo(START);
              assertThat(block.lastMillis()).isEqualTo(START + 2 * MINUTE);
              assertThat(block.samples()).isEqualTo(3);
              assertThat(block.series()).isEqualTo(1);
              assertThat(block.level()).isEqualTo(2);
              assertThat(block.sources()).hasSize(3).isEqualTo(sources);
            });
    assertThat(read(UP)).hasSize(3);
    reopen();
    assertThat(read(UP)).hasSize(3);
  }

  @Test
  void aDamagedBlockIsNeverMergedAwayWhileTheOthersAre() throws IOException {
    for (int minute = 0; minute < 3; minute++) {
      write(UP, START + minute * MINUTE, minute + 0.5);
      tsdb.flush();
    }
    tsdb.close();
    Path damaged = blockFiles().getFirst();
    // In the page, behind the magic and the tables.
    disk.flipBit(damaged, 26, 3);
    tsdb = open();

    clock.advance(Duration.ofHours(4));
    tsdb.maintain();
    tsdb.maintain();

    assertThat(blockFiles()).hasSize(2).contains(damaged);
    assertThat(read(UP)).containsKeys(START + MINUTE, START + 2 * MINUTE);
  }

  @Test
  void blocksOfAWindowThatStillGrowsStayFew() throws IOException {
    for (int second = 0; second < 40; second++) {
      write(UP, START + second * 1000L, second);
      tsdb.flush();
      tsdb.maintain();
    }

    assertThat(blockFiles()).hasSizeLessThan(5);
    assertThat(read(UP)).hasSize(40);
  }

  @Test
  void whatIsPastRetentionIsDeleted() throws IOException {
    write(UP, START, 1);
    tsdb.flush();
    assertThat(blockFiles()).hasSize(1);

    clock.advance(Duration.ofDays(16));
    tsdb.maintain();

    assertThat(blockFiles()).isEmpty();
    assertThat(read(UP)).isEmpty();
  }

  @Test
  void aBlockThatCannotBeReadIsSetAsideAndTheRestGoesOn() throws IOException {
    write(UP, START, 1);
    tsdb.flush();
    clock.advance(Duration.ofHours(2));
    write(UP, clock.millis(), 2);
    tsdb.flush();
    tsdb.close();
    Path first = blockFiles().getFirst();
    disk.flipBit(first, disk.size(first) - 1, 3);

    tsdb = open();

    assertThat(read(UP)).containsExactly(Map.entry(clock.millis(), 2.0));
    assertThat(disk.exists(first.resolveSibling(first.getFileName() + ".damaged"))).isTrue();
  }

  @Test
  void whatAWriterOfBlocksLeftBehindIsRemoved() throws IOException {
    write(UP, START, 1);
    tsdb.flush();
    Path leftover = BLOCKS.resolve("01ARZ3NDEKTSV4RRFFQ69G5FAV.tsb.tmp");
    disk.put(leftover, new byte[] {1, 2, 3});

    reopen();

    assertThat(disk.exists(leftover)).isFalse();
    assertThat(read(UP)).hasSize(1);
  }

  @Test
  void aLogLargerThanMemoryIsReadBackByWayOfBlocks() throws IOException {
    WriteBatch batch = batch(UP);
    int samples = 300_000;
    for (int i = 0; i < samples; i++) {
      batch.addSample(START - samples + i, Double.doubleToRawLongBits(i * 1.1));
    }
    tsdb.write(TenantId.DEFAULT, batch);
    maxHeadBytes = 100_000;

    reopen();

    assertThat(blockFiles()).isNotEmpty();
    assertThat(read(UP)).hasSize(samples);
    reopen();
    assertThat(read(UP)).hasSize(samples);
  }

  @Test
  void aFullHeadIsFlushedBeforeItsTime() throws IOException {
    maxHeadBytes = 100_000;
    reopen();
    fillMemory(20_000);

    tsdb.maintain();

    assertThat(blockFiles()).isNotEmpty();
    assertThat(read(UP)).hasSize(20_000);
  }

  @Test
  void writesAreRefusedWhenMemoryIsFullAndBlocksCannotBeWritten() throws IOException {
    maxHeadBytes = 100_000;
    reopen();
    disk.failOn(
        call ->
            call.operation() == SimFiles.Operation.CREATE
                && call.path().toString().endsWith(".tsb.tmp"),
        new IOException("no such luck"));
    fillMemory(40_000);
    tsdb.maintain();

    assertThatThrownBy(() -> write(UP, START + 1, 1))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("in memory");

    disk.heal();
    ticker.advance(Duration.ofMinutes(1));
    tsdb.maintain();
    write(UP, START + 1, 1);
    assertThat(read(UP)).hasSize(40_001);
  }

  private void fillMemory(int samples) {
    WriteBatch batch = batch(UP);
    for (int i = 0; i < samples; i++) {
      batch.addSample(START - samples + i, Double.doubleToRawLongBits(i * 1.1));
    }
    tsdb.write(TenantId.DEFAULT, batch);
  }

  @Test
  void nothingAcknowledgedIsEverOutOfSightWhileFlushesAndMergesRun() throws Exception {
    AtomicInteger acknowledged = new AtomicInteger();
    int rounds = 400;
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      Future<?> writer =
          threads.submit(
              () -> {
                for (int i = 0; i < rounds; i++) {
                  write(UP, START + i * 500L, i);
                  acknowledged.set(i + 1);
                }
              });
      Future<?> flusher =
          threads.submit(
              () -> {
                while (!writer.isDone()) {
                  tsdb.flush();
                  tsdb.maintain();
                }
              });
      while (!writer.isDone()) {
        int before = acknowledged.get();
        assertThat(read(UP)).hasSizeGreaterThanOrEqualTo(before);
      }
      writer.get();
      flusher.get();
    }
    assertThat(read(UP)).hasSize(rounds);
  }

  @Test
  void afterTheEndRequestsAreToldSo() {
    tsdb.close();

    assertThatThrownBy(() -> write(UP, START, 1)).isInstanceOf(Unavailable.class);
    assertThatThrownBy(() -> tsdb.series(TenantId.DEFAULT, new Selection(List.of(), 0, 1), 0))
        .isInstanceOf(Unavailable.class);
  }

  @Test
  void aStartWithNothingToFlushLeavesTheLogAsItIs() throws IOException {
    write(UP, START, 1);
    reopen();
    List<Path> before = disk.list(WAL);

    tsdb.maintain();

    assertThat(disk.list(WAL)).isEqualTo(before);
    // The same when everything is in blocks and a first sample comes.
    tsdb.flush();
    reopen();
    write(UP, START + 1000, 2);
    before = disk.list(WAL);
    tsdb.maintain();
    assertThat(disk.list(WAL)).isEqualTo(before);
    assertThat(read(UP)).hasSize(2);
  }

  @Test
  void seriesWhoseSamplesAreAllInBlocksKeepTheirPlaceAfterAStart() throws IOException {
    write(UP, START, 1);
    tsdb.flush();
    // Nobody listens for hours, so that nobody's silence says anything.
    clock.advance(Duration.ofHours(5));
    reopen();
    Labels other = Labels.of("__name__", "other");
    write(other, START + 1000, 2);
    tsdb.maintain();
    assertThat(tsdb.cardinality(TenantId.DEFAULT, 1).series()).isEqualTo(2);

    // Those that do not come back leave, though there is no sample to be flushed.
    ticker.advance(Duration.ofHours(5));
    clock.advance(Duration.ofHours(5));
    tsdb.maintain();

    assertThat(tsdb.cardinality(TenantId.DEFAULT, 1).series()).isZero();
    assertThat(read(UP)).hasSize(1);
    assertThat(read(other)).hasSize(1);
  }

  @Test
  void seriesThatEndedLeaveThoughTheServerIsStartedAgainEveryHalfHour() {
    write(UP, START, 1);
    Labels other = Labels.of("__name__", "other");
    for (int i = 0; i < 20; i++) {
      clock.advance(Duration.ofMinutes(30));
      ticker.advance(Duration.ofMinutes(30));
      write(other, clock.millis(), i);
      tsdb.maintain();
      reopen();
    }

    assertThat(tsdb.cardinality(TenantId.DEFAULT, 1).series()).isEqualTo(1);
    assertThat(read(UP)).hasSize(1);
  }

  @Test
  void whatWasFlushedBeforeACrashIsCutFromTheLogByTheNextStart() throws IOException {
    write(UP, START, 1);
    long logged = logBytes();
    clock.advance(Duration.ofHours(4));
    failCheckpoints();
    tsdb.maintain();
    assertThat(blockFiles()).hasSize(1);
    disk.heal();

    reopen();
    assertThat(logBytes()).isGreaterThanOrEqualTo(logged);
    tsdb.maintain();

    assertThat(disk.list(WAL)).anyMatch(path -> path.toString().contains("checkpoint"));
    assertThat(read(UP)).hasSize(1);
  }

  @Test
  void aCheckpointThatFailedIsMadeUpForThoughNothingIsLeftToFlush() throws IOException {
    write(UP, START, 1);
    clock.advance(Duration.ofHours(4));
    failCheckpoints();
    tsdb.maintain();
    assertThat(blockFiles()).hasSize(1);
    assertThat(disk.list(WAL)).noneMatch(path -> path.toString().contains("checkpoint"));

    disk.heal();
    ticker.advance(Duration.ofMinutes(1));
    tsdb.maintain();

    assertThat(disk.list(WAL)).anyMatch(path -> path.toString().contains("checkpoint"));
    assertThat(blockFiles()).hasSize(1);
    reopen();
    assertThat(read(UP)).hasSize(1);
  }

  private void failCheckpoints() {
    disk.failOn(
        call ->
            call.operation() == SimFiles.Operation.FORCE
                && call.path().toString().contains("checkpoint"),
        new IOException("bad sector"));
  }

  private long logBytes() throws IOException {
    long bytes = 0;
    for (Path path : disk.list(WAL)) {
      bytes += disk.size(path);
    }
    return bytes;
  }

  private List<Path> blockFiles() throws IOException {
    if (!disk.exists(BLOCKS)) {
      return List.of();
    }
    List<Path> blocks = new ArrayList<>(disk.list(BLOCKS));
    blocks.removeIf(path -> !path.toString().endsWith(".tsb"));
    return blocks;
  }

  private void write(Labels series, long timestamp, double value) {
    WriteBatch batch = batch(series);
    batch.addSample(timestamp, Double.doubleToRawLongBits(value));
    assertThat(tsdb.write(TenantId.DEFAULT, batch).stored()).isEqualTo(1);
  }

  private Map<Long, Double> read(Labels series) {
    Selection selection =
        new Selection(
            List.of(LabelMatcher.equal("__name__", series.metricName())), 0, 4_000_000_000_000L);
    Map<Long, Double> samples = new TreeMap<>();
    SeriesBatch batch = new SeriesBatch();
    try (SeriesCursor cursor = tsdb.select(TenantId.DEFAULT, selection)) {
      while (cursor.next(batch)) {
        assertThat(batch.labels(0).toString()).isEqualTo(series.toString());
        for (int s = 0; s < batch.size(0); s++) {
          samples.put(batch.timestamps(0)[s], batch.values(0)[s]);
        }
      }
    }
    return samples;
  }
}
