package dev.vedette.testkit;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketColumns;
import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SpecialValues;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/** Buckets by the words of {@link BucketColumn}, one at a time; sums as exact as can be. */
final class NaiveBuckets {
  private NaiveBuckets() {}

  /** One entry of a series. */
  private record Entry(
      long millis, InMemorySeries.Sample last, long firstMillis, List<Double> samples) {
    double column(BucketColumn column) {
      if (samples.isEmpty()) {
        return Double.longBitsToDouble(SpecialValues.STALE_BITS);
      }
      return switch (column) {
        case COUNT -> samples.size();
        case SUM -> sum();
        case MIN -> samples.stream().reduce((a, b) -> b < a || Double.isNaN(a) ? b : a).get();
        case MAX -> samples.stream().reduce((a, b) -> b > a || Double.isNaN(a) ? b : a).get();
        case FIRST -> samples.getFirst();
        case RESETS -> resets();
      };
    }

    private double sum() {
      if (samples.stream().allMatch(Double::isFinite)) {
        return samples.stream()
            .map(BigDecimal::new)
            .reduce(BigDecimal.ZERO, BigDecimal::add)
            .doubleValue();
      }
      return samples.stream().reduce(0.0, Double::sum);
    }

    private double resets() {
      double resets = 0;
      for (int i = 1; i < samples.size(); i++) {
        resets += samples.get(i) < samples.get(i - 1) ? samples.get(i - 1) : 0;
      }
      return resets;
    }
  }

  static InMemorySeries.Column column(
      Labels labels, TreeMap<Long, InMemorySeries.Sample> samples, Selection selection) {
    long resolution = selection.resolutionMillis();
    TreeMap<Long, TreeMap<Long, InMemorySeries.Sample>> byEnd = new TreeMap<>();
    samples.forEach(
        (millis, sample) ->
            byEnd
                .computeIfAbsent(
                    Math.ceilDiv(millis, resolution) * resolution, _ -> new TreeMap<>())
                .put(millis, sample));
    List<Entry> entries = new ArrayList<>();
    byEnd.values().forEach(bucket -> addBucket(bucket, entries));
    BucketColumns buckets = new BucketColumns();
    for (BucketColumn column : selection.columns()) {
      buckets.set(column, entries.stream().mapToDouble(entry -> entry.column(column)).toArray());
    }
    buckets.setFirstMillis(entries.stream().mapToLong(Entry::firstMillis).toArray());
    boolean hasHistograms =
        samples.values().stream().anyMatch(sample -> sample.histogram() != null);
    return new InMemorySeries.Column(
        labels,
        entries.stream().mapToLong(Entry::millis).toArray(),
        entries.stream()
            .mapToDouble(entry -> Double.longBitsToDouble(entry.last().bits()))
            .toArray(),
        hasHistograms
            ? entries.stream().map(entry -> entry.last().histogram()).toArray(Histogram[]::new)
            : null,
        null,
        buckets);
  }

  private static void addBucket(TreeMap<Long, InMemorySeries.Sample> bucket, List<Entry> entries) {
    TreeMap<Long, Double> floats = new TreeMap<>();
    Entry lastHistogram = null;
    for (var one : bucket.entrySet()) {
      InMemorySeries.Sample sample = one.getValue();
      if (sample.isMarker()) {
        continue;
      }
      if (sample.histogram() == null) {
        floats.put(one.getKey(), Double.longBitsToDouble(sample.bits()));
      } else {
        lastHistogram = new Entry(one.getKey(), sample, one.getKey(), List.of());
      }
    }
    List<Entry> found = new ArrayList<>();
    if (lastHistogram != null) {
      found.add(lastHistogram);
    }
    if (!floats.isEmpty()) {
      List<Double> values = List.copyOf(floats.values());
      InMemorySeries.Sample last =
          new InMemorySeries.Sample(Double.doubleToRawLongBits(values.getLast()), null, 0);
      found.add(new Entry(floats.lastKey(), last, floats.firstKey(), values));
    }
    found.sort(Comparator.comparingLong(Entry::millis));
    entries.addAll(found);
    var end = bucket.lastEntry();
    if (end.getValue().isMarker()) {
      entries.add(new Entry(end.getKey(), end.getValue(), end.getKey(), List.of()));
    }
  }
}
