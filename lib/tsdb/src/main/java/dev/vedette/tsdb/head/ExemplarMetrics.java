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
  final CounterDataPoint evicted;

  ExemplarMetrics(
      PrometheusRegistry registry, HeadConfig config, LongSupplier count, LongSupplier bytes) {
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
    evicted =
        counter(
                registry,
                "vedette_storage_exemplars_evicted",
                "Exemplars that went before their tenant had as many as it may, for those of all"
                    + " tenants took all of their memory.")
            .labelValues();
    gauge(registry, "vedette_storage_exemplars", "Exemplars in memory.", count);
    gauge(
        registry,
        "vedette_storage_exemplars_limit",
        "Exemplars of a tenant that memory may hold; a new one takes the place of the oldest.",
        config::maxExemplars);
    gauge(registry, "vedette_storage_exemplar_bytes", "Memory that exemplars take, about.", bytes);
    gauge(
        registry,
        "vedette_storage_exemplar_limit_bytes",
        "Memory that exemplars of all tenants may take.",
        config::exemplarBytes);
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
