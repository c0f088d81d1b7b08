package dev.vedette.tsdb.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The bit stream of an XOR chunk being written into bytes that belong to someone else: timestamps
 * as delta of delta, values XORed with the one before.
 *
 * <p>Holds only the state between two samples, so that one encoder serves any number of chunks in
 * turn: {@link #resume} with a chunk's state, write, store the state back. One thread. Allocates
 * nothing. The caller makes sure that {@link #MAX_SAMPLE_BYTES} are free behind the last bit; bits
 * behind it are overwritten.
 *
 * <p>Bytes: {@code docs/format/chunk.md}. Method: Pelkonen et al., "Gorilla", PVLDB 8(12), 2015,
 * section 4.1.
 */
public final class XorEncoder {
  /** No earlier window of significant bits: the next changed value opens one. */
  public static final int NO_WINDOW = 0xff;

  /** 68 bits of timestamp, 77 of value, and the eight bytes that a word written may touch. */
  public static final int MAX_SAMPLE_BYTES = 28;

  /** First sample's timestamp (10 bytes at most) and value. */
  public static final int MAX_FIRST_BYTES = 10 + 8 + 8;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private byte[] bytes = new byte[0];
  private int base;
  private int bits;
  private int leading;
  private int trailing;

  /** Goes on behind {@code bits} bits, which begin at {@code bytes[base]}. */
  public void resume(byte[] bytes, int base, int bits, int leading, int trailing) {
    this.bytes = bytes;
    this.base = base;
    this.bits = bits;
    this.leading = leading;
    this.trailing = trailing;
  }

  /** Bits written so far. */
  public int bits() {
    return bits;
  }

  /** Leading zero bits of the last window, {@link #NO_WINDOW} before the first. */
  public int leading() {
    return leading;
  }

  /** Trailing zero bits of the last window. */
  public int trailing() {
    return trailing;
  }

  /** The first sample of a chunk. */
  public void first(long timestampMillis, long valueBits) {
    varint(timestampMillis << 1 ^ timestampMillis >> 63);
    put(valueBits, 64);
  }

  /** The second sample: {@code deltaMillis} after the first. */
  public void second(long deltaMillis, long valueBits, long previousBits) {
    varint(deltaMillis);
    value(valueBits ^ previousBits);
  }

  /** Any later sample. */
  public void next(long deltaOfDelta, long valueBits, long previousBits) {
    if (deltaOfDelta == 0) {
      put(0, 1);
    } else if (fits(deltaOfDelta, 14)) {
      put((0b10L << 14) | (deltaOfDelta & 0x3fff), 16);
    } else if (fits(deltaOfDelta, 17)) {
      put((0b110L << 17) | (deltaOfDelta & 0x1ffff), 20);
    } else if (fits(deltaOfDelta, 20)) {
      put((0b1110L << 20) | (deltaOfDelta & 0xfffff), 24);
    } else {
      put(0b1111, 4);
      put(deltaOfDelta, 64);
    }
    value(valueBits ^ previousBits);
  }

  /** {@code samples} more at the same interval with the same value: two zero bits each. */
  public void repeat(int samples) {
    int left = 2 * samples;
    while (left > 0) {
      int now = Math.min(left, 64);
      put(0, now);
      left -= now;
    }
  }

  private static boolean fits(long value, int width) {
    return -((1L << (width - 1)) - 1) <= value && value <= 1L << (width - 1);
  }

  private void value(long xor) {
    if (xor == 0) {
      put(0, 1);
      return;
    }
    int newLeading = Math.min(Long.numberOfLeadingZeros(xor), 31);
    int newTrailing = Long.numberOfTrailingZeros(xor);
    if (leading != NO_WINDOW && newLeading >= leading && newTrailing >= trailing) {
      int width = 64 - leading - trailing;
      put(0b10, 2);
      put(xor >>> trailing, width);
      return;
    }
    leading = newLeading;
    trailing = newTrailing;
    int width = 64 - leading - trailing;
    put((0b11L << 11) | ((long) leading << 6) | (width & 63), 13);
    put(xor >>> trailing, width);
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      put((rest & 0x7f) | 0x80, 8);
      rest >>>= 7;
    }
    put(rest, 8);
  }

  /** Appends the low {@code width} bits; those above them are zero. Zeroes what follows. */
  private void put(long value, int width) {
    int at = base + (bits >>> 3);
    int used = bits & 7;
    int free = 64 - used;
    long kept = (long) LONG.get(bytes, at) & ~(-1L >>> used);
    if (width <= free) {
      LONG.set(bytes, at, kept | (value << (free - width)));
    } else {
      int rest = width - free;
      LONG.set(bytes, at, kept | (value >>> rest));
      bytes[at + 8] = (byte) (value << (8 - rest));
    }
    bits += width;
  }
}
