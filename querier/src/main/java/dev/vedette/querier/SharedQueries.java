package dev.vedette.querier;

import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.promql.QueryMemory;
import dev.vedette.promql.QueryOptions;
import dev.vedette.querier.SharedRun.Asker;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Runs queries that are the same and under way at the same time once, for all who ask: a dashboard
 * that many look at asks the same many times. Who joins a run is told the data as of when it began.
 * Each asker keeps its own timeout and may leave; the run ends when the last one left. Errors are
 * shared as answers are.
 *
 * <p>Where a run's end says nothing to some who waited, those ask once more: one run for all of
 * them that have the same text and the same patience. Safe for all threads.
 *
 * @param <V> what runs give
 */
final class SharedQueries<V> {
  /**
   * All that an answer depends on, besides the data.
   *
   * @param settings the number of those it runs by; a query does not join the run of older ones
   * @param question its expression printed anew, so that spaces make no difference
   * @param mayBeCached whether what is known already will do
   * @param alike where a run before was of no use: what its askers have in common besides
   */
  record Key(
      long settings,
      TenantId tenant,
      Question question,
      Optional<Duration> lookback,
      OptionalLong tierMillis,
      QueryOptions.Look look,
      boolean mayBeCached,
      Optional<Alike> alike) {
    Key(
        long settings,
        TenantId tenant,
        Question question,
        Optional<Duration> lookback,
        OptionalLong tierMillis,
        QueryOptions.Look look,
        boolean mayBeCached) {
      this(settings, tenant, question, lookback, tierMillis, look, mayBeCached, Optional.empty());
    }

    /** Shared with those alone that have the same text and the same patience. */
    Key alike(Asker asker) {
      return new Key(
          settings,
          tenant,
          question,
          lookback,
          tierMillis,
          look,
          mayBeCached,
          Optional.of(new Alike(asker.text(), asker.timeout())));
    }
  }

  /** Of these, none can have troubles or warnings that the others would not have. */
  private record Alike(String text, Duration timeout) {}

  // The second one is of use, but where the thread of who asked first is interrupted.
  private static final int MOST_JOINED = 4;

  private final QueryMemory memory;
  private final Ticker ticker;
  private final Predicate<V> isForAll;
  private final Counter shared;
  private final ConcurrentMap<Key, SharedRun<V>> runs = new ConcurrentHashMap<>();

  /**
   * @param isForAll whether what a run gave is for all texts that mean the same, not for its own
   * @param shared counts those who were told what another's run gave
   */
  SharedQueries(QueryMemory memory, Ticker ticker, Predicate<V> isForAll, Counter shared) {
    this.memory = memory;
    this.ticker = ticker;
    this.isForAll = isForAll;
    this.shared = shared;
  }

  /** Of all queries of a querier. */
  static Counter counter(PrometheusRegistry registry) {
    return Counter.builder()
        .name("vedette_querier_shared_queries_total")
        .help("Queries answered by the run of another one that asked the same.")
        .register(registry);
  }

  /**
   * The answer of a run that is under way, or of this one. Who has no time at all shares only with
   * those who have none.
   *
   * @param execution runs the query on this thread, where no other does
   */
  Shared<V> run(Key key, Asker asker, Function<SharedRun<V>, V> execution) {
    SharedRun<V> own = new SharedRun<>(asker, memory.open(key.tenant()), ticker, isForAll);
    Key asked = asker.timeout().isPositive() ? key : key.alike(asker);
    for (int joined = 0; joined < MOST_JOINED; joined++) {
      SharedRun<V> run = joinedOr(own, asked);
      if (run == own) {
        return run(own, asked, execution);
      }
      Optional<Shared<V>> answer = run.await(asker);
      if (answer.isPresent()) {
        shared.inc();
        return answer.get();
      }
      asked = key.alike(asker);
    }
    return run(own, asked, execution);
  }

  private Shared<V> run(SharedRun<V> own, Key key, Function<SharedRun<V>, V> execution) {
    try {
      return own.answered(execution.apply(own));
    } catch (RuntimeException | Error e) {
      own.failed(e);
      throw e;
    } finally {
      runs.remove(key, own);
    }
  }

  private SharedRun<V> joinedOr(SharedRun<V> own, Key key) {
    return runs.merge(key, own, (there, mine) -> there.join() ? there : mine);
  }
}
