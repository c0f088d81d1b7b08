package dev.vedette.wire.remotewrite;

import java.io.ByteArrayOutputStream;

/** Writes protobuf field by field, in any order. */
final class Proto {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  Proto field(int number, byte[] content) {
    number(number << 3 | 2);
    number(content.length);
    out.writeBytes(content);
    return this;
  }

  Proto field(int number, Proto message) {
    return field(number, message.bytes());
  }

  Proto varint(int number, long value) {
    number((long) number << 3);
    number(value);
    return this;
  }

  Proto fixed64(int number, long value) {
    number(number << 3 | 1);
    for (int i = 0; i < 64; i += 8) {
      out.write((int) (value >>> i));
    }
    return this;
  }

  Proto raw(byte[] fields) {
    out.writeBytes(fields);
    return this;
  }

  private void number(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  byte[] bytes() {
    return out.toByteArray();
  }
}
