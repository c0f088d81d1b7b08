package dev.vedette.promql.functions;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.promql.AnnotationTexts;
import dev.vedette.promql.exec.Notes;
import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.Series;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One histogram over time: the series of its classic buckets, or a series of native ones. */
final class HistogramGroup {
  private static final String BOUND = "le";

  private final Labels labels;
  private final List<Bucket> buckets = new ArrayList<>();
  private @Nullable Series nativeSeries;

  private HistogramGroup(Labels labels) {
    this.labels = labels;
  }

  private record Bucket(double upper, Series series) {}

  /** What a histogram is at one step. */
  sealed interface Sample {
    record Nothing() implements Sample {}

    record Native(Histogram histogram) implements Sample {}

    record Classic(Buckets buckets) implements Sample {}

    /** Both at once: nobody can tell which is meant. */
    record Both() implements Sample {}
  }

  /** Groups series; warns of buckets without a bound. */
  static Iterable<HistogramGroup> of(List<Series> all, Notes notes) {
    Map<Labels, HistogramGroup> groups = new LinkedHashMap<>();
    for (Series series : all) {
      if (Points.any(series.histograms())) {
        groups.computeIfAbsent(series.labels(), HistogramGroup::new).nativeSeries = series;
      }
      if (Points.any(series.values(), series.values().length)) {
        addBucket(series, groups, notes);
      }
    }
    groups.values().forEach(group -> group.buckets.sort(Comparator.comparing(Bucket::upper)));
    return groups.values();
  }

  private static void addBucket(Series series, Map<Labels, HistogramGroup> groups, Notes notes) {
    String le = series.labels().get(BOUND);
    try {
      double upper = bound(le);
      Labels labels = series.labels().without(List.of(BOUND));
      groups.computeIfAbsent(labels, HistogramGroup::new).buckets.add(new Bucket(upper, series));
    } catch (NumberFormatException e) {
      notes.warn(AnnotationTexts.badBucket(le, series.labels().metricName()));
    }
  }

  private static double bound(String le) {
    return switch (le) {
      case "+Inf", "Inf", "inf", "+inf" -> Double.POSITIVE_INFINITY;
      case "-Inf", "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(le);
    };
  }

  Labels labels() {
    return labels;
  }

  Sample at(int step) {
    Histogram histogram = nativeSeries == null ? null : nativeSeries.histogram(step);
    Buckets present = new Buckets(buckets.size());
    for (Bucket bucket : buckets) {
      double count = bucket.series().values()[step];
      if (Points.isPresent(count)) {
        present.add(bucket.upper(), count);
      }
    }
    if (histogram == null) {
      return present.isEmpty() ? new Sample.Nothing() : new Sample.Classic(present);
    }
    return present.isEmpty() ? new Sample.Native(histogram) : new Sample.Both();
  }
}
