package dev.vedette.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.History;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.FakeClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Whose changes are kept: of those who have some, whoever asks. */
class HistoryChangesTest {
  private final HistoryChanges changes =
      new HistoryChanges(new FakeClock(Instant.EPOCH), Duration.ofHours(1));

  @Test
  void tenantsThatAreOnlyAskedForTakeNoMemory() {
    for (int i = 0; i < 100; i++) {
      assertThat(changes.of(new TenantId("made-up-" + i)).latestIn(0, 1)).isZero();
    }

    assertThat(changes.tenants()).isZero();
  }

  @Test
  void aHistorySeesTheFirstChangeOfItsTenantAndNoneOfAnothers() {
    History own = changes.of(new TenantId("own"));
    History other = changes.of(new TenantId("other"));

    changes.changed(new TenantId("own"), 0, 1);

    assertThat(own.latestIn(0, 1)).isPositive();
    assertThat(other.latestIn(0, 1)).isZero();
    assertThat(changes.tenants()).isEqualTo(1);
  }
}
