package dev.vedette.promql.script;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Labels;
import dev.vedette.promql.histogram.HistogramMath;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Native histograms with custom buckets out of the series of classic ones: {@code x_bucket}, {@code
 * x_count} and {@code x_sum} become {@code x}.
 */
final class ClassicConversion {
  private final Map<Labels, TreeMap<Long, Parts>> histograms = new LinkedHashMap<>();

  /** What is known of one histogram at one time. */
  private static final class Parts {
    final TreeMap<Double, Double> cumulative = new TreeMap<>();
    double count = Double.NaN;
    double sum;

    Histogram build() {
      if (Double.isNaN(count)) {
        count = cumulative.isEmpty() ? 0 : cumulative.lastEntry().getValue();
      }
      cumulative.put(Double.POSITIVE_INFINITY, count);
      double[] bounds = new double[cumulative.size() - 1];
      double[] counts = new double[cumulative.size()];
      int at = 0;
      double before = 0;
      for (Map.Entry<Double, Double> bucket : cumulative.entrySet()) {
        if (at < bounds.length) {
          bounds[at] = bucket.getKey();
        }
        counts[at++] = bucket.getValue() - before;
        before = bucket.getValue();
      }
      HistogramLayout layout = HistogramLayout.custom(BucketSpans.of(0, counts.length), bounds);
      return HistogramMath.compact(
          Histogram.ofFloats(layout, CounterReset.UNKNOWN, count, 0, sum, counts, new double[0]));
    }
  }

  /** A sample of a converted histogram. */
  record Converted(Labels labels, long timestampMillis, Histogram histogram) {}

  /** Takes a sample of any series; of those that are no part of a histogram it takes nothing. */
  void add(Labels labels, long timestampMillis, double value) {
    String name = labels.metricName();
    String le = labels.get("le");
    if (name.endsWith("_bucket") && !le.isEmpty()) {
      addBucket(labels, le, timestampMillis, value);
    } else if (name.endsWith("_count")) {
      parts(labels, "_count", timestampMillis).count = value;
    } else if (name.endsWith("_sum")) {
      parts(labels, "_sum", timestampMillis).sum = value;
    }
  }

  private void addBucket(Labels labels, String le, long timestampMillis, double value) {
    double bound;
    try {
      bound = SeriesLine.number(le);
    } catch (NumberFormatException e) {
      // No bucket: scripts have such series to see what functions make of them.
      return;
    }
    parts(labels, "_bucket", timestampMillis).cumulative.put(bound, value);
  }

  private Parts parts(Labels labels, String suffix, long timestampMillis) {
    String name = labels.metricName();
    Labels stem =
        labels.without(List.of("le")).toBuilder()
            .set(Labels.METRIC_NAME, name.substring(0, name.length() - suffix.length()))
            .build();
    return histograms
        .computeIfAbsent(stem, _ -> new TreeMap<>())
        .computeIfAbsent(timestampMillis, _ -> new Parts());
  }

  List<Converted> converted() {
    List<Converted> all = new ArrayList<>();
    histograms.forEach(
        (labels, byTime) ->
            byTime.forEach((time, parts) -> all.add(new Converted(labels, time, parts.build()))));
    return all;
  }
}
