package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.HOUR;
import static dev.vedette.tsdb.TestEngine.START;
import static dev.vedette.tsdb.TestEngine.UP;
import static dev.vedette.tsdb.TestEngine.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.ErrorId;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import dev.vedette.model.WriteBatch;
import dev.vedette.testkit.SimFiles;
import dev.vedette.testkit.SimFiles.Operation;
import dev.vedette.tsdb.wal.WalSettings;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Starts on a full disk, and files that a disk does not delete. */
class StuckDiskTest {
  private static final Labels OTHER = Labels.of("__name__", "other");
  private static final long FULL_HEAD = 100_000;

  private final TestEngine engine = new TestEngine();

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void aStartOnAFullDiskReadsMoreThanMemoryMayHoldAndMakesUpForItOnceThereIsRoom()
      throws IOException {
    writeMany(100_000);
    long inMemory = (long) metric("vedette_storage_head_chunk_bytes");
    engine.tsdb.close();
    full();

    engine.reopen(
        config ->
            TestEngine.config(
                    TestEngine.HEAD, new WalSettings(1 << 20, 16 << 20, Duration.ofMillis(1)))
                .withMaxHeadBytes(inMemory * 3 / 5));

    assertThat(engine.read(UP)).hasSize(100_000);
    assertThat(engine.blockFiles()).isEmpty();
    assertThatThrownBy(() -> engine.write(OTHER, START, 1))
        .isInstanceOfSatisfying(
            Unavailable.class, e -> assertThat(e.id()).isEqualTo(ErrorId.DISK_FULL));
    engine.disk.limitBytes(Long.MAX_VALUE / 2);
    while (engine.blockFiles().isEmpty()) {
      // The log tries again by itself, and until it can be written nothing else is.
      engine.advance(Duration.ofMinutes(1));
      engine.tsdb.maintain();
    }
    engine.write(OTHER, START, 1);
    engine.reopen();
    assertThat(engine.read(UP)).hasSize(100_000);
  }

  @Test
  void aStartGivesUpWithTheWayOutOnceMemoryIsFullTwice() throws IOException {
    writeMany(200_000);
    engine.tsdb.close();
    full();

    assertThatThrownBy(() -> engine.reopen(config -> config.withMaxHeadBytes(FULL_HEAD)))
        .isInstanceOfSatisfying(
            Unavailable.class,
            e -> {
              assertThat(e.id()).isEqualTo(ErrorId.DISK_FULL);
              assertThat(e.wayOut()).contains("--data");
            });

    engine.disk.limitBytes(Long.MAX_VALUE / 2);
    engine.reopen();
    assertThat(engine.read(UP)).hasSize(200_000);
  }

  @Test
  void aStartOnAFullDiskDeletesWhatIsPastRetentionFirst() throws IOException {
    writeMany(200_000);
    engine.tsdb.flush();
    engine.advance(Duration.ofDays(40));
    writeMany(100_000);
    engine.tsdb.close();
    full();
    Path old = engine.blockFiles().getFirst();

    engine.reopen(config -> config.withMaxHeadBytes(FULL_HEAD));

    assertThat(engine.disk.exists(old)).isFalse();
    assertThat(engine.blockFiles()).isNotEmpty();
    assertThat(engine.read(UP)).hasSize(100_000);
  }

  @Test
  void damageFoundAtAStartOnAFullDiskIsSetAsideWithoutAReasonBesideIt() throws IOException {
    engine.writeHours(UP, 0, 4);
    engine.tsdb.close();
    engine.disk.flipBit(engine.blockFiles().getFirst(), 0, 0);
    full();

    engine.reopen();

    assertThat(engine.read(UP)).hasSize(2);
    assertThat(engine.files(".damaged")).hasSize(1);
  }

  @Test
  void damageThatCannotBeRenamedStopsNoStart() throws IOException {
    engine.writeHours(UP, 0, 4);
    engine.tsdb.close();
    engine.disk.flipBit(engine.blockFiles().getFirst(), 0, 0);
    fail(call -> call.operation() == Operation.RENAME && call.path().toString().contains(".tsb"));

    engine.reopen();

    assertThat(engine.read(UP)).hasSize(2);
    engine.disk.heal();
    engine.reopen();
    assertThat(engine.files(".damaged")).hasSize(1);
  }

