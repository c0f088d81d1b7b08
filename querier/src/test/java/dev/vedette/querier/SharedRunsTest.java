package dev.vedette.querier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vedette.model.ErrorId;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.Unavailable;
import dev.vedette.promql.EngineConfig;
import dev.vedette.promql.PromqlEngine;
import dev.vedette.promql.QueryMemory;
import dev.vedette.promql.QueryOptions;
import dev.vedette.promql.QueryResult;
import dev.vedette.promql.QueryResult.QueryInfo;
import dev.vedette.promql.SettingNames;
import dev.vedette.querier.SharedRun.Asker;
import dev.vedette.querier.cache.CachedRanges.Found;
import dev.vedette.testkit.InMemorySeries;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of those who wait for a run that ends badly. */
@Timeout(60)
class SharedRunsTest {
  private static final int VIEWERS = 100;
  private static final QueryMemory MEMORY = new QueryMemory(1 << 20, "the test");
  private static final SharedQueries.Key KEY =
      new SharedQueries.Key(
          0,
          TenantId.DEFAULT,
          Question.at("up", 0),
          Optional.empty(),
          OptionalLong.empty(),
          QueryOptions.Look.NOTHING,
          false);

  private final SharedQueries<Found> queries =
      new SharedQueries<>(
          MEMORY,
          Ticker.system(),
          found -> found.result().info().warnings().isEmpty(),
          SharedQueries.counter(new PrometheusRegistry()));
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger runs = new AtomicInteger();
  private final Queue<SharedRun<Found>> begun = new ConcurrentLinkedQueue<>();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void allWhoHaveMorePatienceThanTheFirstShareTheNextRun() throws Exception {
    Future<Shared<Found>> hasty =
        first(asker("up", 1), failing(error(ErrorId.QUERY_TIMEOUT), VIEWERS + 1));
    List<Future<Shared<Found>>> viewers = new ArrayList<>();
    for (int i = 0; i < VIEWERS; i++) {
      // Which of them is first is open, and it waits for the others.
      viewers.add(ask(asker("up", 60), answering(VIEWERS, List.of())));
    }

    assertThat(thrownBy(hasty).id()).isEqualTo(ErrorId.QUERY_TIMEOUT);
    for (Future<Shared<Found>> viewer : viewers) {
      viewer.get().close();
    }
    assertThat(runs).hasValue(2);
    assertThat(MEMORY.usedBytes()).isZero();
  }

  @Test
  void whoHasNoMorePatienceThanTheFirstIsToldTheSame() throws Exception {
    Future<Shared<Found>> first = first(asker("up", 60), failing(error(ErrorId.QUERY_TIMEOUT), 2));
    Future<Shared<Found>> second = ask(asker("up", 60), answering(1, List.of()));

    Unavailable own = thrownBy(first);
    Unavailable shared = thrownBy(second);

    assertThat(shared).hasMessage(own.getMessage()).isNotSameAs(own).hasCause(own);
    assertThat(shared.id()).isEqualTo(own.id());
    assertThat(shared.wayOut()).isEqualTo(own.wayOut());
    assertThat(runs).hasValue(1);
  }

  @Test
  void theOthersGoOnWhenTheThreadOfTheFirstIsInterrupted() throws Exception {
    Future<Shared<Found>> first =
        first(asker("up", 60), failing(error(ErrorId.QUERY_CANCELLED), 3));
    List<Future<Shared<Found>>> others =
        List.of(
            ask(asker("up", 60), answering(2, List.of())),
            ask(asker("up", 60), answering(2, List.of())));

    assertThat(thrownBy(first).id()).isEqualTo(ErrorId.QUERY_CANCELLED);
    for (Future<Shared<Found>> other : others) {
      other.get().close();
    }
    assertThat(runs).hasValue(2);
  }

  @Test
  void aRunThatIsEndedIsEndedForAll() throws Exception {
    Future<Shared<Found>> first =
        first(
            asker("up", 60),
            run -> {
              run.progress().cancel();
              return failing(error(ErrorId.QUERY_CANCELLED), 2).apply(run);
            });
    Future<Shared<Found>> second = ask(asker("up", 90), answering(1, List.of()));

    assertThat(thrownBy(first).id()).isEqualTo(ErrorId.QUERY_CANCELLED);
    assertThat(thrownBy(second).id()).isEqualTo(ErrorId.QUERY_CANCELLED);
    assertThat(runs).hasValue(1);
  }

