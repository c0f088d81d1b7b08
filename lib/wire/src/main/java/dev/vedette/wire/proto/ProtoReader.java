package dev.vedette.wire.proto;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Utf8;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;

/**
 * Walks the fields of a protobuf message in a byte array. Every read stays below the limit passed
 * to it; whatever is not well-formed is {@link InvalidRequest} naming the message and the offset.
 * Allocates nothing but the strings it is asked for. One thread.
 */
public final class ProtoReader {
  public static final int VARINT = 0;
  public static final int FIXED64 = 1;
  public static final int LENGTH = 2;
  public static final int FIXED32 = 5;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final ErrorId id;
  private final String wayOut;
  private byte[] bytes = new byte[0];
  private String message = "the message";
  private int at;

  /** A reader whose errors have this id and this way out. */
  public ProtoReader(ErrorId id, String wayOut) {
    this.id = id;
    this.wayOut = wayOut;
  }

  /** Starts at an offset of these bytes, which hold a message of this name. */
  public void reset(byte[] bytes, int from, String message) {
    this.bytes = bytes;
    this.message = message;
    at = from;
  }

  /** The same bytes, now in another array. */
  public void moved(byte[] bytes) {
    this.bytes = bytes;
  }

  /** What is read from now on belongs to this field; for errors. */
  public void in(String name) {
    message = name;
  }

  public int at() {
    return at;
  }

  public void moveTo(int offset) {
    at = offset;
  }

  /** Field number and wire type of the next field. */
  public int tag(int limit) {
    if (at < limit && bytes[at] > 0) {
      return bytes[at++];
    }
    long tag = varint(limit);
    if (tag >>> 3 == 0 || tag > Integer.MAX_VALUE) {
      throw malformed("a field number");
    }
    return (int) tag;
  }

  public long varint(int limit) {
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

  /** A varint that stands for a signed number by zigzag: {@code sint32}, {@code sint64}. */
  public long zigzag(int limit) {
    long value = varint(limit);
    return value >>> 1 ^ -(value & 1);
  }

  public long fixed64(int limit) {
    if (limit - at < 8) {
      throw malformed("eight bytes");
    }
    long value = (long) LONG.get(bytes, at);
    at += 8;
    return value;
  }

  /** Reads the length of a field and returns where the field ends; the reader is at its start. */
  public int end(int limit) {
    long length = varint(limit);
    if (length < 0 || length > limit - at) {
      throw malformed("a field that ends within its message");
    }
    return at + (int) length;
  }

  /** The text of a field whose length comes next. */
  public String text(int limit) {
    int to = end(limit);
    String text = text(at, to);
    at = to;
    return text;
  }

  /** The text of a range of the bytes; the reader stays. */
  public String text(int from, int to) {
    try {
      return Utf8.decode(bytes, from, to);
    } catch (CharacterCodingException e) {
      throw new InvalidRequest(
          id,
          "a text of %s at byte %d is not UTF-8".formatted(message, from),
          "send names, values, help and units as UTF-8",
          e);
    }
  }

  /** Moves behind the value of a field with this tag. */
  public void skip(int tag, int limit) {
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

  /** What is thrown where something else was expected here. */
  public InvalidRequest malformed(String expected) {
    return new InvalidRequest(
        id,
        "%s is not well-formed protobuf: expected %s at byte %d".formatted(message, expected, at),
        wayOut);
  }
}
