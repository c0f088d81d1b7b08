package dev.vedette.testkit;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Label;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.Utf8;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a sender of remote write sends: described once, encoded as {@link #v1} or {@link #v2}, not
 * compressed. What is added belongs to the series begun last.
 */
public final class RemoteWriteRequest {
  public static final String V1_CONTENT_TYPE =
      "application/x-protobuf;proto=prometheus.WriteRequest";
  public static final String V2_CONTENT_TYPE =
      "application/x-protobuf;proto=io.prometheus.write.v2.Request";

  private final List<Series> all = new ArrayList<>();

  private record Sample(long timestampMillis, long startMillis, long bits) {}

  private record HistogramSample(long timestampMillis, long startMillis, Histogram histogram) {}

  private record Exemplar(Labels labels, long timestampMillis, double value) {}

  private static final class Series {
    final Labels labels;
    final List<Sample> samples = new ArrayList<>();
    final List<HistogramSample> histograms = new ArrayList<>();
    final List<Exemplar> exemplars = new ArrayList<>();
    @Nullable MetricMetadata metadata;

    Series(Labels labels) {
      this.labels = labels;
    }
  }

  /** One series with one sample: most of what tests need. */
  public static RemoteWriteRequest of(Labels labels, long timestampMillis, double value) {
    return new RemoteWriteRequest().series(labels).sample(timestampMillis, value);
  }

  /** Begins a series. */
  public RemoteWriteRequest series(Labels labels) {
    all.add(new Series(labels));
    return this;
  }

  public RemoteWriteRequest sample(long timestampMillis, double value) {
    return sample(timestampMillis, 0, Double.doubleToRawLongBits(value));
  }

  /** A sample by its bits; 1.0 does not send the start, and 0 is none. */
  public RemoteWriteRequest sample(long timestampMillis, long startMillis, long bits) {
    all.getLast().samples.add(new Sample(timestampMillis, startMillis, bits));
    return this;
  }

  public RemoteWriteRequest histogram(long timestampMillis, Histogram histogram) {
    return histogram(timestampMillis, 0, histogram);
  }

  /** A histogram; 1.0 does not send the start, and 0 is none. */
  public RemoteWriteRequest histogram(long timestampMillis, long startMillis, Histogram histogram) {
    all.getLast().histograms.add(new HistogramSample(timestampMillis, startMillis, histogram));
    return this;
  }

  public RemoteWriteRequest exemplar(Labels labels, long timestampMillis, double value) {
    all.getLast().exemplars.add(new Exemplar(labels, timestampMillis, value));
    return this;
  }

  public RemoteWriteRequest metadata(MetricMetadata metadata) {
    all.getLast().metadata = metadata;
    return this;
  }

  /** A {@code prometheus.WriteRequest}. */
  public byte[] v1() {
    ProtoMessage request = new ProtoMessage();
    for (Series series : all) {
      ProtoMessage message = new ProtoMessage().raw(LabelBytes.encode(series.labels));
      for (Sample one : series.samples) {
        message.field(2, new ProtoMessage().fixed64(1, one.bits).varint(2, one.timestampMillis));
      }
      for (Exemplar one : series.exemplars) {
        message.field(3, exemplar(one, new ProtoMessage().raw(LabelBytes.encode(one.labels))));
      }
      for (HistogramSample one : series.histograms) {
        message.field(4, histogram(one.histogram).varint(15, one.timestampMillis));
      }
      request.field(1, message);
    }
    for (Series series : all) {
      if (series.metadata != null) {
        request.field(3, metadataV1(series.metadata));
      }
    }
    return request.bytes();
  }

  private static ProtoMessage metadataV1(MetricMetadata metadata) {
    return new ProtoMessage()
        .varint(1, metadata.type().ordinal())
        .field(2, Utf8.encode(metadata.family()))
        .field(4, Utf8.encode(metadata.help()))
        .field(5, Utf8.encode(metadata.unit()));
  }

  private static ProtoMessage exemplar(Exemplar one, ProtoMessage labels) {
    return labels.fixed64(2, one.value).varint(3, one.timestampMillis);
  }

  /** An {@code io.prometheus.write.v2.Request}. */
  public byte[] v2() {
    Map<String, Integer> symbols = new LinkedHashMap<>();
    symbols.put("", 0);
    List<ProtoMessage> messages = new ArrayList<>();
    for (Series series : all) {
      messages.add(v2(series, symbols));
    }
    ProtoMessage request = new ProtoMessage();
    symbols.keySet().forEach(symbol -> request.field(4, Utf8.encode(symbol)));
    messages.forEach(message -> request.field(5, message));
    return request.bytes();
  }

  private static ProtoMessage v2(Series series, Map<String, Integer> symbols) {
    ProtoMessage message = new ProtoMessage().field(1, refs(series.labels, symbols));
    for (Sample one : series.samples) {
      ProtoMessage sample = new ProtoMessage().fixed64(1, one.bits).varint(2, one.timestampMillis);
      message.field(2, one.startMillis == 0 ? sample : sample.varint(3, one.startMillis));
    }
    for (HistogramSample one : series.histograms) {
      ProtoMessage histogram = histogram(one.histogram).varint(15, one.timestampMillis);
      message.field(3, one.startMillis == 0 ? histogram : histogram.varint(17, one.startMillis));
    }
    for (Exemplar one : series.exemplars) {
      ProtoMessage labels = new ProtoMessage().field(1, refs(one.labels, symbols));
      message.field(4, exemplar(one, labels));
    }
    if (series.metadata != null) {
      message.field(
          5,
          new ProtoMessage()
              .varint(1, series.metadata.type().ordinal())
              .varint(3, ref(series.metadata.help(), symbols))
              .varint(4, ref(series.metadata.unit(), symbols)));
    }
    return message;
  }

  /** A {@code Histogram} but for its timestamps. */
  private static ProtoMessage histogram(Histogram histogram) {
    HistogramLayout layout = histogram.layout();
    ProtoMessage message = new ProtoMessage();
    if (histogram.isFloat()) {
      message.fixed64(2, histogram.count());
    } else {
      message.varint(1, histogram.column(HistogramLayout.COUNT));
    }
    message.fixed64(3, histogram.sumBits()).zigzag(4, layout.schema());
    message.fixed64(5, layout.zeroThreshold());
    if (histogram.isFloat()) {
      message.fixed64(7, histogram.zeroCount());
    } else {
      message.varint(6, histogram.column(HistogramLayout.ZERO_COUNT));
    }
    int first = HistogramLayout.BUCKETS + layout.positive().buckets();
    side(message, 8, layout.negative(), histogram, first);
    side(message, 11, layout.positive(), histogram, HistogramLayout.BUCKETS);
    message.varint(14, histogram.reset().ordinal());
    ProtoMessage bounds = new ProtoMessage();
    for (int i = 0; i < layout.customBounds(); i++) {
      bounds.eight(Double.doubleToRawLongBits(layout.customBound(i)));
    }
    return bounds.isEmpty() ? message : message.field(16, bounds);
  }

  /** Spans in a field, integer counts as differences in the next, float ones in the one after. */
  private static void side(
      ProtoMessage message, int field, BucketSpans spans, Histogram histogram, int column) {
    for (int run = 0; run < spans.count(); run++) {
      message.field(
          field, new ProtoMessage().zigzag(1, spans.offset(run)).varint(2, spans.length(run)));
    }
    if (spans.buckets() == 0) {
      return;
    }
    ProtoMessage counts = new ProtoMessage();
    long last = 0;
    for (int i = column; i < column + spans.buckets(); i++) {
      long value = histogram.column(i);
      if (histogram.isFloat()) {
        counts.eight(value);
      } else {
        counts.number(value - last << 1 ^ value - last >> 63);
        last = value;
      }
    }
    message.field(histogram.isFloat() ? field + 2 : field + 1, counts);
  }

  private static ProtoMessage refs(Labels labels, Map<String, Integer> symbols) {
    ProtoMessage refs = new ProtoMessage();
    for (Label label : labels) {
      refs.number(ref(label.name(), symbols)).number(ref(label.value(), symbols));
    }
    return refs;
  }

  private static int ref(String symbol, Map<String, Integer> symbols) {
    Integer known = symbols.putIfAbsent(symbol, symbols.size());
    return known == null ? symbols.size() - 1 : known;
  }
}
