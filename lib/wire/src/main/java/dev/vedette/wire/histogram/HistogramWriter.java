package dev.vedette.wire.histogram;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.wire.proto.ProtoWriter;

/** Writes the {@code Histogram} messages of remote write and remote read, and of exposition. */
public final class HistogramWriter {
  private final ProtoWriter packed = new ProtoWriter();

  /** Writes all fields of one histogram sample; the caller begins and ends the message. */
  public void write(Histogram histogram, long timestampMillis, ProtoWriter out) {
    HistogramLayout layout = histogram.layout();
    long count = histogram.column(HistogramLayout.COUNT);
    long zeroCount = histogram.column(HistogramLayout.ZERO_COUNT);
    if (histogram.isFloat()) {
      out.fixed64(2, count);
    } else {
      out.varint(1, count);
    }
    out.fixed64(3, histogram.sumBits());
    out.zigzag(4, layout.schema());
    out.fixed64(5, Double.doubleToRawLongBits(layout.zeroThreshold()));
    if (histogram.isFloat()) {
      out.fixed64(7, zeroCount);
    } else {
      out.varint(6, zeroCount);
    }
    int positive = layout.positive().buckets();
    side(8, layout.negative(), histogram, HistogramLayout.BUCKETS + positive, out);
    side(11, layout.positive(), histogram, HistogramLayout.BUCKETS, out);
    out.varint(14, histogram.reset().ordinal());
    out.varint(15, timestampMillis);
    if (layout.customBounds() > 0) {
      packed.clear();
      for (int i = 0; i < layout.customBounds(); i++) {
        packed.eight(Double.doubleToRawLongBits(layout.customBound(i)));
      }
      out.field(16, packed.bytes(), 0, packed.size());
    }
  }

  /**
   * Writes all fields of {@code io.prometheus.client.Histogram}, without classic buckets; the
   * caller begins and ends the message. It has no room for custom bounds.
   */
  public void writeExposed(Histogram histogram, ProtoWriter out) {
    HistogramLayout layout = histogram.layout();
    long count = histogram.column(HistogramLayout.COUNT);
    long zeroCount = histogram.column(HistogramLayout.ZERO_COUNT);
    if (histogram.isFloat()) {
      out.fixed64(4, count);
      out.fixed64(8, zeroCount);
    } else {
      out.varint(1, count);
      out.varint(7, zeroCount);
    }
    out.fixed64(2, histogram.sumBits());
    out.zigzag(5, layout.schema());
    out.fixed64(6, Double.doubleToRawLongBits(layout.zeroThreshold()));
    int positive = layout.positive().buckets();
    side(9, layout.negative(), histogram, HistogramLayout.BUCKETS + positive, out);
    side(12, layout.positive(), histogram, HistogramLayout.BUCKETS, out);
    if (layout.zeroThreshold() == 0
        && zeroCount == 0
        && layout.positive().count() == 0
        && layout.negative().count() == 0) {
      // By an empty span alone readers tell that it is a native one, and not a classic one.
      span(12, 0, 0, out);
    }
  }

  private static void span(int field, int offset, int length, ProtoWriter out) {
    int begun = out.begin(field);
    out.zigzag(1, offset);
    out.varint(2, length);
    out.end(begun);
  }

  /** Spans in one field, differences of integers in the next, floats in the one after it. */
  private void side(
      int field, BucketSpans spans, Histogram histogram, int column, ProtoWriter out) {
    for (int run = 0; run < spans.count(); run++) {
      span(field, spans.offset(run), spans.length(run), out);
    }
    if (spans.buckets() == 0) {
      return;
    }
    packed.clear();
    long last = 0;
    for (int i = column; i < column + spans.buckets(); i++) {
      long value = histogram.column(i);
      if (histogram.isFloat()) {
        packed.eight(value);
      } else {
        packed.number(value - last << 1 ^ value - last >> 63);
        last = value;
      }
    }
    out.field(histogram.isFloat() ? field + 2 : field + 1, packed.bytes(), 0, packed.size());
  }
}
