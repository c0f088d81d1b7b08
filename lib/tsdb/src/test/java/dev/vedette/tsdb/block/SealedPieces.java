package dev.vedette.tsdb.block;

import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Where the pieces of a sound block lie, so that bytes in them can be changed and their checksums
 * be right all the same. They are found by those: they fill the file without a gap.
 */
final class SealedPieces {
  private final List<Range> ranges = new ArrayList<>();

  /** The bytes of a piece, without its checksum, which follows. */
  record Range(int from, int length) {}

  SealedPieces(byte[] sound) {
    int from = Footer.HEAD_BYTES;
    while (from < sound.length - Footer.TAIL_BYTES) {
      CRC32C crc = new CRC32C();
      int length = 0;
      do {
        crc.update(sound[from + length++]);
      } while ((int) crc.getValue() != stored(sound, from + length));
      ranges.add(new Range(from, length));
      from += length + Integer.BYTES;
    }
  }

  List<Range> ranges() {
    return ranges;
  }

  /** Makes all checksums right for what is there now. */
  void seal(byte[] bytes) {
    for (Range range : ranges) {
      int crc = crc(bytes, range.from, range.length);
      for (int i = 0; i < Integer.BYTES; i++) {
        bytes[range.from + range.length + i] = (byte) (crc >>> 8 * i);
      }
    }
  }

  static int crc(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  private static int stored(byte[] bytes, int at) {
    return bytes[at] & 0xff
        | (bytes[at + 1] & 0xff) << 8
        | (bytes[at + 2] & 0xff) << 16
        | bytes[at + 3] << 24;
  }
}
