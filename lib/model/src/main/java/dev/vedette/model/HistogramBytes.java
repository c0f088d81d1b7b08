package dev.vedette.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A native histogram as a run of bytes that needs nothing around it, the form in which one travels
 * and is logged.
 *
 * <pre>
 * flags u8 | schema i8 | [zero threshold f64] | [n varint, n × bound f64] | spans | spans | sum f64 | columns
 * flags: 1 float counts, 2–4 reset hint, 8 zero threshold follows (else it is 0), 16 it is 2^-128
 * spans: n varint, n × (offset zigzag varint, length varint); positive side, negative side
 * columns of integers: count, zero count as varints, then each bucket minus the one before, zigzag
 * columns of floats: the bits of each, bytes reversed, as a varint: whole numbers are short
 * </pre>
 *
 * Bounds are there for schema −53 only. Doubles are little-endian.
 */
public final class HistogramBytes {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int FLOAT = 1;
  private static final int RESET_SHIFT = 1;
  private static final int THRESHOLD = 8;
  private static final int USUAL_THRESHOLD = 16;
  private static final int ALL_FLAGS = 31;
  // What client libraries use unless told otherwise: 2^-128.
  private static final double USUAL = 0x1p-128;
  private static final int VARINT = 10;

  private HistogramBytes() {}

  /** Bytes that a histogram takes at most. */
  public static int maxSize(Histogram histogram) {
    HistogramLayout layout = histogram.layout();
    int spans = layout.positive().count() + layout.negative().count();
    return 2
        + 8
        + 5
        + 8 * layout.customBounds()
        + VARINT * (1 + spans)
        + 8
        + VARINT * layout.columns();
  }

  /** Writes a histogram, of at most {@link #maxSize} bytes, and returns the end of it. */
  public static int encode(Histogram histogram, byte[] bytes, int from) {
    HistogramLayout layout = histogram.layout();
    double threshold = layout.zeroThreshold();
    int flags = (histogram.isFloat() ? FLOAT : 0) | histogram.reset().ordinal() << RESET_SHIFT;
    boolean isZero = Double.doubleToRawLongBits(threshold) == 0;
    if (threshold == USUAL) {
      flags |= USUAL_THRESHOLD;
    } else if (!isZero) {
      flags |= THRESHOLD;
    }
    bytes[from] = (byte) flags;
    bytes[from + 1] = (byte) layout.schema();
    int at = from + 2;
    if ((flags & THRESHOLD) != 0) {
      LONG.set(bytes, at, Double.doubleToRawLongBits(threshold));
      at += 8;
    }
    if (layout.isCustom()) {
      at = varint(bytes, at, layout.customBounds());
      for (int i = 0; i < layout.customBounds(); i++) {
        LONG.set(bytes, at, Double.doubleToRawLongBits(layout.customBound(i)));
        at += 8;
      }
    }
    at = spans(bytes, at, layout.positive());
    at = spans(bytes, at, layout.negative());
    LONG.set(bytes, at, histogram.sumBits());
    return columns(histogram, bytes, at + 8);
  }

  private static int spans(byte[] bytes, int from, BucketSpans spans) {
    int at = varint(bytes, from, spans.count());
    for (int run = 0; run < spans.count(); run++) {
      int offset = spans.offset(run);
      at = varint(bytes, at, (offset << 1 ^ offset >> 31) & 0xffffffffL);
      at = varint(bytes, at, spans.length(run));
    }
    return at;
  }

  private static int columns(Histogram histogram, byte[] bytes, int from) {
    int at = from;
    int columns = histogram.layout().columns();
    if (histogram.isFloat()) {
      for (int i = 0; i < columns; i++) {
        at = varint(bytes, at, Long.reverseBytes(histogram.column(i)));
      }
      return at;
    }
    at = varint(bytes, at, histogram.column(HistogramLayout.COUNT));
    at = varint(bytes, at, histogram.column(HistogramLayout.ZERO_COUNT));
    long last = 0;
    for (int i = HistogramLayout.BUCKETS; i < columns; i++) {
      long delta = histogram.column(i) - last;
      at = varint(bytes, at, delta << 1 ^ delta >> 63);
      last = histogram.column(i);
    }
    return at;
  }

