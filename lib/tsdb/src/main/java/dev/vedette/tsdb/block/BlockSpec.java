package dev.vedette.tsdb.block;

import dev.vedette.model.TenantId;
import java.util.List;

/**
 * What a block is to be, decided before it is written.
 *
 * @param startMillis first millisecond of the window, inclusive; no sample may be older
 * @param endMillis last millisecond of the window, inclusive; no sample may be newer
 * @param level 1 for a block from the head, one more for each merge
 * @param sources blocks this one replaces, oldest first; none for a block from the head, or for one
 *     of a tier that was made of samples
 * @param resolutionMillis length of the buckets of a tier's block; 0 for samples as they are
 */
public record BlockSpec(
    BlockId id,
    TenantId tenant,
    long startMillis,
    long endMillis,
    int level,
    List<BlockId> sources,
    long resolutionMillis) {
  public BlockSpec {
    if (startMillis > endMillis) {
      throw new IllegalArgumentException(
          "block window %d to %d runs backwards".formatted(startMillis, endMillis));
    }
    sources = List.copyOf(sources);
  }

  /** A block of samples as they are. */
  public BlockSpec(
      BlockId id,
      TenantId tenant,
      long startMillis,
      long endMillis,
      int level,
      List<BlockId> sources) {
    this(id, tenant, startMillis, endMillis, level, sources, 0);
  }

  /** Whether it has buckets of a tier. */
  public boolean isTier() {
    return resolutionMillis > 0;
  }
}
