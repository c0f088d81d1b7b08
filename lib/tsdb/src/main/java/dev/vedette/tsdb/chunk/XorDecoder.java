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
  // Of a word read from the middle of a byte.
  private static final int SURE_BITS = 57;
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
    if (count > 1) {
      delta = varint();
      timestamp += delta;
      value ^= xor();
      timestamps[into + 1] = timestamp;
      valueBits[into + 1] = value;
    }
    for (int i = 2; i < count; i++) {
      if (!hasWord()) {
        delta += deltaOfDelta();
        value ^= xor();
      } else if (word() >= 0) {
        // As long after the last one as that one came, which a zero bit says.
        value ^= xor(word() << 1, 1);
      } else {
        delta += deltaOfDelta(word());
        value ^= hasWord() ? xor(word(), 0) : xor();
      }
      timestamp += delta;
      timestamps[into + i] = timestamp;
      valueBits[into + i] = value;
    }
  }

  /** Whether {@link #word} may be asked for. */
  private boolean hasWord() {
    return (at >>> 3) + Long.BYTES <= bytes.length;
  }

  /** The next bits, {@value #SURE_BITS} of them for sure. Nearly all of what comes takes fewer. */
  private long word() {
    return (long) LONG.get(bytes, (int) (at >>> 3)) << (at & 7);
  }

  /** A difference other than none, of which {@code word} is the beginning. */
  private long deltaOfDelta(long word) {
    int ones = Long.numberOfLeadingZeros(~word);
    if (ones > 3) {
      skip(4);
      return take(64);
    }
    int width = 11 + 3 * ones;
    skip(ones + 1 + width);
    return signed(word << (ones + 1) >>> (64 - width), width);
  }

  private static long signed(long raw, int width) {
    return raw > 1L << (width - 1) ? raw - (1L << width) : raw;
  }

  /**
   * A value, of which {@code word} is the beginning.
   *
   * @param before bits that were taken of the word already
   */
  private long xor(long word, int before) {
    if (word >= 0) {
      skip(before + 1);
      return 0;
    }
    int used = before + 2;
    long rest = word << 1;
    if (rest < 0) {
      setWindow((int) (rest << 1 >>> 59), (int) (rest >>> 52) & 63);
      used += 11;
      rest <<= 11;
    }
    int width = 64 - leading - trailing;
    if (used + width > SURE_BITS) {
      skip(used);
      return take(width) << trailing;
    }
    skip(used + width);
    return rest << 1 >>> (64 - width) << trailing;
  }

  private void skip(int bits) {
    at += bits;
    if (at > end) {
      throw damaged(bits + " more bits", (end - at + bits) + " bits");
    }
  }

  private void setWindow(int newLeading, int widthOrZero) {
    int width = widthOrZero == 0 ? 64 : widthOrZero;
    if (newLeading + width > 64) {
      throw damaged("at most 64 bits of value", newLeading + " leading and " + width + " others");
    }
    leading = newLeading;
    trailing = 64 - newLeading - width;
  }

  private long deltaOfDelta() {
    if (take(1) == 0) {
      return 0;
    }
    int width = take(1) == 0 ? 14 : take(1) == 0 ? 17 : take(1) == 0 ? 20 : 64;
    long raw = take(width);
    return width < 64 ? signed(raw, width) : raw;
  }

  private long xor() {
    if (take(1) == 0) {
      return 0;
    }
    if (take(1) == 1) {
      setWindow((int) take(5), (int) take(6));
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
