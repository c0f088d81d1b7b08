package dev.vedette.e2e;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.xerial.snappy.Snappy;

/** Bodies of remote write 1.0 requests, as a sender builds them. */
final class RemoteWrite {
  static final String[] HEADERS = {
    "Content-Type", "application/x-protobuf",
    "Content-Encoding", "snappy",
    "X-Prometheus-Remote-Write-Version", "0.1.0"
  };

  private final ByteArrayOutputStream request = new ByteArrayOutputStream();

  /** Adds a series with one sample. */
  RemoteWrite add(Labels labels, long timestampMillis, double value) {
    ByteArrayOutputStream sample = new ByteArrayOutputStream();
    sample.write(0x09);
    long bits = Double.doubleToRawLongBits(value);
    for (int i = 0; i < 8; i++) {
      sample.write((int) (bits >>> 8 * i));
    }
    sample.write(0x10);
    varint(sample, timestampMillis);
    ByteArrayOutputStream series = new ByteArrayOutputStream();
    series.writeBytes(LabelBytes.encode(labels));
    message(series, 0x12, sample.toByteArray());
    message(request, 0x0A, series.toByteArray());
    return this;
  }

  byte[] body() throws IOException {
    return Snappy.compress(request.toByteArray());
  }

  private static void message(ByteArrayOutputStream out, int tag, byte[] bytes) {
    out.write(tag);
    varint(out, bytes.length);
    out.writeBytes(bytes);
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
