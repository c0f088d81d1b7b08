package dev.vedette.ingester.agent;

import dev.vedette.model.MetricType;
import dev.vedette.model.Utf8;

/**
 * Text exposition 0.0.4 being written: a family, then its samples. Families may be opened again;
 * their header is then not repeated, so a family's samples have to follow each other. Not
 * thread-safe.
 */
final class ExpositionText {
  /** The HTTP content type of what {@link #bytes} returns. */
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  // Whole doubles below this print as integers, exactly and shorter.
  private static final double LARGEST_WHOLE = 1L << 53;

  private final StringBuilder out = new StringBuilder(32 * 1024);
  private String family = "";

  /** Opens a family; samples added from now on belong to it. */
  ExpositionText family(String name, MetricType type, String help) {
    if (!name.equals(family)) {
      family = name;
      String typeName = type == MetricType.UNKNOWN ? "untyped" : type.text();
      out.append("# HELP ").append(name).append(' ').append(help).append('\n');
      out.append("# TYPE ").append(name).append(' ').append(typeName).append('\n');
    }
    return this;
  }

  ExpositionText counter(String name, String help) {
    return family(name, MetricType.COUNTER, help);
  }

  ExpositionText gauge(String name, String help) {
    return family(name, MetricType.GAUGE, help);
  }

  /** The same for a whole number; beyond 2^53 the nearest that a sample can hold. */
  ExpositionText sample(long value, String... labels) {
    return sample((double) value, labels);
  }

  /** Adds a sample of the open family; labels are names and values in turn. */
  ExpositionText sample(double value, String... labels) {
    out.append(family);
    char separator = '{';
    for (int i = 0; i < labels.length; i += 2) {
      out.append(separator).append(labels[i]).append("=\"");
      escape(labels[i + 1]);
      out.append('"');
      separator = ',';
    }
    if (labels.length > 0) {
      out.append('}');
    }
    out.append(' ');
    number(value);
    out.append('\n');
    return this;
  }

  private void escape(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> out.append("\\\\");
        case '"' -> out.append("\\\"");
        case '\n' -> out.append("\\n");
        default -> out.append(c);
      }
    }
  }

  private void number(double value) {
    if (Double.isInfinite(value)) {
      out.append(value > 0 ? "+Inf" : "-Inf");
    } else if (value == Math.rint(value) && Math.abs(value) < LARGEST_WHOLE) {
      out.append((long) value);
    } else {
      out.append(value);
    }
  }

  byte[] bytes() {
    return Utf8.encode(out.toString());
  }
}
