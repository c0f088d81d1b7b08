package dev.vedette.model;

import java.util.Arrays;

/** One pass over a run of label bytes; see {@link LabelBytes}. */
final class LabelBytesReader {
  private final byte[] bytes;
  private final int end;
  private int at;
  private String[] pairs = new String[32];
  private int used;

  LabelBytesReader(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  Labels read() {
    Labels labels = readUnnamed();
    if (!labels.has(Labels.METRIC_NAME)) {
      throw invalid("series %s has no metric name".formatted(labels), "set the label __name__");
    }
    return labels;
  }

  Labels readUnnamed() {
    while (at < end) {
      int tag = varint(end);
      if (tag == 0x0A) {
        int length = length(end);
        label(at + length);
      } else {
        skip(tag, end);
      }
    }
    return Labels.ofSorted(Arrays.copyOf(pairs, used));
  }

  private void label(int labelEnd) {
    String name = "";
    String value = "";
    while (at < labelEnd) {
      int tag = varint(labelEnd);
      switch (tag) {
        case 0x0A -> name = string(labelEnd);
        case 0x12 -> value = string(labelEnd);
        default -> skip(tag, labelEnd);
      }
    }
    if (name.isEmpty()) {
      throw invalid(
          "a label has an empty name (its value is \"%s\")".formatted(value), "name every label");
    }
    insert(name, value);
  }

  private String ofMetric() {
    for (int i = 0; i < used; i += 2) {
      if (pairs[i].equals(Labels.METRIC_NAME)) {
        return " of metric " + pairs[i + 1];
      }
    }
    return "";
  }

  /** Keeps the pairs sorted; senders mostly send them so, and then this only compares and adds. */
  private void insert(String name, String value) {
    int to = used;
    while (to > 0) {
      int order = Utf8.compare(pairs[to - 2], name);
      if (order == 0) {
        throw invalid(
            "label name \"%s\" comes twice in one series%s".formatted(name, ofMetric()),
            "send each label name once");
      }
      if (order < 0) {
        break;
      }
      to -= 2;
    }
    if (value.isEmpty()) {
      return;
    }
    if (used + 2 > pairs.length) {
      pairs = Arrays.copyOf(pairs, pairs.length * 2);
    }
    System.arraycopy(pairs, to, pairs, to + 2, used - to);
    pairs[to] = name;
    pairs[to + 1] = value;
    used += 2;
  }

  private String string(int limit) {
    int length = length(limit);
    String text = LabelBytes.text(bytes, at, at + length);
    at += length;
    return text;
  }

  private int length(int limit) {
    int length = varint(limit);
    if (length < 0 || length > limit - at) {
      throw malformed();
    }
    return length;
  }

  private int varint(int limit) {
    long value = 0;
    for (int shift = 0; shift < 64 && at < limit; shift += 7) {
      byte b = bytes[at++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        if (value < 0 || value > Integer.MAX_VALUE) {
          throw malformed();
        }
        return (int) value;
      }
    }
    throw malformed();
  }

  private void skip(int tag, int limit) {
    int size =
        switch (tag & 7) {
          case 0 -> {
            varint(limit);
            yield 0;
          }
          case 1 -> 8;
          case 2 -> length(limit);
          case 5 -> 4;
          default -> throw malformed();
        };
    if (size > limit - at) {
      throw malformed();
    }
    at += size;
  }

  private static InvalidRequest malformed() {
    return invalid(
        "the labels of a series are not well-formed protobuf", "send remote write label messages");
  }

  private static InvalidRequest invalid(String message, String wayOut) {
    return new InvalidRequest(ErrorId.INVALID_LABELS, message, wayOut);
  }
}
