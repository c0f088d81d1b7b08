package dev.vedette.wire.exposition;

import java.util.Arrays;

/** Where labels lie in a body, four offsets a label: name from, name to, value from, value to. */
final class Offsets {
  private int[] offsets = new int[64];
  private int used;

  void clear() {
    used = 0;
  }

  void add(int nameFrom, int nameTo, int valueFrom, int valueTo) {
    if (used + 4 > offsets.length) {
      offsets = Arrays.copyOf(offsets, offsets.length * 2);
    }
    offsets[used] = nameFrom;
    offsets[used + 1] = nameTo;
    offsets[used + 2] = valueFrom;
    offsets[used + 3] = valueTo;
    used += 4;
  }

  int size() {
    return used / 4;
  }

  int nameFrom(int label) {
    return offsets[4 * label];
  }

  int nameTo(int label) {
    return offsets[4 * label + 1];
  }

  int valueFrom(int label) {
    return offsets[4 * label + 2];
  }

  int valueTo(int label) {
    return offsets[4 * label + 3];
  }
}
