package dev.vedette.ingester.discovery;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Counts of what discovery does. */
public final class DiscoveryMetrics {
  private final Counter looks;
  private final Counter failures;

  public DiscoveryMetrics(PrometheusRegistry registry) {
    looks =
        Counter.builder()
            .name("vedette_ingester_discovery_looks_total")
            .help("DNS names and files looked at for targets.")
            .labelNames("mechanism")
            .register(registry);
    failures =
        Counter.builder()
            .name("vedette_ingester_discovery_failures_total")
            .help("Looks that failed; the targets found before stay.")
            .labelNames("mechanism")
            .register(registry);
  }

  void looked(String mechanism) {
    looks.labelValues(mechanism).inc();
  }

  void failed(String mechanism) {
    failures.labelValues(mechanism).inc();
  }
}
