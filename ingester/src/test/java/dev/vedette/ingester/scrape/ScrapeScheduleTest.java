package dev.vedette.ingester.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScrapeScheduleTest {
  private static final ScrapeSchedule EVERY_15_S = new ScrapeSchedule(15_000, 4_000);

  @Test
  void pointsAreWholeIntervalsApartAtThePhase() {
    assertThat(EVERY_15_S.nextAfter(0)).isEqualTo(4_000);
    assertThat(EVERY_15_S.nextAfter(3_999)).isEqualTo(4_000);
    assertThat(EVERY_15_S.nextAfter(4_000)).isEqualTo(19_000);
    assertThat(EVERY_15_S.nextAfter(1_000_000_000_000L)).isEqualTo(1_000_000_009_000L);
  }

  @Test
  void theNextPointIsAlwaysAheadAndWithinOneInterval() {
    long seed = Long.getLong("seed", 1);
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      ScrapeSchedule schedule =
          ScrapeSchedule.of(1 + random.nextInt(100_000), random.nextLong() >>> 1);
      long now = random.nextLong(4_000_000_000_000L);

      long next = schedule.nextAfter(now);

      assertThat(next - now)
          .as("seed %d, %s after %d", seed, schedule, now)
          .isBetween(1L, schedule.intervalMillis());
      assertThat(Math.floorMod(next, schedule.intervalMillis())).isEqualTo(schedule.phaseMillis());
    }
  }

  @Test
  void aScrapeThatBeginsALittleLateHasTheTimestampOfTheSchedule() {
    assertThat(EVERY_15_S.timestamp(4_000, 4_002)).isEqualTo(4_000);
    assertThat(EVERY_15_S.timestamp(4_000, 3_999)).isEqualTo(4_000);
    assertThat(EVERY_15_S.timestamp(4_000, 4_003)).isEqualTo(4_003);
  }

  @Test
  void shortIntervalsTolerateOnePercent() {
    ScrapeSchedule every100Millis = new ScrapeSchedule(100, 0);

    assertThat(every100Millis.timestamp(200, 201)).isEqualTo(200);
    assertThat(every100Millis.timestamp(200, 202)).isEqualTo(202);
  }

  @Test
  void targetsSpreadOverTheInterval() {
    int[] tenths = new int[10];
    for (int i = 0; i < 1000; i++) {
      URI url = URI.create("http://10.0.%d.%d:9100/metrics".formatted(i / 250, i % 250));
      Labels labels = Labels.of("instance", url.getAuthority());
      FoundTarget target =
          new FoundTarget(labels, labels, url, Duration.ofSeconds(10), Duration.ofSeconds(10));

      tenths[(int) (TargetLoop.schedule(7, target).phaseMillis() / 1000)]++;
    }

    // 100 each on average; a deviation of 50 has a chance of less than one in a million.
    assertThat(Arrays.stream(tenths)).allMatch(count -> count > 50 && count < 150);
  }

  @Test
  void twoProcessesScrapeOneTargetAtDifferentMoments() {
    URI url = URI.create("http://10.0.0.1:9100/metrics");
    FoundTarget target =
        new FoundTarget(
            Labels.EMPTY, Labels.EMPTY, url, Duration.ofSeconds(15), Duration.ofSeconds(10));

    assertThat(TargetLoop.schedule(1, target)).isNotEqualTo(TargetLoop.schedule(2, target));
    assertThat(TargetLoop.schedule(1, target)).isEqualTo(TargetLoop.schedule(1, target));
  }
}
