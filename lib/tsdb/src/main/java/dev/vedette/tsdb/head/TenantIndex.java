package dev.vedette.tsdb.head;

import dev.vedette.model.CardinalityReport.Count;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.TenantId;
import dev.vedette.model.Utf8;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * What one tenant has in the head: names, values, postings, metadata. Written under the head's
 * birth lock; read without a lock.
 */
final class TenantIndex {
  // Families, not series: far more than any system has, small enough to hold.
  private static final int MAX_METADATA = 100_000;
  private static final int MAX_HELP = 32_768;

  final TenantId tenant;
  final int number;

  /** Mixed into every label hash, so that equal label sets of two tenants are two series. */
  final long salt;

  final Postings all = new Postings();
  final ConcurrentHashMap<String, LabelName> names = new ConcurrentHashMap<>();
  final AtomicLong minMillis = new AtomicLong(Long.MAX_VALUE);
  final AtomicLong maxMillis = new AtomicLong(Long.MIN_VALUE);
  private final ConcurrentHashMap<String, MetricMetadata> metadata = new ConcurrentHashMap<>();
  private final LabelStore store;
  private final LongCounts valuesOfMetrics = new LongCounts();
  private final SeriesOrderCache order;
  private int nextName = 1;
  private volatile int series;

  TenantIndex(TenantId tenant, int number, long salt, LabelStore store, SeriesRecords records) {
    this.tenant = tenant;
    this.number = number;
    this.salt = salt;
    this.store = store;
    this.order = new SeriesOrderCache(names, records, store);
  }

  int series() {
    return series;
  }

  SeriesOrderCache order() {
    return order;
  }