  @Test
  void ofWarningsThereIsOneRunForEachText() throws Exception {
    Future<Shared<Found>> first = first(asker("up", 60), answering(VIEWERS + 1, List.of("1:1")));
    List<Future<Shared<Found>>> viewers = new ArrayList<>();
    for (int i = 0; i < VIEWERS; i++) {
      viewers.add(ask(asker(" up", 60), answering(VIEWERS, List.of("1:2"))));
    }

    assertThat(warnings(first)).containsExactly("1:1");
    for (Future<Shared<Found>> viewer : viewers) {
      assertThat(warnings(viewer)).containsExactly("1:2");
    }
    assertThat(runs).hasValue(2);
  }

  @Test
  void nobodyWaitsForEverWhereOneAfterTheOtherIsInterrupted() throws Exception {
    Future<Shared<Found>> first =
        first(asker("up", 60), failing(error(ErrorId.QUERY_CANCELLED), VIEWERS + 1));
    List<Future<Shared<Found>>> viewers = new ArrayList<>();
    for (int i = 0; i < VIEWERS; i++) {
      viewers.add(ask(asker("up", 60), failing(error(ErrorId.QUERY_CANCELLED), 1)));
    }

    assertThat(thrownBy(first).id()).isEqualTo(ErrorId.QUERY_CANCELLED);
    for (Future<Shared<Found>> viewer : viewers) {
      assertThat(thrownBy(viewer).id()).isEqualTo(ErrorId.QUERY_CANCELLED);
    }
  }

  private static List<String> warnings(Future<Shared<Found>> of) throws Exception {
    try (Shared<Found> answer = of.get()) {
      return answer.value().result().info().warnings();
    }
  }

  private static Unavailable thrownBy(Future<Shared<Found>> asked) {
    ExecutionException thrown = catchThrowableOfType(ExecutionException.class, asked::get);
    assertThat(thrown).isNotNull().hasCauseInstanceOf(Unavailable.class);
    return (Unavailable) thrown.getCause();
  }

  private static Asker asker(String text, long timeoutSeconds) {
    return new Asker(text, Duration.ofSeconds(timeoutSeconds), () -> false, SettingNames.OF_ALL);
  }

  /** Asks, and returns once the run has begun. */
  private Future<Shared<Found>> first(Asker asker, Function<SharedRun<Found>, Found> execution) {
    Future<Shared<Found>> answer = ask(asker, execution);
    while (begun.isEmpty()) {
      Thread.onSpinWait();
    }
    return answer;
  }

  private Future<Shared<Found>> ask(Asker asker, Function<SharedRun<Found>, Found> execution) {
    return threads.submit(
        () ->
            queries.run(
                KEY,
                asker,
                run -> {
                  runs.incrementAndGet();
                  begun.add(run);
                  return execution.apply(run);
                }));
  }

  /** A run that fails once so many wait for it. */
  private static Function<SharedRun<Found>, Found> failing(Unavailable error, int askers) {
    return run -> {
      await(run, askers);
      throw error;
    };
  }

  private static Function<SharedRun<Found>, Found> answering(int askers, List<String> warnings) {
    return run -> {
      await(run, askers);
      QueryResult stock =
          new PromqlEngine(EngineConfig.DEFAULT, new InMemorySeries(), Ticker.system())
              .instant(TenantId.DEFAULT, "1", 0, QueryOptions.DEFAULT);
      QueryInfo info = new QueryInfo(warnings, List.of(), stock.info().stats());
      return new Found(new QueryResult.Scalar(0, 1, info), 0);
    };
  }

  private static void await(SharedRun<Found> run, int askers) {
    while (run.waiting() < askers) {
      Thread.yield();
    }
  }

  private static Unavailable error(ErrorId id) {
    return new Unavailable(id, "it ended", "ask again");
  }
}
