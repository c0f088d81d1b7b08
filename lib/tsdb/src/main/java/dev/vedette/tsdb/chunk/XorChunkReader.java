package dev.vedette.tsdb.chunk;

import dev.vedette.model.Corruption;

/** Decodes whole XOR chunks as {@link XorChunkWriter} makes them. One thread, reusable. */
public final class XorChunkReader {
  private final XorDecoder decoder = new XorDecoder();
  private long[] timestamps = new long[0];
  private long[] valueBits = new long[0];

  /**
   * Decodes a chunk; the samples are in {@link #timestamps()} and {@link #valueBits()} until the
   * next call.
   *
   * @return the number of samples
   * @throws Corruption where the bytes are not a chunk
   */
  public int read(byte[] chunk) {
    if (chunk.length < XorChunkWriter.HEADER_BYTES) {
      throw new Corruption("XOR chunk", 0, "a count of 2 bytes", chunk.length + " bytes");
    }
    int count = ((chunk[0] & 0xff) << 8) | (chunk[1] & 0xff);
    if (count > timestamps.length) {
      timestamps = new long[count];
      valueBits = new long[count];
    }
    decoder.decode(
        chunk, XorChunkWriter.HEADER_BYTES, chunk.length, count, timestamps, valueBits, 0);
    return count;
  }

  public long[] timestamps() {
    return timestamps;
  }

  public long[] valueBits() {
    return valueBits;
  }
}
