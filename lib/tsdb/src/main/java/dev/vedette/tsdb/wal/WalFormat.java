package dev.vedette.tsdb.wal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Numbers and frames of {@code docs/format/wal.md}. Little-endian throughout. */
final class WalFormat {
  static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  static final byte SERIES = 1;
  static final byte SAMPLES = 2;
  static final byte METADATA = 3;
  static final byte END = 4;
  static final byte PACKED = 5;
  static final byte HISTOGRAMS = 6;
  static final byte NEWEST = 8;
  static final byte EXEMPLAR = 9;

  /** In a checkpoint: what changes of histograms that follow it are changes of. */
  static final byte BASES = 10;

  // Logs from before the first release have it for something else.
  private static final byte UNUSED = 7;

  /** {@code len u32 | crc u32} before the type. */
  static final int FRAME_BYTES = 8;

  /** Bounds what a reader holds, and what it checks while it looks for the next intact record. */
  static final int MAX_RECORD_BYTES = 1 << 20;

  /** {@code bytes of the records u32} before the zstd frame of a pack. */
  static final int PACK_HEADER_BYTES = 4;

  /** Bounds what a reader allocates for a pack. */
  static final int MAX_PACK_BYTES = 1 << 20;

  /** {@code base ref u32 | base timestamp i64 | count u32}. */
  static final int SAMPLES_HEADER_BYTES = 16;

  // The flag byte of a sample: two bits, then six of a value code.
  static final int NEXT_REF = 1;
  static final int SAME_TIME = 2;
  static final int CODE_SHIFT = 2;

  // Value codes; 0 to 31 are the integers themselves.
  static final int CODE_SMALL = 32;
  static final int CODE_SAME = 32;
  static final int CODE_STALE = 33;
  static final int CODE_NAN = 34;
  static final int CODE_POSITIVE = 34;
  static final int CODE_NEGATIVE = 41;
  static final int CODE_RAW = 48;
  static final int LAST_CODE = CODE_RAW + 8;

  // In place of a value: the sample that follows has a start timestamp, that of the last one which
  // had one, or another.
  static final int CODE_STARTED = 57;
  static final int CODE_OTHER_START = 58;

  /** Integers of at most seven bytes; every double up to here is exact. */
  static final long MAX_INTEGER = 1L << 53;

  // In place of a histogram's size, none of which is 0: it is the change of another one.
  static final byte CHANGE = 0;

  // The code byte of a start timestamp.
  static final byte NO_START = 0;
  static final byte SAME_START = 1;
  static final byte OTHER_START = 2;

  private WalFormat() {}

  static boolean isKnown(byte type) {
    return type >= SERIES && type <= BASES && type != UNUSED;
  }

  /** CRC-32C of a frame's length, type and body; {@code length} counts type and body. */
  static int crc(CRC32C crc, byte[] bytes, int frame, int length) {
    crc.reset();
    crc.update(bytes, frame, 4);
    crc.update(bytes, frame + FRAME_BYTES, length);
    return (int) crc.getValue();
  }

  /**
   * Mixes a file's salt into the checksums of frames, or out of them again. With it, bytes that a
   * sender put into a label cannot pass for a record when a reader looks for one behind damage.
   */
  static void mask(byte[] bytes, int from, int to, int salt) {
    int at = from;
    while (at < to) {
      INT.set(bytes, at + 4, (int) INT.get(bytes, at + 4) ^ salt);
      at += FRAME_BYTES + (int) INT.get(bytes, at);
    }
  }
}
