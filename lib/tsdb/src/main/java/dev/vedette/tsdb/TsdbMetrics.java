package dev.vedette.tsdb;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.LongSupplier;

/** What the engine as a whole counts. */
final class TsdbMetrics {
  final Histogram flushSeconds;
  final Histogram mergeSeconds;
  final CounterDataPoint flushFailures;
  final CounterDataPoint damage;
  final CounterDataPoint setAside;
  final CounterDataPoint expired;
  final Gauge replaySeconds;
  final Gauge replaySamples;

  TsdbMetrics(PrometheusRegistry registry) {
    flushSeconds =
        seconds(registry, "vedette_storage_flush_seconds", "Time to move samples into blocks.");
    mergeSeconds =
        seconds(registry, "vedette_storage_merge_seconds", "Time to merge blocks of one window.");
    flushFailures =
        counter(
            registry,
            "vedette_storage_maintenance_failures",
            "Flushes, merges and deletions that failed and will be tried again.");
    damage =
        counter(
            registry,
            "vedette_storage_block_damage",
            "Reads that had to leave out a damaged part of a block.");
    setAside =
        counter(
            registry,
            "vedette_storage_blocks_set_aside",
            "Blocks found unreadable at start and renamed.");
    expired = counter(registry, "vedette_storage_blocks_expired", "Blocks deleted for their age.");
    replaySeconds =
        Gauge.builder()
            .name("vedette_storage_replay_seconds")
            .help("Time the last start took to read the log.")
            .register(registry);
    replaySamples =
        Gauge.builder()
            .name("vedette_storage_replay_samples")
            .help("Samples the last start read from the log.")
            .register(registry);
  }

  private static Histogram seconds(PrometheusRegistry registry, String name, String help) {
    Histogram histogram =
        Histogram.builder()
            .name(name)
            .help(help)
            .classicUpperBounds(0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300)
            .register(registry);
    histogram.initLabelValues();
    return histogram;
  }

  private static CounterDataPoint counter(PrometheusRegistry registry, String name, String help) {
    Counter counter = Counter.builder().name(name).help(help).register(registry);
    counter.initLabelValues();
    return counter;
  }

  static void gauge(PrometheusRegistry registry, String name, String help, LongSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call((double) value.getAsLong()))
        .register(registry);
  }
}
