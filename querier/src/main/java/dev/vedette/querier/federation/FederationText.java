package dev.vedette.querier.federation;

import dev.vedette.model.Label;
import dev.vedette.model.Labels;
import dev.vedette.querier.federation.Federation.Latest;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;

/**
 * The text format 0.0.4 with times, metric by metric. Names with characters that this format does
 * not know get underscores instead, as the content type says.
 */
public final class FederationText {
  // Up to here each whole number is a double of its own.
  private static final double EXACT = 1e15;

  public static final String CONTENT_TYPE =
      "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

  private FederationText() {}

  /** Writes series; those of a metric come together, native histograms not at all. */
  public static void write(SortedMap<Labels, Latest> series, OutputStream to) throws IOException {
    Writer out = new OutputStreamWriter(to, StandardCharsets.UTF_8);
    String metric = "";
    for (Map.Entry<Labels, Latest> entry : series.entrySet()) {
      if (entry.getValue().histogram() != null) {
        continue;
      }
      String name = escape(entry.getKey().metricName(), true);
      if (!name.equals(metric)) {
        out.append("# TYPE ").append(name).append(" untyped\n");
        metric = name;
      }
      write(name, entry.getKey(), out);
      out.append(' ').append(value(entry.getValue().value()));
      out.append(' ').append(Long.toString(entry.getValue().timestampMillis())).append('\n');
    }
    out.flush();
  }

  /** A series without an instance gets an empty one, so that the scraper does not add its own. */
  private static void write(String name, Labels labels, Writer out) throws IOException {
    out.append(name);
    char separator = '{';
    for (Label label : labels) {
      if (!label.name().equals(Labels.METRIC_NAME)) {
        out.append(separator).append(escape(label.name(), false));
        out.append("=\"").append(quoted(label.value())).append('"');
        separator = ',';
      }
    }
    if (!labels.has("instance")) {
      out.append(separator).append("instance=\"\"");
    }
    out.append('}');
  }

  private static String quoted(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  /** As a plain Prometheus name: an underscore for whatever that cannot have. */
  static String escape(String name, boolean metric) {
    StringBuilder out = new StringBuilder(name.length());
    name.codePoints()
        .forEach(
            c -> {
              boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
              boolean digit = c >= '0' && c <= '9' && !out.isEmpty();
              boolean colon = c == ':' && metric;
              out.appendCodePoint(letter || digit || colon ? c : '_');
            });
    return out.toString();
  }

  private static String value(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    // Whole numbers as Prometheus writes them; -0 is one of the others.
    boolean whole = value == Math.rint(value) && Math.abs(value) < EXACT && value != 0;
    return whole || Double.doubleToRawLongBits(value) == 0
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
