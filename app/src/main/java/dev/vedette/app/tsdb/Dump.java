package dev.vedette.app.tsdb;

import static dev.vedette.app.tsdb.OpenMetricsText.seconds;
import static dev.vedette.app.tsdb.OpenMetricsText.value;

import dev.vedette.model.Exemplar;
import dev.vedette.model.Histogram;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesExemplars;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Series as OpenMetrics 1.0 text, family by family. In memory are the names of the metrics, the
 * exemplars of one, one batch of series, and the labels of a histogram that is there in both forms.
 */
final class Dump {
  private static final Set<String> NAME_AND_BOUND = Set.of(Labels.METRIC_NAME, "le");

  private final SeriesSource source;
  private final TenantId tenant;
  private final Selection selection;
  private final boolean expand;
  private OutputStream out = OutputStream.nullOutputStream();
  // Of the family at hand, until a line of it was written.
  private String head = "";
  private Set<String> metrics = Set.of();
  // Of the metric at hand.
  private Set<Labels> classic = Set.of();
  private long series;
  private long samples;
  private long expanded;
  private long exemplars;
  private long stale;
  private long histograms;
  private long histogramsTwice;
  private long exemplarsLeft;
  private long startsLeft;

  /**
   * @param expand whether native histograms are written as classic ones; else they are left out
   */
  Dump(SeriesSource source, TenantId tenant, Selection selection, boolean expand) {
    this.source = source;
    this.tenant = tenant;
    this.selection = selection;
    this.expand = expand;
  }

  /** Once. */
  void write(OutputStream to) throws IOException {
    out = to;
    LinkedHashSet<String> names =
        new LinkedHashSet<>(source.labelValues(tenant, Labels.METRIC_NAME, selection, 0));
    metrics = names;
    for (DumpFamily family : DumpFamily.of(names, source.metadata(tenant), expand)) {
      head = family.head();
      for (String metric : family.metrics()) {
        write(family, metric);
      }
      head = "";
    }
    append("# EOF\n");
    out.flush();
  }

