package dev.vedette.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The fields of a protobuf message in their order, read without a word on what they mean. */
public final class ProtoFields {
  private final byte[] message;
  private int at;

  /**
   * One field.
   *
   * @param number what it is
   * @param value of a number; of text and of a message its length
   * @param bytes of text and of a message
   */
  public record Field(int number, long value, byte[] bytes) {}

  private ProtoFields(byte[] message) {
    this.message = message;
  }

  /** All fields of a message. */
  public static List<Field> of(byte[] message) {
    ProtoFields in = new ProtoFields(message);
    List<Field> fields = new ArrayList<>();
    while (in.at < message.length) {
      fields.add(in.next());
    }
    return fields;
  }

  /** Messages of a field, in their order. */
  public static List<byte[]> messages(byte[] message, int number) {
    return of(message).stream().filter(field -> field.number == number).map(Field::bytes).toList();
  }

  private Field next() {
    long tag = varint();
    int number = (int) (tag >>> 3);
    return switch ((int) (tag & 7)) {
      case 0 -> new Field(number, varint(), new byte[0]);
      case 1 -> new Field(number, fixed(Long.BYTES), new byte[0]);
      case 2 -> {
        int length = (int) varint();
        at += length;
        yield new Field(number, length, Arrays.copyOfRange(message, at - length, at));
      }
      case 5 -> new Field(number, fixed(Integer.BYTES), new byte[0]);
      default -> throw new IllegalArgumentException("tag %d before byte %d".formatted(tag, at));
    };
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = message[at++];
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  private long fixed(int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (message[at++] & 0xffL) << 8 * i;
    }
    return value;
  }
}
