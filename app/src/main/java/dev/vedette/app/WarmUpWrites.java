package dev.vedette.app;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.wire.proto.ProtoWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The remote write requests of the trial run: the same series again and again, as a sender repeats
 * a scrape, by 1.0 and by 2.0. What the JVM has not seen here starts slow in every server.
 */
final class WarmUpWrites {
  private static final int SERIES = 500;
  private static final int FAMILIES = 50;
  // Of ten series of 2.0 one is a histogram, as of a service with native ones.
  private static final int HISTOGRAM_EVERY = 10;
  private static final int COUNTER = 1;
  private static final int GAUGE = 2;
  private static final int HISTOGRAM = 3;

  private final ProtoWriter request = new ProtoWriter();
  private final ProtoWriter series = new ProtoWriter();
  private final ProtoWriter part = new ProtoWriter();

  /** A {@code prometheus.WriteRequest} of one scrape. */
  byte[] version1(int scrape, long timestampMillis) {
    request.clear();
    for (int s = 0; s < SERIES; s++) {
      byte[] labels = LabelBytes.encode(labels(s, "one"));
      series.clear();
      series.raw(labels, 0, labels.length);
      sample(s, scrape, timestampMillis, 0);
      request.field(1, series.bytes(), 0, series.size());
    }
    return request.toByteArray();
  }

  /** The same of other series as {@code io.prometheus.write.v2.Request}, with what that adds. */
  byte[] version2(int scrape, long timestampMillis, long startMillis) {
    Map<String, Integer> symbols = new LinkedHashMap<>();
    symbols.put("", 0);
    ProtoWriter all = new ProtoWriter();
    for (int s = 0; s < SERIES; s++) {
      series.clear();
      refs(labels(s, "two"), symbols);
      boolean isHistogram = s % HISTOGRAM_EVERY == HISTOGRAM_EVERY - 1;
      boolean isCounter = s % 4 == 1;
      if (isHistogram) {
        histogram(s, scrape, timestampMillis, startMillis);
      } else {
        sample(s, scrape, timestampMillis, isCounter ? startMillis : 0);
      }
      part.clear();
      part.varint(1, isHistogram ? HISTOGRAM : isCounter ? COUNTER : GAUGE);
      part.varint(3, symbol(symbols, "What family " + s % FAMILIES + " measures."));
      series.field(5, part.bytes(), 0, part.size());
      all.field(5, series.bytes(), 0, series.size());
    }
    request.clear();
    for (String symbol : symbols.keySet()) {
      byte[] text = symbol.getBytes(StandardCharsets.UTF_8);
      request.field(4, text, 0, text.length);
    }
    request.raw(all.bytes(), 0, all.size());
    return request.toByteArray();
  }

  private static Labels labels(int s, String job) {
    return Labels.of(
        Labels.METRIC_NAME,
        "warm_up_" + s % FAMILIES,
        "instance",
        "host-" + s / FAMILIES,
        "job",
        job);
  }

  private void refs(Labels labels, Map<String, Integer> symbols) {
    part.clear();
    labels.forEach(
        label -> {
          part.number(symbol(symbols, label.name()));
          part.number(symbol(symbols, label.value()));
        });
    series.field(1, part.bytes(), 0, part.size());
  }

  private static int symbol(Map<String, Integer> symbols, String text) {
    return symbols.computeIfAbsent(text, _ -> symbols.size());
  }

  /** Constant, counting, decimal and noisy series, as a scrape has them. */
  private void sample(int s, int scrape, long timestampMillis, long startMillis) {
    double value =
        switch (s % 4) {
          case 0 -> s;
          case 1 -> scrape * 7L;
          case 2 -> (scrape * 31 + s) % 1000 / 10.0;
          default -> Math.sin(scrape + s);
        };
    part.clear();
    part.fixed64(1, Double.doubleToRawLongBits(value));
    part.varint(2, timestampMillis);
    part.varint(3, startMillis);
    series.field(2, part.bytes(), 0, part.size());
  }

  /** Four buckets in two runs, each with one more at each scrape. */
  private void histogram(int s, int scrape, long timestampMillis, long startMillis) {
    ProtoWriter inner = new ProtoWriter();
    part.clear();
    part.varint(1, 4L * (scrape + 1));
    part.fixed64(3, Double.doubleToRawLongBits(scrape * 0.25 + s));
    part.zigzag(4, 3);
    part.fixed64(5, Double.doubleToRawLongBits(0x1p-128));
    for (int offset = -3; offset < 2; offset += 4) {
      inner.clear();
      inner.zigzag(1, offset);
      inner.varint(2, 2);
      part.field(11, inner.bytes(), 0, inner.size());
    }
    inner.clear();
    for (int bucket = 0; bucket < 4; bucket++) {
      // Each minus the one before: all are the same.
      inner.number(bucket == 0 ? 2L * (scrape + 1) : 0);
    }
    part.field(12, inner.bytes(), 0, inner.size());
    part.varint(15, timestampMillis);
    part.varint(17, startMillis);
    series.field(3, part.bytes(), 0, part.size());
  }
}
