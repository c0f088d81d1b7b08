package dev.vedette.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.History;
import dev.vedette.model.History.Mark;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.FakeClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is told of changes, and whose are kept. */
class HistoryChangesTest {
  private static final long SECOND = 1000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;
  private static final long NOW = 20_000 * DAY + DAY / 2;
  private static final TenantId TENANT = new TenantId("own");

  private final FakeClock clock = new FakeClock(Instant.ofEpochMilli(NOW));
  private final HistoryChanges changes = new HistoryChanges(clock, Duration.ofMinutes(30));
  private final History history = changes.of(TENANT);

  @Test
  void tenantsThatAreOnlyAskedForTakeNoMemory() {
    for (int i = 0; i < 100; i++) {
      History made = changes.of(new TenantId("made-up-" + i));
      assertThat(made.unchangedUntil(made.mark(), 0, 1)).isEqualTo(1);
    }

    assertThat(changes.tenants()).isZero();
  }

  @Test
  void aHistorySeesTheFirstChangeOfItsTenantAndNoneOfAnothers() {
    History other = changes.of(new TenantId("other"));
    Mark before = history.mark();
    Mark ofOther = other.mark();

    changes.changed(TENANT, 0, 1);

    assertThat(history.unchangedUntil(before, 0, 1)).isNegative();
    assertThat(other.unchangedUntil(ofOther, 0, 1)).isEqualTo(1);
    assertThat(changes.tenants()).isEqualTo(1);
  }

  @Test
  void samplesThatAreOnTimeChangeWhatLiesBehindThemAndNothingBefore() {
    Mark before = history.mark();

    changes.stored(TENANT, NOW - 20 * SECOND, NOW);

    assertThat(history.unchangedUntil(before, NOW - HOUR, NOW))
        .isBetween(NOW - 20 * SECOND - 15 * SECOND, NOW - 20 * SECOND - 1);
    assertThat(history.unchangedUntil(before, NOW - HOUR, NOW - MINUTE)).isEqualTo(NOW - MINUTE);
    Mark after = history.mark();
    assertThat(history.unchangedUntil(after, NOW - HOUR, NOW)).isEqualTo(NOW);
  }

  @Test
  void aLateSampleChangesThePastFromItsTimeOn() {
    changes.stored(TENANT, NOW, NOW);
    Mark before = history.mark();

    changes.stored(TENANT, NOW - 10 * MINUTE, NOW - 10 * MINUTE);

    assertThat(history.unchangedUntil(before, NOW - HOUR, NOW))
        .isBetween(NOW - 10 * MINUTE - 15 * SECOND, NOW - 10 * MINUTE - 1);
  }

  @Test
  void whatWasSettledAtAMarkStaysSureWhenTheRestIsForgotten() {
    changes.stored(TENANT, NOW - MINUTE, NOW);
    Mark mark = history.mark();
    for (int minute = 1; minute <= 5 * 60; minute++) {
      clock.advance(Duration.ofMinutes(1));
      long now = NOW + minute * MINUTE;
      changes.stored(TENANT, now, now);
    }

    assertThat(history.unchangedUntil(mark, NOW - 2 * HOUR, NOW - 2 * MINUTE))
        .isEqualTo(mark.settledMillis());
  }

  @Test
  void aSampleFromTheFutureDoesNotHideWhatComesBeforeIt() {
    Mark before = history.mark();
    // The same place of the ring, a round apart.
    long round = 512 * 15 * SECOND;

    changes.stored(TENANT, NOW + round, NOW + round);
    changes.stored(TENANT, NOW, NOW);

    assertThat(history.unchangedUntil(before, NOW - MINUTE, NOW)).isLessThan(NOW);
  }

  /**
   * Otherwise what is kept could be found right, and get a mark at which the times of the write are
   * settled, before the write is noted as one of times that were not.
   */
  @Test
  void whoLooksWhileAWriteIsNotedWaitsForIt() throws Exception {
    LookedAtClock looked = new LookedAtClock();
    HistoryChanges noted = new HistoryChanges(looked, Duration.ofMinutes(30));
    History seen = noted.of(TENANT);
    noted.stored(TENANT, NOW - MINUTE, NOW - MINUTE);
    Mark before = seen.mark();
    FutureTask<Long> look = new FutureTask<>(() -> seen.unchangedUntil(before, NOW - HOUR, NOW));
    Thread other = Thread.ofPlatform().unstarted(look);
    looked.then =
        () -> {
          other.start();
          while (other.getState() != Thread.State.BLOCKED && other.isAlive()) {
            Thread.onSpinWait();
          }
        };

    noted.stored(TENANT, NOW, NOW);

    assertThat(look.get()).isLessThan(NOW);
  }

  /** Does something the next time it is looked at. */
  private static final class LookedAtClock extends Clock {
    @Nullable Runnable then;

    @Override
    public long millis() {
      Runnable now = then;
      then = null;
      if (now != null) {
        now.run();
      }
      return NOW;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @Test
  void whateverChangedIsNeverCalledUnchanged() {
    long seed = Long.getLong("seed", 1);
    Random random = new Random(seed);
    List<long[]> noted = new ArrayList<>();
    List<Mark> marks = new ArrayList<>();
    List<Integer> notedBefore = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      if (random.nextInt(3) == 0) {
        clock.advance(Duration.ofSeconds(random.nextInt(60)));
      }
      long now = clock.millis();
      long first = now - (long) (random.nextDouble() * random.nextInt(1, 1000) * 5 * SECOND);
      long last = first + random.nextInt(120) * SECOND;
      if (random.nextInt(50) == 0) {
        changes.changed(TENANT, first - 2 * DAY, last - 2 * DAY);
        noted.add(new long[] {first - 2 * DAY, last - 2 * DAY});
      } else {
        changes.stored(TENANT, first, last);
        noted.add(new long[] {first, last});
      }
      marks.add(history.mark());
      notedBefore.add(noted.size());
      checkSome(random, noted, marks, notedBefore, seed);
    }
  }

  private void checkSome(
      Random random, List<long[]> noted, List<Mark> marks, List<Integer> notedBefore, long seed) {
    int at = marks.size() - 1 - Math.min(marks.size() - 1, random.nextInt(1, 500));
    long start = clock.millis() - random.nextLong(3 * DAY);
    long end = start + random.nextLong(DAY);

    long until = history.unchangedUntil(marks.get(at), start, end);

    assertThat(until).isLessThanOrEqualTo(end);
    for (long[] change : noted.subList(notedBefore.get(at), noted.size())) {
      boolean isCalledUnchanged = change[0] <= until && change[1] >= start;
      assertThat(isCalledUnchanged)
          .as(
              "-Dseed=%d: a change from %d to %d, unchanged from %d to %d",
              seed, change[0], change[1], start, until)
          .isFalse();
    }
  }
}