  private void write(DumpFamily family, String metric) throws IOException {
    List<LabelMatcher> ofMetric = new ArrayList<>(selection.matchers());
    ofMetric.add(LabelMatcher.equal(Labels.METRIC_NAME, metric));
    Map<Labels, Deque<Exemplar>> kept = exemplars(ofMetric);
    classic = expand ? classic(metric) : Set.of();
    SeriesBatch batch = new SeriesBatch();
    try (SeriesCursor cursor =
        source.select(
            tenant, new Selection(ofMetric, selection.startMillis(), selection.endMillis()))) {
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          Deque<Exemplar> own = kept.getOrDefault(batch.labels(i), new ArrayDeque<>());
          write(family, batch, i, family.hasExemplars(metric) ? own : new ArrayDeque<>());
        }
      }
    }
    kept.values().forEach(left -> exemplarsLeft += left.size());
  }

  /** Labels, but for the name, of the series that are there as classic histograms of a name. */
  private Set<Labels> classic(String histogram) {
    Set<Labels> found = new HashSet<>();
    for (String metric : DumpFamily.classic(histogram, metrics)) {
      List<LabelMatcher> matchers = new ArrayList<>(selection.matchers());
      matchers.add(LabelMatcher.equal(Labels.METRIC_NAME, metric));
      Selection all = new Selection(matchers, selection.startMillis(), selection.endMillis());
      source.series(tenant, all, 0).forEach(labels -> found.add(labels.without(NAME_AND_BOUND)));
    }
    return found;
  }

  private Map<Labels, Deque<Exemplar>> exemplars(List<LabelMatcher> ofMetric) {
    Map<Labels, Deque<Exemplar>> bySeries = new HashMap<>();
    for (SeriesExemplars all :
        source.exemplars(
            tenant, List.of(ofMetric), selection.startMillis(), selection.endMillis())) {
      bySeries.put(all.series(), new ArrayDeque<>(all.exemplars()));
    }
    return bySeries;
  }

  private void write(DumpFamily family, SeriesBatch batch, int at, Deque<Exemplar> kept)
      throws IOException {
    series++;
    Labels labels = batch.labels(at);
    String metric = labels.metricName();
    String shown = OpenMetricsText.series(metric, labels, "");
    @Nullable Histogram @Nullable [] ofHistograms = batch.histograms(at);
    // Its lines are those of the classic one, which would be there twice.
    boolean isTwice = !classic.isEmpty() && classic.contains(labels.without(NAME_AND_BOUND));
    ClassicBuckets buckets =
        expand && !isTwice && ofHistograms != null
            ? new ClassicBuckets(ofHistograms, batch.size(at))
            : null;
    Starts starts = new Starts(family.createdBy(metric), batch.starts(at));
    for (int i = 0; i < batch.size(at); i++) {
      long timestamp = batch.timestamps(at)[i];
      Histogram histogram = ofHistograms == null ? null : ofHistograms[i];
      double value = batch.values(at)[i];
      if (SpecialValues.isStale(value, histogram)) {
        stale++;
      } else if (histogram == null) {
        samples++;
        append(shown + ' ' + value(value) + ' ' + seconds(timestamp));
        append(exemplar(kept, timestamp) + '\n');
        append(starts.line(labels, i, timestamp));
      } else if (isTwice) {
        histogramsTwice++;
      } else if (buckets == null) {
        histograms++;
      } else {
        expanded++;
        write(family, histogram, buckets, labels, timestamp);
        append(starts.line(labels, i, timestamp));
      }
    }
    startsLeft += starts.left;
  }

  /** In the order of OpenMetrics: what is below each bound, number, sum. */
  private void write(
      DumpFamily family, Histogram histogram, ClassicBuckets buckets, Labels labels, long timestamp)
      throws IOException {
    String metric = labels.metricName();
    String end = ' ' + seconds(timestamp) + '\n';
    double[] counts = buckets.counts(histogram);
    for (int i = 0; i < counts.length; i++) {
      String le = value(buckets.bounds()[i]);
      append(OpenMetricsText.series(metric + "_bucket", labels, le) + ' ' + value(counts[i]) + end);
    }
    String count = OpenMetricsText.series(metric + family.count(), labels, "");
    append(count + ' ' + value(histogram.count()) + end);
    String sum = OpenMetricsText.series(metric + family.sum(), labels, "");
    append(sum + ' ' + value(histogram.sum()) + end);
  }

  /** The oldest exemplar that is not written yet, with the first sample that is not older. */
  private String exemplar(Deque<Exemplar> kept, long timestampMillis) {
    Exemplar next = kept.peek();
    if (next == null || next.timestampMillis() > timestampMillis) {
      return "";
    }
    kept.remove();
    exemplars++;
    return " # %s %s %s"
        .formatted(
            OpenMetricsText.labels(next.labels()),
            value(next.value()),
            seconds(next.timestampMillis()));
  }

  /** Lines that tell when a series began, where that changes. */
  private static final class Starts {
    private final @Nullable String name;
    private final long @Nullable [] starts;
    private long last;
    private long left;

    Starts(@Nullable String name, long @Nullable [] starts) {
      this.name = name;
      this.starts = starts;
    }

    String line(Labels labels, int sample, long timestampMillis) {
      long start = starts == null ? 0 : starts[sample];
      if (start == 0 || start == last) {
        return "";
      }
      last = start;
      if (name == null) {
        left++;
        return "";
      }
      String created = OpenMetricsText.series(name, labels, "");
      return created + ' ' + seconds(start) + ' ' + seconds(timestampMillis) + '\n';
    }
  }

  private void append(String text) throws IOException {
    if (!text.isEmpty()) {
      out.write((head + text).getBytes(StandardCharsets.UTF_8));
      head = "";
    }
  }

  /** What was written and what was not. */
  String summary() {
    StringBuilder text = new StringBuilder();
    add(text, "%,d series, %,d samples, %,d exemplars", series, samples, exemplars);
    if (expanded > 0) {
      add(text, ", %,d native histograms as classic ones, which they are not", expanded);
    }
    add(text, "; left out: %,d staleness markers, %,d native histograms", stale, histograms);
    if (histograms > 0) {
      add(text, " (--expand-histograms writes them as classic ones)");
    }
    if (histogramsTwice > 0) {
      add(text, ", %,d native histograms that are there as classic ones, too", histogramsTwice);
    }
    add(text, ", %,d exemplars, %,d start timestamps", exemplarsLeft, startsLeft);
    return text.toString();
  }

  private static void add(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values));
  }
}
