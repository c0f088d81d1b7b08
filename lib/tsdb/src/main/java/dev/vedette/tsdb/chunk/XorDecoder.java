package dev.vedette.tsdb.chunk;

import dev.vedette.model.Corruption;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads the bit stream of an XOR chunk, the other side of {@link XorEncoder}. One thread, reusable,
 * allocates nothing. Damage that the stream itself can show (it ends too early, an impossible
 * width) is a {@link Corruption}; whoever stores chunks adds a checksum.
 */
public final class XorDecoder {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private byte[] bytes = new byte[0];
  private long at;
  private long end;
  private int leading;
  private int trailing;

  /**
   * Decodes {@code count} samples of the stream in {@code bytes[from, to)} into the arrays from
   * index {@code into} on.
   */
  public void decode(
      byte[] bytes, int from, int to, int count, long[] timestamps, long[] valueBits, int into) {
    this.bytes = bytes;
    this.at = 8L * from;
    this.end = 8L * to;
    this.leading = 0;
    this.trailing = 0;
    if (count == 0) {
      return;
    }
    long unsigned = varint();
    long timestamp = unsigned >>> 1 ^ -(unsigned & 1);
    long value = take(64);
    timestamps[into] = timestamp;
    valueBits[into] = value;
    long delta = 0;
    for (int i = 1; i < count; i++) {
      delta = i == 1 ? varint() : delta + deltaOfDelta();
      timestamp += delta;
      value ^= xor();
      timestamps[into + i] = timestamp;
      valueBits[into + i] = value;
    }
  }

  private long deltaOfDelta() {
    if (take(1) == 0) {
      return 0;
    }
    int width = take(1) == 0 ? 14 : take(1) == 0 ? 17 : take(1) == 0 ? 20 : 64;
    long raw = take(width);
    return width < 64 && raw > 1L << (width - 1) ? raw - (1L << width) : raw;
  }

  private long xor() {
    if (take(1) == 0) {
      return 0;
    }
    if (take(1) == 1) {
      leading = (int) take(5);
      int width = (int) take(6);
      width = width == 0 ? 64 : width;
      if (leading + width > 64) {
        throw damaged("at most 64 bits of value", leading + " leading and " + width + " others");
      }
      trailing = 64 - leading - width;
    }
    return take(64 - leading - trailing) << trailing;
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      long b = take(8);
      value |= (b & 0x7f) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw damaged("a varint of at most 10 bytes", "a longer one");
  }

  private long take(int width) {
    if (at + width > end) {
      throw damaged(width + " more bits", (end - at) + " bits");
    }
    int index = (int) (at >>> 3);
    int used = (int) at & 7;
    at += width;
    if (index + 9 <= bytes.length) {
      long word = (long) LONG.get(bytes, index) << used;
      if (used != 0) {
        word |= (bytes[index + 8] & 0xffL) >>> (8 - used);
      }
      return word >>> (64 - width);
    }
    return takeSlowly(index, used, width);
  }

  /** Near the end of the array, where no whole word is left. */
  private long takeSlowly(int from, int used, int width) {
    long value = 0;
    int bit = used;
    int index = from;
    for (int i = 0; i < width; i++) {
      value = (value << 1) | ((bytes[index] >>> (7 - bit)) & 1);
      if (++bit == 8) {
        bit = 0;
        index++;
      }
    }
    return value;
  }

  private Corruption damaged(String expected, String found) {
    return new Corruption("XOR chunk", at >>> 3, expected, found);
  }
}
