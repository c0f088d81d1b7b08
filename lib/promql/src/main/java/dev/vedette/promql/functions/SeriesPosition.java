package dev.vedette.promql.functions;

import dev.vedette.model.Label;
import dev.vedette.model.Labels;
import dev.vedette.model.Utf8;
import java.io.ByteArrayOutputStream;
import net.jpountz.xxhash.XXHash64;
import net.jpountz.xxhash.XXHashFactory;

/**
 * A series' fixed place among all series, by the hash that Prometheus makes of its labels, so that
 * {@code limit_ratio} takes the same ones: XXH64 of names and values in turn, each behind its
 * length.
 */
final class SeriesPosition {
  private static final XXHash64 HASH = XXHashFactory.safeInstance().hash64();
  private static final double ALL_HASHES = 0x1p64;

  // A length of a byte, or this byte and three more.
  private static final int LONG = 255;

  private SeriesPosition() {}

  /** From 0 to 1. */
  static double of(Labels labels) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Label label : labels) {
      write(label.name(), bytes);
      write(label.value(), bytes);
    }
    byte[] all = bytes.toByteArray();
    return unsigned(HASH.hash(all, 0, all.length, 0)) / ALL_HASHES;
  }

  private static double unsigned(long hash) {
    return (hash >>> 1) * 2.0 + (hash & 1);
  }

  private static void write(String text, ByteArrayOutputStream out) {
    byte[] bytes = Utf8.encode(text);
    if (bytes.length < LONG) {
      out.write(bytes.length);
    } else {
      out.write(LONG);
      out.write(bytes.length);
      out.write(bytes.length >>> 8);
      out.write(bytes.length >>> 16);
    }
    out.writeBytes(bytes);
  }
}
