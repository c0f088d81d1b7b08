package dev.vedette.querier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.ErrorId;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import dev.vedette.promql.QueryOptions;
import dev.vedette.promql.QueryWorkers;
import dev.vedette.runtime.http.TenantResolver;
import dev.vedette.testkit.FakeClock;
import dev.vedette.testkit.FakeTicker;
import dev.vedette.testkit.InMemorySeries;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a look at what is stored leaves of the time of the query behind it. */
@Timeout(60)
class AheadTest {
  private static final int ASKERS = 50;
  private static final QueryOptions TEN_SECONDS =
      QueryOptions.DEFAULT.within(Duration.ofSeconds(10));

  private final FakeTicker ticker = new FakeTicker();
  private final Querier querier =
      new Querier(
          QuerierConfig.STOCK,
          new ServerInfo("0.1.0", "", "", Instant.EPOCH, "15d", false, false, Map.of(), () -> ""),
          new InMemorySeries(),
          Optional.empty(),
          new FakeClock(Instant.EPOCH),
          ticker,
          QueryWorkers.none(),
          new PrometheusRegistry(),
          TenantResolver.single());

  private final Ahead<String> ahead = querier.ahead();

  private Ahead.Known<String> look(QueryOptions options, Duration takes) {
    return ahead.look(
        TenantId.DEFAULT,
        Question.at("avg:m{*}", 0),
        "avg:m{*}",
        options,
        _ -> {
          ticker.advance(takes);
          return "found";
        });
  }

  @ParameterizedTest
  @CsvSource({"0,10", "999,10", "1000,9", "4200,6", "9999,1"})
  void theQueryHasWhatIsLeftOfTheTimeButForPartsOfASecond(long takesMillis, long leftSeconds) {
    Ahead.Known<String> known = look(TEN_SECONDS, Duration.ofMillis(takesMillis));

    assertThat(known.found()).isEqualTo("found");
    assertThat(known.options().timeout()).contains(Duration.ofSeconds(leftSeconds));
  }

  @Test
  void theTimeOfTheSettingsIsUsedUpToo() {
    Duration most = QuerierConfig.STOCK.timeout();

    assertThat(look(QueryOptions.DEFAULT, Duration.ofSeconds(3)).options().timeout())
        .contains(most.minusSeconds(3));
    assertThat(look(QueryOptions.DEFAULT.within(most.plusDays(1)), Duration.ZERO).options())
        .isEqualTo(QueryOptions.DEFAULT.within(most));
  }

  @Test
  void whoLooksForTheSameAtTheSameTimeIsToldWhatOneFinds() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    List<Future<Ahead.Known<String>>> found = new ArrayList<>();
    try (ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < ASKERS; i++) {
        QueryOptions options = QueryOptions.DEFAULT.within(Duration.ofSeconds(10 + i));
        found.add(
            askers.submit(
                () ->
                    lookFor(
                        TenantId.DEFAULT,
                        options,
                        () -> {
                          looks.incrementAndGet();
                          awaitAskers(ASKERS);
                          ticker.advance(Duration.ofSeconds(3));
                        })));
      }
    }

    assertThat(looks).hasValue(1);
    for (int i = 0; i < ASKERS; i++) {
      // Of each one's own time.
      assertThat(found.get(i).get())
          .isEqualTo(
              new Ahead.Known<>(
                  "found", QueryOptions.DEFAULT.within(Duration.ofSeconds(10 + i - 3))));
    }
    assertThat(querier.running().list(TenantId.DEFAULT)).isEmpty();
    assertThat(querier.memory().usedBytes()).isZero();
  }

  @Test
  void nobodyIsToldWhatIsThereOfAnotherTenant() throws Exception {
    List<TenantId> tenants = List.of(new TenantId("a"), new TenantId("b"));
    AtomicInteger looks = new AtomicInteger();
    List<Future<Ahead.Known<String>>> found = new ArrayList<>();
    try (ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (TenantId tenant : tenants) {
        found.add(
            askers.submit(
                () ->
                    lookFor(
                        tenant,
                        TEN_SECONDS,
                        () -> {
                          looks.incrementAndGet();
                          while (looks.get() < tenants.size()) {
                            Thread.yield();
                          }
                        })));
      }
    }

    for (Future<Ahead.Known<String>> each : found) {
      assertThat(each.get().found()).isEqualTo("found");
    }
    assertThat(looks).hasValue(2);
  }

  private Ahead.Known<String> lookFor(TenantId tenant, QueryOptions options, Runnable meanwhile) {
    return ahead.look(
        tenant,
        Question.at("avg:m{*}", 0),
        "avg:m{*}",
        options,
        _ -> {
          meanwhile.run();
          return "found";
        });
  }

  private void awaitAskers(int askers) {
    while (querier.running().list(TenantId.DEFAULT).stream()
        .noneMatch(run -> run.askers() == askers)) {
      Thread.yield();
    }
  }

  @Test
  void aLookThatTakesAllOfTheTimeEndsTheQuery() {
    assertThatThrownBy(() -> look(TEN_SECONDS, Duration.ofSeconds(10)))
        .isInstanceOfSatisfying(
            Unavailable.class, error -> assertThat(error.id()).isEqualTo(ErrorId.QUERY_TIMEOUT))
        .hasMessageContaining("after 10s");
    assertThat(querier.memory().usedBytes()).isZero();
  }
}
