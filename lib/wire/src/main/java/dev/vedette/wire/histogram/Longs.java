package dev.vedette.wire.histogram;

import dev.vedette.wire.proto.ProtoReader;
import java.util.Arrays;

/** A list of numbers that is filled again and again. */
final class Longs {
  private long[] values = new long[16];
  private int size;

  void clear() {
    size = 0;
  }

  void add(long value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2);
    }
    values[size++] = value;
  }

  /** Adds doubles by their bits: packed, or one of them. */
  void readFixed(ProtoReader in, int tag, int limit) {
    if ((tag & 7) == ProtoReader.LENGTH) {
      int end = in.end(limit);
      while (in.at() < end) {
        add(in.fixed64(end));
      }
    } else {
      add(in.fixed64(limit));
    }
  }

  int size() {
    return size;
  }

  long get(int at) {
    return values[at];
  }

  double[] doubles() {
    double[] doubles = new double[size];
    for (int i = 0; i < size; i++) {
      doubles[i] = Double.longBitsToDouble(values[i]);
    }
    return doubles;
  }
}
