package dev.vedette.querier;

import dev.vedette.model.TenantId;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What queries of each tenant cost. A tenant has figures of its own from the first query that finds
 * samples; before that, as names that hold no data may be made up without end, and beyond a bound
 * tenants are counted together. Thread-safe.
 */
final class TenantMetrics {
  private static final int MOST_TENANTS = 1000;
  private static final String OTHERS = "(others)";

  private final Set<TenantId> known = ConcurrentHashMap.newKeySet();
  private final Counter queries;
  private final Counter rejected;
  private final Counter seconds;
  private final Counter samples;

  TenantMetrics(PrometheusRegistry registry) {
    queries = counter("queries", "Queries that ended, well or not.", registry);
    rejected =
        counter("rejected_queries", "Queries refused because too many ran already.", registry);
    seconds =
        counter(
            "query_seconds", "Time that queries took, without the wait for their turn.", registry);
    samples = counter("samples_read", "Samples that queries read.", registry);
    known.add(TenantId.DEFAULT);
  }

  private static Counter counter(String what, String help, PrometheusRegistry registry) {
    return Counter.builder()
        .name("vedette_querier_tenant_%s_total".formatted(what))
        .help(help)
        .labelNames("tenant")
        .register(registry);
  }

  void ended(TenantId tenant, long samplesRead, long nanos) {
    if (samplesRead > 0 && known.size() < MOST_TENANTS) {
      known.add(tenant);
    }
    String label = label(tenant);
    queries.labelValues(label).inc();
    samples.labelValues(label).inc(samplesRead);
    seconds.labelValues(label).inc(nanos / 1e9);
  }

  void rejected(TenantId tenant) {
    rejected.labelValues(label(tenant)).inc();
  }

  private String label(TenantId tenant) {
    return known.contains(tenant) ? tenant.value() : OTHERS;
  }
}
