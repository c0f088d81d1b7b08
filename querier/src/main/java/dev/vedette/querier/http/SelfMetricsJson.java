package dev.vedette.querier.http;

import dev.vedette.querier.json.JsonWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.Quantile;
import io.prometheus.metrics.model.snapshots.StateSetSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import java.io.IOException;
import java.util.List;

/**
 * Metric families in the JSON form of Prometheus' protobuf messages: 64-bit counts are strings, and
 * so are infinities.
 */
final class SelfMetricsJson {
  private SelfMetricsJson() {}

  /** As the family is exposed. */
  static String name(MetricSnapshot family) {
    String name = family.getMetadata().getPrometheusName();
    return switch (family) {
      case CounterSnapshot _ -> name + "_total";
      case InfoSnapshot _ -> name + "_info";
      default -> name;
    };
  }

  static void write(List<MetricSnapshot> families, JsonWriter json) throws IOException {
    json.beginArray();
    for (MetricSnapshot family : families) {
      String help = family.getMetadata().getHelp();
      json.beginObject().name("name").string(name(family));
      json.name("help").string(help == null ? "" : help);
      json.name("type").string(type(family)).name("metric").beginArray();
      for (DataPointSnapshot point : family.getDataPoints()) {
        write(point, json);
      }
      json.endArray().endObject();
    }
    json.endArray();
  }

  private static String type(MetricSnapshot family) {
    return switch (family) {
      case CounterSnapshot _ -> "COUNTER";
      case HistogramSnapshot histogram ->
          histogram.isGaugeHistogram() ? "GAUGE_HISTOGRAM" : "HISTOGRAM";
      case SummarySnapshot _ -> "SUMMARY";
      case UnknownSnapshot _ -> "UNTYPED";
      default -> "GAUGE";
    };
  }

  private static void write(DataPointSnapshot point, JsonWriter json) throws IOException {
    switch (point) {
      case CounterSnapshot.CounterDataPointSnapshot counter ->
          write("counter", counter.getValue(), begin(point, json));
      case GaugeSnapshot.GaugeDataPointSnapshot gauge ->
          write("gauge", gauge.getValue(), begin(point, json));
      case UnknownSnapshot.UnknownDataPointSnapshot unknown ->
          write("untyped", unknown.getValue(), begin(point, json));
      case InfoSnapshot.InfoDataPointSnapshot _ -> write("gauge", 1, begin(point, json));
      case StateSetSnapshot.StateSetDataPointSnapshot states -> {
        for (int i = 0; i < states.size(); i++) {
          write("gauge", states.isTrue(i) ? 1 : 0, begin(point, json));
        }
      }
      case HistogramSnapshot.HistogramDataPointSnapshot histogram ->
          write(histogram, begin(point, json));
      case SummarySnapshot.SummaryDataPointSnapshot summary -> write(summary, begin(point, json));
      default -> throw new IllegalStateException("BUG: no JSON for " + point.getClass().getName());
    }
  }

  private static JsonWriter begin(DataPointSnapshot point, JsonWriter json) throws IOException {
    json.beginObject();
    if (!point.getLabels().isEmpty()) {
      json.name("label").beginArray();
      for (Label label : point.getLabels()) {
        json.beginObject().name("name").string(label.getName());
        json.name("value").string(label.getValue()).endObject();
      }
      json.endArray();
    }
    return json;
  }

  private static void write(String kind, double value, JsonWriter json) throws IOException {
    json.name(kind).beginObject().name("value");
    number(value, json).endObject().endObject();
  }

  private static void write(HistogramSnapshot.HistogramDataPointSnapshot point, JsonWriter json)
      throws IOException {
    json.name("histogram").beginObject();
    json.name("sampleCount").string(Long.toString(point.getCount())).name("sampleSum");
    number(point.getSum(), json);
    if (point.hasClassicHistogramData()) {
      ClassicHistogramBuckets buckets = point.getClassicBuckets();
      long below = 0;
      json.name("bucket").beginArray();
      for (int i = 0; i < buckets.size(); i++) {
        below += buckets.getCount(i);
        json.beginObject().name("cumulativeCount").string(Long.toString(below)).name("upperBound");
        number(buckets.getUpperBound(i), json).endObject();
      }
      json.endArray();
    }
    json.endObject().endObject();
  }

  private static void write(SummarySnapshot.SummaryDataPointSnapshot point, JsonWriter json)
      throws IOException {
    json.name("summary").beginObject();
    json.name("sampleCount").string(Long.toString(point.getCount())).name("sampleSum");
    number(point.getSum(), json);
    json.name("quantile").beginArray();
    for (Quantile quantile : point.getQuantiles()) {
      number(quantile.getQuantile(), json.beginObject().name("quantile"));
      number(quantile.getValue(), json.name("value")).endObject();
    }
    json.endArray().endObject().endObject();
  }

  private static JsonWriter number(double value, JsonWriter json) throws IOException {
    if (Double.isFinite(value)) {
      return json.number(value);
    }
    return json.string(Double.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
  }
}
