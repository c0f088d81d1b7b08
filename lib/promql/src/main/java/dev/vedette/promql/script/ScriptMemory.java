package dev.vedette.promql.script;

import dev.vedette.model.CardinalityReport;
import dev.vedette.model.Histogram;
import dev.vedette.model.Label;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.promql.script.ScriptSamples.Column;
import dev.vedette.promql.script.ScriptSamples.Sample;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Keeps the samples of a script in memory. Every tenant sees the same. One thread. */
public final class ScriptMemory implements ScriptStore, SeriesSource {
  private final ScriptSamples samples = new ScriptSamples();

  @Override
  public void clear() {
    samples.clear();
  }

  @Override
  public void append(Labels labels, long timestampMillis, double value, long startMillis) {
    samples.put(labels, timestampMillis, new Sample(value, null, startMillis));
  }

  @Override
  public void append(Labels labels, long timestampMillis, Histogram histogram, long startMillis) {
    double besideHistogram = Double.longBitsToDouble(SpecialValues.STALE_BITS);
    samples.put(labels, timestampMillis, new Sample(besideHistogram, histogram, startMillis));
  }

  @Override
  public SeriesSource source() {
    return this;
  }

  @Override
  public SeriesCursor select(TenantId tenant, Selection selection) {
    Queue<Column> columns = new ArrayDeque<>(samples.select(selection));
    return new SeriesCursor() {
      @Override
      public boolean next(SeriesBatch batch) {
        batch.clear();
        for (Column next = columns.peek(); next != null && !batch.isFull(); next = columns.peek()) {
          next.addTo(batch);
          columns.remove();
        }
        return batch.count() > 0;
      }

      @Override
      public void close() {
        columns.clear();
      }
    };
  }

  private Stream<Labels> matching(Selection selection) {
    return samples.select(selection).stream().map(Column::labels);
  }

  @Override
  public List<Labels> series(TenantId tenant, Selection selection, int limit) {
    return limited(matching(selection), limit);
  }

  @Override
  public List<String> labelNames(TenantId tenant, Selection selection, int limit) {
    Stream<String> names =
        matching(selection)
            .flatMap(labels -> StreamSupport.stream(labels.spliterator(), false).map(Label::name));
    return limited(names.distinct().sorted(), limit);
  }

  @Override
  public List<String> labelValues(TenantId tenant, String name, Selection selection, int limit) {
    Stream<String> values =
        matching(selection).filter(labels -> labels.has(name)).map(labels -> labels.get(name));
    return limited(values.distinct().sorted(), limit);
  }

  private static <T> List<T> limited(Stream<T> all, int limit) {
    return limit == 0 ? all.toList() : all.limit(limit).toList();
  }

  @Override
  public List<MetricMetadata> metadata(TenantId tenant) {
    return List.of();
  }

  /** Counts series only: scripts have no use for more. */
  @Override
  public CardinalityReport cardinality(TenantId tenant, int top) {
    return new CardinalityReport(
        samples.size(),
        0,
        0,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }
}
