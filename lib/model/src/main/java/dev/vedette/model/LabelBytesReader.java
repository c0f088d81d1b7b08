package dev.vedette.model;

import org.jspecify.annotations.Nullable;

/** One pass over a run of label bytes; see {@link LabelBytes}. */
final class LabelBytesReader {
  private final byte[] bytes;
  private final int end;
  private final @Nullable LabelTexts texts;
  private int at;
  private final SentLabels labels = new SentLabels();

  LabelBytesReader(byte[] bytes, int from, int to, @Nullable LabelTexts texts) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
    this.texts = texts;
  }

  SentLabels read() {
    while (at < end) {
      int tag = varint(end);
      if (tag == 0x0A) {
        int length = length(end);
        label(at + length);
      } else {
        skip(tag, end);
      }
    }
    return labels;
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
    labels.add(name, value);
  }

  private String string(int limit) {
    int length = length(limit);
    String text =
        texts == null
            ? LabelBytes.text(bytes, at, at + length)
            : texts.text(bytes, at, at + length);
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
    return SentLabels.invalid(
        "the labels of a series are not well-formed protobuf", "send remote write label messages");
  }
}
