package dev.vedette.querier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.Labels;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import dev.vedette.promql.QueryLimits;
import dev.vedette.promql.QueryOptions;
import dev.vedette.promql.QueryResult;
import dev.vedette.promql.QueryWorkers;
import dev.vedette.querier.QuerierConfig.Budget;
import dev.vedette.querier.QuerierConfig.OfTenant;
import dev.vedette.runtime.http.TenantResolver;
import dev.vedette.testkit.FakeClock;
import dev.vedette.testkit.FakeTicker;
import dev.vedette.testkit.InMemorySeries;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** What queries of one tenant take from those of another. */
class TenantBudgetsTest {
  private static final TenantId ONE = new TenantId("one");
  private static final TenantId OTHER = new TenantId("other");

  private final InMemorySeries store = new InMemorySeries();
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Querier querier =
      new Querier(
          config(1),
          new ServerInfo("0.1.0", "", "", Instant.EPOCH, "15d", false, false, Map.of(), () -> ""),
          store,
          Optional.empty(),
          new FakeClock(Instant.EPOCH),
          new FakeTicker(),
          QueryWorkers.none(),
          registry,
          TenantResolver.single());

  private static QuerierConfig config(int ofTenant) {
    QuerierConfig stock = QuerierConfig.STOCK;
    return new QuerierConfig(
            2,
            Duration.ZERO,
            stock.timeout(),
            stock.lookback(),
            QueryLimits.DEFAULT,
            16 << 20,
            0,
            stock.slowQuery(),
            false,
            Set.of())
        .withOfTenant(new OfTenant(ofTenant, 8 << 20, Long.MAX_VALUE));
  }

  /** Asks, and does something while the query has its turn. */
  private double ask(TenantId tenant, String expression, Runnable meanwhile) {
    AtomicBoolean done = new AtomicBoolean();
    BooleanSupplier look =
        () -> {
          boolean hasTurn =
              querier.running().list(tenant).stream()
                  .anyMatch(
                      each -> each.hasTurn() && each.question().expression().equals(expression));
          if (hasTurn && done.compareAndSet(false, true)) {
            meanwhile.run();
          }
          return false;
        };
    try (QueryAnswer answer =
        querier.instant(tenant, expression, 1000, QueryOptions.DEFAULT.endedBy(look))) {
      return ((QueryResult.InstantVector) answer.result()).values()[0];
    }
  }

  private double ask(TenantId tenant, String expression) {
    return ask(tenant, expression, () -> {});
  }

  private void fill() {
    store.append(ONE, Labels.of("__name__", "up"), 0, 1);
    store.append(OTHER, Labels.of("__name__", "up"), 0, 2);
  }

  @Test
  void aTenantThatHasAllItsTurnsLeavesThoseOfOthers() {
    fill();
    List<Double> found = new ArrayList<>();
    ask(
        ONE,
        "sum(up)",
        () -> {
          assertThatThrownBy(() -> ask(ONE, "avg(up)"))
              .isInstanceOf(Unavailable.class)
              .hasMessageContaining("too many queries of tenant one: 1 run already");
          found.add(ask(OTHER, "avg(up)"));
        });
    assertThat(found).containsExactly(2.0);
    assertThat(ask(ONE, "avg(up)")).isEqualTo(1);
  }

  @Test
  void whereATenantMayHaveAllTurnsItIsToldThatAllAreTaken() {
    fill();
    querier.settings(config(2));
    ask(
        ONE,
        "sum(up)",
        () ->
            ask(
                ONE,
                "min(up)",
                () ->
                    assertThatThrownBy(() -> ask(OTHER, "avg(up)"))
                        .isInstanceOf(Unavailable.class)
                        .hasMessageContaining("too many queries: 2 run already")));
  }

