package dev.vedette.wire.proto;

import java.util.Arrays;

/**
 * Protobuf into a buffer that grows and is used again. A message within a message is written by
 * {@link #begin} and {@link #end}, which put its length before it. One thread.
 */
public final class ProtoWriter {
  // Lengths of messages that are not known yet get this much room: up to 2^28 bytes.
  private static final int LENGTH_BYTES = 4;
  private static final int LONGEST_VARINT = 10;

  private byte[] bytes = new byte[1024];
  private int size;

  public void clear() {
    size = 0;
  }

  /** What was written is the first {@link #size} of these; they change with what is written. */
  public byte[] bytes() {
    return bytes;
  }

  public int size() {
    return size;
  }

  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  private void reserve(int more) {
    if (more > bytes.length - size) {
      long doubled = Math.max(2L * bytes.length, (long) size + more);
      bytes = Arrays.copyOf(bytes, (int) Math.min(doubled, Integer.MAX_VALUE - 16));
    }
  }

  /** A number without a tag: part of a packed field. */
  public void number(long value) {
    reserve(LONGEST_VARINT);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  /** A varint field; zero is left out, as protobuf 3 does. */
  public void varint(int field, long value) {
    if (value != 0) {
      number((long) field << 3 | ProtoReader.VARINT);
      number(value);
    }
  }

  /** A {@code sint32} or {@code sint64}; zero is left out. */
  public void zigzag(int field, long value) {
    varint(field, value << 1 ^ value >> 63);
  }

  /** A field of eight bytes, written even where they are zero. */
  public void fixed64(int field, long value) {
    number((long) field << 3 | ProtoReader.FIXED64);
    eight(value);
  }

  /** Eight bytes without a tag: part of a packed field. */
  public void eight(long value) {
    reserve(Long.BYTES);
    for (int i = 0; i < Long.SIZE; i += 8) {
      bytes[size++] = (byte) (value >>> i);
    }
  }

  /** A field of bytes: text, a message, packed numbers. */
  public void field(int field, byte[] from, int start, int end) {
    number((long) field << 3 | ProtoReader.LENGTH);
    number(end - start);
    raw(from, start, end);
  }

  /** Fields that are encoded already. */
  public void raw(byte[] from, int start, int end) {
    reserve(end - start);
    System.arraycopy(from, start, bytes, size, end - start);
    size += end - start;
  }

  /** Begins a message in a field; returns what {@link #end} is to be told. */
  public int begin(int field) {
    number((long) field << 3 | ProtoReader.LENGTH);
    reserve(LENGTH_BYTES);
    size += LENGTH_BYTES;
    return size;
  }

  /** Ends the message begun there. Its length is a varint padded to four bytes. */
  public void end(int begun) {
    int length = size - begun;
    if (length >>> 7 * LENGTH_BYTES != 0) {
      throw new IllegalStateException("BUG: a message of %d bytes".formatted(length));
    }
    for (int i = 0; i < LENGTH_BYTES; i++) {
      int more = i < LENGTH_BYTES - 1 ? 0x80 : 0;
      bytes[begun - LENGTH_BYTES + i] = (byte) (length >>> 7 * i & 0x7f | more);
    }
  }
}
