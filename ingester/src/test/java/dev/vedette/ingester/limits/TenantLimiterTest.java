package dev.vedette.ingester.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.ErrorId;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A tenant too many is refused; those that are there go on whatever happens. */
class TenantLimiterTest {
  private final List<TenantId> stored = new ArrayList<>();
  private final TenantLimiter limiter =
      new TenantLimiter(
          (tenant, _) -> {
            stored.add(tenant);
            return new WriteOutcome(0, 0, List.of());
          },
          List.of(new TenantId("old")),
          3,
          new PrometheusRegistry());

  @Test
  void whoIsThereAndTheDefaultGoOnWhereNoNewOneIsTaken() {
    write("new");

    assertThatThrownBy(() -> write("newer"))
        .isInstanceOfSatisfying(
            LimitExceeded.class,
            e -> {
              assertThat(e.id()).isEqualTo(ErrorId.TENANT_LIMIT);
              assertThat(e.retryable()).isTrue();
            })
        .hasMessageContaining("tenant newer would be one more than the 3");
    write("new");
    write("old");
    write("default");

    assertThat(stored.stream().map(TenantId::value))
        .containsExactly("new", "new", "old", "default");
  }

  @Test
  void anotherBoundHoldsForNewOnesFromThenOn() {
    limiter.most(1);
    write("old");
    assertThatThrownBy(() -> write("new")).isInstanceOf(LimitExceeded.class);

    limiter.most(4);
    write("new");
    assertThat(stored).hasSize(2);
  }

  private void write(String tenant) {
    limiter.write(new TenantId(tenant), new WriteBatch());
  }
}
