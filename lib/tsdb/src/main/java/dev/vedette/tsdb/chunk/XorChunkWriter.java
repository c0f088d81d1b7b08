package dev.vedette.tsdb.chunk;

import dev.vedette.model.Invariant;
import java.util.Arrays;

/**
 * Collects samples of one series into a whole XOR chunk: {@code count u16} and the bit stream.
 *
 * <p>Timestamps are strictly increasing Unix milliseconds; values are IEEE 754 bits, kept exactly.
 * One thread. Appending is O(1) and allocates only when the buffer grows.
 *
 * <p>Bytes: {@code docs/format/chunk.md}.
 */
public final class XorChunkWriter {
  /** Samples a chunk can count. */
  public static final int MAX_SAMPLES = 0xffff;

  static final int HEADER_BYTES = 2;

  private final XorEncoder encoder = new XorEncoder();
  private byte[] bytes = new byte[128];
  private int count;
  private long lastTimestamp;
  private long lastDelta;
  private long lastBits;

  public XorChunkWriter() {
    clear();
  }

  /** Ready for another chunk. */
  public void clear() {
    count = 0;
    encoder.resume(bytes, HEADER_BYTES, 0, XorEncoder.NO_WINDOW, 0);
  }

  public void append(long timestampMillis, long valueBits) {
    Invariant.check(count < MAX_SAMPLES, "BUG: XOR chunk holds %d samples already", count);
    reserve();
    if (count == 0) {
      encoder.first(timestampMillis, valueBits);
    } else {
      long delta = timestampMillis - lastTimestamp;
      Invariant.check(
          delta > 0, "BUG: sample %d does not follow %d", timestampMillis, lastTimestamp);
      if (count == 1) {
        encoder.second(delta, valueBits, lastBits);
      } else {
        encoder.next(delta - lastDelta, valueBits, lastBits);
      }
      lastDelta = delta;
    }
    lastTimestamp = timestampMillis;
    lastBits = valueBits;
    count++;
  }

  private void reserve() {
    int needed = HEADER_BYTES + (encoder.bits() + 7) / 8 + XorEncoder.MAX_SAMPLE_BYTES;
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, bytes.length * 2);
      encoder.resume(bytes, HEADER_BYTES, encoder.bits(), encoder.leading(), encoder.trailing());
    }
  }

  public int count() {
    return count;
  }

  /** The chunk so far. */
  public byte[] toBytes() {
    bytes[0] = (byte) (count >>> 8);
    bytes[1] = (byte) count;
    return Arrays.copyOf(bytes, HEADER_BYTES + (encoder.bits() + 7) / 8);
  }
}
