package dev.vedette.tsdb.repair;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.FileStore;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.testkit.FakeClock;
import dev.vedette.testkit.FakeTicker;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.Tsdb;
import dev.vedette.tsdb.TsdbConfig;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockFiles;
import dev.vedette.tsdb.block.BlockProgress;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RepairTest {
  private static final Path DATA = Path.of("/data");
  private static final Path BLOCKS = DATA.resolve("blocks/default");
  private static final Path WAL = DATA.resolve("wal");
  private static final long START = 1_760_004_000_000L / 7_200_000 * 7_200_000;
  private static final int SERIES = 200;
  private static final int SAMPLES = 20;

  private final FakeClock clock = new FakeClock(Instant.ofEpochMilli(START + 3_600_000));
  private final FakeTicker ticker = new FakeTicker();

  private Tsdb open(FileStore disk) {
    return Tsdb.open(TsdbConfig.forTools(DATA), disk, clock, ticker, new PrometheusRegistry());
  }

  private static Labels labels(int series) {
    return Labels.of("__name__", "metric_" + series % 3, "instance", "host-" + series);
  }

  private static double value(int series, int sample) {
    return series % 2 == 0 ? series : Math.sin(series + sample);
  }

  private SimFiles written(boolean flushed) {
    SimFiles disk = SimFiles.seeded(1);
    try (Tsdb tsdb = open(disk)) {
      for (int i = 0; i < SAMPLES; i++) {
        for (int s = 0; s < SERIES; s++) {
          WriteBatch batch = new WriteBatch();
          byte[] bytes = LabelBytes.encode(labels(s));
          batch.reset(bytes);
          batch.addSeries(0, bytes.length);
          batch.addSample(START + i * 15_000L, Double.doubleToRawLongBits(value(s, i)));
          tsdb.write(TenantId.DEFAULT, batch);
        }
      }
      if (flushed) {
        tsdb.flush();
      }
    }
    return disk;
  }

  private static BlockRepair repair(FileStore disk) {
    return new BlockRepair(disk, DATA, new SplittableRandom(1), BlockProgress.NONE);
  }

  private static Path block(FileStore disk) throws IOException {
    return BlockFiles.list(disk, BLOCKS).getFirst();
  }

  /** Number of samples by series; fails where one is not what was written. */
  private Map<Labels, Integer> read(FileStore disk) {
    Map<Labels, Integer> expectedIds = new HashMap<>();
    for (int s = 0; s < SERIES; s++) {
      expectedIds.put(labels(s), s);
    }
    Map<Labels, Integer> found = new HashMap<>();
    SeriesBatch batch = new SeriesBatch();
    Selection all = new Selection(List.of(), Long.MIN_VALUE, Long.MAX_VALUE);
    try (Tsdb tsdb = open(disk);
        SeriesCursor cursor = tsdb.select(TenantId.DEFAULT, all)) {
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          int series = expectedIds.get(batch.labels(i));
          for (int j = 0; j < batch.size(i); j++) {
            int sample = (int) ((batch.timestamps(i)[j] - START) / 15_000);
            assertThat(batch.values(i)[j]).isEqualTo(value(series, sample));
          }
          found.put(batch.labels(i), batch.size(i));
        }
      }
    }
    return found;
  }

  @Test
  void aSoundBlockIsLeftAlone() throws IOException {
    SimFiles disk = written(true);

    assertThat(repair(disk).repair(block(disk))).isEqualTo(new BlockOutcome.Sound(block(disk)));
    assertThat(disk.exists(DATA.resolve("damaged"))).isFalse();
  }

  @Test
  void aFlippedBitAnywhereCostsNoMoreThanItsPageOrTheBlockAndTheFileIsKept() throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    byte[] sound;
    int rewritten = 0;
    SimFiles first = written(true);
    sound = first.bytes(block(first));
    for (int round = 0; round < 60; round++) {
      SimFiles disk = first.afterCrash(round);
      Path file = block(disk);
      disk.flipBit(file, random.nextInt(sound.length), random.nextInt(8));
      byte[] damaged = disk.bytes(file);

      BlockOutcome outcome = repair(disk).repair(file);

      assertThat(disk.exists(file)).isFalse();
      assertThat(disk.bytes(DATA.resolve("damaged").resolve(DATA.relativize(file))))
          .isEqualTo(damaged);
      if (outcome instanceof BlockOutcome.Rewritten mended) {
        rewritten++;
        try (Block block = Block.open(disk, block(disk), _ -> {})) {
          assertThat(block.verify()).isEmpty();
        }
        Map<Labels, Integer> found = read(disk);
        assertThat(found).hasSize((int) (SERIES - mended.lostSeries()));
        assertThat(found.values()).allMatch(size -> size == SAMPLES);
        assertThat(mended.lostByMetric().values().stream().mapToInt(i -> i).sum())
            .isIn(0, (int) mended.lostSeries());
      } else {
        assertThat(read(disk)).isEmpty();
      }
    }
    assertThat(rewritten).isGreaterThan(20);
  }

  @Test
  void afterACutOfThePowerAnywhereTheNextRepairHasTheSameToRescue() throws IOException {
    SimFiles sound = written(true);
    Path damagedBlock = block(sound);
    damagePage(sound);
    int rescued = rescuedBy(sound.afterCrash(99), damagedBlock);
    assertThat(rescued).isBetween(1, SERIES - 1);
    boolean finished = false;
    for (int call = 0; !finished; call++) {
      SimFiles disk = sound.afterCrash(call);
      disk.cutPowerAt(call);
      try {
        repair(disk).repair(damagedBlock);
        finished = true;
      } catch (IOException e) {
        // The power went; what counts is what is found afterwards.
      }

      SimFiles found = disk.crash();

      try (Tsdb tsdb = open(found)) {
        tsdb.flush(); // A start clears up what was begun.
      }
      for (Path file : BlockFiles.list(found, BLOCKS)) {
        repair(found).repair(file);
      }
      assertThat(read(found)).as("power cut at call %d", call).hasSize(rescued);
    }
  }

  /** Flips a bit of a page, so that some series are lost and others are not. */
  private static void damagePage(SimFiles disk) throws IOException {
    Path file = block(disk);
    for (int offset = 0; ; offset += 20) {
      SimFiles attempt = disk.afterCrash(1);
      attempt.flipBit(file, offset, 3);
      if (repair(attempt).repair(file) instanceof BlockOutcome.Rewritten mended
          && mended.lostSeries() > 0
          && mended.lostSeries() < SERIES) {
        disk.flipBit(file, offset, 3);
        return;
      }
    }
  }

  private int rescuedBy(SimFiles disk, Path block) throws IOException {
    repair(disk).repair(block);
    return read(disk).size();
  }

  @Test
  void whatWasDeletedStaysDeleted() throws IOException {
    SimFiles disk = written(true);
    try (Tsdb tsdb = open(disk)) {
      tsdb.delete(
          TenantId.DEFAULT,
          List.of(List.of(LabelMatcher.equal("__name__", "metric_1"))),
          Long.MIN_VALUE,
          Long.MAX_VALUE);
    }
    damagePage(disk);

    repair(disk).repair(block(disk));

    assertThat(read(disk).keySet()).isNotEmpty().noneMatch(l -> l.metricName().equals("metric_1"));
  }

  @Test
  void damagedTombstonesAreKeptAndTheBlocksAreThereAgain() throws IOException {
    SimFiles disk = written(true);
    try (Tsdb tsdb = open(disk)) {
      tsdb.delete(
          TenantId.DEFAULT,
          List.of(List.of(LabelMatcher.equal("__name__", "metric_1"))),
          Long.MIN_VALUE,
          Long.MAX_VALUE);
    }
    disk.flipBit(BLOCKS.resolve("tombstones"), 12, 1);

    BlockRepair.LostTombstones lost = repair(disk).repairTombstones(BLOCKS).orElseThrow();

    assertThat(disk.exists(lost.kept())).isTrue();
    assertThat(read(disk)).hasSize(SERIES);
    assertThat(repair(disk).repairTombstones(BLOCKS)).isEmpty();
  }

  @Test
  void aDamagedLogIsKeptAndEverythingElseOfItIsInBlocks() throws IOException {
    SimFiles disk = written(false);
    Path segment = disk.list(WAL).stream().filter(file -> isFile(disk, file)).findFirst().get();
    long middle = disk.size(segment) / 2;
    disk.flipBit(segment, middle, 2);
    byte[] damaged = disk.bytes(segment);

    LogOutcome outcome = new LogRepair(disk, DATA, clock, ticker).repair();

    assertThat(outcome.damages()).isNotEmpty();
    assertThat(outcome.kept()).hasSize(1);
    assertThat(disk.bytes(outcome.kept().getFirst())).isEqualTo(damaged);
    assertThat(BlockFiles.list(disk, BLOCKS)).isNotEmpty();
    assertThat(read(disk)).hasSize(SERIES);
    assertThat(new LogRepair(disk, DATA, clock, ticker).repair().damages()).isEmpty();
  }

  private static boolean isFile(SimFiles disk, Path path) {
    try {
      return !disk.isFolder(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
