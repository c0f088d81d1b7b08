package dev.vedette.tsdb.encode;

import dev.vedette.model.Corruption;
import dev.vedette.model.Utf8;
import java.nio.charset.CharacterCodingException;

/**
 * Bytes being read, the counterpart of {@link ByteSink}. Reads never leave the given range: bytes
 * that end early or state impossible lengths throw {@link Corruption} with the file and the offset
 * of what was read, so nothing is allocated or walked on a damaged word's say. Not thread-safe.
 */
public final class ByteSource {
  private final byte[] bytes;
  private final int end;
  private final String file;
  private final long fileOffset;
  private int at;

  /**
   * @param fileOffset where in the file these bytes come from, for messages; for bytes that were
   *     unpacked, where the packed ones begin
   */
  public ByteSource(byte[] bytes, int from, int to, String file, long fileOffset) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
    this.file = file;
    this.fileOffset = fileOffset;
  }

  /** The array read from. */
  public byte[] array() {
    return bytes;
  }

  public int position() {
    return at;
  }

  public int remaining() {
    return end - at;
  }

  public String file() {
    return file;
  }

  public long fileOffset() {
    return fileOffset;
  }

  public int u8() {
    need(1);
    return bytes[at++] & 0xff;
  }

  public int fixed32() {
    need(Integer.BYTES);
    int value = (int) Endian.INT.get(bytes, at);
    at += Integer.BYTES;
    return value;
  }

  public long fixed64() {
    need(Long.BYTES);
    long value = (long) Endian.LONG.get(bytes, at);
    at += Long.BYTES;
    return value;
  }

  public long varint() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      need(1);
      byte b = bytes[at++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw damaged("a varint of at most 10 bytes", "a longer one");
  }

  /** A varint that counts something of which there are at most {@code max}. */
  public int count(String what, long max) {
    long value = varint();
    if (value < 0 || value > Math.min(max, Integer.MAX_VALUE)) {
      throw damaged(
          "%s of at most %d".formatted(what, max), "%s".formatted(Long.toUnsignedString(value)));
    }
    return (int) value;
  }

  public long signed() {
    return Endian.unzigzag(varint());
  }

  public String utf8() {
    return text(count("a text length", remaining()));
  }

  /** UTF-8 of a length known already. */
  public String text(int length) {
    need(length);
    try {
      String text = Utf8.decode(bytes, at, at + length);
      at += length;
      return text;
    } catch (CharacterCodingException e) {
      throw damaged("UTF-8 text", "other bytes");
    }
  }

  /** Moves on without reading. */
  public void skip(int length) {
    need(length);
    at += length;
  }

  /** The next bytes as a source of their own; this one continues behind them. */
  public ByteSource slice(int length) {
    need(length);
    ByteSource slice = new ByteSource(bytes, at, at + length, file, fileOffset);
    at += length;
    return slice;
  }

  /** Throws unless everything was read. */
  public void expectEnd() {
    if (at != end) {
      throw damaged("the end", "%d more bytes".formatted(end - at));
    }
  }

  public Corruption damaged(String expected, String found) {
    return new Corruption(file, fileOffset, expected, found);
  }

  private void need(int length) {
    if (length < 0 || length > end - at) {
      throw damaged("%d more bytes".formatted(length), "%d".formatted(end - at));
    }
  }
}