  private static int varint(byte[] bytes, int from, long value) {
    int at = from;
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[at++] = (byte) rest;
    return at;
  }

  /**
   * Reads and checks a histogram.
   *
   * @throws InvalidRequest ({@code invalid-histogram}) where the bytes are not one, from {@code
   *     from} to {@code to} exactly
   */
  public static Histogram decode(byte[] bytes, int from, int to) {
    Reader reader = new Reader(bytes, from, to);
    Histogram histogram = reader.histogram();
    if (reader.at != to) {
      throw HistogramChecks.invalid("%d bytes behind its end".formatted(to - reader.at));
    }
    return histogram;
  }

  private static final class Reader {
    private final byte[] bytes;
    private final int end;
    private int at;

    Reader(byte[] bytes, int from, int to) {
      this.bytes = bytes;
      this.at = from;
      this.end = to;
    }

    Histogram histogram() {
      need(2);
      int flags = bytes[at++];
      if ((flags & ~ALL_FLAGS) != 0 || (flags & THRESHOLD) != 0 && (flags & USUAL_THRESHOLD) != 0) {
        throw HistogramChecks.invalid("flags %d".formatted(flags & 0xff));
      }
      HistogramLayout layout = layout(flags, bytes[at++]);
      long sumBits = fixed();
      // A column is at least a byte, so damage cannot ask for more memory than it brings.
      need(layout.columns());
      long[] columns = new long[layout.columns()];
      boolean isFloat = (flags & FLOAT) != 0;
      long last = 0;
      for (int i = 0; i < columns.length; i++) {
        long value = varint();
        if (isFloat) {
          columns[i] = Long.reverseBytes(value);
        } else if (i < HistogramLayout.BUCKETS) {
          columns[i] = value;
        } else {
          last += value >>> 1 ^ -(value & 1);
          columns[i] = last;
        }
      }
      CounterReset reset = CounterReset.of(flags >> RESET_SHIFT & 3);
      return Histogram.ofColumns(layout, isFloat, reset, sumBits, columns).checked();
    }

    private HistogramLayout layout(int flags, int schema) {
      double threshold = 0;
      if ((flags & THRESHOLD) != 0) {
        threshold = Double.longBitsToDouble(fixed());
      } else if ((flags & USUAL_THRESHOLD) != 0) {
        threshold = USUAL;
      }
      double[] bounds = new double[schema == HistogramLayout.CUSTOM ? count(8) : 0];
      for (int i = 0; i < bounds.length; i++) {
        bounds[i] = Double.longBitsToDouble(fixed());
      }
      BucketSpans positive = spans();
      BucketSpans negative = spans();
      // Together they may be more than an int, and more than there can be bytes.
      if ((long) positive.buckets() + negative.buckets() > end - at) {
        throw HistogramChecks.invalid("more buckets than bytes");
      }
      return HistogramLayout.of(schema, threshold, positive, negative, bounds);
    }

    private BucketSpans spans() {
      int[] runs = new int[count(2) * 2];
      for (int i = 0; i < runs.length; i += 2) {
        long offset = varint();
        long length = varint();
        if (offset >>> 32 != 0 || length >>> 31 != 0) {
          throw HistogramChecks.invalid("a span of more than 32 bits");
        }
        runs[i] = (int) (offset >>> 1) ^ -(int) (offset & 1);
        runs[i + 1] = (int) length;
      }
      return BucketSpans.of(runs);
    }

    private int count(int bytesEach) {
      long count = varint();
      if (count < 0 || count > (end - at) / bytesEach) {
        throw HistogramChecks.invalid("more parts than bytes");
      }
      return (int) count;
    }

    private long fixed() {
      need(8);
      long value = (long) LONG.get(bytes, at);
      at += 8;
      return value;
    }

    private long varint() {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        need(1);
        byte b = bytes[at++];
        value |= (long) (b & 0x7f) << shift;
        if (b >= 0) {
          return value;
        }
      }
      throw HistogramChecks.invalid("a varint of more than ten bytes");
    }

    private void need(int size) {
      if (end - at < size) {
        throw HistogramChecks.invalid("it ends %d bytes too early".formatted(size - (end - at)));
      }
    }
  }
}
