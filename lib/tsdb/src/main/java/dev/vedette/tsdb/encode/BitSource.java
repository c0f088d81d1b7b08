package dev.vedette.tsdb.encode;

/**
 * Bits being read, the counterpart of {@link BitSink}. Bits behind the end read as whatever follows
 * in the array, which has to have {@value #PADDING} bytes more; {@link #isExhausted} tells
 * afterwards that this happened.
 */
final class BitSource {
  /** Bytes an array must have behind its last bit. */
  static final int PADDING = 16;

  private byte[] bytes = new byte[PADDING];
  private long position;
  private long end;

  void reset(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.position = (long) from << 3;
    this.end = (long) to << 3;
  }

  /** Reads up to 64 bits as an unsigned number. */
  long read(int count) {
    if (count <= 56) {
      return count == 0 ? 0 : short56(count);
    }
    long high = short56(count - 32);
    return high << 32 | short56(32);
  }

  private long short56(int count) {
    // Behind the end the same last words are read again, so that damage cannot lead out of bounds.
    int at = (int) (Math.min(position, end) >>> 3);
    long word = Long.reverseBytes((long) Endian.LONG.get(bytes, at));
    long value = word << (position & 7) >>> Long.SIZE - count;
    position += count;
    return value;
  }

  /** Whether more was read than was written. */
  boolean isExhausted() {
    return position > end;
  }
}
