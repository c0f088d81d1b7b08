package dev.vedette.tsdb.head;

import dev.vedette.model.ErrorId;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** What the head counts; one addition a request, none a sample. */
final class HeadMetrics {
  final CounterDataPoint appended;
  final CounterDataPoint duplicates;
  final CounterDataPoint histograms;
  final CounterDataPoint late;
  final CounterDataPoint replaced;
  final CounterDataPoint born;
  final CounterDataPoint died;
  final CounterDataPoint speculationMisses;
  final Counter labelValueWarnings;
  private final Map<ErrorId, CounterDataPoint> rejected = new EnumMap<>(ErrorId.class);

  HeadMetrics(PrometheusRegistry registry, Head head) {
    appended = counter(registry, "vedette_storage_samples_appended", "Samples stored in the head.");
    duplicates =
        counter(
            registry,
            "vedette_storage_samples_duplicate",
            "Samples that were in the head already, with the same value.");
    histograms =
        counter(
            registry,
            "vedette_storage_histograms_appended",
            "Samples that are native histograms stored in the head.");
    late =
        counter(
            registry,
            "vedette_storage_samples_late",
            "Samples stored that were older than the newest of their series.");
    replaced =
        counter(
            registry,
            "vedette_storage_samples_replaced",
            "Late samples that gave a sample in memory another value.");
    born = counter(registry, "vedette_storage_series_added", "Series added to the head.");
    died = counter(registry, "vedette_storage_series_removed", "Series that left the head.");
    speculationMisses =
        counter(
            registry,
            "vedette_storage_series_lookups",
            "Series found in the hash table instead of behind the one before them.");
    labelValueWarnings =
        Counter.builder()
            .name("vedette_storage_label_values_warnings")
            .help("New values of labels that are close to their limit of values in one metric.")
            .register(registry);
    labelValueWarnings.initLabelValues();
    Counter refused =
        Counter.builder()
            .name("vedette_storage_rejected_samples")
            .help("Samples refused, by reason.")
            .labelNames("reason")
            .register(registry);
    for (ErrorId id : ErrorId.values()) {
      if (Head.REASONS.contains(id)) {
        rejected.put(id, refused.labelValues(id.id()));
      }
    }
    gauge(registry, "vedette_storage_head_series", "Active series.", head::series);
    gauge(registry, "vedette_storage_head_chunks", "Chunks in memory.", head::chunks);
    gauge(
        registry,
        "vedette_storage_head_chunk_bytes",
        "Memory of pages with chunks in them; up to as much as was at most used since the flush before is kept empty besides.",
        head::chunkBytes);
    gauge(
        registry,
        "vedette_storage_late_samples_buffered",
        "Late samples in memory.",
        head::lateSamples);
    gauge(
        registry,
        "vedette_storage_late_buffer_bytes",
        "Memory held for late samples; at half its limit they are flushed, at the limit refused.",
        head::lateBytes);
    gauge(
        registry,
        "vedette_storage_late_buffer_limit_bytes",
        "Memory that late samples may take.",
        () -> head.config().lateBytes());
    gauge(
        registry,
        "vedette_storage_head_series_bytes",
        "Memory held for series records, their table and labels.",
        head::seriesBytes);
  }

  private static CounterDataPoint counter(PrometheusRegistry registry, String name, String help) {
    Counter counter = Counter.builder().name(name).help(help).register(registry);
    counter.initLabelValues();
    return counter;
  }

  private static void gauge(
      PrometheusRegistry registry, String name, String help, LongSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call((double) value.getAsLong()))
        .register(registry);
  }

  void rejected(Refusals refusals) {
    if (!refusals.isEmpty()) {
      rejected.forEach((id, counter) -> counter.inc(refusals.samples(id)));
    }
  }
}
