package dev.vedette.testkit;

import dev.vedette.model.CardinalityReport;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import java.util.List;

/** Everything but samples as another source has it; for one that does something with these. */
public abstract class ForwardingSeries implements SeriesSource {
  /** The other one. */
  protected abstract SeriesSource inner();

  @Override
  public List<Labels> series(TenantId tenant, Selection selection, int limit) {
    return inner().series(tenant, selection, limit);
  }

  @Override
  public List<String> labelNames(TenantId tenant, Selection selection, int limit) {
    return inner().labelNames(tenant, selection, limit);
  }

  @Override
  public List<String> labelValues(TenantId tenant, String name, Selection selection, int limit) {
    return inner().labelValues(tenant, name, selection, limit);
  }

  @Override
  public List<MetricMetadata> metadata(TenantId tenant) {
    return inner().metadata(tenant);
  }

  @Override
  public CardinalityReport cardinality(TenantId tenant, int top) {
    return inner().cardinality(tenant, top);
  }
}
