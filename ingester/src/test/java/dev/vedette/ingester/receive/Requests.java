package dev.vedette.ingester.receive;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Builds remote write 1.0 messages. */
final class Requests {
  private Requests() {}

  static byte[] write(byte[]... series) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] one : series) {
      field(out, 0x0A, one);
    }
    return out.toByteArray();
  }

  /** A TimeSeries: labels, then timestamps and values in turn. */
  static byte[] series(Labels labels, double... samples) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(LabelBytes.encode(labels));
    for (int i = 0; i < samples.length; i += 2) {
      field(out, 0x12, sample((long) samples[i], samples[i + 1]));
    }
    return out.toByteArray();
  }

  static byte[] sample(long timestampMillis, double value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0x09);
    out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(value).array());
    out.write(0x10);
    varint(out, timestampMillis);
    return out.toByteArray();
  }

  static void field(ByteArrayOutputStream out, int tag, byte[] content) {
    out.write(tag);
    varint(out, content.length);
    out.writeBytes(content);
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
