package dev.vedette.tsdb;

import dev.vedette.model.FileStore;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.block.BlockId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tombstones of all tenants. One thread at a time. */
final class AllTombstones {
  private static final Logger log = LoggerFactory.getLogger(AllTombstones.class);

  private final FileStore files;
  private final DamagedBlocks damagedBlocks;
  private final Map<TenantId, TenantTombstones> byTenant = new HashMap<>();
  // A crash may have come between the last file of a block and what was deleted in it.
  private boolean isOutdated = true;
  private boolean isReported;

  AllTombstones(FileStore files, DamagedBlocks damagedBlocks) {
    this.files = files;
    this.damagedBlocks = damagedBlocks;
  }

  /** Those of a tenant, read from its folder the first time. */
  TenantTombstones of(TenantId tenant, Path folder) throws IOException {
    TenantTombstones known = byTenant.get(tenant);
    if (known == null) {
      known = TenantTombstones.open(files, folder, damagedBlocks);
      byTenant.put(tenant, known);
    }
    return known;
  }

  /** Notes that files of blocks went, of which some may be named. */
  void outdated() {
    isOutdated = true;
  }

  /**
   * Forgets blocks that are gone, where some are since the last time. What the disk does not let go
   * names blocks that are gone, which does no harm until the next time.
   *
   * @param there a tenant's blocks, and those that the next start may find
   */
  void settle(Function<TenantId, Set<BlockId>> there) {
    if (!isOutdated) {
      return;
    }
    try {
      for (Map.Entry<TenantId, TenantTombstones> entry : byTenant.entrySet()) {
        entry.getValue().forgetAllBut(there.apply(entry.getKey()));
      }
      isOutdated = false;
      isReported = false;
    } catch (IOException e) {
      if (!isReported) {
        log.warn("tombstones are not cleaned up, tried again", e);
        isReported = true;
      }
    }
  }
}