  @Test
  void damagedFilesThatCannotBeRenamedAreNotWrittenOverAndAreOnceTheyCanBe() throws IOException {
    Path kept = TestEngine.BLOCKS.resolve("kept");
    Path tombstones = TestEngine.BLOCKS.resolve("tombstones");
    LabelMatcher isUp = LabelMatcher.equal("__name__", "up");
    engine.writeHours(UP, 0, 4);
    engine.reopen(config -> config.withRetention(Duration.ofHours(12)));
    engine.advance(Duration.ofHours(11));
    engine.tsdb.maintain();
    engine.delete(isUp, START + 2 * HOUR, START + 2 * HOUR);
    engine.tsdb.close();
    engine.disk.flipBit(kept, 9, 1);
    engine.disk.flipBit(tombstones, 9, 1);
    byte[] damagedKept = engine.disk.bytes(kept);
    byte[] damagedTombstones = engine.disk.bytes(tombstones);
    fail(
        call ->
            call.operation() == Operation.RENAME && call.path().toString().endsWith(".damaged"));

    engine.reopen();
    engine.advance(Duration.ofMinutes(1));
    engine.tsdb.maintain();

    assertThatThrownBy(() -> engine.delete(isUp, 0, Long.MAX_VALUE))
        .isInstanceOfSatisfying(
            Unavailable.class,
            e -> {
              assertThat(e.id()).isEqualTo(ErrorId.STORAGE_UNAVAILABLE);
              assertThat(e).hasMessageContaining(tombstones.toString());
              assertThat(e.wayOut()).contains("tombstones.damaged");
            });
    assertThat(engine.disk.bytes(kept)).isEqualTo(damagedKept);
    assertThat(engine.disk.bytes(tombstones)).isEqualTo(damagedTombstones);
    engine.disk.heal();
    engine.advance(Duration.ofMinutes(1));
    engine.tsdb.maintain();
    assertThat(engine.disk.bytes(Path.of(kept + ".damaged"))).isEqualTo(damagedKept);
    assertThat(engine.disk.bytes(Path.of(tombstones + ".damaged"))).isEqualTo(damagedTombstones);
    assertThat(engine.disk.exists(kept)).isTrue();
    engine.delete(isUp, 0, Long.MAX_VALUE);
    engine.crash();
    assertThat(engine.read(UP)).isEmpty();
  }

  @Test
  void timesOfWhatIsKeptThatAreDamagedStopNoStartOnAFullDisk() throws IOException {
    Path kept = TestEngine.BLOCKS.resolve("kept");
    engine.writeHours(UP, 0, 4);
    engine.reopen(config -> config.withRetention(Duration.ofHours(12)));
    engine.advance(Duration.ofHours(12));
    engine.tsdb.maintain();
    assertThat(engine.disk.exists(kept)).isTrue();
    engine.tsdb.close();
    engine.disk.flipBit(kept, 9, 1);
    full();

    engine.reopen();

    assertThat(engine.read(UP)).isNotEmpty();
    engine.disk.limitBytes(Long.MAX_VALUE / 2);
    engine.advance(Duration.ofMinutes(1));
    engine.tsdb.maintain();
    assertThat(engine.disk.exists(kept)).isTrue();
  }

  @Test
  void aBlockThatCannotBeDeletedKeepsNoSampleFromItsBlock() throws IOException {
    engine.writeHours(UP, 0, 4);
    Path stuck = engine.blockFiles().getFirst();
    engine.reopen(config -> config.withRetention(Duration.ofHours(12)));
    fail(call -> call.operation() == Operation.DELETE && call.path().equals(stuck));
    engine.advance(Duration.ofHours(15));
    engine.write(OTHER, engine.clock.millis(), 1);
    engine.advance(Duration.ofHours(6));
    engine.write(OTHER, engine.clock.millis(), 1);

    engine.tsdb.maintain();

    assertThat(engine.blockFiles()).as("the one that stays, and one flushed").hasSize(2);
    assertThat(engine.read(UP)).isEmpty();
    double failures = metric("vedette_storage_delete_failures");
    assertThat(failures).isPositive();
    engine.advance(Duration.ofMinutes(1));
    engine.tsdb.maintain();
    assertThat(metric("vedette_storage_delete_failures")).isGreaterThan(failures);
    engine.disk.heal();
    engine.advance(Duration.ofMinutes(1));
    engine.tsdb.maintain();
    assertThat(engine.disk.exists(stuck)).isFalse();
  }

  private double metric(String name) {
    return engine.registry.scrape().stream()
        .filter(family -> family.getMetadata().getName().equals(name))
        .flatMap(family -> family.getDataPoints().stream())
        .mapToDouble(
            point ->
                switch (point) {
                  case CounterDataPointSnapshot counter -> counter.getValue();
                  case GaugeDataPointSnapshot gauge -> gauge.getValue();
                  default -> throw new AssertionError(point);
                })
        .sum();
  }

  @Test
  void aSourceThatCannotBeDeletedLeavesNoTemporaryBlockAndMergesGoOn() throws IOException {
    engine.writeHours(UP, 0, 12);
    Path stuck = engine.blockFiles().getFirst();
    fail(call -> call.operation() == Operation.DELETE && call.path().equals(stuck));
    engine.advance(Duration.ofHours(2));

    engine.tsdb.maintain();

    assertThat(engine.blockFiles()).hasSize(2).contains(stuck);
    assertThat(engine.files(".tmp")).isEmpty();
    assertThat(engine.read(UP)).hasSize(12);
    engine.crash();
    assertThat(engine.blockFiles()).hasSize(1);
    assertThat(engine.read(UP)).hasSize(12);
  }

