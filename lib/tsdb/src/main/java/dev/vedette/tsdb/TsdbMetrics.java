package dev.vedette.tsdb;

import dev.vedette.tsdb.block.DecodedPages;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.LongSupplier;

/** What the engine as a whole counts. */
final class TsdbMetrics {
  private static final double[] BOUNDS = {0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300};

  final Histogram flushSeconds;
  final Histogram mergeSeconds;
  final CounterDataPoint mergedSamples;
  final Gauge mergeProgress;
  final Gauge mergesRunning;
  final Gauge notMerged;
  final Histogram tierSeconds;
  final Gauge tierProgress;
  final CounterDataPoint flushFailures;
  final CounterDataPoint deleteFailures;
  final CounterDataPoint damage;
  final CounterDataPoint setAside;
  final Counter expired;
  final Gauge retentionSeconds;
  final Gauge retentionBytes;
  final Gauge replaySeconds;
  final Gauge replaySamples;

  TsdbMetrics(PrometheusRegistry registry) {
    flushSeconds =
        seconds(registry, "vedette_storage_flush_seconds", "Time to move samples into blocks.");
    mergeSeconds =
        seconds(registry, "vedette_storage_merge_seconds", "Time to merge blocks of one window.");
    mergedSamples =
        counter(
            registry, "vedette_storage_merged_samples", "Samples written again by merges so far.");
    mergeProgress =
        Gauge.builder()
            .name("vedette_storage_merge_progress_ratio")
            .help("How much of the merge in progress is written, 0 to 1; 0 while none runs.")
            .register(registry);
    mergesRunning =
        Gauge.builder()
            .name("vedette_storage_merges_running")
            .help("Merges in progress, 0 or 1.")
            .register(registry);
    notMerged =
        Gauge.builder()
            .name("vedette_storage_blocks_not_merged")
            .help("Blocks that are served and not merged, since a part of them is damaged.")
            .register(registry);
    tierSeconds =
        Histogram.builder()
            .name("vedette_storage_tier_build_seconds")
            .help("Time to make one block of a tier.")
            .labelNames("tier")
            .classicUpperBounds(BOUNDS)
            .register(registry);
    tierProgress =
        Gauge.builder()
            .name("vedette_storage_tier_build_progress_ratio")
            .help("How much of the block of a tier in progress is written; 0 while none is.")
            .labelNames("tier")
            .register(registry);
    flushFailures =
        counter(
            registry,
            "vedette_storage_maintenance_failures",
            "Flushes, merges and deletions that failed and will be tried again.");
    deleteFailures =
        counter(
            registry,
            "vedette_storage_delete_failures",
            "Files that the disk did not delete when asked to; each is tried again.");
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
    expired =
        Counter.builder()
            .name("vedette_storage_blocks_expired")
            .help("Blocks deleted for their age, or for the size of all data.")
            .labelNames("reason")
            .register(registry);
    expired.initLabelValues("age");
    expired.initLabelValues("size");
    retentionSeconds =
        Gauge.builder()
            .name("vedette_storage_retention_limit_seconds")
            .help("How long samples are kept.")
            .register(registry);
    retentionBytes =
        Gauge.builder()
            .name("vedette_storage_retention_limit_bytes")
            .help("What blocks and log may take; 0 where nothing bounds it.")
            .register(registry);
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
        Histogram.builder().name(name).help(help).classicUpperBounds(BOUNDS).register(registry);
    histogram.initLabelValues();
    return histogram;
  }

  private static CounterDataPoint counter(PrometheusRegistry registry, String name, String help) {
    Counter counter = Counter.builder().name(name).help(help).register(registry);
    counter.initLabelValues();
    return counter;
  }

  static void show(PrometheusRegistry registry, DecodedPages pages) {
    gauge(
        registry,
        "vedette_storage_decoded_bytes",
        "Memory for pages of blocks that stay decoded.",
        pages::bytes);
    CounterWithCallback.builder()
        .name("vedette_storage_pages_read")
        .help("Pages of blocks that queries read, by where their samples were.")
        .labelNames("from")
        .callback(
            callback -> {
              callback.call(pages.found(), "memory");
              callback.call(pages.decoded(), "block");
            })
        .register(registry);
  }

  static void gauge(PrometheusRegistry registry, String name, String help, LongSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call((double) value.getAsLong()))
        .register(registry);
  }
}
