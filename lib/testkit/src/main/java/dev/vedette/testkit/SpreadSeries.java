package dev.vedette.testkit;

import dev.vedette.model.CardinalityReport;
import dev.vedette.model.CardinalityReport.Count;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesOrder;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.model.Utf8;
import dev.vedette.model.partial.PartialAggregates;
import dev.vedette.model.partial.PartialAnswer;
import dev.vedette.model.partial.PartialCursor;
import dev.vedette.model.partial.PartialRequest;
import dev.vedette.model.partial.Spending;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Several sources as one, each series in one of them: what a query node sees of storage nodes.
 * Simple, and all in memory. It does aggregations where all of the sources do, one after the other.
 */
public final class SpreadSeries implements SeriesSource {
  private final List<Shard> shards;

  /** A source, and what it does of aggregations. */
  public record Shard(SeriesSource series, Optional<PartialAggregates> partials) {}

  public SpreadSeries(List<Shard> shards) {
    this.shards = List.copyOf(shards);
  }

  @Override
  public Optional<PartialAggregates> partials() {
    return shards.stream().allMatch(shard -> shard.partials().isPresent())
        ? Optional.of(
            new Partials(shards.stream().map(shard -> shard.partials().orElseThrow()).toList()))
        : Optional.empty();
  }

  private record Partials(List<PartialAggregates> all) implements PartialAggregates {
    @Override
    public boolean does(PartialRequest request) {
      return all.stream().allMatch(each -> each.does(request));
    }

    @Override
    public PartialCursor open(TenantId tenant, PartialRequest request, Spending spending) {
      List<PartialCursor> cursors = new ArrayList<>();
      all.forEach(each -> cursors.add(each.open(tenant, request, spending)));
      return new PartialCursor() {
        @Override
        public @Nullable PartialAnswer next() {
          for (PartialCursor cursor : cursors) {
            PartialAnswer answer = cursor.next();
            if (answer != null) {
              return answer;
            }
          }
          return null;
        }

        @Override
        public void close() {
          cursors.forEach(PartialCursor::close);
        }
      };
    }
  }

  @Override
  public SeriesCursor select(TenantId tenant, Selection selection) {
    TreeMap<Labels, InMemorySeries.Column> columns = new TreeMap<>(SeriesOrder.INSTANCE);
    for (Shard shard : shards) {
      try (SeriesCursor cursor = shard.series().select(tenant, selection)) {
        SeriesBatch batch = new SeriesBatch();
        while (cursor.next(batch)) {
          for (int i = 0; i < batch.count(); i++) {
            columns.put(batch.labels(i), InMemorySeries.Column.copyOf(batch, i));
          }
        }
      }
    }
    return InMemorySeries.cursor(List.copyOf(columns.values()));
  }

  @Override
  public List<Labels> series(TenantId tenant, Selection selection, int limit) {
    return merged(shard -> shard.series(tenant, selection, limit), SeriesOrder.INSTANCE, limit);
  }

  @Override
  public List<String> labelNames(TenantId tenant, Selection selection, int limit) {
    return merged(shard -> shard.labelNames(tenant, selection, limit), Utf8::compare, limit);
  }

  @Override
  public List<String> labelValues(TenantId tenant, String name, Selection selection, int limit) {
    return merged(shard -> shard.labelValues(tenant, name, selection, limit), Utf8::compare, limit);
  }

  private <T> List<T> merged(Function<SeriesSource, List<T>> of, Comparator<T> order, int limit) {
    TreeSet<T> all = new TreeSet<>(order);
    shards.forEach(shard -> all.addAll(of.apply(shard.series())));
    return all.stream().limit(limit == 0 ? Long.MAX_VALUE : limit).toList();
  }

  @Override
  public List<MetricMetadata> metadata(TenantId tenant) {
    Map<String, MetricMetadata> families = new TreeMap<>(Utf8::compare);
    shards.forEach(
        shard ->
            shard.series().metadata(tenant).forEach(each -> families.put(each.family(), each)));
    return List.copyOf(families.values());
  }

  /** Sums; what two sources both have of labels and their values is counted twice. */
  @Override
  public CardinalityReport cardinality(TenantId tenant, int top) {
    List<CardinalityReport> reports =
        shards.stream()
            .map(shard -> shard.series().cardinality(tenant, Integer.MAX_VALUE))
            .toList();
    return new CardinalityReport(
        reports.stream().mapToLong(CardinalityReport::series).sum(),
        reports.stream().mapToLong(CardinalityReport::labelPairs).sum(),
        reports.stream().mapToLong(CardinalityReport::chunks).sum(),
        reports.stream().mapToLong(CardinalityReport::minMillis).min().orElse(Long.MAX_VALUE),
        reports.stream().mapToLong(CardinalityReport::maxMillis).max().orElse(Long.MIN_VALUE),
        sums(reports, CardinalityReport::seriesByMetric, top),
        sums(reports, CardinalityReport::valuesByLabel, top),
        sums(reports, CardinalityReport::memoryByLabel, top),
        sums(reports, CardinalityReport::seriesByLabelPair, top));
  }

  private static List<Count> sums(
      List<CardinalityReport> reports, Function<CardinalityReport, List<Count>> of, int top) {
    Map<String, Long> counts = new TreeMap<>();
    reports.forEach(
        report ->
            of.apply(report).forEach(each -> counts.merge(each.name(), each.value(), Long::sum)));
    return InMemorySeries.largest(counts, top);
  }
}
