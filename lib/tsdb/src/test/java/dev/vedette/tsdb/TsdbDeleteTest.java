package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.BLOCKS;
import static dev.vedette.tsdb.TestEngine.HOUR;
import static dev.vedette.tsdb.TestEngine.START;
import static dev.vedette.tsdb.TestEngine.UP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import dev.vedette.testkit.SimFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TsdbDeleteTest {
  private static final Labels OTHER = Labels.of("__name__", "other");
  private static final LabelMatcher IS_UP = LabelMatcher.equal("__name__", "up");
  private static final Selection EVERYTHING = new Selection(List.of(), 0, Long.MAX_VALUE);
  private static final Path TOMBSTONES = BLOCKS.resolve("tombstones");

  private final TestEngine engine = new TestEngine();

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void whatIsDeletedIsGoneFromMemoryAndBlocksAtOnceAndForGood() throws IOException {
    engine.writeHours(UP, 0, 5);
    engine.write(OTHER, START + 4 * HOUR, 1);

    engine.delete(IS_UP, 0, Long.MAX_VALUE);

    assertThat(engine.read(UP)).isEmpty();
    assertThat(engine.read(OTHER)).hasSize(1);
    assertThat(engine.tsdb.series(TenantId.DEFAULT, EVERYTHING, 0)).containsExactly(OTHER);
    engine.crash();
    assertThat(engine.read(UP)).isEmpty();
    assertThat(engine.read(OTHER)).hasSize(1);
    // After a start nothing in memory remembers the labels either.
    assertThat(engine.tsdb.series(TenantId.DEFAULT, EVERYTHING, 0)).containsExactly(OTHER);
  }

  @Test
  void onlyTheRangeIsDeletedEndsIncluded() {
    engine.writeHours(UP, 0, 5);

    engine.delete(IS_UP, START + HOUR, START + 3 * HOUR);

    assertThat(engine.read(UP)).containsOnlyKeys(START, START + 4 * HOUR);
  }

  @Test
  void whatIsWrittenAfterwardsIsKept() throws IOException {
    engine.writeHours(UP, 0, 3);
    engine.delete(IS_UP, 0, Long.MAX_VALUE);

    engine.advance(Duration.ofHours(1));
    engine.write(UP, START + 3 * HOUR, 3);
    // Older than what was deleted, of a series that is new.
    Labels same = Labels.of("__name__", "up", "job", "new");
    engine.write(same, START + HOUR, 1);

    assertThat(engine.read(UP)).containsOnlyKeys(START + 3 * HOUR);
    assertThat(engine.read(same)).hasSize(1);
    engine.tsdb.flush();
    engine.advance(Duration.ofHours(24));
    engine.tsdb.maintain();
    engine.reopen();
    assertThat(engine.read(UP)).containsOnlyKeys(START + 3 * HOUR);
    assertThat(engine.read(same)).hasSize(1);
  }

  @Test
  void cleaningTakesItFromDiskAndTheTombstonesWithIt() throws IOException {
    engine.writeHours(UP, 0, 6);
    engine.writeHours(OTHER, 4, 6);
    long before = bytes();
    engine.delete(IS_UP, 0, Long.MAX_VALUE);
    assertThat(engine.disk.exists(TOMBSTONES)).isTrue();

    engine.tsdb.cleanTombstones();

    assertThat(bytes()).isLessThan(before);
    assertThat(engine.blockFiles()).as("two held nothing else").hasSize(1);
    assertThat(engine.disk.exists(TOMBSTONES)).isFalse();
    engine.reopen();
    assertThat(engine.read(UP)).isEmpty();
    assertThat(engine.read(OTHER)).hasSize(2);
    assertThat(engine.tsdb.labelValues(TenantId.DEFAULT, "__name__", EVERYTHING, 0))
        .doesNotContain("up");
  }

  private long bytes() throws IOException {
    long bytes = 0;
    for (Path file : engine.blockFiles()) {
      bytes += engine.disk.size(file);
    }
    return bytes;
  }

  @Test
  void aMergeTakesItFromDisk() throws IOException {
    engine.writeHours(UP, 0, 12);
    engine.delete(IS_UP, START, START + 5 * HOUR);
    engine.advance(Duration.ofHours(2));

    engine.tsdb.maintain();

    assertThat(engine.blockFiles()).hasSize(1);
    assertThat(engine.disk.exists(TOMBSTONES)).isFalse();
    assertThat(engine.read(UP)).hasSize(6);
  }

  @Test
  void aBlockWithALargeShareDeletedIsWrittenAgainByItself() throws IOException {
    engine.writeHours(UP, 0, 2);
    engine.writeHours(OTHER, 1, 2);
    engine.delete(IS_UP, 0, Long.MAX_VALUE);

    engine.tsdb.maintain();

    assertThat(engine.disk.exists(TOMBSTONES)).isFalse();
    assertThat(engine.read(OTHER)).hasSize(1);
  }

  @Test
  void aDeletionCutAnywhereIsThereWholeOnceItWasAnswered() throws IOException {
    boolean answered = false;
    int step = 0;
    for (; !answered; step++) {
      try (TestEngine cut = new TestEngine(step)) {
        cut.writeHours(UP, 0, 5);
        cut.disk.cutPowerAt(step);
        try {
          cut.delete(IS_UP, START + HOUR, START + 4 * HOUR);
          answered = true;
        } catch (Unavailable e) {
          assertThat(e.wayOut()).isNotEmpty();
        }

        cut.crash();

        assertThat(cut.read(UP).size())
            .as("step %d", step)
            .isIn(answered ? List.of(1) : List.of(1, 5));
        cut.tsdb.flush();
        cut.tsdb.cleanTombstones();
        cut.reopen();
        assertThat(cut.read(UP)).containsKey(START);
      }
    }
    assertThat(step).isGreaterThan(10);
  }

  @Test
  void aDeletionDuringAMergeHoldsForTheMergedBlockWhereverThatIsCut() throws IOException {
    boolean merged = false;
    int step = 0;
    for (; !merged; step++) {
      try (TestEngine cut = new TestEngine(step)) {
        cut.writeHours(UP, 0, 12);
        cut.advance(Duration.ofHours(2));
        int cutAt = step;
        AtomicBoolean done = new AtomicBoolean();
        cut.disk.failOn(
            call -> {
              boolean isMerge =
                  call.operation() == SimFiles.Operation.FORCE
                      && call.path().toString().endsWith(".tsb.tmp");
              if (isMerge && done.compareAndSet(false, true)) {
                cut.delete(IS_UP, 0, START + 8 * HOUR);
                cut.disk.cutPowerAt(cutAt);
              }
              return false;
            },
            new IOException("never"));

        cut.tsdb.maintain();

        assertThat(done).isTrue();
        assertThat(cut.read(UP)).as("step %d", step).hasSize(3);
        cut.disk.heal();
        cut.crash();
        merged = cut.blockFiles().size() == 1 && cut.files(".tmp").isEmpty() && step > 20;
        assertThat(cut.read(UP)).as("step %d", step).hasSize(3);
        cut.tsdb.maintain();
        cut.tsdb.cleanTombstones();
        cut.reopen();
        assertThat(cut.disk.exists(TOMBSTONES)).isFalse();
        assertThat(cut.blockFiles()).hasSize(1);
        assertThat(cut.read(UP)).as("step %d", step).hasSize(3);
      }
    }
    assertThat(step).isGreaterThan(10);
  }

  @Test
  void samplesThatTheLogStillHasDoNotComeBack() throws IOException {
    engine.writeHours(UP, 0, 1);
    engine.disk.failOn(
        call ->
            call.operation() == SimFiles.Operation.FORCE
                && call.path().toString().contains("checkpoint"),
        new IOException("bad sector"));
    assertThatThrownBy(engine.tsdb::flush).isInstanceOf(Unavailable.class);
    assertThatThrownBy(() -> engine.delete(IS_UP, 0, Long.MAX_VALUE))
        .isInstanceOf(Unavailable.class);
    engine.disk.heal();

    engine.delete(IS_UP, 0, Long.MAX_VALUE);

    engine.crash();
    assertThat(engine.read(UP)).isEmpty();
  }

  @Test
  void theNewestSampleSentAgainAfterItsDeletionIsStored() throws IOException {
    engine.writeHours(UP, 0, 3);
    engine.delete(IS_UP, START + 2 * HOUR, Long.MAX_VALUE);

    engine.write(UP, START + 2 * HOUR, 2);

    assertThat(engine.read(UP)).hasSize(3);
    engine.delete(IS_UP, START + 2 * HOUR, Long.MAX_VALUE);
    engine.crash();
    engine.write(UP, START + 2 * HOUR, 77);
    assertThat(engine.read(UP)).hasSize(3).containsEntry(START + 2 * HOUR, 77.0);
    engine.crash();
    assertThat(engine.read(UP)).hasSize(3).containsEntry(START + 2 * HOUR, 77.0);
  }

  @Test
  void theNewestSampleIsForgottenThoughLateOnesOfItsSeriesAreInMemory() throws IOException {
    engine.writeHours(UP, 0, 3);
    engine.tsdb.flush();
    engine.write(UP, START + 2 * HOUR - 60_000, 5);

    engine.delete(IS_UP, START + 2 * HOUR, START + 2 * HOUR);

    assertThat(engine.read(UP)).hasSize(3);
    engine.write(UP, START + 2 * HOUR, 2);
    assertThat(engine.read(UP)).hasSize(4);
    engine.crash();
    assertThat(engine.read(UP)).hasSize(4).containsEntry(START + 2 * HOUR, 2.0);
  }

  @Test
  void samplesThatCameWhileAFlushBeganDoNotComeBackAfterTheirDeletion() throws Exception {
    engine.write(UP, START, 1);
    AtomicBoolean done = new AtomicBoolean();
    Thread sender = new Thread(() -> engine.writeTwo(UP, START + 1));
    engine.disk.failOn(
        call -> {
          boolean isCut =
              call.operation() == SimFiles.Operation.CREATE
                  && call.path().toString().endsWith(".wal");
          if (isCut && done.compareAndSet(false, true)) {
            sender.start();
            while (engine.read(UP).size() < 3) {
              Thread.onSpinWait();
            }
          }
          return false;
        },
        new IOException("never"));
    engine.tsdb.flush();
    sender.join();
    assertThat(done).isTrue();
    assertThat(engine.blockFiles()).hasSize(1);

    engine.delete(IS_UP, 0, Long.MAX_VALUE);

    assertThat(engine.read(UP)).isEmpty();
    engine.crash();
    assertThat(engine.read(UP)).isEmpty();
  }

  @Test
  void lateSamplesThatTheLogStillHasDoNotComeBack() throws IOException {
    engine.reopen(config -> config.withHead(TestEngine.HEAD.withLateBytes(20_000)));
    long ten = START + 10 * HOUR;
    engine.advance(Duration.ofHours(12).plusMinutes(5));
    engine.write(UP, ten - HOUR, 1);
    engine.write(UP, ten, 1);
    engine.write(UP, ten + 2 * HOUR, 1);
    for (int i = 0; i < 1_000; i += 2) {
      engine.writeTwo(UP, ten + HOUR / 2 + i);
    }
    engine.tsdb.maintain();
    assertThat(engine.blockFiles()).isNotEmpty();
    assertThat(engine.read(UP)).hasSize(1_003);

    engine.delete(IS_UP, ten + 1, ten + HOUR);

    assertThat(engine.read(UP)).hasSize(3);
    engine.crash();
    assertThat(engine.read(UP)).hasSize(3);
  }

  @Test
  void aSelectorThatMatchesNothingLeavesNothingBehind() throws IOException {
    engine.writeHours(UP, 0, 2);

    engine.delete(LabelMatcher.equal("__name__", "absent"), 0, Long.MAX_VALUE);

    assertThat(engine.disk.exists(TOMBSTONES)).isFalse();
    assertThat(engine.read(UP)).hasSize(2);
  }

  @Test
  void damagedTombstonesAreSetAsideAndTheStartGoesOn() throws IOException {
    engine.writeHours(UP, 0, 2);
    engine.writeHours(OTHER, 1, 2);
    engine.delete(IS_UP, 0, START);
    engine.tsdb.close();
    engine.disk.flipBit(TOMBSTONES, 9, 1);

    engine.reopen();

    assertThat(engine.disk.exists(TOMBSTONES)).isFalse();
    assertThat(engine.disk.exists(Path.of(TOMBSTONES + ".damaged"))).isTrue();
    assertThat(engine.disk.exists(Path.of(TOMBSTONES + ".damaged.txt"))).isTrue();
    assertThat(engine.read(UP)).hasSize(2);
  }
}
