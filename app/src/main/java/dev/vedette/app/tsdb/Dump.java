package dev.vedette.app.tsdb;

import dev.vedette.model.Label;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Series as OpenMetrics 1.0 text. In memory are the names of the metrics and one batch of series.
 * Names beyond the classic letters are quoted, as OpenMetrics' successor and Prometheus have it.
 */
final class Dump {
  private static final Pattern METRIC = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
  private static final Pattern LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

  private final SeriesSource source;
  private final TenantId tenant;
  private final List<LabelMatcher> matchers;
  private final long startMillis;
  private final long endMillis;
  private long series;
  private long samples;
  private long stale;
  private long histograms;

  Dump(
      SeriesSource source,
      TenantId tenant,
      List<LabelMatcher> matchers,
      long startMillis,
      long endMillis) {
    this.source = source;
    this.tenant = tenant;
    this.matchers = matchers;
    this.startMillis = startMillis;
    this.endMillis = endMillis;
  }

  void write(OutputStream out) throws IOException {
    Selection all = new Selection(matchers, startMillis, endMillis);
    // A metric's samples have to stand together, and neighbours in storage are whole histograms.
    for (String metric : source.labelValues(tenant, Labels.METRIC_NAME, all, 0)) {
      List<LabelMatcher> ofMetric = new ArrayList<>(matchers);
      ofMetric.add(LabelMatcher.equal(Labels.METRIC_NAME, metric));
      write(metric, new Selection(ofMetric, startMillis, endMillis), out);
    }
    append(out, "# EOF\n");
    out.flush();
  }

  private void write(String metric, Selection selection, OutputStream out) throws IOException {
    boolean begun = false;
    SeriesBatch batch = new SeriesBatch();
    try (SeriesCursor cursor = source.select(tenant, selection)) {
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          if (!begun) {
            append(out, "# TYPE " + name(metric) + " unknown\n");
            begun = true;
          }
          write(head(batch.labels(i)), batch, i, out);
        }
      }
    }
  }

  private void write(String head, SeriesBatch batch, int at, OutputStream out) throws IOException {
    series++;
    long[] timestamps = batch.timestamps(at);
    double[] values = batch.values(at);
    var ofHistograms = batch.histograms(at);
    for (int i = 0; i < batch.size(at); i++) {
      if (ofHistograms != null && ofHistograms[i] != null) {
        histograms++;
      } else if (SpecialValues.isStale(values[i])) {
        stale++;
      } else {
        samples++;
        append(out, head + ' ' + value(values[i]) + ' ' + seconds(timestamps[i]) + '\n');
      }
    }
  }

  private static String head(Labels labels) {
    String metric = labels.metricName();
    boolean classic = METRIC.matcher(metric).matches();
    List<String> parts = new ArrayList<>();
    if (!classic) {
      parts.add(quoted(metric));
    }
    for (Label label : labels) {
      if (!label.name().equals(Labels.METRIC_NAME)) {
        String name = LABEL.matcher(label.name()).matches() ? label.name() : quoted(label.name());
        parts.add(name + "=" + quoted(label.value()));
      }
    }
    String inBraces = parts.isEmpty() ? "" : "{" + String.join(",", parts) + "}";
    return classic ? metric + inBraces : inBraces;
  }

  private static String name(String metric) {
    return METRIC.matcher(metric).matches() ? metric : quoted(metric);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  private static String value(double value) {
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    return Double.toString(value);
  }

  /** Seconds with milliseconds, exactly. */
  private static String seconds(long millis) {
    long magnitude = Math.abs(millis);
    String text = magnitude / 1000 + "." + Long.toString(1000 + magnitude % 1000).substring(1);
    return millis < 0 ? "-" + text : text;
  }

  private static void append(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** What was written and what was not. */
  String summary() {
    return String.format(
        Locale.ROOT,
        "%,d series, %,d samples; left out: %,d staleness markers, %,d native histograms",
        series,
        samples,
        stale,
        histograms);
  }
}
