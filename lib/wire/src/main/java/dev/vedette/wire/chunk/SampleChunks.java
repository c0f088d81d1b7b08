package dev.vedette.wire.chunk;

import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the samples of one series into chunks and encodes them one by one: {@link #begin}, then
 * {@link #next} while it is true; the getters describe the chunk encoded last. A chunk holds up to
 * {@value #MOST_SAMPLES} samples of one kind: floats, histograms of integers or histograms of
 * floats, the latter two of one layout and without a counter reset between them. One thread; its
 * buffers are used again.
 *
 * <p>Bytes: {@code docs/format/read-chunk.md}.
 */
public final class SampleChunks {
  /** As Prometheus cuts its own: long enough to pay for its beginning, short enough to skip. */
  public static final int MOST_SAMPLES = 120;

  /** Numbers of the encodings in the message that carries a chunk. */
  public static final int XOR = 1;

  public static final int HISTOGRAM = 2;
  public static final int FLOAT_HISTOGRAM = 3;

  private final BitWriter out = new BitWriter();
  private final HistogramChunk histogramChunk = new HistogramChunk(out);
  private final XorWindow window = new XorWindow();

  private long[] timestamps = {};
  private double[] values = {};
  private @Nullable Histogram @Nullable [] histograms;
  private int size;
  private int from;
  private int to;
  private int encoding;

  /** Samples to encode: as a {@link dev.vedette.model.SeriesBatch} has those of a series. */
  public void begin(
      long[] timestamps, double[] values, @Nullable Histogram @Nullable [] histograms, int size) {
    this.timestamps = timestamps;
    this.values = values;
    this.histograms = histograms;
    this.size = size;
    to = 0;
  }

  /** Encodes the next chunk; false where there are no samples left. */
  public boolean next() {
    if (to == size) {
      return false;
    }
    from = to;
    to = end();
    out.clear();
    out.put(to - from, 16);
    Histogram first = histogram(from);
    if (first == null) {
      encoding = XOR;
      floats();
    } else {
      encoding = first.isFloat() ? FLOAT_HISTOGRAM : HISTOGRAM;
      histogramChunk.begin(first, timestamps[from]);
      for (int i = from + 1; i < to; i++) {
        Histogram next = histogram(i);
        histogramChunk.add(next == null ? first : next, timestamps[i]);
      }
    }
    return true;
  }

  private @Nullable Histogram histogram(int sample) {
    return histograms == null ? null : histograms[sample];
  }

  private int end() {
    int most = Math.min(size, from + MOST_SAMPLES);
    int end = from + 1;
    Histogram last = histogram(from);
    while (end < most && goTogether(last, histogram(end))) {
      last = histogram(end);
      end++;
    }
    return end;
  }

  private static boolean goTogether(@Nullable Histogram last, @Nullable Histogram next) {
    if (last == null || next == null) {
      return last == next;
    }
    boolean gauge = last.reset() == CounterReset.GAUGE;
    return !last.isStale()
        && !next.isStale()
        && last.isFloat() == next.isFloat()
        && gauge == (next.reset() == CounterReset.GAUGE)
        && last.layout().equals(next.layout())
        && (gauge || !isReset(last, next));
  }

  /** Whether the counter began anew; readers take it for granted that it did not in a chunk. */
  private static boolean isReset(Histogram last, Histogram next) {
    if (next.reset() == CounterReset.YES) {
      return true;
    }
    HistogramLayout layout = last.layout();
    for (int column = 0; column < layout.columns(); column++) {
      boolean less =
          last.isFloat()
              ? Double.longBitsToDouble(next.column(column))
                  < Double.longBitsToDouble(last.column(column))
              : next.column(column) < last.column(column);
      if (less) {
        return true;
      }
    }
    return false;
  }

  private void floats() {
    long last = timestamps[from];
    long bits = Double.doubleToRawLongBits(values[from]);
    out.varint(last << 1 ^ last >> 63);
    out.put(bits, Long.SIZE);
    window.begin(bits);
    long lastDelta = 0;
    for (int i = from + 1; i < to; i++) {
      long delta = timestamps[i] - last;
      if (i == from + 1) {
        out.varint(delta);
      } else {
        deltaOfDelta(delta - lastDelta);
      }
      out.xor(Double.doubleToRawLongBits(values[i]), window);
      last = timestamps[i];
      lastDelta = delta;
    }
  }

  private void deltaOfDelta(long value) {
    if (value == 0) {
      out.put(0, 1);
    } else if (BitWriter.fits(value, 14)) {
      out.put(0b10, 2);
      out.put(value, 14);
    } else if (BitWriter.fits(value, 17)) {
      out.put(0b110, 3);
      out.put(value, 17);
    } else if (BitWriter.fits(value, 20)) {
      out.put(0b1110, 4);
      out.put(value, 20);
    } else {
      out.put(0b1111, 4);
      out.put(value, Long.SIZE);
    }
  }

  /** The encoding's number. */
  public int encoding() {
    return encoding;
  }

  /** Timestamp of the first sample. */
  public long minMillis() {
    return timestamps[from];
  }

  /** Timestamp of the last sample. */
  public long maxMillis() {
    return timestamps[to - 1];
  }

  /** The chunk is the first {@link #length} of these; they belong to this object. */
  public byte[] bytes() {
    return out.bytes();
  }

  public int length() {
    return out.size();
  }
}
