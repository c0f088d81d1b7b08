package dev.vedette.tsdb.head;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.LongSupplier;

/** What the head counts of exemplars. */
final class ExemplarMetrics {
  final CounterDataPoint appended;
  final CounterDataPoint duplicates;
  final CounterDataPoint outOfTime;
  final CounterDataPoint tooLong;
  final CounterDataPoint invalid;

  ExemplarMetrics(PrometheusRegistry registry, long limit, LongSupplier count) {
    appended =
        counter(registry, "vedette_storage_exemplars_appended", "Exemplars taken.").labelValues();
    duplicates =
        counter(registry, "vedette_storage_exemplars_duplicate", "Exemplars that were there.")
            .labelValues();
    Counter left =
        counter(
            registry,
            "vedette_storage_exemplars_rejected",
            "Exemplars left out, by reason.",
            "reason");
    outOfTime = left.labelValues("out-of-time");
    tooLong = left.labelValues("too-long");
    invalid = left.labelValues("invalid-labels");
    gauge(registry, "vedette_storage_exemplars", "Exemplars in memory.", count);
    gauge(
        registry,
        "vedette_storage_exemplars_limit",
        "Exemplars of a tenant that memory may hold; a new one takes the place of the oldest.",
        () -> limit);
  }

  private static Counter counter(
      PrometheusRegistry registry, String name, String help, String... labels) {
    return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
  }

  private static void gauge(
      PrometheusRegistry registry, String name, String help, LongSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call((double) value.getAsLong()))
        .register(registry);
  }
}
