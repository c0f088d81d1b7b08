package dev.vedette.tsdb;

import dev.vedette.model.Coverage;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockMeta;
import dev.vedette.tsdb.block.Buckets;
import dev.vedette.tsdb.tier.TierConfig;
import dev.vedette.tsdb.tier.TierPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What there is of tiers, and what is due. Any threads. */
final class Tiers {
  private static final int BLOCK_RANGES = 6;

  private final TsdbConfig config;
  private final BlockStore blocks;
  // Windows of a tenant that have no buckets, or could not be made. Empty at every start.
  private final Map<TenantTier, Set<TierPlan.Nothing>> nothings = new ConcurrentHashMap<>();

  private record TenantTier(TenantId tenant, long resolutionMillis) {}

  Tiers(TsdbConfig config, BlockStore blocks) {
    this.config = config;
    this.blocks = blocks;
  }

  List<TierConfig> all() {
    return config.tiers();
  }

  /** Length of the windows whose buckets go into one block at first. */
  long windowMillis(TierConfig tier) {
    long ranges = config.blockRange().toMillis() * BLOCK_RANGES;
    return Buckets.endMillis(ranges, tier.resolutionMillis());
  }

  /** The next block to be made. */
  Optional<TierPlan> next(TenantId tenant, TierConfig tier, long cutoffMillis) {
    return TierPlan.next(
        blocks.of(tenant),
        blocks.tier(tenant, tier.resolutionMillis()),
        windowMillis(tier),
        cutoffMillis,
        tier.isBuilt(),
        window ->
            nothings(tenant, tier).contains(window) || isGone(tenant, tier, window.startMillis()));
  }

  /** Whether a window is older than what is kept of a tier: built, it would be deleted at once. */
  private boolean isGone(TenantId tenant, TierConfig tier, long startMillis) {
    return startMillis < blocks.keptFrom(tenant, tier.resolutionMillis());
  }

  /** A window that there is nothing to make of, as long as no samples come. */
  void addNothing(TenantId tenant, TierConfig tier, TierPlan.Nothing nothing) {
    nothings(tenant, tier).add(nothing);
  }

  private Set<TierPlan.Nothing> nothings(TenantId tenant, TierConfig tier) {
    return nothings.computeIfAbsent(
        new TenantTier(tenant, tier.resolutionMillis()), _ -> ConcurrentHashMap.newKeySet());
  }

  /** Whether every tier that is to have a block's samples has them. */
  boolean have(Block raw) {
    TenantId tenant = raw.meta().spec().tenant();
    for (TierConfig tier : config.tiers()) {
      boolean isDue =
          TierPlan.isDue(
              raw.meta(),
              blocks.of(tenant),
              blocks.tier(tenant, tier.resolutionMillis()),
              windowMillis(tier),
              tier.isBuilt(),
              nothing -> isNothing(tenant, tier, nothing.startMillis()));
      if (isDue) {
        return false;
      }
    }
    return true;
  }

  private boolean isNothing(TenantId tenant, TierConfig tier, long startMillis) {
    return isGone(tenant, tier, startMillis)
        || nothings(tenant, tier).stream()
            .anyMatch(nothing -> nothing.startMillis() == startMillis);
  }

  /** From when on samples and tiers are there. */
  Coverage coverage(TenantId tenant) {
    long rawFrom = blocks.keptFrom(tenant, 0);
    List<Coverage.Tier> found = new ArrayList<>();
    for (TierConfig tier : config.tiers()) {
      long resolution = tier.resolutionMillis();
      List<BlockMeta> built = blocks.tier(tenant, resolution).stream().map(Block::meta).toList();
      if (!built.isEmpty()) {
        long from = built.stream().mapToLong(meta -> meta.spec().startMillis()).min().orElseThrow();
        long to = built.stream().mapToLong(meta -> meta.spec().endMillis()).max().orElseThrow();
        // Before the first block there was nothing, as long as no samples are gone.
        long kept = rawFrom <= from ? Long.MIN_VALUE : from;
        found.add(
            new Coverage.Tier(
                resolution, Math.max(blocks.keptFrom(tenant, resolution), kept), from - 1, to));
      }
    }
    return new Coverage(rawFrom, found);
  }
}
