package dev.vedette.tsdb.encode;

/** Bits being written, the first in the highest place of a byte. Not thread-safe. */
final class BitSink {
  private final ByteSink bytes = new ByteSink();
  private long pending;
  private int pendingBits;
  private long size;

  void clear() {
    bytes.clear();
    pending = 0;
    pendingBits = 0;
    size = 0;
  }

  /** Bits written. */
  long size() {
    return size;
  }

  /** Writes the low {@code count} bits of a value, 0 to 64 of them. */
  void write(long value, int count) {
    if (count > 32) {
      write32(value >>> 32, count - 32);
      write32(value, 32);
    } else if (count > 0) {
      write32(value, count);
    }
  }

  private void write32(long value, int count) {
    size += count;
    pending = pending << count | value & (1L << count) - 1;
    pendingBits += count;
    while (pendingBits >= Byte.SIZE) {
      pendingBits -= Byte.SIZE;
      bytes.u8((int) (pending >>> pendingBits));
    }
  }

  /** Appends all bits to {@code out}, the last byte filled with zeros. */
  void writeTo(ByteSink out) {
    out.raw(bytes.array(), 0, bytes.size());
    if (pendingBits > 0) {
      out.u8((int) (pending << Byte.SIZE - pendingBits));
    }
  }
}
