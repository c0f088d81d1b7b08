package dev.vedette.querier;

import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.promql.QueryMemory;
import dev.vedette.promql.QueryOptions;
import dev.vedette.querier.SharedRun.Asker;
import dev.vedette.querier.cache.CachedRanges.Found;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;

/**
 * Runs queries that are the same and under way at the same time once, for all who ask: a dashboard
 * that many look at asks the same many times. Each asker keeps its own timeout and may leave; the
 * run ends when the last one left. Errors are shared as answers are. Safe for all threads.
 */
final class SharedQueries {
  /**
   * All that an answer depends on, besides the data and the settings of the engine.
   *
   * @param question its expression printed anew, so that spaces make no difference
   * @param mayBeCached whether what is known already will do
   */
  record Key(
      TenantId tenant,
      Question question,
      Optional<Duration> lookback,
      OptionalLong tierMillis,
      QueryOptions.Look look,
      boolean mayBeCached) {}

  private final QueryMemory memory;
  private final Ticker ticker;
  private final Counter shared;
  private final ConcurrentMap<Key, SharedRun> runs = new ConcurrentHashMap<>();

  SharedQueries(QueryMemory memory, Ticker ticker, PrometheusRegistry registry) {
    this.memory = memory;
    this.ticker = ticker;
    this.shared =
        Counter.builder()
            .name("vedette_querier_shared_queries_total")
            .help("Queries answered by the run of another one that asked the same.")
            .register(registry);
  }

  /**
   * The answer of a run that is under way, or of this one.
   *
   * @param execution runs the query on this thread, where no other does
   */
  QueryAnswer run(Key key, Asker asker, Function<SharedRun, Found> execution) {
    SharedRun own = new SharedRun(asker, memory.open(), ticker);
    SharedRun run = joinedOr(own, key);
    if (run != own) {
      Optional<QueryAnswer> answer = run.await(asker);
      if (answer.isPresent()) {
        shared.inc();
        return answer.get();
      }
    }
    try {
      return own.answered(execution.apply(own));
    } catch (RuntimeException | Error e) {
      own.failed(e);
      throw e;
    } finally {
      runs.remove(key, own);
    }
  }

  private SharedRun joinedOr(SharedRun own, Key key) {
    return runs.merge(key, own, (there, mine) -> there.join() ? there : mine);
  }
}
