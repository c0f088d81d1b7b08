package dev.vedette.tsdb.index;

import com.github.luben.zstd.Zstd;
import dev.vedette.model.Invariant;
import java.util.ArrayList;
import java.util.List;

/**
 * Small numbers kept as varints in chunks, written once, read from the start any number of times.
 * Full chunks are compressed: neighbouring series have most of their label values in common, so ten
 * million numbers take a few megabytes.
 */
final class SeriesSpool {
  private static final int CHUNK_BYTES = 256 << 10;
  private static final int MAX_VARINT = 5;
  private static final int LEVEL = 1;

  private final List<byte[]> packed = new ArrayList<>();
  private byte[] chunk = new byte[CHUNK_BYTES];
  private int used;

  void add(int value) {
    if (used + MAX_VARINT > chunk.length) {
      packed.add(Zstd.compress(chunk, LEVEL));
      used = 0;
    }
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      chunk[used++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    chunk[used++] = (byte) rest;
  }

  Reader reader() {
    return new Reader();
  }

  /** Numbers in the order they were added; the caller knows how many there are. */
  final class Reader {
    private int index = -1;
    private byte[] bytes = {};
    private byte[] unpacked = {};
    private int at;

    int next() {
      // The writer leaves a chunk where a longest varint no longer fits; so does the reader.
      if (at + MAX_VARINT > bytes.length) {
        advance();
      }
      int value = 0;
      for (int shift = 0; ; shift += 7) {
        byte b = bytes[at++];
        value |= (b & 0x7f) << shift;
        if (b >= 0) {
          return value;
        }
      }
    }

    private void advance() {
      index++;
      at = 0;
      if (index == packed.size()) {
        bytes = chunk;
        return;
      }
      if (unpacked.length == 0) {
        unpacked = new byte[CHUNK_BYTES];
      }
      long size = Zstd.decompress(unpacked, packed.get(index));
      Invariant.check(size == CHUNK_BYTES, "BUG: a chunk of the spool has %d bytes", size);
      bytes = unpacked;
    }
  }
}
