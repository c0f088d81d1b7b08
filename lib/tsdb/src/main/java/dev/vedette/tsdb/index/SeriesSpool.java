package dev.vedette.tsdb.index;

import java.util.ArrayList;
import java.util.List;

/**
 * Small numbers kept as varints in chunks, written once, read from the start any number of times.
 */
final class SeriesSpool {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int MAX_VARINT = 5;

  private final List<byte[]> chunks = new ArrayList<>();
  private byte[] chunk = {};
  private int used;

  void add(int value) {
    if (used + MAX_VARINT > chunk.length) {
      chunk = new byte[CHUNK_BYTES];
      chunks.add(chunk);
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
    private int at;

    int next() {
      // The writer leaves a chunk where a longest varint no longer fits; so does the reader.
      if (at + MAX_VARINT > bytes.length) {
        bytes = chunks.get(++index);
        at = 0;
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
  }
}
