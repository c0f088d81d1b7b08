package dev.vedette.querier;

import dev.vedette.model.ErrorId;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.Unavailable;
import dev.vedette.model.VedetteException;
import dev.vedette.promql.QueryProgress;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets so many queries run at once, has the next ones wait in order, and refuses those that would
 * wait too long. Counts, times and logs each query. Safe for all threads.
 */
final class QueryGate {
  private static final Logger log = LoggerFactory.getLogger(QueryGate.class);

  private volatile QuerierConfig config;
  private final Ticker ticker;
  private final Turns turns;
  private final Gauge running;
  private final Counter rejected;
  private final Counter failed;
  private final Counter slow;
  private final Counter samples;
  private final Histogram seconds;
  private final RunningQueries queries;
  private final TenantMetrics tenants;

  QueryGate(
      QuerierConfig config, RunningQueries queries, Ticker ticker, PrometheusRegistry registry) {
    this.config = config;
    this.queries = queries;
    this.ticker = ticker;
    this.turns = new Turns(config.maxConcurrent(), of(config));
    this.tenants = new TenantMetrics(registry);
    this.running =
        Gauge.builder()
            .name("vedette_querier_queries_running")
            .help("Queries that run now.")
            .register(registry);
    this.rejected =
        Counter.builder()
            .name("vedette_querier_rejected_queries_total")
            .help("Queries refused because too many ran already.")
            .register(registry);
    this.failed =
        Counter.builder()
            .name("vedette_querier_failed_queries_total")
            .help("Queries that ended with an error, by its id.")
            .labelNames("error")
            .register(registry);
    this.slow =
        Counter.builder()
            .name("vedette_querier_slow_queries_total")
            .help("Queries that took longer than the slow-query setting.")
            .register(registry);
    this.samples =
        Counter.builder()
            .name("vedette_querier_samples_read_total")
            .help("Samples that queries read.")
            .register(registry);
    this.seconds =
        Histogram.builder()
            .name("vedette_querier_query_seconds")
            .help("Time that queries took, without the wait for their turn.")
            .labelNames("kind")
            .classicUpperBounds(0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120)
            .classicOnly()
            .register(registry);
  }

  /** Goes by other settings from now on; queries that run already go on, be they too many. */
  void settings(QuerierConfig wanted) {
    turns.atOnce(wanted.maxConcurrent(), of(wanted));
    config = wanted;
  }

  /** How many turns a tenant may have. */
  private static ToIntFunction<TenantId> of(QuerierConfig config) {
    return tenant -> config.ofTenant(tenant).maxConcurrent();
  }

  /**
   * Runs a query when it is its turn. One that is canceled goes at once, and is not begun.
   *
   * @param shared who waits for it, and where it counts what it uses and is canceled
   */
  <T> T run(TenantId tenant, Question question, SharedRun<?> shared, Supplier<T> query) {
    QueryProgress progress = shared.progress();
    BooleanSupplier cancelled = () -> progress.isCancelled() || shared.isAbandoned();
    try (RunningQueries.Running entry = queries.add(tenant, question, progress, shared::waiting)) {
      await(tenant, cancelled);
      entry.turn();
      shared.begin();
      long start = ticker.nanos();
      String end = "ok";
      running.inc();
      try {
        if (cancelled.getAsBoolean()) {
          throw cancelled(null);
        }
        return query.get();
      } catch (VedetteException e) {
        end = e.id().id();
        failed.labelValues(end).inc();
        throw e;
      } catch (RuntimeException | Error e) {
        end = "bug";
        throw e;
      } finally {
        running.dec();
        turns.release(tenant);
        finished(entry, end, ticker.nanos() - start);
      }
    }
  }

  private void await(TenantId tenant, BooleanSupplier cancelled) {
    boolean mine;
    try {
      mine = turns.acquire(tenant, config.maxQueueWait(), cancelled);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failed.labelValues(ErrorId.QUERY_CANCELLED.id()).inc();
      throw cancelled(e);
    }
    if (!mine && cancelled.getAsBoolean()) {
      failed.labelValues(ErrorId.QUERY_CANCELLED.id()).inc();
      throw cancelled(null);
    }
    if (!mine) {
      rejected.inc();
      tenants.rejected(tenant);
      throw tooMany(tenant);
    }
  }

  private Unavailable tooMany(TenantId tenant) {
    QuerierConfig by = config.of(tenant);
    int own = by.ofTenant().maxConcurrent();
    boolean isTenants = own < by.maxConcurrent() && turns.taken(tenant) >= own;
    return new Unavailable(
        ErrorId.QUERY_LIMIT,
        isTenants
            ? "too many queries of tenant %s: %d run already, and none ended within %d s"
                .formatted(tenant, own, by.maxQueueWait().toSeconds())
            : "too many queries: %d run already, and none ended within %d s"
                .formatted(by.maxConcurrent(), by.maxQueueWait().toSeconds()),
        "ask again later, or make the running ones cheaper"
            + (isTenants ? ", or raise " + by.limits().names().of("maxConcurrentPerTenant") : ""));
  }

  private static Unavailable cancelled(@Nullable InterruptedException cause) {
    return new Unavailable(
        ErrorId.QUERY_CANCELLED,
        "query was canceled while it waited for its turn",
        "ask again",
        cause);
  }

  private void finished(RunningQueries.Running query, String end, long nanos) {
    samples.inc(query.progress().samples());
    tenants.ended(query.tenant(), query.progress().samples(), nanos);
    seconds.labelValues(query.question().kind()).observe(nanos / 1e9);
    Duration elapsed = Duration.ofNanos(nanos);
    boolean isSlow = elapsed.compareTo(config.slowQuery()) > 0;
    if (isSlow) {
      slow.inc();
    }
    if (isSlow || config.logAll()) {
      log(isSlow ? "slow query" : "query", query, end, elapsed);
    }
  }

  private static void log(
      String event, RunningQueries.Running query, String end, Duration elapsed) {
    Question question = query.question();
    QueryProgress cost = query.progress();
    log.info(
        "{}: id={} tenant={} kind={} end={} elapsed={} queued={} series={} samples={} bytes={} peakBytes={}"
            + " startMillis={} endMillis={} stepMillis={} expression={}",
        event,
        query.id(),
        query.tenant(),
        question.kind(),
        end,
        elapsed,
        Duration.ofNanos(cost.queuedNanos()),
        cost.series(),
        cost.samples(),
        cost.bytes(),
        cost.peakBytes(),
        question.startMillis(),
        question.endMillis(),
        question.stepMillis(),
        onOneLine(question.expression()));
  }

  /** So that nobody writes lines of the log by asking. */
  private static String onOneLine(String expression) {
    return expression.replace("\r", "\\r").replace("\n", "\\n");
  }
}