  @Test
  void whoseAQueryIsIsListedAndCounted() {
    fill();
    List<TenantId> listed = new ArrayList<>();
    ask(
        OTHER,
        "sum(up)",
        () -> querier.running().list(OTHER).forEach(each -> listed.add(each.tenant())));
    ask(ONE, "up");
    ask(ONE, "up + 1");
    assertThat(listed).containsExactly(OTHER);
    assertThat(querier.running().list(ONE)).isEmpty();
    assertThat(count("vedette_querier_tenant_queries", "one")).isEqualTo(2);
    assertThat(count("vedette_querier_tenant_queries", "other")).isEqualTo(1);
    assertThat(count("vedette_querier_tenant_samples_read", "one")).isEqualTo(2);
  }

  @Test
  void tenantsWithoutDataAreCountedTogetherAndTakeNoPlaceOfOthers() {
    for (int i = 0; i < 1100; i++) {
      try (QueryAnswer answer =
          querier.instant(new TenantId("made-up-" + i), "up", 1000, QueryOptions.DEFAULT)) {
        assertThat(((QueryResult.InstantVector) answer.result()).values()).isEmpty();
      }
    }
    fill();
    ask(ONE, "up");

    assertThat(count("vedette_querier_tenant_queries", "(others)")).isEqualTo(1100);
    assertThat(count("vedette_querier_tenant_queries", "made-up-0")).isZero();
    assertThat(count("vedette_querier_tenant_queries", "one")).isEqualTo(1);
    assertThat(count("vedette_querier_tenant_samples_read", "one")).isEqualTo(1);
  }

  @Test
  void refusedQueriesAreCountedForATenantThatHasData() {
    fill();
    ask(ONE, "sum(up)", () -> assertThatThrownBy(() -> ask(ONE, "avg(up)")));
    ask(ONE, "sum(up)", () -> assertThatThrownBy(() -> ask(ONE, "min(up)")));

    assertThat(count("vedette_querier_tenant_rejected_queries", "(others)")).isEqualTo(1);
    assertThat(count("vedette_querier_tenant_rejected_queries", "one")).isEqualTo(1);
  }

  private double count(String name, String tenant) {
    return registry.scrape(each -> each.equals(name)).stream()
        .flatMap(snapshot -> ((CounterSnapshot) snapshot).getDataPoints().stream())
        .filter(point -> tenant.equals(point.getLabels().get("tenant")))
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }

  @Test
  void aTenantMayHaveOtherTurnsAndMemoryThanAnyOther() {
    fill();
    Budget ofOther =
        new Budget(Duration.ofMinutes(1), QueryLimits.DEFAULT, new OfTenant(2, 12 << 20, 6 << 20));
    querier.settings(config(1).withBudgets(Map.of(OTHER, ofOther)));

    ask(OTHER, "sum(up)", () -> assertThat(ask(OTHER, "avg(up)")).isEqualTo(2));
    ask(ONE, "sum(up)", () -> assertThatThrownBy(() -> ask(ONE, "avg(up)")));
    try (var first = querier.memory().open(OTHER);
        var second = querier.memory().open(OTHER);
        var ofOne = querier.memory().open(ONE)) {
      assertThatThrownBy(() -> first.add(7 << 20)).isInstanceOf(LimitExceeded.class);
      first.add(5 << 20);
      second.add(5 << 20);
      assertThatThrownBy(() -> ofOne.add(9 << 20)).isInstanceOf(LimitExceeded.class);
    }
    querier.settings(config(1));
    ask(OTHER, "sum(up)", () -> assertThatThrownBy(() -> ask(OTHER, "avg(up)")));
    try (var again = querier.memory().open(OTHER)) {
      again.add(7 << 20);
    }
  }

  @Test
  void memoryOfATenantsQueriesIsBoundTogether() {
    try (var held = querier.memory().open(ONE)) {
      held.add(7 << 20);
      assertThatThrownBy(
              () -> {
                try (var more = querier.memory().open(ONE)) {
                  more.add(2 << 20);
                }
              })
          .hasMessageContaining("tenant one")
          .isInstanceOf(Unavailable.class);
      try (var more = querier.memory().open(OTHER)) {
        more.add(2 << 20);
        assertThat(querier.memory().usedBytes(OTHER)).isPositive();
      }
    }
  }
}
