package dev.vedette.tsdb.head;

import dev.vedette.model.CardinalityReport;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.ReadCheck;
import dev.vedette.model.SampleSink;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesExemplars;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.model.Utf8;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import dev.vedette.tsdb.tier.BucketCursor;
import java.util.Collection;
import java.util.List;

/** A head alone behind the ports, for the contract they have. */
record HeadSource(Head head) implements SampleSink, SeriesSource {
  @Override
  public WriteOutcome write(TenantId tenant, WriteBatch batch) {
    return head.write(tenant, batch);
  }

  @Override
  public SeriesCursor select(TenantId tenant, Selection selection) {
    if (!selection.isTier()) {
      return head.select(tenant, selection, ReadCheck.NONE);
    }
    // Buckets are made above the head, of what it has.
    SeriesCursor samples = head.select(tenant, selection.raw(), ReadCheck.NONE);
    return new BucketCursor(samples, selection.resolutionMillis(), selection.columns());
  }

  @Override
  public List<Labels> series(TenantId tenant, Selection selection, int limit) {
    return head.series(tenant, selection, limit);
  }

  @Override
  public List<String> labelNames(TenantId tenant, Selection selection, int limit) {
    return sorted(head.labelNames(tenant, selection), limit);
  }

  @Override
  public List<String> labelValues(TenantId tenant, String name, Selection selection, int limit) {
    return sorted(head.labelValues(tenant, name, selection), limit);
  }

  private static List<String> sorted(Collection<String> all, int limit) {
    return all.stream().sorted(Utf8::compare).limit(limit == 0 ? Long.MAX_VALUE : limit).toList();
  }

  @Override
  public List<SeriesExemplars> exemplars(
      TenantId tenant, List<List<LabelMatcher>> selectors, long startMillis, long endMillis) {
    return head.exemplars(tenant, selectors, startMillis, endMillis);
  }

  @Override
  public List<MetricMetadata> metadata(TenantId tenant) {
    return head.metadata(tenant);
  }

  @Override
  public CardinalityReport cardinality(TenantId tenant, int top) {
    return head.cardinality(tenant, top);
  }
}
