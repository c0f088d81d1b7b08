package dev.vedette.testkit;

import dev.vedette.model.BucketColumns;
import dev.vedette.model.CardinalityReport;
import dev.vedette.model.CardinalityReport.Count;
import dev.vedette.model.ErrorId;
import dev.vedette.model.Exemplar;
import dev.vedette.model.Histogram;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Label;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.SampleSink;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesExemplars;
import dev.vedette.model.SeriesOrder;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.model.Utf8;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import dev.vedette.model.WriteOutcome.Refusal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Samples in sorted maps: slow, and obviously right. The oracle that engines are compared with and
 * the store that query tests read from. It has no limits and takes samples of any age; a second
 * value for a series' newest timestamp is refused, for an older one it replaces the first. All
 * methods are synchronized, and cursors work on a copy.
 */
public final class InMemorySeries implements SampleSink, SeriesSource {
  private final Map<TenantId, TreeMap<Labels, TreeMap<Long, Sample>>> tenants = new HashMap<>();
  private final Map<TenantId, TreeMap<String, MetricMetadata>> metadata = new HashMap<>();
  private final Map<TenantId, TreeMap<Labels, List<Exemplar>>> exemplars = new HashMap<>();

  @Override
  public synchronized WriteOutcome write(TenantId tenant, WriteBatch batch) {
    Outcome outcome = new Outcome();
    for (int i = 0; i < batch.seriesCount(); i++) {
      writeSeries(tenant, batch, i, outcome);
    }
    TreeMap<String, MetricMetadata> families =
        metadata.computeIfAbsent(tenant, _ -> new TreeMap<>(Utf8::compare));
    batch.metadata().forEach(family -> families.put(family.family(), family));
    return outcome.finish();
  }

  private void writeSeries(TenantId tenant, WriteBatch batch, int series, Outcome outcome) {
    Labels labels;
    try {
      labels = batch.labels(series);
    } catch (InvalidRequest e) {
      outcome.refuse(e.id(), batch.samplesTo(series) - batch.samplesFrom(series), e.explain());
      return;
    }
    for (int e = batch.exemplarsFrom(series); e < batch.exemplarsTo(series); e++) {
      Exemplar exemplar =
          new Exemplar(
              batch.exemplarLabels(e),
              batch.exemplarTimestamp(e),
              Double.longBitsToDouble(batch.exemplarValueBits(e)));
      add(tenant, labels, exemplar);
    }
    for (int at = batch.samplesFrom(series); at < batch.samplesTo(series); at++) {
      Sample sample = new Sample(batch.valueBits()[at], null, batch.start(at));
      outcome.count(labels, put(tenant, labels, batch.timestamps()[at], sample));
    }
    for (int at = batch.histogramsFrom(series); at < batch.histogramsTo(series); at++) {
      Sample sample = Sample.of(batch.histogram(at), batch.histogramStart(at));
      outcome.count(labels, put(tenant, labels, batch.histogramTimestamp(at), sample));
    }
  }

  /** A number or a histogram, and when its counter began, 0 where that is not known. */
  record Sample(long bits, @Nullable Histogram histogram, long startMillis) {
    /** The value beside a histogram is a staleness marker. */
    static Sample of(Histogram histogram, long startMillis) {
      return new Sample(SpecialValues.STALE_BITS, histogram, startMillis);
    }

    /** Whether it says that the series ended. */
    boolean isMarker() {
      return histogram == null ? bits == SpecialValues.STALE_BITS : histogram.isStale();
    }
  }

  private void add(TenantId tenant, Labels series, Exemplar exemplar) {
    List<Exemplar> known =
        exemplars
            .computeIfAbsent(tenant, _ -> new TreeMap<>())
            .computeIfAbsent(series, _ -> new ArrayList<>());
    if (!known.contains(exemplar)) {
      known.add(exemplar);
      known.sort(Comparator.comparingLong(Exemplar::timestampMillis));
    }
  }

  @Override
  public synchronized List<SeriesExemplars> exemplars(
      TenantId tenant, List<List<LabelMatcher>> selectors, long startMillis, long endMillis) {
    List<SeriesExemplars> found = new ArrayList<>();
    exemplars
        .getOrDefault(tenant, new TreeMap<>())
        .forEach(
            (series, all) -> {
              List<Exemplar> inRange =
                  all.stream()
                      .filter(e -> e.timestampMillis() >= startMillis)
                      .filter(e -> e.timestampMillis() <= endMillis)
                      .toList();
              boolean isMeant =
                  selectors.stream()
                      .anyMatch(each -> each.stream().allMatch(matcher -> matcher.matches(series)));
              if (isMeant && !inRange.isEmpty()) {
                found.add(new SeriesExemplars(series, inRange));
              }
            });
    return found;
  }

  /** What became of one sample. */
  private enum Put {
    STORED,
    DUPLICATE,
    CONFLICT
  }

