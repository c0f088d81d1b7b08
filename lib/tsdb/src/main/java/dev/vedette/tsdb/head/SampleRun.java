package dev.vedette.tsdb.head;

import dev.vedette.model.Histogram;
import dev.vedette.model.SpecialValues;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Samples of one series, strictly ascending: those from {@link #from} to {@link #to} of arrays that
 * may be longer, and may belong to somebody else. One thread; reusable.
 *
 * <p>Histograms and start timestamps are there where any sample has one: null and 0 for the others.
 * The bits beside a histogram are those of a staleness marker.
 */
final class SampleRun {
  long[] timestamps;
  long[] bits;
  @Nullable Histogram @Nullable [] histograms;
  long @Nullable [] starts;
  int from;
  int to;

  SampleRun() {
    this(64);
  }

  SampleRun(int capacity) {
    timestamps = new long[capacity];
    bits = new long[capacity];
  }

  private SampleRun(SampleRun of) {
    timestamps = of.timestamps;
    bits = of.bits;
    histograms = of.histograms;
    starts = of.starts;
  }

  int size() {
    return to - from;
  }

  void clear() {
    from = 0;
    to = 0;
    histograms = null;
    starts = null;
  }

  /** Shows the samples that a reader has just found, without a copy. */
  void show(SampleReader reader) {
    timestamps = reader.timestamps();
    bits = reader.valueBits();
    from = reader.from();
    to = Math.max(from, reader.to());
    starts = to > from ? reader.starts() : null;
  }

  void add(long timestamp, long valueBits) {
    if (to == timestamps.length) {
      reserve(Math.max(16, to * 2));
    }
    timestamps[to] = timestamp;
    bits[to] = valueBits;
    if (histograms != null) {
      histograms[to] = null;
    }
    if (starts != null) {
      starts[to] = 0;
    }
    to++;
  }

  /** Adds a histogram, or a float where it is null, with its start timestamp. */
  void add(long timestamp, long valueBits, @Nullable Histogram histogram, long start) {
    add(timestamp, histogram == null ? valueBits : SpecialValues.STALE_BITS);
    if (histogram != null) {
      if (histograms == null) {
        histograms = new Histogram[timestamps.length];
      }
      histograms[to - 1] = histogram;
    }
    if (start != 0) {
      if (starts == null) {
        starts = new long[timestamps.length];
      }
      starts[to - 1] = start;
    }
  }

  private void addFrom(SampleRun other, int sample) {
    add(other.timestamps[sample], other.bits[sample], other.histogram(sample), other.start(sample));
  }

  /** Adds samples of another run, for which there is room. */
  private void addFrom(SampleRun other, int first, int end) {
    if (other.hasExtras() || hasExtras()) {
      for (int i = first; i < end; i++) {
        addFrom(other, i);
      }
    } else {
      System.arraycopy(other.timestamps, first, timestamps, to, end - first);
      System.arraycopy(other.bits, first, bits, to, end - first);
      to += end - first;
    }
  }

  private boolean hasExtras() {
    return histograms != null || starts != null;
  }

  @Nullable Histogram histogram(int sample) {
    return histograms == null ? null : histograms[sample];
  }

  long start(int sample) {
    return starts == null ? 0 : starts[sample];
  }

  private void reserve(int capacity) {
    if (timestamps.length < capacity) {
      timestamps = Arrays.copyOf(timestamps, capacity);
      bits = Arrays.copyOf(bits, capacity);
      if (histograms != null) {
        histograms = Arrays.copyOf(histograms, capacity);
      }
      if (starts != null) {
        starts = Arrays.copyOf(starts, capacity);
      }
    }
  }

  /** The part of the run in a closed range of time, without a copy. */
  SampleRun within(long startMillis, long endMillis) {
    SampleRun part = new SampleRun(this);
    part.from = indexOf(startMillis);
    part.to = endMillis == Long.MAX_VALUE ? to : Math.max(part.from, indexOf(endMillis + 1));
    return part;
  }

  /** Index of the first sample at or after a time. */
  private int indexOf(long timestamp) {
    return indexOf(from, timestamp);
  }

  private int indexOf(int first, long timestamp) {
    int found = Arrays.binarySearch(timestamps, first, to, timestamp);
    return found >= 0 ? found : -found - 1;
  }

  /** Whether there is a sample at a time. */
  boolean has(long timestamp) {
    return Arrays.binarySearch(timestamps, from, to, timestamp) >= 0;
  }

  /** Whether a sample is the same as one of another run, start timestamps aside. */
  boolean isSame(int sample, SampleRun other, int otherSample) {
    Histogram own = histogram(sample);
    Histogram its = other.histogram(otherSample);
    boolean same = own == null || its == null ? own == its : own.hasContentOf(its);
    return same
        && timestamps[sample] == other.timestamps[otherSample]
        && bits[sample] == other.bits[otherSample];
  }

  /** Becomes both runs as one; of two samples with one timestamp that of the late run stays. */
  void merge(SampleRun inOrder, SampleRun late) {
    clear();
    reserve(Math.max(1, inOrder.size() + late.size()));
    int a = inOrder.from;
    for (int b = late.from; b < late.to; b++) {
      int before = inOrder.indexOf(a, late.timestamps[b]);
      addFrom(inOrder, a, before);
      addFrom(late, b, b + 1);
      boolean isReplaced = before < inOrder.to && inOrder.timestamps[before] == late.timestamps[b];
      a = isReplaced ? before + 1 : before;
    }
    addFrom(inOrder, a, inOrder.to);
  }

  /** Becomes those samples of another run whose times a third has not. */
  void takeWithout(SampleRun all, SampleRun not) {
    clear();
    for (int i = all.from; i < all.to; i++) {
      if (!not.has(all.timestamps[i])) {
        addFrom(all, i);
      }
    }
  }
}
