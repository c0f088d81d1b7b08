package dev.vedette.app.tsdb;

import dev.vedette.model.Label;
import dev.vedette.model.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How OpenMetrics 1.0 writes names, labels and numbers. Names beyond the classic letters are
 * quoted, as OpenMetrics' successor and Prometheus have it.
 */
final class OpenMetricsText {
  private static final Pattern METRIC = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
  private static final Pattern LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

  private static final Pattern UNIT = Pattern.compile("[a-zA-Z0-9_:]+");

  private OpenMetricsText() {}

  static String name(String metric) {
    return METRIC.matcher(metric).matches() ? metric : quoted(metric);
  }

  static boolean isUnit(String text) {
    return UNIT.matcher(text).matches();
  }

  /** A series under this name; the label {@code le} comes last where it is not empty. */
  static String series(String metric, Labels labels, String le) {
    boolean classic = METRIC.matcher(metric).matches();
    List<String> parts = new ArrayList<>();
    if (!classic) {
      parts.add(quoted(metric));
    }
    for (Label label : labels) {
      boolean isReplaced = !le.isEmpty() && label.name().equals("le");
      if (!label.name().equals(Labels.METRIC_NAME) && !isReplaced) {
        parts.add(label(label.name(), label.value()));
      }
    }
    if (!le.isEmpty()) {
      parts.add(label("le", le));
    }
    String inBraces = parts.isEmpty() ? "" : "{" + String.join(",", parts) + "}";
    return classic ? metric + inBraces : inBraces;
  }

  /** In braces, also where there are none. */
  static String labels(Labels labels) {
    List<String> parts = new ArrayList<>();
    labels.forEach(label -> parts.add(label(label.name(), label.value())));
    return "{" + String.join(",", parts) + "}";
  }

  private static String label(String name, String value) {
    return (LABEL.matcher(name).matches() ? name : quoted(name)) + "=" + quoted(value);
  }

  private static String quoted(String text) {
    return '"' + escaped(text) + '"';
  }

  static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  static String value(double value) {
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    return Double.toString(value);
  }

  /** Seconds with milliseconds, exactly. */
  static String seconds(long millis) {
    long magnitude = Math.abs(millis);
    String text = magnitude / 1000 + "." + Long.toString(1000 + magnitude % 1000).substring(1);
    return millis < 0 ? "-" + text : text;
  }
}
