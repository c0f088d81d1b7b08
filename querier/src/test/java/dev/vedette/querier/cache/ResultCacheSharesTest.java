package dev.vedette.querier.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.History;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.promql.QueryResult.Column;
import dev.vedette.promql.exec.Steps;
import dev.vedette.querier.cache.ResultPart.Origin;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ResultCacheSharesTest {
  private static final TenantId QUIET = new TenantId("quiet");
  private static final TenantId GREEDY = new TenantId("greedy");
  private static final int STEPS = 100;

  private final ResultCache cache = new ResultCache(100_000, new PrometheusRegistry());

  @Test
  void whoIsAloneHasAllOfIt() {
    for (int i = 0; i < 200; i++) {
      put(GREEDY, i);
    }
    assertThat(cache.bytes()).isBetween(90_000L, 100_000L);
    assertThat(has(GREEDY, 199)).isTrue();
    assertThat(has(GREEDY, 0)).isFalse();
  }

  @Test
  void nobodyDrivesOutWhatIsWithinTheShareOfAnother() {
    for (int i = 0; i < 10; i++) {
      put(QUIET, i);
    }
    for (int i = 0; i < 500; i++) {
      put(GREEDY, i);
    }
    for (int i = 0; i < 10; i++) {
      assertThat(has(QUIET, i)).as("part %d", i).isTrue();
    }
    assertThat(has(GREEDY, 499)).isTrue();
  }

  @Test
  void whoCameFirstGivesBackWhatIsBeyondItsShare() {
    for (int i = 0; i < 200; i++) {
      put(GREEDY, i);
    }
    int kept = 0;
    for (int i = 0; i < 200; i++) {
      put(QUIET, i);
    }
    for (int i = 0; i < 200; i++) {
      kept += has(GREEDY, i) ? 1 : 0;
    }
    int quiet = 0;
    for (int i = 0; i < 200; i++) {
      quiet += has(QUIET, i) ? 1 : 0;
    }
    assertThat(kept).isBetween(quiet - 1, quiet + 1);
    assertThat(cache.bytes()).isLessThanOrEqualTo(100_000);
  }

  @Test
  void whatIsForgottenIsNotCountedAnyMore() {
    put(QUIET, 1);
    cache.remove(key(QUIET, 1));
    cache.remove(key(GREEDY, 1));
    assertThat(cache.bytes()).isZero();
  }

  private boolean has(TenantId tenant, int part) {
    return cache.get(key(tenant, part)).isPresent();
  }

  private void put(TenantId tenant, int part) {
    long[] times = new long[STEPS];
    Column column = new Column(Labels.of("__name__", "up"), times, new double[STEPS], null);
    Origin origin = new Origin("up", List.of(), List.of(), 0, 1, History.UNKNOWN.mark(), List.of());
    cache.put(
        key(tenant, part), new ResultPart(new Steps(0, STEPS - 1, 1), List.of(column), origin));
  }

  private static PartKey key(TenantId tenant, int part) {
    return new PartKey(tenant, "up", 1, 0, Optional.empty(), OptionalLong.empty(), part, 0);
  }
}
