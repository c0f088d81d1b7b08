package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.batch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.History;
import dev.vedette.model.History.Mark;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.testkit.FakeClock;
import dev.vedette.testkit.FakeTicker;
import dev.vedette.testkit.SimFiles;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What counts as a change of the past, and what does not. */
class TsdbHistoryTest {
  private static final TenantId TENANT = TenantId.DEFAULT;
  private static final long MINUTE = 60_000;
  private static final long DAY = 24 * 60 * MINUTE;
  private static final long NOW = 20_000 * DAY + DAY / 2;

  private final FakeClock clock = new FakeClock(Instant.ofEpochMilli(NOW));
  private final Tsdb tsdb =
      Tsdb.open(
          TestEngine.config(TestEngine.HEAD),
          SimFiles.seeded(1),
          clock,
          new FakeTicker(),
          new PrometheusRegistry());
  private final History history = tsdb.history(TENANT);

  @AfterEach
  void close() {
    tsdb.close();
  }

  @Test
  void samplesOlderThanTheLateWindowAreSettled() {
    long window = TestEngine.HEAD.lateWindow().toMillis();

    assertThat(history.mark().settledMillis()).isEqualTo(NOW - Math.max(window, 10 * MINUTE));
    clock.advance(Duration.ofMinutes(5));
    assertThat(history.mark().settledMillis())
        .isEqualTo(NOW + 5 * MINUTE - Math.max(window, 10 * MINUTE));
  }

  @Test
  void aClockThatIsSetBackUnsettlesNothing() {
    Mark before = history.mark();

    clock.set(Instant.ofEpochMilli(NOW - DAY));

    assertThat(history.mark().settledMillis()).isEqualTo(before.settledMillis());
    write(NOW - DAY);
    assertThat(isUnchanged(before, NOW - DAY)).isFalse();
  }

  @Test
  void samplesThatAreOnTimeChangeTheirSecondsAndNothingBefore() {
    Mark before = history.mark();

    write(NOW);
    write(NOW - 5 * MINUTE);

    assertThat(history.unchangedUntil(before, NOW - DAY, NOW))
        .isBetween(NOW - 6 * MINUTE, NOW - 5 * MINUTE - 1);
    assertThat(isUnchanged(history.mark(), NOW)).isTrue();
  }

  @Test
  void aVeryLateSampleChangesItsDayAndNoOther() {
    write(NOW);
    Mark before = history.mark();

    write(NOW - 2 * DAY);

    assertThat(isUnchanged(before, NOW - 2 * DAY)).isFalse();
    assertThat(history.unchangedUntil(before, NOW - DAY, NOW)).isEqualTo(NOW);
    assertThat(history.unchangedUntil(before, Long.MIN_VALUE, Long.MAX_VALUE))
        .isLessThan(NOW - 2 * DAY);
    History other = tsdb.history(new TenantId("other"));
    assertThat(other.unchangedUntil(before, 0, NOW)).isEqualTo(NOW);
  }

  @Test
  void aSampleThatIsThereAlreadyChangesNothing() {
    write(NOW - DAY);
    write(NOW);
    Mark before = history.mark();

    write(NOW - DAY);
    write(NOW);

    assertThat(history.mark()).isEqualTo(before);
  }

  @Test
  void aDeletionChangesItsRange() {
    write(NOW - 3 * DAY);
    write(NOW);
    tsdb.flush();
    Mark before = history.mark();

    tsdb.delete(
        TENANT,
        List.of(List.of(LabelMatcher.equal("__name__", "m"))),
        NOW - 3 * DAY,
        NOW - 3 * DAY + MINUTE);

    assertThat(isUnchanged(before, NOW - 3 * DAY)).isFalse();
    assertThat(isUnchanged(before, NOW - DAY)).isTrue();
  }

  @Test
  void aDeletionOfAllTimesChangesEverything() {
    write(NOW);
    Mark before = history.mark();

    tsdb.delete(
        TENANT,
        List.of(List.of(LabelMatcher.equal("__name__", "m"))),
        Long.MIN_VALUE,
        Long.MAX_VALUE);

    assertThat(isUnchanged(before, NOW - 9 * DAY)).isFalse();
    assertThat(isUnchanged(before, NOW)).isFalse();
  }

  @Test
  void blocksThatComeOrGoForTheirAgeChangeTheirDays() {
    write(NOW - 3 * DAY);
    Mark written = history.mark();
    tsdb.flush();
    assertThat(isUnchanged(written, NOW - 3 * DAY)).isFalse();
    Mark flushed = history.mark();

    clock.advance(Duration.ofDays(500));
    tsdb.maintain();

    assertThat(tsdb.blocks(TENANT)).isEmpty();
    assertThat(isUnchanged(flushed, NOW - 3 * DAY)).isFalse();
  }

  private boolean isUnchanged(Mark since, long millis) {
    return history.unchangedUntil(since, millis, millis) == millis;
  }

  private void write(long time) {
    WriteBatch batch = batch(Labels.of("__name__", "m", "n", "1"));
    batch.addSample(time, Double.doubleToRawLongBits(1));
    assertThat(tsdb.write(TENANT, batch).refusals()).isEmpty();
  }
}
