package dev.vedette.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class FakeTimeTest {
  @Test
  void aClockStandsStillUntilItIsMoved() {
    FakeClock clock = new FakeClock(Instant.EPOCH);
    Clock elsewhere = clock.withZone(ZoneId.of("Asia/Tokyo"));
    clock.advance(Duration.ofSeconds(5));
    assertThat(clock.instant()).isEqualTo(Instant.ofEpochSecond(5));
    assertThat(elsewhere.instant()).isEqualTo(Instant.ofEpochSecond(5));
    clock.set(Instant.EPOCH);
    assertThat(clock.millis()).isZero();
  }

  @Test
  void aTickerNeverGoesBack() {
    FakeTicker ticker = new FakeTicker();
    ticker.advance(Duration.ofMillis(2));
    assertThat(ticker.nanos()).isEqualTo(2_000_000);
    assertThatThrownBy(() -> ticker.advance(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
