package dev.vedette.tsdb;

import dev.vedette.model.Coverage;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockMeta;
import dev.vedette.tsdb.block.Buckets;
import dev.vedette.tsdb.tier.TierConfig;
import dev.vedette.tsdb.tier.TierPlan;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** What there is of tiers, and what is due. Any threads. */
final class Tiers {
  private static final int BLOCK_RANGES = 6;

  private final TsdbConfig config;
  private final BlockStore blocks;
  private final Filling filling;
  private final Clock clock;
  // Windows of a tenant that have no buckets, or could not be made. Empty at every start.
  private final Map<TenantTier, Set<TierPlan.Nothing>> nothings = new ConcurrentHashMap<>();
  // Windows whose samples are damaged in part. Empty at every start.
  private final Map<TenantTier, Set<TierPlan.Nothing>> damaged = new ConcurrentHashMap<>();

  private record TenantTier(TenantId tenant, long resolutionMillis) {}

  Tiers(TsdbConfig config, BlockStore blocks, Filling filling, Clock clock) {
    this.config = config;
    this.blocks = blocks;
    this.filling = filling;
    this.clock = clock;
  }

  List<TierConfig> all() {
    return config.tiers();
  }

  /** Length of the windows whose buckets go into one block at first. */
  long windowMillis(TierConfig tier) {
    long ranges = config.blockRange().toMillis() * BLOCK_RANGES;
    return Buckets.endMillis(ranges, tier.resolutionMillis());
  }

  /**
   * The next block to be made, but for windows that are being filled: each flush would have their
   * buckets made again.
   */
  Optional<TierPlan> next(TenantId tenant, TierConfig tier, long cutoffMillis) {
    return next(
        tenant,
        tier,
        cutoffMillis,
        plan -> isNothing(tenant, tier, plan) || waits(tenant, tier, plan));
  }

  /** The next block to be made of what there is. */
  Optional<TierPlan> nextAtOnce(TenantId tenant, TierConfig tier, long cutoffMillis) {
    return next(tenant, tier, cutoffMillis, plan -> isNothing(tenant, tier, plan));
  }

  private Optional<TierPlan> next(
      TenantId tenant, TierConfig tier, long cutoffMillis, Predicate<TierPlan> isPassed) {
    return TierPlan.next(
        blocks.of(tenant),
        blocks.tier(tenant, tier.resolutionMillis()),
        windowMillis(tier),
        blocks.keptFrom(tenant, 0),
        cutoffMillis,
        tier.isBuilt(),
        isPassed);
  }

  /** Not once so many blocks have come as are merged at once: none of them is merged before. */
  private boolean waits(TenantId tenant, TierConfig tier, TierPlan plan) {
    return filling.isFilling(tenant, plan.startMillis(), plan.endMillis())
        && plan.lackingSinceMillis() > clock.millis() - Filling.PATIENCE.toMillis()
        && (plan.replaced() == null || plan.lackingBlocks() < MergePlan.MAX_SOURCES)
        && !isLastChance(tier, plan.startMillis());
  }

  private boolean isNothing(TenantId tenant, TierConfig tier, TierPlan plan) {
    TierPlan.Nothing window = plan.nothing();
    return isGone(tenant, tier, window.startMillis())
        || holds(nothings, tenant, tier, window)
        || !isLastChance(tier, window.startMillis()) && holds(damaged, tenant, tier, window);
  }

  private static boolean holds(
      Map<TenantTier, Set<TierPlan.Nothing>> known,
      TenantId tenant,
      TierConfig tier,
      TierPlan.Nothing window) {
    return known.getOrDefault(new TenantTier(tenant, tier.resolutionMillis()), Set.of()).stream()
        .anyMatch(one -> one.holdsFor(window));
  }

  /** Whether samples of a window are old enough to go: what can be read of them is all there is. */
  boolean isLastChance(TierConfig tier, long startMillis) {
    return startMillis + windowMillis(tier) < clock.millis() - config.retention().toMillis();
  }

  /** Whether a window is older than what is kept of a tier: built, it would be deleted at once. */
  private boolean isGone(TenantId tenant, TierConfig tier, long startMillis) {
    return startMillis < blocks.keptFrom(tenant, tier.resolutionMillis());
  }

  /** A window that there is nothing to make of, as long as no samples come. */
  void addNothing(TenantId tenant, TierConfig tier, TierPlan.Nothing nothing) {
    add(nothings, tenant, tier, nothing);
  }

  /** A window of whose samples some cannot be read: to be made when they are about to go. */
  void addDamaged(TenantId tenant, TierConfig tier, TierPlan.Nothing nothing) {
    add(damaged, tenant, tier, nothing);
  }

  private static void add(
      Map<TenantTier, Set<TierPlan.Nothing>> known,
      TenantId tenant,
      TierConfig tier,
      TierPlan.Nothing nothing) {
    known
        .computeIfAbsent(
            new TenantTier(tenant, tier.resolutionMillis()), _ -> ConcurrentHashMap.newKeySet())
        .add(nothing);
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
              blocks.keptFrom(tenant, 0),
              tier.isBuilt(),
              plan -> isNothing(tenant, tier, plan));
      if (isDue) {
        return false;
      }
    }
    return true;
  }

  /** Blocks of samples that a merge may take: none that a tier has yet to see. */
  static List<Block> mergeable(List<Block> all) {
    List<Block> built = all.stream().filter(block -> block.meta().spec().isTier()).toList();
    return all.stream()
        .filter(block -> !block.meta().spec().isTier())
        .filter(block -> TierPlan.mayBeMerged(block.meta(), built))
        .toList();
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
                resolution,
                Math.max(blocks.keptFrom(tenant, resolution), kept),
                from - 1,
                to,
                gaps(built, rawFrom)));
      }
    }
    return new Coverage(rawFrom, found);
  }

  /** Behind the first block, times that no block is of, as far as samples are gone. */
  private static List<Coverage.Gap> gaps(List<BlockMeta> built, long rawFrom) {
    List<Coverage.Gap> gaps = new ArrayList<>();
    long next = Long.MAX_VALUE;
    for (BlockMeta meta : inOrder(built)) {
      addGap(next, Math.min(meta.spec().startMillis(), rawFrom) - 1, gaps);
      next = meta.spec().endMillis() + 1;
    }
    addGap(next, rawFrom - 1, gaps);
    return gaps;
  }

  private static List<BlockMeta> inOrder(List<BlockMeta> built) {
    return built.stream()
        .sorted(Comparator.comparingLong(meta -> meta.spec().startMillis()))
        .toList();
  }

  private static void addGap(long startMillis, long endMillis, List<Coverage.Gap> gaps) {
    if (startMillis <= endMillis) {
      gaps.add(new Coverage.Gap(startMillis, endMillis));
    }
  }

  /** Blocks of a tier in stretches without a gap: a merge over one would hide it. */
  static List<List<Block>> stretches(List<Block> built) {
    List<List<Block>> stretches = new ArrayList<>();
    long next = Long.MIN_VALUE;
    for (Block block :
        built.stream()
            .sorted(Comparator.comparingLong(block -> block.meta().spec().startMillis()))
            .toList()) {
      if (stretches.isEmpty() || block.meta().spec().startMillis() != next) {
        stretches.add(new ArrayList<>());
      }
      stretches.getLast().add(block);
      next = block.meta().spec().endMillis() + 1;
    }
    return stretches;
  }
}
