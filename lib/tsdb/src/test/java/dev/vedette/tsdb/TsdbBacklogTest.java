package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.HOUR;
import static dev.vedette.tsdb.TestEngine.START;
import static dev.vedette.tsdb.TestEngine.UP;
import static dev.vedette.tsdb.TestEngine.batch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BlockInfo;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.tsdb.head.Backlog;
import dev.vedette.tsdb.tier.TierConfig;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Senders that catch up: their samples leave memory early, and what is made of blocks waits. */
class TsdbBacklogTest {
  private static final Labels PAST = Labels.of("__name__", "past", "job", "api");
  // Of so much, an eighth in samples of two bytes, which is 100,000, is too much of a backlog.
  private static final long HEAD_BYTES = 1_600_000;

  private final TestEngine engine = new TestEngine();

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void aSenderThatCatchesUpFillsBlocksBeforeTheClockComesToTheEndOfAWindow() {
    engine.reopen(config -> config.withMaxHeadBytes(HEAD_BYTES));
    engine.tsdb.maintain();
    engine.write(UP, engine.clock.millis(), 1);

    int sent = 0;
    for (int round = 1; round <= 5; round++) {
      catchUp(sent, sent += 40_000);
      engine.tsdb.maintain();
      assertThat(samples()).hasSize(round < 3 ? 0 : 1);
    }

    assertThat(samples().getFirst().samples()).isEqualTo(120_000);
    assertThat(engine.read(UP)).hasSize(1);
    assertThat(engine.read(PAST)).hasSize(sent);
    engine.reopen();
    assertThat(engine.read(PAST)).hasSize(sent);
  }

  @Test
  void whatASenderHasCaughtUpWithGoesIntoBlocksOnceNothingMoreComes() {
    engine.reopen(config -> config.withMaxHeadBytes(HEAD_BYTES));
    engine.tsdb.maintain();

    for (int round = 0; round < 5; round++) {
      catchUp(round * 1_000, (round + 1) * 1_000);
      maintainAfter(Duration.ZERO);
      maintainAfter(Duration.ofSeconds(9));
      assertThat(samples()).as("more has come meanwhile").isEmpty();
    }
    maintainAfter(Duration.ofSeconds(1));

    assertThat(samples()).hasSize(1);
    assertThat(engine.read(PAST)).hasSize(5_000);
    // A few are not worth a block before the window ends.
    catchUp(5_000, 6_000);
    maintainAfter(Duration.ZERO);
    maintainAfter(Duration.ofMinutes(30));
    assertThat(samples()).hasSize(1);
    assertThat(engine.read(PAST)).hasSize(6_000);
  }

  @Test
  void eachBurstOfASenderThatStaysBehindIsNoReasonForAFlush() {
    engine.reopen(config -> config.withMaxHeadBytes(HEAD_BYTES));
    engine.tsdb.maintain();

    for (int minute = 0; minute < 15; minute++) {
      catchUp(minute * 5_000, (minute + 1) * 5_000);
      for (int i = 0; i < 6; i++) {
        maintainAfter(Duration.ofSeconds(10));
      }
    }

    // After the first minute and the eleventh.
    assertThat(samples().stream().mapToLong(BlockInfo::samples).sum()).isEqualTo(55_000);
    assertThat(engine.read(PAST)).hasSize(75_000);
  }

  @Test
  void seriesOfASenderThatCatchesUpStayInMemoryAsLongAsSamplesCome() {
    for (int round = 0; round < 3; round++) {
      catchUp(round, round + 1);
      engine.tsdb.flush();
      assertThat(engine.tsdb.cardinality(TenantId.DEFAULT, 1).series()).isEqualTo(1);
    }

    engine.tsdb.flush();

    assertThat(engine.tsdb.cardinality(TenantId.DEFAULT, 1).series()).isZero();
    assertThat(engine.read(PAST)).hasSize(3);
  }

  @Test
  void tiersOfAWindowAreBuiltOnceWhileASenderCatchesUpThroughIt() {
    atTheEndOfTwoDays();
    engine.writeHours(UP, 1, 12);
    engine.tsdb.maintain();
    assertThat(tiers()).isEmpty();
    engine.writeHours(UP, 12, 14);
    engine.advance(Backlog.QUIET);
    engine.writeHours(UP, 14, 16);
    engine.tsdb.maintain();
    List<BlockInfo> first = tiers();
    assertThat(first).hasSize(1);

    engine.writeHours(UP, 16, 22);
    engine.tsdb.maintain();
    assertThat(tiers()).isEqualTo(first);
    engine.advance(Backlog.QUIET);
    engine.tsdb.maintain();

    assertThat(tiers()).hasSize(2).containsAll(first);
  }

  @Test
  void tiersOfAWindowThatIsFilledWithoutEndAreBuiltEachHour() {
    atTheEndOfTwoDays();
    int built = 0;
    List<BlockInfo> last = List.of();
    for (int minute = 0; minute < 300; minute++) {
      engine.write(UP, START + HOUR + minute, minute);
      if (minute % 30 == 0) {
        engine.tsdb.flush();
      }
      engine.advance(Duration.ofMinutes(1));
      engine.tsdb.maintain();
      if (!tiers().equals(last)) {
        last = tiers();
        built++;
      }
    }

    assertThat(last).hasSize(1);
    assertThat(built).isBetween(3, 5);
  }

  @Test
  void blocksThatMayNotBeMergedBeforeATierIsBuiltAgainDoNotBecomeMany() {
    atTheEndOfTwoDays();
    engine.writeHours(UP, 1, 12);
    engine.advance(Backlog.QUIET);
    engine.tsdb.maintain();
    List<BlockInfo> first = tiers();
    assertThat(first).hasSize(1);

    for (int second = 0; second < 40; second++) {
      engine.write(PAST, START + 3 * HOUR + second, second);
      engine.tsdb.flush();
      engine.advance(Duration.ofSeconds(1));
      engine.tsdb.maintain();
      assertThat(samples()).hasSizeLessThan(MergePlan.MAX_SOURCES + 8);
    }

    assertThat(tiers()).hasSize(1).doesNotContainAnyElementsOf(first);
    assertThat(engine.read(PAST)).hasSize(40);
  }

  // --- fixtures

  /** With a tier of an hour; what is before counts as a backlog. */
  private void atTheEndOfTwoDays() {
    engine.reopen(
        config ->
            config.withTiers(
                List.of(new TierConfig(Duration.ofHours(1), Duration.ofDays(400), true))));
    engine.advance(Duration.ofDays(2));
    engine.tsdb.maintain();
  }

  private void maintainAfter(Duration time) {
    engine.advance(time);
    engine.tsdb.maintain();
  }

  private void catchUp(int from, int to) {
    WriteBatch batch = batch(PAST);
    for (int i = from; i < to; i++) {
      batch.addSample(START - 4 * HOUR + i, Double.doubleToRawLongBits(i));
    }
    engine.tsdb.write(TenantId.DEFAULT, batch);
  }

  private List<BlockInfo> samples() {
    return engine.tsdb.blocks(TenantId.DEFAULT).stream()
        .filter(block -> block.resolutionMillis() == 0)
        .toList();
  }

  private List<BlockInfo> tiers() {
    return engine.tsdb.blocks(TenantId.DEFAULT).stream()
        .filter(block -> block.resolutionMillis() > 0)
        .toList();
  }
}
