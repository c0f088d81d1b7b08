package dev.vedette.wire.remotewrite;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Walks the fields of a protobuf message in a byte array. Every read stays below the limit passed
 * to it; whatever is not well-formed is {@link InvalidRequest} naming the offset. Allocates
 * nothing.
 */
final class ProtoCursor {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int LENGTH = 2;
  static final int FIXED32 = 5;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] bytes = new byte[0];
  private int at;

  void reset(byte[] bytes, int from) {
    this.bytes = bytes;
    at = from;
  }

  /** The same bytes, now in another array. */
  void moved(byte[] bytes) {
    this.bytes = bytes;
  }

  int at() {
    return at;
  }

  void moveTo(int offset) {
    at = offset;
  }

  /** Field number and wire type of the next field. */
  int tag(int limit) {
    if (at < limit && bytes[at] > 0) {
      return bytes[at++];
    }
    long tag = varint(limit);
    if (tag >>> 3 == 0 || tag > Integer.MAX_VALUE) {
      throw malformed("a field number");
    }
    return (int) tag;
  }

  long varint(int limit) {
    long value = 0;
    for (int shift = 0; shift < 70 && at < limit; shift += 7) {
      byte b = bytes[at++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw malformed("a varint");
  }

  long fixed64(int limit) {
    if (limit - at < 8) {
      throw malformed("eight bytes");
    }
    long value = (long) LONG.get(bytes, at);
    at += 8;
    return value;
  }

  /** Reads the length of a field and returns where the field ends; the cursor is at its start. */
  int end(int limit) {
    long length = varint(limit);
    if (length < 0 || length > limit - at) {
      throw malformed("a field that ends within its message");
    }
    return at + (int) length;
  }

  /** Moves behind the value of a field with this tag. */
  void skip(int tag, int limit) {
    switch (tag & 7) {
      case VARINT -> varint(limit);
      case FIXED64 -> at = within(8, limit);
      case LENGTH -> at = end(limit);
      case FIXED32 -> at = within(4, limit);
      default -> throw malformed("a wire type of protobuf 3");
    }
  }

  private int within(int size, int limit) {
    if (size > limit - at) {
      throw malformed("a field that ends within its message");
    }
    return at + size;
  }

  InvalidRequest malformed(String expected) {
    return new InvalidRequest(
        ErrorId.INVALID_REQUEST,
        "the request is not well-formed protobuf: expected %s at byte %d".formatted(expected, at),
        "send the message that the Content-Type names, compressed as Content-Encoding says");
  }
}