  private Put put(TenantId tenant, Labels labels, long timestampMillis, Sample sample) {
    TreeMap<Long, Sample> samples =
        tenants
            .computeIfAbsent(tenant, _ -> new TreeMap<>(SeriesOrder.INSTANCE))
            .computeIfAbsent(labels, _ -> new TreeMap<>());
    Sample present = samples.get(timestampMillis);
    if (present != null && present.equals(sample)) {
      return Put.DUPLICATE;
    }
    if (present != null && samples.lastKey() == timestampMillis) {
      return Put.CONFLICT;
    }
    samples.put(timestampMillis, sample);
    return Put.STORED;
  }

  /** Adds one sample for a test; the labels need no metric name. A present one is replaced. */
  public synchronized void append(
      TenantId tenant, Labels labels, long timestampMillis, double value) {
    append(tenant, labels, timestampMillis, value, 0);
  }

  /** The same with a start timestamp. */
  public synchronized void append(
      TenantId tenant, Labels labels, long timestampMillis, double value, long startMillis) {
    Sample sample = new Sample(Double.doubleToRawLongBits(value), null, startMillis);
    replace(tenant, labels, timestampMillis, sample);
  }

  /** Adds one histogram for a test, with a start timestamp or 0. */
  public synchronized void append(
      TenantId tenant, Labels labels, long timestampMillis, Histogram value, long startMillis) {
    replace(tenant, labels, timestampMillis, Sample.of(value, startMillis));
  }

  private void replace(TenantId tenant, Labels labels, long timestampMillis, Sample sample) {
    tenants
        .computeIfAbsent(tenant, _ -> new TreeMap<>(SeriesOrder.INSTANCE))
        .computeIfAbsent(labels, _ -> new TreeMap<>())
        .put(timestampMillis, sample);
  }

  /** Forgets everything. */
  public synchronized void clear() {
    tenants.clear();
    metadata.clear();
    exemplars.clear();
  }

  @Override
  public synchronized SeriesCursor select(TenantId tenant, Selection selection) {
    List<Column> columns = new ArrayList<>();
    matching(tenant, selection)
        .forEach(
            (labels, samples) ->
                columns.add(
                    selection.isTier()
                        ? NaiveBuckets.column(labels, samples, selection)
                        : Column.of(labels, samples, columns)));
    return new Cursor(columns);
  }

  @Override
  public synchronized List<Labels> series(TenantId tenant, Selection selection, int limit) {
    return limited(List.copyOf(matching(tenant, selection).keySet()), limit);
  }

  @Override
  public synchronized List<String> labelNames(TenantId tenant, Selection selection, int limit) {
    TreeSet<String> names = new TreeSet<>(Utf8::compare);
    for (Labels labels : matching(tenant, selection).keySet()) {
      labels.forEach(label -> names.add(label.name()));
    }
    return limited(List.copyOf(names), limit);
  }

  @Override
  public synchronized List<String> labelValues(
      TenantId tenant, String name, Selection selection, int limit) {
    TreeSet<String> values = new TreeSet<>(Utf8::compare);
    for (Labels labels : matching(tenant, selection).keySet()) {
      if (labels.has(name)) {
        values.add(labels.get(name));
      }
    }
    return limited(List.copyOf(values), limit);
  }

  @Override
  public synchronized List<MetricMetadata> metadata(TenantId tenant) {
    return List.copyOf(metadata.getOrDefault(tenant, new TreeMap<>(Utf8::compare)).values());
  }

  @Override
  public synchronized CardinalityReport cardinality(TenantId tenant, int top) {
    TreeMap<Labels, TreeMap<Long, Sample>> all = of(tenant);
    Map<String, Long> byMetric = new HashMap<>();
    Map<String, Long> byPair = new HashMap<>();
    Map<String, TreeSet<String>> values = new HashMap<>();
    Map<String, Long> bytes = new HashMap<>();
    for (Labels labels : all.keySet()) {
      byMetric.merge(labels.metricName(), 1L, Long::sum);
      for (Label label : labels) {
        byPair.merge(label.name() + "=" + label.value(), 1L, Long::sum);
        if (values.computeIfAbsent(label.name(), _ -> new TreeSet<>()).add(label.value())) {
          bytes.merge(label.name(), (long) Utf8.encode(label.value()).length, Long::sum);
        }
      }
    }
    Map<String, Long> byLabel = new HashMap<>();
    values.forEach((name, set) -> byLabel.put(name, (long) set.size()));
    long oldest = Long.MAX_VALUE;
    long newest = Long.MIN_VALUE;
    for (TreeMap<Long, Sample> samples : all.values()) {
      oldest = Math.min(oldest, samples.firstKey());
      newest = Math.max(newest, samples.lastKey());
    }
    return new CardinalityReport(
        all.size(),
        byPair.size(),
        all.size(),
        oldest,
        newest,
        largest(byMetric, top),
        largest(byLabel, top),
        largest(bytes, top),
        largest(byPair, top));
  }

