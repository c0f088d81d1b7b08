package dev.vedette.tsdb.head;

import dev.vedette.model.TenantId;
import dev.vedette.tsdb.block.SortedSeries;
import java.util.List;
import java.util.SortedSet;

/** Samples on their way from the head into blocks, by tenant and window. One thread. */
public interface FlushSource {
  /** Tenants that have any. */
  List<TenantId> tenants();

  /** Starts of the windows a tenant may have samples in; some may turn out empty. */
  SortedSet<Long> windows(TenantId tenantId);

  /** The samples of a tenant in a closed range of time, to be written to a block. */
  SortedSeries series(TenantId tenantId, long startMillis, long endMillis);
}
