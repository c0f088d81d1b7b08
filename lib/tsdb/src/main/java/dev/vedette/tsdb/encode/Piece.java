package dev.vedette.tsdb.encode;

/**
 * Where a piece of a file lies: {@code length} bytes from {@code offset}, followed by the CRC32C of
 * these bytes (4 bytes, little-endian). Everything in a block belongs to a piece, so no damaged
 * byte goes unnoticed.
 */
public record Piece(long offset, int length) {
  static final int CHECKSUM_BYTES = Integer.BYTES;

  /** Bytes it takes in the file, checksum included. */
  public long storedBytes() {
    return (long) length + CHECKSUM_BYTES;
  }

  public long end() {
    return offset + storedBytes();
  }

  public static void write(ByteSink out, Piece piece) {
    out.varint(piece.offset).varint(piece.length);
  }

  public static Piece read(ByteSource in) {
    long offset = in.varint();
    return new Piece(offset, in.count("a piece length", Integer.MAX_VALUE));
  }
}