  static List<Count> largest(Map<String, Long> counts, int top) {
    return counts.entrySet().stream()
        .map(entry -> new Count(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparingLong(Count::value).reversed().thenComparing(Count::name))
        .limit(top)
        .toList();
  }

  private TreeMap<Labels, TreeMap<Long, Sample>> of(TenantId tenant) {
    return tenants.getOrDefault(tenant, new TreeMap<>(SeriesOrder.INSTANCE));
  }

  private TreeMap<Labels, TreeMap<Long, Sample>> matching(TenantId tenant, Selection selection) {
    TreeMap<Labels, TreeMap<Long, Sample>> found = new TreeMap<>(SeriesOrder.INSTANCE);
    of(tenant)
        .forEach(
            (labels, samples) -> {
              TreeMap<Long, Sample> inRange = inRange(samples, selection);
              if (!inRange.isEmpty() && matches(labels, selection.matchers())) {
                found.put(labels, inRange);
              }
            });
    return found;
  }

  private static TreeMap<Long, Sample> inRange(TreeMap<Long, Sample> samples, Selection selection) {
    return selection.startMillis() > selection.endMillis()
        ? new TreeMap<>()
        : new TreeMap<>(samples.subMap(selection.startMillis(), true, selection.endMillis(), true));
  }

  private static boolean matches(Labels labels, List<LabelMatcher> matchers) {
    return matchers.stream().allMatch(matcher -> matcher.matches(labels));
  }

  private static <T> List<T> limited(List<T> all, int limit) {
    return limit == 0 || all.size() <= limit ? all : all.subList(0, limit);
  }

  /** Counts of one write, with the first message of each reason for refusal. */
  private static final class Outcome {
    private final Map<ErrorId, Refusal> refusals = new EnumMap<>(ErrorId.class);
    private int stored;
    private int duplicates;

    void count(Labels labels, Put put) {
      switch (put) {
        case STORED -> stored++;
        case DUPLICATE -> duplicates++;
        case CONFLICT ->
            refuse(
                ErrorId.SAMPLE_CONFLICT,
                1,
                "series %s has another value at this timestamp".formatted(labels));
      }
    }

    void refuse(ErrorId id, int samples, String message) {
      refusals.merge(
          id,
          new Refusal(id, samples, message, false),
          (a, b) -> new Refusal(id, a.samples() + b.samples(), a.message(), false));
    }

    WriteOutcome finish() {
      return new WriteOutcome(stored, duplicates, List.copyOf(refusals.values()));
    }
  }

  /** One series ready to be handed out. */
  @SuppressWarnings("ArrayRecordComponent") // made for one cursor, never compared
  record Column(
      Labels labels,
      long[] timestamps,
      double[] values,
      @Nullable Histogram @Nullable [] histograms,
      long @Nullable [] starts,
      @Nullable BucketColumns buckets) {
    /** A series of a batch, for longer than the batch. */
    static Column copyOf(SeriesBatch batch, int series) {
      int size = batch.size(series);
      @Nullable Histogram[] histograms = batch.histograms(series);
      long[] starts = batch.starts(series);
      return new Column(
          batch.labels(series),
          Arrays.copyOf(batch.timestamps(series), size),
          Arrays.copyOf(batch.values(series), size),
          histograms == null ? null : Arrays.copyOf(histograms, size),
          starts == null ? null : Arrays.copyOf(starts, size),
          batch.buckets(series));
    }

    /** Shares the timestamps array of the series before it where both are equal. */
    static Column of(Labels labels, TreeMap<Long, Sample> byTime, List<Column> before) {
      long[] timestamps = byTime.keySet().stream().mapToLong(Long::longValue).toArray();
      List<Sample> samples = List.copyOf(byTime.values());
      double[] values =
          samples.stream().mapToDouble(sample -> Double.longBitsToDouble(sample.bits())).toArray();
      @Nullable Histogram[] histograms = new Histogram[values.length];
      boolean anyHistogram = false;
      for (int i = 0; i < histograms.length; i++) {
        histograms[i] = samples.get(i).histogram();
        anyHistogram |= histograms[i] != null;
      }
      long[] starts = samples.stream().mapToLong(Sample::startMillis).toArray();
      boolean shared =
          !before.isEmpty() && Arrays.equals(before.getLast().timestamps(), timestamps);
      return new Column(
          labels,
          shared ? before.getLast().timestamps() : timestamps,
          values,
          anyHistogram ? histograms : null,
          Arrays.stream(starts).anyMatch(start -> start != 0) ? starts : null,
          null);
    }
  }

  /** Hands out series that are ready. */
  static SeriesCursor cursor(List<Column> columns) {
    return new Cursor(columns);
  }

  private static final class Cursor implements SeriesCursor {
    private final List<Column> columns;
    private int next;

    Cursor(List<Column> columns) {
      this.columns = columns;
    }

    @Override
    public boolean next(SeriesBatch batch) {
      batch.clear();
      while (next < columns.size() && !batch.isFull()) {
        Column column = columns.get(next++);
        batch.add(
            column.labels(),
            column.timestamps(),
            column.values(),
            column.histograms(),
            column.starts(),
            column.timestamps().length);
        if (column.buckets() != null) {
          batch.setBuckets(column.buckets());
        }
      }
      return batch.count() > 0;
    }

    @Override
    public void close() {
      next = columns.size();
    }
  }
}
