package dev.vedette.tsdb.encode;

import dev.vedette.model.Utf8;
import java.util.Arrays;

/**
 * Bytes being written, in one growing array. Numbers are little-endian; varints are 7 bits a byte,
 * low bits first, the top bit set on all but the last byte. Not thread-safe.
 */
public final class ByteSink {
  private byte[] bytes;
  private int size;

  public ByteSink() {
    this(256);
  }

  public ByteSink(int capacity) {
    bytes = new byte[capacity];
  }

  public void clear() {
    size = 0;
  }

  public int size() {
    return size;
  }

  /** The array behind; its first {@link #size} bytes count, and the next write may replace it. */
  public byte[] array() {
    return bytes;
  }

  public byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  public ByteSink u8(int value) {
    ensure(1);
    bytes[size++] = (byte) value;
    return this;
  }

  public ByteSink fixed32(int value) {
    ensure(Integer.BYTES);
    Endian.INT.set(bytes, size, value);
    size += Integer.BYTES;
    return this;
  }

  public ByteSink fixed64(long value) {
    ensure(Long.BYTES);
    Endian.LONG.set(bytes, size, value);
    size += Long.BYTES;
    return this;
  }

  /** An unsigned varint of 1 to 10 bytes. */
  public ByteSink varint(long value) {
    ensure(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
    return this;
  }

  /** A varint whose lowest bit is the sign, so that small negatives stay small. */
  public ByteSink signed(long value) {
    return varint(Endian.zigzag(value));
  }

  public ByteSink raw(byte[] source) {
    return raw(source, 0, source.length);
  }

  public ByteSink raw(byte[] source, int from, int length) {
    ensure(length);
    System.arraycopy(source, from, bytes, size, length);
    size += length;
    return this;
  }

  /** Length in bytes, then UTF-8. */
  public ByteSink utf8(String text) {
    byte[] encoded = Utf8.encode(text);
    return varint(encoded.length).raw(encoded);
  }

  private void ensure(int more) {
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(size, more)));
    }
  }
}
