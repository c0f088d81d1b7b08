package dev.vedette.tsdb.head;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.TenantId;
import dev.vedette.testkit.FakeClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BacklogTest {
  private static final long HOUR = 3_600_000;
  private static final TenantId TENANT = TenantId.DEFAULT;

  private final FakeClock clock = new FakeClock(Instant.ofEpochMilli(20 * HOUR));
  private final Backlog backlog = new Backlog(clock);

  @Test
  void whatIsNotWhollyBeforeTheTimeDoesNotCount() {
    backlog.before(10 * HOUR);

    backlog.stored(TENANT, 2 * HOUR, 10 * HOUR, 5);

    assertThat(backlog.samples()).isZero();
    assertThat(backlog.isFilling(TENANT, 0, 20 * HOUR)).isFalse();
  }

  @Test
  void samplesCountUntilTheyAreFlushed() {
    backlog.before(10 * HOUR);
    backlog.stored(TENANT, HOUR, 2 * HOUR, 5);
    long taken = backlog.samples();
    backlog.stored(TENANT, HOUR, 2 * HOUR, 7);

    backlog.flushed(taken);

    assertThat(backlog.samples()).isEqualTo(7);
  }

  @Test
  void windowsAreBeingFilledFromTheFirstSampleToAWhileBehindTheLast() {
    backlog.before(10 * HOUR);
    backlog.stored(TENANT, 3 * HOUR, 5 * HOUR, 5);

    assertThat(backlog.isFilling(TENANT, 0, 3 * HOUR - 1)).isFalse();
    assertThat(backlog.isFilling(TENANT, 2 * HOUR, 4 * HOUR - 1)).isTrue();
    assertThat(backlog.isFilling(TENANT, 4 * HOUR, 5 * HOUR - 1)).isTrue();
    assertThat(backlog.isFilling(TENANT, 6 * HOUR, 8 * HOUR - 1)).isFalse();

    clock.advance(Backlog.QUIET.minusMillis(1));
    backlog.stored(TENANT, 5 * HOUR, 5 * HOUR, 1);
    clock.advance(Duration.ofMillis(1));
    assertThat(backlog.isFilling(TENANT, 2 * HOUR, 4 * HOUR - 1)).isFalse();
    assertThat(backlog.isFilling(TENANT, 4 * HOUR, 6 * HOUR - 1)).isTrue();
  }

  @Test
  void oneTenantsWindowsAreNotAnothers() {
    backlog.before(10 * HOUR);

    backlog.stored(new TenantId("a"), 3 * HOUR, 3 * HOUR, 5);

    assertThat(backlog.isFilling(new TenantId("a"), 2 * HOUR, 4 * HOUR)).isTrue();
    assertThat(backlog.isFilling(TENANT, 2 * HOUR, 4 * HOUR)).isFalse();
  }

  @Test
  void ofManyHoursThoseLongAgoAreForgotten() {
    backlog.before(20_000 * HOUR);
    for (int hour = 0; hour < 10_000; hour++) {
      backlog.stored(TENANT, hour * HOUR, hour * HOUR, 1);
      clock.advance(Duration.ofSeconds(1));
    }

    assertThat(backlog.isFilling(TENANT, 9_750 * HOUR, 9_751 * HOUR)).isTrue();
    assertThat(backlog.isFilling(TENANT, 9_000 * HOUR, 9_600 * HOUR)).isFalse();
    assertThat(backlog.hours()).isLessThan(1_100);
  }
}
