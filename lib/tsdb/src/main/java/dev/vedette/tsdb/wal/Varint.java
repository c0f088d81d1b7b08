package dev.vedette.tsdb.wal;

/** Unsigned numbers, seven bits a byte, the lowest first. */
final class Varint {
  private Varint() {}

  /** Writes a number and returns the end of it. */
  static int put(byte[] bytes, int from, long value) {
    int at = from;
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[at++] = (byte) rest;
    return at;
  }
}
