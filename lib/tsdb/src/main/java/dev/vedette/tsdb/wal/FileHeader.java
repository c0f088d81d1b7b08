package dev.vedette.tsdb.wal;

import dev.vedette.model.Corruption;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How a file of the log begins, twice over, so that one damaged bit does not cost the whole file.
 *
 * @param number of the segment, or the first one a checkpoint does not replace
 * @param salt mixed into every checksum of the file
 */
record FileHeader(Kind kind, long number, int salt) {
  static final int COPY_BYTES = 32;
  static final int BYTES = 2 * COPY_BYTES;
  private static final int MAGIC = 0x4C415756; // "VWAL"
  private static final byte VERSION = 1;

  enum Kind {
    SEGMENT,
    CHECKPOINT
  }

  byte[] encode() {
    byte[] bytes = new byte[BYTES];
    for (int at = 0; at < BYTES; at += COPY_BYTES) {
      WalFormat.INT.set(bytes, at, MAGIC);
      bytes[at + 4] = VERSION;
      bytes[at + 5] = (byte) kind.ordinal();
      WalFormat.LONG.set(bytes, at + 8, number);
      WalFormat.INT.set(bytes, at + 16, salt);
      WalFormat.INT.set(bytes, at + 28, crc(bytes, at));
    }
    return bytes;
  }

  /** Reads one copy, or null where it is damaged. */
  static @Nullable FileHeader decode(Path file, byte[] bytes, int at) {
    if ((int) WalFormat.INT.get(bytes, at) != MAGIC
        || (int) WalFormat.INT.get(bytes, at + 28) != crc(bytes, at)) {
      return null;
    }
    if (bytes[at + 4] != VERSION || bytes[at + 5] < 0 || bytes[at + 5] > 1) {
      throw new Corruption(
          file,
          at + 4L,
          "a segment or checkpoint of log version " + VERSION,
          "version %d, kind %d, written by another release"
              .formatted(bytes[at + 4], bytes[at + 5]));
    }
    return new FileHeader(
        bytes[at + 5] == 0 ? Kind.SEGMENT : Kind.CHECKPOINT,
        (long) WalFormat.LONG.get(bytes, at + 8),
        (int) WalFormat.INT.get(bytes, at + 16));
  }

  private static int crc(byte[] bytes, int at) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, at, COPY_BYTES - 4);
    return (int) crc.getValue();
  }
}
