package dev.vedette.querier.http;

import dev.vedette.model.CardinalityReport;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/** A source whose queries never end by themselves, and which tells when one began and ended. */
final class EndlessSeries implements SeriesSource {
  final CountDownLatch opened = new CountDownLatch(1);
  final CountDownLatch closed = new CountDownLatch(1);

  @Override
  public SeriesCursor select(TenantId tenant, Selection selection) {
    opened.countDown();
    long[] timestamps = {selection.endMillis()};
    double[] values = {1};
    return new SeriesCursor() {
      private long series;

      @Override
      public boolean next(SeriesBatch batch) {
        batch.clear();
        while (!batch.isFull()) {
          Labels labels = Labels.of("__name__", "endless", "n", Long.toString(series++));
          batch.add(labels, timestamps, values, 1);
        }
        return true;
      }

      @Override
      public void close() {
        closed.countDown();
      }
    };
  }

  @Override
  public List<Labels> series(TenantId tenant, Selection selection, int limit) {
    return IntStream.range(0, limit)
        .mapToObj(n -> Labels.of("__name__", "endless", "n", Integer.toString(n)))
        .toList();
  }

  @Override
  public List<String> labelNames(TenantId tenant, Selection selection, int limit) {
    throw new IllegalStateException("secret detail");
  }

  @Override
  public List<String> labelValues(TenantId tenant, String name, Selection selection, int limit) {
    return IntStream.range(0, limit).mapToObj(Integer::toString).toList();
  }

  @Override
  public List<MetricMetadata> metadata(TenantId tenant) {
    return List.of();
  }

  @Override
  public CardinalityReport cardinality(TenantId tenant, int top) {
    return new CardinalityReport(0, 0, 0, 0, 0, List.of(), List.of(), List.of(), List.of());
  }
}
