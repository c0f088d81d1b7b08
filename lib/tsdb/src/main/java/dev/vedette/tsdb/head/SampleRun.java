package dev.vedette.tsdb.head;

import java.util.Arrays;

/**
 * Samples of one series, strictly ascending: those from {@link #from} to {@link #to} of two arrays
 * that may be longer, and may belong to somebody else. One thread; reusable.
 */
final class SampleRun {
  long[] timestamps;
  long[] bits;
  int from;
  int to;

  SampleRun() {
    this(64);
  }

  SampleRun(int capacity) {
    timestamps = new long[capacity];
    bits = new long[capacity];
  }

  private SampleRun(long[] timestamps, long[] bits) {
    this.timestamps = timestamps;
    this.bits = bits;
  }

  int size() {
    return to - from;
  }

  void clear() {
    from = 0;
    to = 0;
  }

  /** Shows the samples that a reader has just found, without a copy. */
  void show(SampleReader reader) {
    timestamps = reader.timestamps();
    bits = reader.valueBits();
    from = reader.from();
    to = Math.max(from, reader.to());
  }

  void add(long timestamp, long valueBits) {
    if (to == timestamps.length) {
      reserve(to * 2);
    }
    timestamps[to] = timestamp;
    bits[to] = valueBits;
    to++;
  }

  private void reserve(int capacity) {
    if (timestamps.length < capacity) {
      timestamps = Arrays.copyOf(timestamps, capacity);
      bits = Arrays.copyOf(bits, capacity);
    }
  }

  /** The part of the run in a closed range of time, without a copy. */
  SampleRun within(long startMillis, long endMillis) {
    SampleRun part = new SampleRun(timestamps, bits);
    part.from = indexOf(startMillis);
    part.to = endMillis == Long.MAX_VALUE ? to : Math.max(part.from, indexOf(endMillis + 1));
    return part;
  }

  /** Index of the first sample at or after a time. */
  private int indexOf(long timestamp) {
    int found = Arrays.binarySearch(timestamps, from, to, timestamp);
    return found >= 0 ? found : -found - 1;
  }

  /** Becomes both runs as one; of two samples with one timestamp that of the late run stays. */
  void merge(SampleRun inOrder, SampleRun late) {
    clear();
    reserve(Math.max(1, inOrder.size() + late.size()));
    int a = inOrder.from;
    int b = late.from;
    while (a < inOrder.to || b < late.to) {
      boolean takesLate =
          a == inOrder.to || b < late.to && late.timestamps[b] <= inOrder.timestamps[a];
      if (takesLate) {
        if (a < inOrder.to && late.timestamps[b] == inOrder.timestamps[a]) {
          a++;
        }
        add(late.timestamps[b], late.bits[b]);
        b++;
      } else {
        add(inOrder.timestamps[a], inOrder.bits[a]);
        a++;
      }
    }
  }
}
