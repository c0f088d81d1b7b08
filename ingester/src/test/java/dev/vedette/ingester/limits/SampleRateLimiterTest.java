package dev.vedette.ingester.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.ErrorId;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SampleRateLimiterTest {
  private static final TenantId TENANT = TenantId.DEFAULT;

  private long nanos;
  private int stored;
  private final SampleRateLimiter limiter =
      new SampleRateLimiter(
          (_, batch) -> {
            stored += batch.sampleCount();
            return new WriteOutcome(batch.sampleCount(), 0, List.of());
          },
          new SampleRates(Optional.of(new SampleRate(100, 200)), Map.of()),
          () -> nanos);

  @Test
  void aBurstPassesThenTheRateHolds() {
    write(200);

    assertThatThrownBy(() -> write(1))
        .isInstanceOfSatisfying(
            LimitExceeded.class,
            e -> {
              assertThat(e.id()).isEqualTo(ErrorId.SAMPLE_RATE_LIMIT);
              assertThat(e.retryable()).isTrue();
              assertThat(e.retryAfter()).isEqualTo(Duration.ofMillis(10));
            })
        .hasMessageContaining("tenant default")
        .hasMessageContaining("100 samples/s");

    nanos += Duration.ofMillis(10).toNanos();
    write(1);
    assertThat(stored).isEqualTo(201);
  }

  @Test
  void aBatchLargerThanTheBurstIsLateNeverImpossible() {
    write(1_000);

    assertThatThrownBy(() -> write(1))
        .isInstanceOfSatisfying(
            LimitExceeded.class,
            e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofMillis(8_010)));
    nanos += Duration.ofMillis(8_010).toNanos();
    assertThatCode(() -> write(1_000)).doesNotThrowAnyException();
  }

  @Test
  void refusedBatchesCostNothing() {
    write(200);
    for (int i = 0; i < 100; i++) {
      assertThatThrownBy(() -> write(50)).isInstanceOf(LimitExceeded.class);
    }

    nanos += Duration.ofSeconds(1).toNanos();
    write(100);
    assertThat(stored).isEqualTo(300);
  }

  @Test
  void ratesAreReplacedWhileRunningAndTenantsAreApart() {
    TenantId other = new TenantId("other");
    write(200);
    limiter.write(other, batch(200));
    assertThatThrownBy(() -> limiter.write(other, batch(1))).isInstanceOf(LimitExceeded.class);

    limiter.replace(new SampleRates(Optional.empty(), Map.of(TENANT, new SampleRate(100, 200))));

    limiter.write(other, batch(1_000_000));
    assertThatThrownBy(() -> write(1)).isInstanceOf(LimitExceeded.class);
    limiter.replace(SampleRates.UNLIMITED);
    write(1_000_000);
  }

  private void write(int samples) {
    limiter.write(TENANT, batch(samples));
  }

  private static WriteBatch batch(int samples) {
    byte[] labels = LabelBytes.encode(Labels.of("__name__", "up"));
    WriteBatch batch = new WriteBatch();
    batch.reset(labels);
    batch.addSeries(0, labels.length);
    for (int i = 0; i < samples; i++) {
      batch.addSample(i, 0);
    }
    return batch;
  }
}