  @Test
  void whatWasDeletedStaysSoThoughAnOldBlockComesBackAtTheNextStart() throws IOException {
    LabelMatcher isUp = LabelMatcher.equal("__name__", "up");
    engine.writeHours(UP, 0, 12);
    engine.delete(isUp, START, START);
    Path stuck = engine.blockFiles().getFirst();
    fail(call -> call.operation() == Operation.DELETE && call.path().equals(stuck));
    engine.advance(Duration.ofHours(2));
    engine.tsdb.maintain();
    assertThat(engine.blockFiles()).hasSize(2);
    engine.delete(isUp, START + HOUR, START + HOUR);
    assertThat(engine.read(UP)).hasSize(10);

    // All of it goes, and with it the block that knows what it replaced.
    engine.delete(isUp, 0, Long.MAX_VALUE);
    engine.tsdb.cleanTombstones();
    assertThat(engine.blockFiles()).containsExactly(stuck);

    engine.crash();
    assertThat(engine.read(UP)).isEmpty();
  }

  @Test
  void deletionsAreForgottenWithTheLastFileThatTheyHoldFor() throws IOException {
    Path tombstones = TestEngine.BLOCKS.resolve("tombstones");
    engine.writeHours(UP, 0, 2);
    Path stuck = engine.blockFiles().getFirst();
    fail(call -> call.operation() == Operation.DELETE && call.path().equals(stuck));
    engine.delete(LabelMatcher.equal("__name__", "up"), 0, Long.MAX_VALUE);
    engine.tsdb.cleanTombstones();
    assertThat(engine.blockFiles()).containsExactly(stuck);
    byte[] before = engine.disk.bytes(tombstones);

    engine.delete(LabelMatcher.equal("__name__", "absent"), 0, Long.MAX_VALUE);

    assertThat(engine.disk.bytes(tombstones)).isEqualTo(before);
    engine.disk.heal();
    engine.advance(Duration.ofMinutes(1));
    engine.tsdb.maintain();
    assertThat(engine.disk.exists(stuck)).isFalse();
    assertThat(engine.disk.exists(tombstones)).isFalse();
  }

  @Test
  void aSnapshotThatFailsOwesNothing() throws IOException {
    engine.write(UP, START, 1);
    fail(call -> call.operation() == Operation.CREATE && call.path().toString().contains(".tsb"));
    assertThatThrownBy(() -> engine.tsdb.snapshot(false)).isInstanceOf(Unavailable.class);
    engine.disk.heal();

    engine.tsdb.maintain();

    assertThat(engine.disk.exists(TestEngine.BLOCKS)).isFalse();
    assertThat(metric("vedette_storage_delete_failures")).isZero();
  }

  @Test
  void aMergedBlockThatCannotTakeItsPlaceIsDiscarded() throws IOException {
    engine.writeHours(UP, 0, 12);
    engine.advance(Duration.ofHours(2));
    fail(call -> call.operation() == Operation.RENAME && call.path().toString().endsWith(".tsb"));

    engine.tsdb.maintain();

    assertThat(engine.files(".tmp")).isEmpty();
    assertThat(engine.blockFiles()).hasSize(6);
    engine.disk.heal();
    engine.advance(Duration.ofMinutes(1));
    engine.tsdb.maintain();
    assertThat(engine.blockFiles()).hasSize(1);
  }

  @Test
  void aLogThatCannotBeCutDoesNotCostAllBlocks() throws IOException {
    engine.writeHours(OTHER, 0, 6);
    long blockBytes = bytesOnDisk();
    writeMany(100_000);
    long limit = 4 * blockBytes;
    assertThat(bytesOnDisk()).isGreaterThan(limit);
    engine.reopen(config -> config.withRetentionBytes(OptionalLong.of(limit)));
    fail(
        call ->
            call.operation() == Operation.WRITE && call.path().toString().contains("checkpoint"));

    engine.tsdb.maintain();

    assertThat(engine.read(OTHER)).hasSize(6);
  }

  @Test
  void aFlushOnAFullDiskSaysSo() throws IOException {
    engine.write(UP, START, 1);
    fail(call -> call.operation() == Operation.CREATE && call.path().toString().contains(".tsb"));

    assertThatThrownBy(engine.tsdb::flush)
        .isInstanceOfSatisfying(
            Unavailable.class, e -> assertThat(e.id()).isEqualTo(ErrorId.DISK_FULL));
  }

  private void fail(Predicate<SimFiles.Call> which) {
    engine.disk.failOn(which, new IOException("No space left on device"));
  }

  /** Full to the last byte: what is deleted makes room. */
  private void full() throws IOException {
    engine.disk.limitBytes(bytesOnDisk());
  }

  /** Of values that take some bytes each. */
  private void writeMany(int samples) {
    WriteBatch batch = batch(UP);
    for (int i = 0; i < samples; i++) {
      batch.addSample(engine.clock.millis() - samples + i, Double.doubleToRawLongBits(Math.sin(i)));
    }
    assertThat(engine.tsdb.write(TenantId.DEFAULT, batch).stored()).isEqualTo(samples);
  }

  private long bytesOnDisk() throws IOException {
    return bytes(TestEngine.FOLDER);
  }

  private long bytes(Path folder) throws IOException {
    long bytes = 0;
    for (Path path : engine.disk.list(folder)) {
      bytes += engine.disk.isFolder(path) ? bytes(path) : engine.disk.size(path);
    }
    return bytes;
  }
}
