package dev.vedette.tsdb.head;

import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Invariant;
import org.jspecify.annotations.Nullable;

/**
 * Neighbouring samples of a wide series of one kind, floats or histograms of one layout, as bytes.
 * Immutable, though the bytes behind {@code length} may be shared with the chunk that comes to
 * replace this one.
 *
 * <pre>
 * sample: flags u8 | [time] | [start] | value
 * flags: 1 time follows, the zigzag varint of how much the step differs from the last one;
 *        2 start follows, the zigzag varint of the difference to the last one; 4 and 8 reset hint
 * value of floats: bits XOR the last ones
 * value of histograms: sum XOR the last one, then columns: of integers the zigzag difference to
 *        the last histogram, of floats the bits XOR the last ones; a 0 stands for as many columns
 *        that did not change as the varint behind it says
 * </pre>
 *
 * XORs are varints of the bytes reversed, for it is the low bytes that are zero.
 *
 * @param layout layout of the histograms; null for floats
 * @param isFloat whether counts are floats
 * @param first time of the first sample
 * @param last time of the last sample
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record WideChunk(
    @Nullable HistogramLayout layout,
    boolean isFloat,
    byte[] bytes,
    int length,
    int count,
    long first,
    long last) {
  static final int TIME = 1;
  static final int START = 2;
  static final int RESET_SHIFT = 2;

  /** Adds the samples of a closed range of time to a run. */
  void copy(long start, long end, SampleRun into) {
    if (first <= end && last >= start) {
      new Decoder(this).decode(start, end, into);
    }
  }

  private static final class Decoder {
    private final WideChunk chunk;
    private final long[] columns;
    private int at;

    Decoder(WideChunk chunk) {
      this.chunk = chunk;
      this.columns = new long[chunk.layout == null ? 0 : chunk.layout.columns()];
    }

    void decode(long from, long to, SampleRun into) {
      long time = 0;
      long step = 0;
      long start = 0;
      long bits = 0;
      for (int i = 0; i < chunk.count; i++) {
        int flags = chunk.bytes[at++];
        step += (flags & TIME) != 0 ? zigzag() : 0;
        time += step;
        start += (flags & START) != 0 ? zigzag() : 0;
        bits ^= Long.reverseBytes(varint());
        columns();
        if (time > to) {
          return;
        }
        if (time >= from) {
          into.add(time, bits, histogram(bits, flags >> RESET_SHIFT), start);
        }
      }
      Invariant.check(at == chunk.length, "BUG: chunk of %d bytes read to %d", chunk.length, at);
    }

    private void columns() {
      int column = 0;
      while (column < columns.length) {
        long change = varint();
        if (change == 0) {
          column += (int) varint();
        } else if (chunk.isFloat) {
          columns[column++] ^= Long.reverseBytes(change);
        } else {
          columns[column++] += change >>> 1 ^ -(change & 1);
        }
      }
    }

    private @Nullable Histogram histogram(long sumBits, int reset) {
      HistogramLayout layout = chunk.layout;
      return layout == null
          ? null
          : Histogram.ofColumns(
              layout, chunk.isFloat, CounterReset.of(reset), sumBits, columns.clone());
    }

    private long zigzag() {
      long value = varint();
      return value >>> 1 ^ -(value & 1);
    }

    private long varint() {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte b = chunk.bytes[at++];
        value |= (long) (b & 0x7f) << shift;
        if (b >= 0) {
          return value;
        }
      }
    }
  }
}