  /** Adds a series and returns the address of its labels. */
  int add(int ref, Labels labels) {
    LabelPair[] pairs = new LabelPair[labels.size()];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = pair(labels.name(i), labels.value(i));
    }
    int address = store.add(number, pairs);
    countValues(pairs, 1);
    return address;
  }

  /** Lets readers find a series, whose record is complete now. */
  void publish(int ref, int labels) {
    for (int i = 0; i < store.count(labels); i++) {
      store.pair(labels, i).postings.add(ref);
    }
    all.add(ref);
    countSeries(1);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer, the holder of the birth lock.
  private void countSeries(int more) {
    series += more;
  }

  private LabelPair pair(String name, String value) {
    LabelName label = names.get(name);
    if (label == null) {
      label = new LabelName(nextName++, name);
      names.put(name, label);
    }
    LabelPair pair = label.values.get(value);
    if (pair == null) {
      pair = new LabelPair(store.newPairId(), label, value);
      store.register(pair);
      label.add(pair);
    }
    return pair;
  }

  private void countValues(LabelPair[] pairs, int by) {
    int metric = metric(pairs);
    for (LabelPair pair : pairs) {
      if (pair.id == metric) {
        continue;
      }
      int now = valuesOfMetrics.add(valueKey(metric, pair), by);
      boolean changed = by > 0 ? now == 1 : now == 0;
      if (changed) {
        valuesOfMetrics.add(nameKey(metric, pair.name), by);
      }
    }
  }

  private static int metric(LabelPair[] pairs) {
    for (LabelPair pair : pairs) {
      if (pair.name.name.equals(Labels.METRIC_NAME)) {
        return pair.id;
      }
    }
    throw new IllegalStateException("BUG: a series without a metric name");
  }

  private static long valueKey(int metric, LabelPair pair) {
    return SeriesRecords.pair(metric + 1, pair.id);
  }

  private static long nameKey(int metric, LabelName name) {
    return SeriesRecords.pair(metric + 1, name.id | 0x8000_0000);
  }

  /**
   * Takes series out of sight of new readers; {@code labels} are the addresses of their labels.
   *
   * @return the pairs that no series carries any more
   */
  List<LabelPair> remove(RoaringBitmap dead, int[] labels) {
    all.remove(dead);
    RoaringBitmap touched = new RoaringBitmap();
    for (int address : labels) {
      LabelPair[] pairs = new LabelPair[store.count(address)];
      for (int i = 0; i < pairs.length; i++) {
        pairs[i] = store.pair(address, i);
        touched.add(pairs[i].id);
      }
      countValues(pairs, -1);
    }
    List<LabelPair> gone = new ArrayList<>();
    touched.forEach((int id) -> removeFrom(store.pairById(id), dead, gone));
    countSeries(-labels.length);
    return gone;
  }

  private void removeFrom(LabelPair pair, RoaringBitmap dead, List<LabelPair> gone) {
    pair.postings.remove(dead);
    if (pair.postings.cardinality() == 0) {
      gone.add(pair);
      pair.name.remove(pair);
      if (pair.name.values.isEmpty()) {
        names.remove(pair.name.name);
      }
    }
  }

  /** Frees what {@link #remove} took out of sight, once no reader looks at it any more. */
  void release(RoaringBitmap dead, int[] labels, List<LabelPair> gone) {
    order.died(dead);
    for (int address : labels) {
      store.free(address);
    }
    gone.forEach(store::forget);
  }

  /** Series of one metric. */
  int seriesOf(String metric) {
    LabelPair pair = find(Labels.METRIC_NAME, metric);
    return pair == null ? 0 : pair.postings.cardinality();
  }

  /** Distinct values of a label. */
  int valuesOf(String name) {
    LabelName label = names.get(name);
    return label == null ? 0 : label.values.size();
  }

  /** Distinct values of a label within one metric. */
  int valuesOf(String metric, String name) {
    LabelPair pair = find(Labels.METRIC_NAME, metric);
    LabelName label = names.get(name);
    return pair == null || label == null ? 0 : valuesOfMetrics.get(nameKey(pair.id, label));
  }

  boolean hasValue(String metric, String name, String value) {
    LabelPair metricPair = find(Labels.METRIC_NAME, metric);
    LabelPair pair = find(name, value);
    return metricPair != null
        && pair != null
        && valuesOfMetrics.get(valueKey(metricPair.id, pair)) > 0;
  }

  @Nullable LabelPair find(String name, String value) {
    LabelName label = names.get(name);
    return label == null ? null : label.values.get(value);
  }

  /** Whether something about a family is new, and would be kept: help of any length is not. */
  boolean isNews(MetricMetadata family) {
    if (family.help().length() + family.unit().length() > MAX_HELP) {
      return false;
    }
    MetricMetadata known = metadata.get(family.family());
    return known == null ? metadata.size() < MAX_METADATA : !family.equals(known);
  }

  /** Keeps what is new about a family. */
  void putMetadata(MetricMetadata family) {
    if (isNews(family)) {
      metadata.put(family.family(), family);
    }
  }

  List<MetricMetadata> metadata() {
    return metadata.values().stream().sorted(Comparator.comparing(MetricMetadata::family)).toList();
  }

  void noteTimes(long min, long max) {
    if (min < minMillis.get()) {
      minMillis.accumulateAndGet(min, Math::min);
    }
    if (max > maxMillis.get()) {
      maxMillis.accumulateAndGet(max, Math::max);
    }
  }

  List<Count> seriesByMetric(int top) {
    LabelName metric = names.get(Labels.METRIC_NAME);
    List<Count> counts = new ArrayList<>();
    if (metric != null) {
      metric.values.forEach((v, p) -> counts.add(new Count(v, p.postings.cardinality())));
    }
    return largest(counts, top);
  }

  List<Count> valuesByLabel(int top) {
    List<Count> counts = new ArrayList<>();
    names.forEach((name, label) -> counts.add(new Count(name, label.values.size())));
    return largest(counts, top);
  }

  List<Count> memoryByLabel(int top) {
    List<Count> counts = new ArrayList<>();
    names.forEach(
        (name, label) ->
            counts.add(
                new Count(
                    name, label.values.keySet().stream().mapToLong(TenantIndex::bytes).sum())));
    return largest(counts, top);
  }

  List<Count> seriesByLabelPair(int top) {
    List<Count> counts = new ArrayList<>();
    for (Map.Entry<String, LabelName> label : names.entrySet()) {
      label
          .getValue()
          .values
          .forEach(
              (value, pair) ->
                  counts.add(new Count(label.getKey() + "=" + value, pair.postings.cardinality())));
    }
    return largest(counts, top);
  }

  private static long bytes(String text) {
    return Utf8.encode(text).length;
  }

  long labelPairs() {
    return names.values().stream().mapToLong(label -> label.values.size()).sum();
  }

  private static List<Count> largest(List<Count> counts, int top) {
    return counts.stream()
        .sorted(Comparator.comparingLong(Count::value).reversed().thenComparing(Count::name))
        .limit(top)
        .toList();
  }
}
