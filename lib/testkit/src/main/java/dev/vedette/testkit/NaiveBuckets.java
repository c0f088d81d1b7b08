package dev.vedette.testkit;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketColumns;
import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.CounterResets;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SpecialValues;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;

/** Buckets by the words of {@link BucketColumn}, one at a time; sums as exact as can be. */
final class NaiveBuckets {
  private NaiveBuckets() {}

  /** One entry of a series. */
  private record Entry(
      long millis,
      InMemorySeries.Sample last,
      long firstMillis,
      List<Double> samples,
      List<Histogram> histograms) {
    double column(BucketColumn column) {
      if (!histograms.isEmpty() && column == BucketColumn.COUNT) {
        return histograms.size();
      }
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
    settleSums(samples, entries);
    BucketColumns buckets = new BucketColumns();
    for (BucketColumn column : selection.columns()) {
      buckets.set(column, entries.stream().mapToDouble(entry -> entry.column(column)).toArray());
    }
    buckets.setFirstMillis(entries.stream().mapToLong(Entry::firstMillis).toArray());
    boolean hasHistograms =
        samples.values().stream().anyMatch(sample -> sample.histogram() != null);
    if (hasHistograms && selection.columns().contains(BucketColumn.FIRST)) {
      buckets.setHistograms(
          BucketColumn.FIRST, histograms(entries, entry -> entry.histograms().getFirst()));
    }
    if (hasHistograms && selection.columns().contains(BucketColumn.SUM)) {
      buckets.setHistograms(
          BucketColumn.SUM, histograms(entries, entry -> sum(entry.histograms())));
    }
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

  private static Histogram[] histograms(List<Entry> entries, Function<Entry, Histogram> column) {
    return entries.stream()
        .map(entry -> entry.histograms().isEmpty() ? null : column.apply(entry))
        .toArray(Histogram[]::new);
  }

  /** Cuts a bucket into stretches of one kind, markers between floats left out. */
  private static void addBucket(TreeMap<Long, InMemorySeries.Sample> bucket, List<Entry> entries) {
    TreeMap<Long, InMemorySeries.Sample> stretch = new TreeMap<>();
    boolean isAfterMarker = false;
    for (var one : bucket.entrySet()) {
      InMemorySeries.Sample sample = one.getValue();
      if (sample.isMarker()) {
        isAfterMarker = true;
        continue;
      }
      if (!stretch.isEmpty() && !belongs(sample, stretch, isAfterMarker)) {
        entries.add(entry(stretch));
        stretch = new TreeMap<>();
      }
      stretch.put(one.getKey(), sample);
      isAfterMarker = false;
    }
    if (!stretch.isEmpty()) {
      entries.add(entry(stretch));
    }
    var end = bucket.lastEntry();
    if (end.getValue().isMarker()) {
      entries.add(
          new Entry(end.getKey(), end.getValue(), end.getKey(), List.of(), new ArrayList<>()));
    }
  }

  private static boolean belongs(
      InMemorySeries.Sample sample,
      TreeMap<Long, InMemorySeries.Sample> stretch,
      boolean isAfterMarker) {
    Histogram now = sample.histogram();
    Histogram before = stretch.lastEntry().getValue().histogram();
    if (now == null || before == null) {
      return now == before;
    }
    if (isAfterMarker
        || now.isFloat() != before.isFloat()
        || !now.layout().isLike(before.layout())) {
      return false;
    }
    double count =
        stretch.values().stream()
            .mapToDouble(one -> Objects.requireNonNull(one.histogram()).count())
            .sum();
    if (!now.isFloat() && count + now.count() > Long.MAX_VALUE / 2) {
      return false;
    }
    boolean areGauges = now.reset() == CounterReset.GAUGE && before.reset() == CounterReset.GAUGE;
    return areGauges || CounterResets.between(before, now) == CounterReset.NO;
  }

  private static Entry entry(TreeMap<Long, InMemorySeries.Sample> stretch) {
    List<Double> floats = new ArrayList<>();
    List<Histogram> histograms = new ArrayList<>();
    for (InMemorySeries.Sample sample : stretch.values()) {
      Histogram histogram = sample.histogram();
      if (histogram == null) {
        floats.add(Double.longBitsToDouble(sample.bits()));
      } else {
        histograms.add(histogram);
      }
    }
    return new Entry(
        stretch.lastKey(), stretch.lastEntry().getValue(), stretch.firstKey(), floats, histograms);
  }

  /** The first histogram of each, whose hint its sum takes over, came behind another sample. */
  private static void settleSums(
      TreeMap<Long, InMemorySeries.Sample> samples, List<Entry> entries) {
    for (Entry entry : entries) {
      if (!entry.histograms().isEmpty()) {
        var before = samples.lowerEntry(entry.firstMillis());
        Histogram first = entry.histograms().getFirst();
        Histogram last = before == null ? null : before.getValue().histogram();
        entry.histograms().set(0, first.withReset(CounterResets.between(last, first)));
      }
    }
  }

  /** The sum, bucket by bucket of those that any of them has. */
  private static Histogram sum(List<Histogram> histograms) {
    Histogram first = histograms.getFirst();
    if (histograms.size() == 1) {
      return first;
    }
    TreeMap<Integer, Double> positive = new TreeMap<>();
    TreeMap<Integer, Double> negative = new TreeMap<>();
    double count = 0;
    double zero = 0;
    double sum = 0;
    for (Histogram one : histograms) {
      count += one.count();
      zero += one.zeroCount();
      sum += one.sum();
      int[] indexes = one.layout().positive().indexes();
      for (int i = 0; i < indexes.length; i++) {
        positive.merge(indexes[i], one.positive(i), Double::sum);
      }
      indexes = one.layout().negative().indexes();
      for (int i = 0; i < indexes.length; i++) {
        negative.merge(indexes[i], one.negative(i), Double::sum);
      }
    }
    HistogramLayout layout =
        first.layout().withBuckets(spans(positive.keySet()), spans(negative.keySet()));
    return Histogram.ofFloats(
        layout, first.reset(), count, zero, sum, array(positive), array(negative));
  }

  private static BucketSpans spans(Collection<Integer> indexes) {
    return BucketSpans.ofIndexes(
        indexes.stream().mapToInt(Integer::intValue).toArray(), indexes.size());
  }

  private static double[] array(TreeMap<Integer, Double> counts) {
    return counts.values().stream().mapToDouble(Double::doubleValue).toArray();
  }
}
