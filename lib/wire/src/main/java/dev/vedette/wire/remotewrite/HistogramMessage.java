package dev.vedette.wire.remotewrite;

import dev.vedette.model.Histogram;
import dev.vedette.wire.histogram.HistogramFields;
import dev.vedette.wire.proto.ProtoReader;

/** A {@code Histogram} message, which 1.0 and 2.0 have in common but for the start timestamp. */
final class HistogramMessage {
  private static final int COUNT_INT = 1 << 3 | ProtoReader.VARINT;
  private static final int COUNT_FLOAT = 2 << 3 | ProtoReader.FIXED64;
  private static final int SUM = 3 << 3 | ProtoReader.FIXED64;
  private static final int SCHEMA = 4 << 3 | ProtoReader.VARINT;
  private static final int ZERO_THRESHOLD = 5 << 3 | ProtoReader.FIXED64;
  private static final int ZERO_COUNT_INT = 6 << 3 | ProtoReader.VARINT;
  private static final int ZERO_COUNT_FLOAT = 7 << 3 | ProtoReader.FIXED64;
  private static final int NEGATIVE_SPANS = 8 << 3 | ProtoReader.LENGTH;
  private static final int NEGATIVE_DELTAS = 9;
  private static final int NEGATIVE_COUNTS = 10;
  private static final int POSITIVE_SPANS = 11 << 3 | ProtoReader.LENGTH;
  private static final int POSITIVE_DELTAS = 12;
  private static final int POSITIVE_COUNTS = 13;
  private static final int RESET_HINT = 14 << 3 | ProtoReader.VARINT;
  private static final int TIMESTAMP = 15 << 3 | ProtoReader.VARINT;
  private static final int CUSTOM_VALUES = 16;
  private static final int START_TIMESTAMP = 17 << 3 | ProtoReader.VARINT;

  private final HistogramFields fields = new HistogramFields();
  private long timestampMillis;
  private long startMillis;

  /** Reads the message up to {@code end}; without a start of its own it has the series'. */
  void read(ProtoReader in, int end, long seriesStartMillis) {
    fields.clear();
    timestampMillis = 0;
    startMillis = seriesStartMillis;
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case COUNT_INT -> fields.count(in.varint(end));
        case COUNT_FLOAT -> fields.countBits(in.fixed64(end));
        case SUM -> fields.sum(Double.longBitsToDouble(in.fixed64(end)));
        case SCHEMA -> fields.schema(in.zigzag(end));
        case ZERO_THRESHOLD -> fields.zeroThreshold(Double.longBitsToDouble(in.fixed64(end)));
        case ZERO_COUNT_INT -> fields.zeroCount(in.varint(end));
        case ZERO_COUNT_FLOAT -> fields.zeroCountBits(in.fixed64(end));
        case NEGATIVE_SPANS -> fields.negative().readSpan(in, end);
        case POSITIVE_SPANS -> fields.positive().readSpan(in, end);
        case RESET_HINT -> fields.hint(in.varint(end));
        case TIMESTAMP -> timestampMillis = in.varint(end);
        case START_TIMESTAMP -> startMillis = in.varint(end);
        default -> numbers(in, tag, end);
      }
    }
  }

  /** Repeated numbers, which come packed or one by one. */
  private void numbers(ProtoReader in, int tag, int end) {
    boolean packed = (tag & 7) == ProtoReader.LENGTH;
    boolean varints = packed || (tag & 7) == ProtoReader.VARINT;
    boolean doubles = packed || (tag & 7) == ProtoReader.FIXED64;
    int field = tag >>> 3;
    if (varints && field == NEGATIVE_DELTAS) {
      fields.negative().readDeltas(in, tag, end);
    } else if (varints && field == POSITIVE_DELTAS) {
      fields.positive().readDeltas(in, tag, end);
    } else if (doubles && field == NEGATIVE_COUNTS) {
      fields.negative().readCounts(in, tag, end);
    } else if (doubles && field == POSITIVE_COUNTS) {
      fields.positive().readCounts(in, tag, end);
    } else if (doubles && field == CUSTOM_VALUES) {
      fields.readBounds(in, tag, end);
    } else {
      in.skip(tag, end);
    }
  }

  long timestampMillis() {
    return timestampMillis;
  }

  long startMillis() {
    return startMillis;
  }

  Histogram histogram() {
    return fields.histogram();
  }
}
