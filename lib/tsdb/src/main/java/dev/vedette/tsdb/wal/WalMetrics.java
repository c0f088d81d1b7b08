package dev.vedette.tsdb.wal;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** What the log counts of itself. */
final class WalMetrics {
  final Histogram fsyncSeconds;
  final Counter bytes;
  final Counter records;
  final Counter failures;
  final Counter waits;
  final Counter damages;
  final Counter damagedBytesKept;
  final Counter damagedBytesDropped;
  final Counter checkpoints;
  final Gauge pendingBytes;
  final Gauge segment;
  final Gauge histogramBytes;

  WalMetrics(PrometheusRegistry registry) {
    fsyncSeconds =
        Histogram.builder()
            .name("vedette_storage_wal_fsync_seconds")
            .help("How long a group commit of the write-ahead log took to be durable.")
            .classicOnly()
            .classicUpperBounds(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5)
            .register(registry);
    bytes =
        Counter.builder()
            .name("vedette_storage_wal_written_bytes_total")
            .help("Bytes of records made durable in the write-ahead log.")
            .register(registry);
    records =
        Counter.builder()
            .name("vedette_storage_wal_records_total")
            .help("Records appended to the write-ahead log.")
            .register(registry);
    failures =
        Counter.builder()
            .name("vedette_storage_wal_failures_total")
            .help("Commits of the write-ahead log that failed.")
            .register(registry);
    waits =
        Counter.builder()
            .name("vedette_storage_wal_append_waits_total")
            .help("Appends that waited because the pending bytes were at their limit.")
            .register(registry);
    damages =
        Counter.builder()
            .name("vedette_storage_wal_damages_total")
            .help("Damaged stretches met while reading the write-ahead log.")
            .register(registry);
    damagedBytesKept =
        Counter.builder()
            .name("vedette_storage_wal_damaged_bytes_kept_total")
            .help(
                "Bytes of the write-ahead log that could not be read and were copied to damaged/.")
            .register(registry);
    damagedBytesDropped =
        Counter.builder()
            .name("vedette_storage_wal_damaged_bytes_dropped_total")
            .help("Bytes of the write-ahead log that could not be read and found no room there.")
            .register(registry);
    checkpoints =
        Counter.builder()
            .name("vedette_storage_wal_checkpoints_total")
            .help("Checkpoints of the write-ahead log.")
            .register(registry);
    pendingBytes =
        Gauge.builder()
            .name("vedette_storage_wal_pending_bytes")
            .help("Bytes appended to the write-ahead log and not yet durable.")
            .register(registry);
    segment =
        Gauge.builder()
            .name("vedette_storage_wal_segment")
            .help("Number of the segment being written.")
            .register(registry);
    histogramBytes =
        Gauge.builder()
            .name("vedette_storage_wal_histograms_buffered_bytes")
            .help(
                "Memory for the last histogram of each series, while a start or a checkpoint reads"
                    + " the write-ahead log.")
            .register(registry);
  }
}
