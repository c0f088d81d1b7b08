package dev.vedette.querier.federation;

import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.Label;
import dev.vedette.model.Labels;
import dev.vedette.querier.federation.Federation.Latest;
import dev.vedette.wire.histogram.HistogramWriter;
import dev.vedette.wire.proto.ProtoWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Series as delimited {@code io.prometheus.client.MetricFamily} messages, which have native
 * histograms. A long family comes in several messages, so that little is held at a time. One page,
 * one thread.
 */
public final class FederationMessages {
  public static final String CONTENT_TYPE =
      "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

  private static final String MEDIA_TYPE = "application/vnd.google.protobuf";
  private static final int FAMILY_BYTES = 256 << 10;
  private static final int UNTYPED = 3;
  private static final int HISTOGRAM = 4;
  private static final int GAUGE_HISTOGRAM = 5;

  private final OutputStream to;
  private final HistogramWriter histograms = new HistogramWriter();
  private final ProtoWriter metrics = new ProtoWriter();
  private final ProtoWriter head = new ProtoWriter();
  private String family = "";
  private int type;

  private FederationMessages(OutputStream to) {
    this.to = to;
  }

  /** Whether a client would rather have messages than text, by its {@code Accept}. */
  public static boolean arePreferred(String accept) {
    double messages = 0;
    double text = 0;
    for (String range : accept.split(",", -1)) {
      String media = range.strip();
      double weight = weight(media);
      if (media.startsWith(MEDIA_TYPE)) {
        messages = Math.max(messages, weight);
      } else if (media.startsWith("text/plain")) {
        text = Math.max(text, weight);
      }
    }
    return messages > 0 && messages >= text;
  }

  private static double weight(String range) {
    for (String parameter : range.split(";", -1)) {
      if (parameter.strip().startsWith("q=")) {
        try {
          return Double.parseDouble(parameter.strip().substring(2));
        } catch (NumberFormatException _) {
          return 0;
        }
      }
    }
    return 1;
  }

  /** Writes series; those of a metric come together. Custom bounds have no place in a message. */
  public static void write(SortedMap<Labels, Latest> series, OutputStream to) throws IOException {
    FederationMessages messages = new FederationMessages(to);
    for (Map.Entry<Labels, Latest> entry : series.entrySet()) {
      Histogram histogram = entry.getValue().histogram();
      if (histogram == null || !histogram.layout().isCustom()) {
        messages.add(entry.getKey(), entry.getValue());
      }
    }
    messages.end();
  }

  private void add(Labels labels, Latest latest) throws IOException {
    String name = FederationText.escape(labels.metricName(), true);
    int kind = type(latest.histogram());
    if (!name.equals(family) || kind != type || metrics.size() > FAMILY_BYTES) {
      end();
      family = name;
      type = kind;
    }
    int metric = metrics.begin(4);
    labels.forEach(label -> label(label));
    if (!labels.has("instance")) {
      // So that the scraper does not add its own.
      label("instance", "");
    }
    value(latest);
    metrics.varint(6, latest.timestampMillis());
    metrics.end(metric);
  }

  private static int type(@Nullable Histogram histogram) {
    if (histogram == null) {
      return UNTYPED;
    }
    return histogram.reset() == CounterReset.GAUGE ? GAUGE_HISTOGRAM : HISTOGRAM;
  }

  private void label(Label label) {
    if (!label.name().equals(Labels.METRIC_NAME)) {
      label(FederationText.escape(label.name(), false), label.value());
    }
  }

  private void label(String name, String value) {
    int begun = metrics.begin(1);
    text(1, name, metrics);
    text(2, value, metrics);
    metrics.end(begun);
  }

  private void value(Latest latest) {
    Histogram histogram = latest.histogram();
    int begun = metrics.begin(histogram == null ? 5 : 7);
    if (histogram == null) {
      metrics.fixed64(1, Double.doubleToRawLongBits(latest.value()));
    } else {
      histograms.writeExposed(histogram, metrics);
    }
    metrics.end(begun);
  }

  private static void text(int field, String text, ProtoWriter out) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.field(field, bytes, 0, bytes.length);
  }

  /** Sends what there is of a family. */
  private void end() throws IOException {
    if (metrics.size() == 0) {
      return;
    }
    head.clear();
    text(1, family, head);
    head.varint(3, type);
    byte[] named = head.toByteArray();
    head.clear();
    head.number((long) named.length + metrics.size());
    to.write(head.bytes(), 0, head.size());
    to.write(named);
    to.write(metrics.bytes(), 0, metrics.size());
    metrics.clear();
  }
}
