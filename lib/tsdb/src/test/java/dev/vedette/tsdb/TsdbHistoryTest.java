package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.batch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.History;
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

    assertThat(history.settledMillis()).isEqualTo(NOW - Math.max(window, 10 * MINUTE));
    clock.advance(Duration.ofMinutes(5));
    assertThat(history.settledMillis()).isEqualTo(NOW + 5 * MINUTE - Math.max(window, 10 * MINUTE));
  }

  @Test
  void aClockThatIsSetBackUnsettlesNothing() {
    long before = history.settledMillis();

    clock.set(Instant.ofEpochMilli(NOW - DAY));

    assertThat(history.settledMillis()).isEqualTo(before);
    write(NOW - DAY);
    assertThat(history.latestIn(NOW - DAY, NOW - DAY)).isPositive();
  }

  @Test
  void samplesThatAreOnTimeChangeNothing() {
    write(NOW);
    write(NOW - 5 * MINUTE);

    assertThat(history.latest()).isZero();
  }

  @Test
  void aVeryLateSampleChangesItsDayAndNoOther() {
    write(NOW);
    write(NOW - 2 * DAY);

    assertThat(history.latest()).isEqualTo(1);
    assertThat(history.latestIn(NOW - 2 * DAY, NOW - 2 * DAY)).isEqualTo(1);
    assertThat(history.latestIn(NOW - DAY, NOW)).isZero();
    assertThat(history.latestIn(Long.MIN_VALUE, Long.MAX_VALUE)).isEqualTo(1);
    assertThat(tsdb.history(new TenantId("other")).latestIn(0, NOW)).isZero();
  }

  @Test
  void aSampleThatIsThereAlreadyChangesNothing() {
    write(NOW - DAY);
    long before = history.latest();

    write(NOW - DAY);

    assertThat(history.latest()).isEqualTo(before);
  }

  @Test
  void aDeletionChangesItsRange() {
    write(NOW - 3 * DAY);
    write(NOW);
    tsdb.flush();
    long before = history.latest();

    tsdb.delete(
        TENANT,
        List.of(List.of(LabelMatcher.equal("__name__", "m"))),
        NOW - 3 * DAY,
        NOW - 3 * DAY + MINUTE);

    assertThat(history.latestIn(NOW - 3 * DAY, NOW - 3 * DAY)).isGreaterThan(before);
    assertThat(history.latestIn(NOW - DAY, NOW - DAY)).isLessThanOrEqualTo(before);
  }

  @Test
  void aDeletionOfAllTimesChangesEverything() {
    write(NOW);
    long before = history.latest();

    tsdb.delete(
        TENANT,
        List.of(List.of(LabelMatcher.equal("__name__", "m"))),
        Long.MIN_VALUE,
        Long.MAX_VALUE);

    assertThat(history.latestIn(NOW - 9 * DAY, NOW - 9 * DAY)).isGreaterThan(before);
  }

  @Test
  void blocksThatComeOrGoForTheirAgeChangeTheirDays() {
    write(NOW - 3 * DAY);
    long written = history.latest();
    tsdb.flush();
    long flushed = history.latestIn(NOW - 3 * DAY, NOW - 3 * DAY);
    assertThat(flushed).isGreaterThan(written);

    clock.advance(Duration.ofDays(500));
    tsdb.maintain();

    assertThat(tsdb.blocks(TENANT)).isEmpty();
    assertThat(history.latestIn(NOW - 3 * DAY, NOW - 3 * DAY)).isGreaterThan(flushed);
  }

  private void write(long time) {
    WriteBatch batch = batch(Labels.of("__name__", "m", "n", "1"));
    batch.addSample(time, Double.doubleToRawLongBits(1));
    assertThat(tsdb.write(TENANT, batch).refusals()).isEmpty();
  }
}
