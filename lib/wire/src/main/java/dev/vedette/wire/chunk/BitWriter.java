package dev.vedette.wire.chunk;

import java.util.Arrays;

/** Bits one after another, each number's highest bit first. Used again for the next chunk. */
final class BitWriter {
  private static final int BYTE = 8;
  // Widths of the classes that small numbers are written in, after as many ones and a zero.
  private static final int[] WIDTHS = {3, 6, 9, 12, 18, 25, 56};

  private byte[] bytes = new byte[256];
  private int bits;

  void clear() {
    bits = 0;
  }

  /** The lowest {@code width} bits of a number. */
  void put(long value, int width) {
    int wanted = (bits + width + BYTE - 1) / BYTE;
    if (wanted > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(wanted, bytes.length * 2));
    }
    int left = width;
    while (left > 0) {
      int used = bits % BYTE;
      int now = Math.min(left, BYTE - used);
      int part = (int) (value >>> left - now) & (1 << now) - 1;
      int shifted = part << BYTE - used - now;
      int at = bits / BYTE;
      bytes[at] = (byte) (used == 0 ? shifted : bytes[at] | shifted);
      bits += now;
      left -= now;
    }
  }

  void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      put(rest & 0x7f | 0x80, BYTE);
      rest >>>= 7;
    }
    put(rest, BYTE);
  }

  /** A number of either sign: the nearer to zero, the fewer bits. */
  void signed(long value) {
    if (value == 0) {
      put(0, 1);
      return;
    }
    for (int i = 0; i < WIDTHS.length; i++) {
      if (fits(value, WIDTHS[i])) {
        inClass(i, value);
        return;
      }
    }
    put(0xff, BYTE);
    put(value, Long.SIZE);
  }

  /** A number that is not negative, or one of 64 bits without a sign. */
  void unsigned(long value) {
    if (value == 0) {
      put(0, 1);
      return;
    }
    for (int i = 0; i < WIDTHS.length; i++) {
      if (value >>> WIDTHS[i] == 0) {
        inClass(i, value);
        return;
      }
    }
    put(0xff, BYTE);
    put(value, Long.SIZE);
  }

  /** Ones that count the class, a zero, the number. */
  private void inClass(int i, long value) {
    put((1L << i + 2) - 2, i + 2);
    put(value, WIDTHS[i]);
  }

  /** Whether a number is one of the {@code 2^width} from {@code -2^(width-1)+1} on. */
  static boolean fits(long value, int width) {
    return -((1L << width - 1) - 1) <= value && value <= 1L << width - 1;
  }

  /** A double's bits against those before it; the window of bits that differ is kept in there. */
  void xor(long value, XorWindow window) {
    long xor = value ^ window.previous;
    window.previous = value;
    if (xor == 0) {
      put(0, 1);
      return;
    }
    int leading = Math.min(Long.numberOfLeadingZeros(xor), XorWindow.MOST_LEADING);
    int trailing = Long.numberOfTrailingZeros(xor);
    if (window.holds(leading, trailing)) {
      put(0b10, 2);
    } else {
      window.leading = leading;
      window.trailing = trailing;
      put(0b11, 2);
      put(leading, 5);
      // 64 bits are written as 0: a window is never empty.
      put(Long.SIZE - leading - trailing, 6);
    }
    put(xor >>> window.trailing, Long.SIZE - window.leading - window.trailing);
  }

  byte[] bytes() {
    return bytes;
  }

  /** Bytes that hold all bits; zeros fill the last one. */
  int size() {
    return (bits + BYTE - 1) / BYTE;
  }
}
