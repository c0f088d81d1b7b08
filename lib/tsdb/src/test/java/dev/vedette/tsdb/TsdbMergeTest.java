package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.HOUR;
import static dev.vedette.tsdb.TestEngine.START;
import static dev.vedette.tsdb.TestEngine.UP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.Corruption;
import dev.vedette.model.ErrorId;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.head.Backlog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TsdbMergeTest {
  private final TestEngine engine = new TestEngine();

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void windowsOfTwoHoursBecomeTwelveHoursAndThenDays() throws IOException {
    engine.writeHours(UP, 0, 12);
    assertThat(engine.blockFiles()).hasSize(6);
    engine.advance(Duration.ofHours(2));
    engine.tsdb.maintain();
    assertThat(engine.blockFiles()).hasSize(1);

    engine.writeHours(UP, 13, 24);
    engine.advance(Duration.ofHours(2));
    engine.tsdb.maintain();

    assertThat(engine.blockFiles()).hasSize(1);
    assertThat(engine.read(UP)).hasSize(23).containsEntry(START + 23 * HOUR, 23.0);
    engine.reopen();
    assertThat(engine.read(UP)).hasSize(23);
  }

  @Test
  void aMergeCutAnywhereLeavesTheSourcesOrTheMergedBlockAndIsRepeated() throws IOException {
    int steps = 0;
    boolean merged = false;
    while (!merged) {
      try (TestEngine cut = new TestEngine(steps)) {
        cut.writeHours(UP, 0, 12);
        cut.advance(Duration.ofHours(2));
        cut.disk.cutPowerAt(steps);
        cut.tsdb.maintain();
        // Whatever is in force in memory is whole, too.
        assertThat(TestEngine.read(UP, cut.tsdb)).as("step %d", steps).hasSize(12);
        merged = cut.hasPower();

        cut.crash();

        assertThat(cut.blockFiles().size()).as("step %d", steps).isIn(1, 6);
        assertThat(cut.files(".tmp")).isEmpty();
        assertThat(cut.read(UP)).as("step %d", steps).hasSize(12);
        cut.tsdb.maintain();
        assertThat(cut.blockFiles()).as("step %d", steps).hasSize(1);
        assertThat(cut.read(UP)).as("step %d", steps).hasSize(12);
      }
      steps++;
    }
    assertThat(steps).isGreaterThan(10);
  }

  @Test
  void aMergeThatTheDiskRefusesLeavesNothingAndIsTriedAgain() throws IOException {
    engine.writeHours(UP, 0, 12);
    engine.advance(Duration.ofHours(2));
    engine.disk.failOn(
        call ->
            call.operation() == SimFiles.Operation.FORCE
                && call.path().toString().endsWith(".tsb.tmp"),
        new IOException("bad sector"));
    engine.tsdb.maintain();
    assertThat(engine.blockFiles()).hasSize(6);
    assertThat(engine.files(".tmp")).isEmpty();

    engine.disk.heal();
    engine.tsdb.maintain();
    assertThat(engine.blockFiles()).as("not at once").hasSize(6);
    engine.ticker.advance(Duration.ofMinutes(1));
    engine.tsdb.maintain();

    assertThat(engine.blockFiles()).hasSize(1);
    assertThat(engine.read(UP)).hasSize(12);
  }

  @Test
  void aStoppedFolderIsMergedOnDemandAndGoesOnWhereItWasEnded() throws IOException {
    engine.writeHours(UP, 0, 24);
    engine.advance(Duration.ofHours(2));
    engine.disk.failOn(
        call ->
            call.operation() == SimFiles.Operation.CREATE
                && call.path().toString().endsWith(".tsb.tmp"),
        new IOException("No space left on device"));
    assertThatThrownBy(engine.tsdb::merge)
        .isInstanceOfSatisfying(
            Unavailable.class, e -> assertThat(e.id()).isEqualTo(ErrorId.DISK_FULL));
    assertThat(engine.blockFiles()).hasSize(12);
    engine.disk.heal();
    engine.reopen();

    engine.tsdb.merge();

    assertThat(engine.blockFiles()).hasSize(1);
    assertThat(engine.read(UP)).hasSize(24);
  }

  @Test
  void aMergeForWhichTheDiskHasNoRoomIsNotBegun() throws IOException {
    engine.writeHours(UP, 0, 12);
    engine.advance(Duration.ofHours(2));
    long used = Long.MAX_VALUE / 2 - engine.disk.usableBytes(TestEngine.FOLDER);
    engine.disk.limitBytes(used + (1 << 20));

    engine.tsdb.maintain();

    assertThat(engine.blockFiles()).hasSize(6);
    engine.disk.limitBytes(Long.MAX_VALUE / 2);
    engine.ticker.advance(Duration.ofMinutes(1));
    engine.tsdb.maintain();
    assertThat(engine.blockFiles()).hasSize(1);
  }

  @Test
  void aMergeIsGivenUpWhenTheEngineStops() throws IOException {
    engine.writeHours(UP, 0, 12);
    engine.advance(Duration.ofHours(2));
    AtomicBoolean closed = new AtomicBoolean();
    engine.disk.failOn(
        call -> {
          boolean isMerge =
              call.operation() == SimFiles.Operation.CREATE
                  && call.path().toString().endsWith(".tsb.tmp");
          if (isMerge && closed.compareAndSet(false, true)) {
            engine.tsdb.close();
          }
          return false;
        },
        new IOException("never"));

    engine.tsdb.maintain();

    assertThat(closed).isTrue();
    engine.disk.heal();
    assertThat(engine.blockFiles()).hasSize(6);
    assertThat(engine.files(".tmp")).isEmpty();
    engine.reopen();
    assertThat(engine.read(UP)).hasSize(12);
  }

  @Test
  void aReaderInFlightKeepsItsBlocksWhileTheyAreMergedAndDeleted() throws IOException {
    for (int i = 0; i < 200; i++) {
      engine.write(Labels.of("__name__", "m", "i", "" + i), START, i);
    }
    engine.tsdb.flush();
    engine.writeHours(UP, 1, 12);
    engine.advance(Duration.ofHours(2));
    Selection all = new Selection(List.of(LabelMatcher.equal("__name__", "m")), 0, 2 * START);
    int series = 0;
    SeriesBatch batch = new SeriesBatch();
    try (SeriesCursor cursor = engine.tsdb.select(TenantId.DEFAULT, all)) {
      assertThat(cursor.next(batch)).isTrue();
      series += batch.count();

      engine.tsdb.maintain();

      assertThat(engine.blockFiles()).hasSize(1);
      while (cursor.next(batch)) {
        series += batch.count();
      }
    }
    assertThat(series).isEqualTo(200);
  }

  @Test
  void aDamagedBlockIsServedWithoutItsDamageAndTheOthersAreMerged() throws IOException {
    engine.writeHours(UP, 0, 12);
    engine.tsdb.close();
    Path damaged = engine.blockFiles().get(2);
    // In the page, behind the magic and the tables.
    engine.disk.flipBit(damaged, 26, 3);
    engine.reopen();
    engine.advance(Duration.ofHours(2));

    engine.tsdb.maintain();

    assertThat(engine.blockFiles()).hasSize(2).contains(damaged);
    assertThat(engine.read(UP)).hasSize(10);
  }

  @Test
  void aValueInADamagedBlockIsNotCoveredByTheOlderOneThatItReplaced() throws IOException {
    engine.writeHours(UP, 0, 2);
    // Enough samples for a second page, which is the one that gets damaged.
    engine.write(UP, START, 100);
    for (int i = 0; i < 200; i++) {
      engine.write(Labels.of("__name__", "zzz", "i", "" + i), START + HOUR, i * 1.7);
    }
    engine.tsdb.flush();
    Path replacing = engine.blockFiles().getLast();
    engine.write(UP, START + 1, 101);
    engine.tsdb.flush();
    engine.tsdb.close();
    engine.disk.flipBit(replacing, damagedLast(replacing), 3);
    engine.reopen();
    assertThat(engine.read(UP)).containsEntry(START, 100.0);
    engine.advance(Duration.ofHours(4));

    engine.tsdb.maintain();

    assertThat(engine.blockFiles()).contains(replacing);
    assertThat(engine.read(UP)).containsEntry(START, 100.0).hasSize(3);
    engine.tsdb.maintain();
    assertThat(engine.read(UP)).containsEntry(START, 100.0).hasSize(3);
  }

  @Test
  void whatLiesBelowABlockThatIsHeldBackIsHeldBackAsWell() throws IOException {
    long minute = 60_000;
    engine.advance(Duration.ofHours(2));
    engine.write(UP, START, 1);
    engine.write(UP, START + 10 * minute, 2);
    engine.tsdb.flush();
    // Corrects the first, and reaches as far as the next block does.
    engine.write(UP, START, 100);
    engine.write(UP, START + 80 * minute, 3);
    engine.tsdb.flush();
    engine.write(Labels.of("__name__", "other"), START + 60 * minute, 1);
    engine.write(Labels.of("__name__", "other"), START + 100 * minute, 2);
    engine.tsdb.flush();
    Path damaged = engine.blockFiles().getLast();
    engine.write(UP, START + 1, 4);
    engine.tsdb.flush();
    engine.tsdb.close();
    assertThat(engine.blockFiles()).hasSize(4);
    engine.disk.flipBit(damaged, 26, 3);
    engine.reopen();
    engine.advance(Duration.ofHours(4));

    engine.tsdb.maintain();

    assertThat(engine.read(UP)).containsEntry(START, 100.0).hasSize(4);
    assertThat(engine.blockFiles()).hasSize(4).contains(damaged);
  }

  /** A byte of the last page of samples, by trying: the series of the first page stay readable. */
  private long damagedLast(Path block) throws IOException {
    for (long offset = engine.disk.size(block) - 1; offset > 0; offset--) {
      engine.disk.flipBit(block, offset, 3);
      try (Block opened = Block.open(engine.disk, block, damage -> {})) {
        Map<String, Integer> found = new HashMap<>();
        SeriesBatch batch = new SeriesBatch();
        try (SeriesCursor cursor = opened.select(new Selection(List.of(), 0, Long.MAX_VALUE))) {
          while (cursor.next(batch)) {
            for (int i = 0; i < batch.count(); i++) {
              found.merge(batch.labels(i).metricName(), 1, Integer::sum);
            }
          }
        }
        if (found.containsKey("up") && found.getOrDefault("zzz", 0) < 200) {
          return offset;
        }
      } catch (Corruption e) {
        // The index or the footer.
      } finally {
        engine.disk.flipBit(block, offset, 3);
      }
    }
    throw new AssertionError("no byte of %s damages a page alone".formatted(block));
  }

  @Test
  void aBlockThatCannotBeOpenedIsSetAsideWithTheReasonBesideIt() throws IOException {
    engine.writeHours(UP, 0, 4);
    engine.tsdb.close();
    Path damaged = engine.blockFiles().getFirst();
    engine.disk.flipBit(damaged, 0, 0);

    engine.reopen();

    assertThat(engine.read(UP)).hasSize(2);
    assertThat(engine.files(".damaged")).hasSize(1);
    String reason =
        new String(engine.disk.bytes(Path.of(damaged + ".damaged.txt")), StandardCharsets.UTF_8);
    assertThat(reason).contains(damaged.toString(), "offset 0", "tsdb verify");
  }

  @Test
  void blocksThatOverlapAreMergedAndTheLaterSampleWins() throws IOException {
    engine.writeHours(UP, 0, 12);
    engine.advance(Duration.ofHours(2));
    engine.tsdb.maintain();
    assertThat(engine.blockFiles()).hasSize(1);
    // Other series, written late, of windows that are merged already.
    Labels late = Labels.of("__name__", "late");
    for (int hour = 0; hour < 8; hour += 2) {
      engine.write(late, START + hour * HOUR, hour);
    }
    engine.tsdb.flush();
    assertThat(engine.blockFiles()).hasSize(5);

    engine.advance(Backlog.QUIET);
    engine.tsdb.maintain();

    assertThat(engine.blockFiles()).hasSize(1);
    assertThat(engine.read(UP)).hasSize(12);
    assertThat(engine.read(late)).hasSize(4);
  }
}
