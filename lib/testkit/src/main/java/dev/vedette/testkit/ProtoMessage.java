package dev.vedette.testkit;

import java.io.ByteArrayOutputStream;

/** A protobuf message as tests write it: field by field, in any order, right or wrong. */
public final class ProtoMessage {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  public ProtoMessage field(int number, byte[] content) {
    number(number << 3 | 2);
    number(content.length);
    out.writeBytes(content);
    return this;
  }

  public ProtoMessage field(int number, ProtoMessage message) {
    return field(number, message.bytes());
  }

  public ProtoMessage varint(int number, long value) {
    number((long) number << 3);
    number(value);
    return this;
  }

  /** A {@code sint32} or {@code sint64}. */
  public ProtoMessage zigzag(int number, long value) {
    return varint(number, value << 1 ^ value >> 63);
  }

  public ProtoMessage fixed64(int number, long value) {
    number(number << 3 | 1);
    eight(value);
    return this;
  }

  public ProtoMessage fixed64(int number, double value) {
    return fixed64(number, Double.doubleToRawLongBits(value));
  }

  /** A number without a tag: part of a packed field, or the length before a message. */
  public ProtoMessage number(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
    return this;
  }

  /** Eight bytes without a tag, lowest first: part of a packed field. */
  public ProtoMessage eight(long value) {
    for (int i = 0; i < 64; i += 8) {
      out.write((int) (value >>> i));
    }
    return this;
  }

  public ProtoMessage raw(byte[] fields) {
    out.writeBytes(fields);
    return this;
  }

  public boolean isEmpty() {
    return out.size() == 0;
  }

  public byte[] bytes() {
    return out.toByteArray();
  }
}
