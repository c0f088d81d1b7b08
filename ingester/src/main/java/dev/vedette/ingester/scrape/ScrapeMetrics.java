package dev.vedette.ingester.scrape;

import dev.vedette.model.TargetSource.Health;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Counts of what scraping does. */
final class ScrapeMetrics {
  private static final double[] SECONDS = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30
  };

  private final PrometheusRegistry registry;
  final Counter scrapes;
  final Counter failures;
  final Counter skipped;
  final Counter samples;
  final Counter duplicates;
  final Counter lost;
  final Counter refused;
  final Counter staleMarkers;
  final Counter invalidTargets;
  final Histogram seconds;
  final Gauge running;

  ScrapeMetrics(PrometheusRegistry registry) {
    this.registry = registry;
    scrapes = counter("scrapes", "Scrapes begun.");
    failures =
        Counter.builder()
            .name("vedette_ingester_scrape_failures_total")
            .help("Scrapes that gave no samples, by reason.")
            .labelNames("reason")
            .register(registry);
    for (ScrapeFailure.Reason reason : ScrapeFailure.Reason.values()) {
      failures.initLabelValues(reason.text());
    }
    skipped = counter("scrapes_skipped", "Scrapes left out as the one before took too long.");
    samples = counter("scrape_samples", "Samples handed to storage, markers included.");
    duplicates = counter("scrape_duplicate_samples", "Samples of a series a page had already.");
    lost = counter("scrape_samples_lost", "Samples scraped while storage was not available.");
    refused =
        Counter.builder()
            .name("vedette_ingester_scrape_samples_refused_total")
            .help("Samples scraped that storage refused, by reason.")
            .labelNames("reason")
            .register(registry);
    staleMarkers = counter("scrape_stale_markers", "Markers written for series that ended.");
    invalidTargets = counter("scrape_invalid_targets", "Targets found that cannot be scraped.");
    seconds =
        Histogram.builder()
            .name("vedette_ingester_scrape_seconds")
            .help("Time of whole scrapes: fetch, read and write.")
            .classicOnly()
            .classicUpperBounds(SECONDS)
            .register(registry);
    running =
        Gauge.builder()
            .name("vedette_ingester_scrapes_running")
            .help("Scrapes under way.")
            .register(registry);
  }

  private Counter counter(String name, String help) {
    return Counter.builder()
        .name("vedette_ingester_" + name + "_total")
        .help(help)
        .register(registry);
  }

  /** Adds the gauges that are computed when they are read. */
  void watch(
      Supplier<Map<Health, Long>> targets,
      LongSupplier dropped,
      LongSupplier over,
      LongSupplier cache) {
    GaugeWithCallback.builder()
        .name("vedette_ingester_targets")
        .help("Targets by how their last scrape went.")
        .labelNames("health")
        .callback(
            gauge -> {
              Map<Health, Long> counts = targets.get();
              for (Health health : Health.values()) {
                String name = health.name().toLowerCase(Locale.ROOT);
                gauge.call(counts.getOrDefault(health, 0L), name);
              }
            })
        .register(registry);
    gauge("targets_dropped", "Targets that relabelling dropped.", dropped);
    gauge("targets_over_limit", "Targets not scraped as there are too many.", over);
    gauge("scrape_cache_bytes", "Memory of known lines and series.", cache);
  }

  private void gauge(String name, String help, LongSupplier value) {
    GaugeWithCallback.builder()
        .name("vedette_ingester_" + name)
        .help(help)
        .callback(gauge -> gauge.call((double) value.getAsLong()))
        .register(registry);
  }
}
