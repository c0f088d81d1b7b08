package dev.vedette.wire.body;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How a body may be compressed, by its {@code Content-Encoding}. */
public enum ContentCoding {
  IDENTITY,
  /** The snappy block format, as remote write sends it; not the framed one. */
  SNAPPY,
  GZIP,
  ZSTD;

  /** The coding of a header's value, in any case; empty where it is none of ours. */
  public static Optional<ContentCoding> named(String contentEncoding) {
    String name = contentEncoding.strip();
    return Arrays.stream(values()).filter(coding -> coding.text().equalsIgnoreCase(name)).findAny();
  }

  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
