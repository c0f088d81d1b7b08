package dev.vedette.ingester.receive;

import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.LongSupplier;

/** What the receivers count. One per registry. */
final class ReceiverMetrics {
  private final Counter received;
  private final Counter rejected;
  private final Counter receivedHistograms;
  private final Counter receivedExemplars;
  private final Histogram seconds;

  ReceiverMetrics(PrometheusRegistry registry, LongSupplier inFlightBytes) {
    received =
        Counter.builder()
            .name("vedette_ingester_received_samples_total")
            .help("Samples in requests that could be read, stored or not.")
            .labelNames("protocol")
            .register(registry);
    rejected =
        Counter.builder()
            .name("vedette_ingester_rejected_samples_total")
            .help("Samples refused, by reason; docs/errors.md explains each.")
            .labelNames("protocol", "reason")
            .register(registry);
    receivedHistograms =
        Counter.builder()
            .name("vedette_ingester_received_histograms_total")
            .help("Native histograms in requests that could be read, stored or not.")
            .labelNames("protocol")
            .register(registry);
    receivedExemplars =
        Counter.builder()
            .name("vedette_ingester_received_exemplars_total")
            .help("Exemplars in requests that could be read, stored or not.")
            .labelNames("protocol")
            .register(registry);
    seconds =
        Histogram.builder()
            .name("vedette_ingester_request_seconds")
            .help("Time from a whole request to its answer, by answer.")
            .labelNames("protocol", "status")
            .classicUpperBounds(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
            .classicOnly()
            .register(registry);
    GaugeWithCallback.builder()
        .name("vedette_ingester_in_flight_bytes")
        .help("Bytes of requests being worked on, compressed and decompressed.")
        .callback(callback -> callback.call(inFlightBytes.getAsLong()))
        .register(registry);
  }

  void received(String protocol, WriteBatch batch) {
    received.labelValues(protocol).inc(batch.sampleCount());
    receivedHistograms.labelValues(protocol).inc(batch.histogramCount());
    receivedExemplars.labelValues(protocol).inc(batch.exemplarCount());
  }

  void rejected(String protocol, String reason, long samples) {
    rejected.labelValues(protocol, reason).inc(samples);
  }

  void refused(String protocol, WriteOutcome outcome) {
    for (WriteOutcome.Refusal refusal : outcome.refusals()) {
      rejected(protocol, refusal.id().id(), refusal.samples());
    }
  }

  void answered(String protocol, int status, double elapsedSeconds) {
    seconds.labelValues(protocol, Integer.toString(status)).observe(elapsedSeconds);
  }
}
