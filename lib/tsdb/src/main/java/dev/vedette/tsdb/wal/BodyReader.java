package dev.vedette.tsdb.wal;

import dev.vedette.model.Utf8;
import java.nio.charset.CharacterCodingException;

/**
 * Reads the body of one record field by field. Its checksum was right, so a body that does not fit
 * its type was written by a bug or another release: {@link Malformed}.
 */
final class BodyReader {
  private byte[] bytes = new byte[0];
  private int at;
  private int end;

  /** A body that is not of its type; the reader of the file says where. */
  static final class Malformed extends Exception {
    Malformed(String found) {
      super(found);
    }
  }

  void reset(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  int at() {
    return at;
  }

  int u32() throws Malformed {
    need(4);
    int value = (int) WalFormat.INT.get(bytes, at);
    at += 4;
    return value;
  }

  long i64() throws Malformed {
    need(8);
    long value = (long) WalFormat.LONG.get(bytes, at);
    at += 8;
    return value;
  }

  byte i8() throws Malformed {
    need(1);
    return bytes[at++];
  }

  /** The low {@code size} bytes of a number; 1 to 8. */
  long fixed(int size) throws Malformed {
    need(size);
    if (bytes.length - at >= 8) {
      long eight = (long) WalFormat.LONG.get(bytes, at);
      at += size;
      return eight & -1L >>> 64 - 8 * size;
    }
    long value = 0;
    for (int i = size - 1; i >= 0; i--) {
      value = value << 8 | bytes[at + i] & 0xff;
    }
    at += size;
    return value;
  }

  long varint() throws Malformed {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte b = i8();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new Malformed("a varint of more than ten bytes");
  }

  /** Skips a run of bytes behind its length, and returns the length. */
  int run() throws Malformed {
    long size = varint();
    if (size < 0 || size > end - at) {
      throw new Malformed("%d bytes in the last %d".formatted(size, end - at));
    }
    at += (int) size;
    return (int) size;
  }

  /** To the start of a run that was just skipped. */
  void back(int size) {
    at -= size;
  }

  String string() throws Malformed {
    long size = varint();
    if (size < 0 || size > end - at) {
      throw new Malformed("a string of %d bytes in the last %d".formatted(size, end - at));
    }
    try {
      String text = Utf8.decode(bytes, at, at + (int) size);
      at += (int) size;
      return text;
    } catch (CharacterCodingException e) {
      throw new Malformed("a string that is not UTF-8");
    }
  }

  void finish() throws Malformed {
    if (at != end) {
      throw new Malformed("%d more bytes than its fields".formatted(end - at));
    }
  }

  private void need(int size) throws Malformed {
    if (end - at < size) {
      throw new Malformed("an end %d bytes too early".formatted(size - (end - at)));
    }
  }
}
