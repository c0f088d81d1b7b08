package dev.vedette.querier.http;

import dev.vedette.model.CardinalityReport;
import dev.vedette.model.Histogram;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** A few series with all of their samples, floats or histograms, whatever the range asked for. */
final class FixedSeries implements SeriesSource {
  private final List<Series> all = new ArrayList<>();

  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  private record Series(
      Labels labels, long[] timestamps, double[] values, Histogram[] histograms) {}

  FixedSeries floats(Labels labels, long fromMillis, long stepMillis, double... values) {
    all.add(new Series(labels, times(fromMillis, stepMillis, values.length), values, null));
    return this;
  }

  FixedSeries histograms(Labels labels, long fromMillis, long stepMillis, Histogram... samples) {
    double[] values = new double[samples.length];
    java.util.Arrays.fill(values, Double.longBitsToDouble(SpecialValues.STALE_BITS));
    all.add(new Series(labels, times(fromMillis, stepMillis, samples.length), values, samples));
    return this;
  }

  private static long[] times(long from, long step, int count) {
    long[] times = new long[count];
    for (int i = 0; i < count; i++) {
      times[i] = from + i * step;
    }
    return times;
  }

  @Override
  public SeriesCursor select(TenantId tenant, Selection selection) {
    Iterator<Series> rest =
        all.stream().filter(series -> matches(series.labels, selection)).iterator();
    return new SeriesCursor() {
      @Override
      public boolean next(SeriesBatch batch) {
        batch.clear();
        while (rest.hasNext() && !batch.isFull()) {
          Series one = rest.next();
          batch.add(
              one.labels, one.timestamps, one.values, one.histograms, null, one.values.length);
        }
        return batch.count() > 0;
      }

      @Override
      public void close() {}
    };
  }

  private static boolean matches(Labels labels, Selection selection) {
    return selection.matchers().stream().allMatch((LabelMatcher one) -> one.matches(labels));
  }

  @Override
  public List<Labels> series(TenantId tenant, Selection selection, int limit) {
    return all.stream().map(Series::labels).filter(one -> matches(one, selection)).toList();
  }

  @Override
  public List<String> labelNames(TenantId tenant, Selection selection, int limit) {
    return List.of();
  }

  @Override
  public List<String> labelValues(TenantId tenant, String name, Selection selection, int limit) {
    return List.of();
  }

  @Override
  public List<MetricMetadata> metadata(TenantId tenant) {
    return List.of();
  }

  @Override
  public CardinalityReport cardinality(TenantId tenant, int top) {
    throw new UnsupportedOperationException();
  }
}
