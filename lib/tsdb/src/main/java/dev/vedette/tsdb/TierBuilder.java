package dev.vedette.tsdb;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.Corruption;
import dev.vedette.model.Coverage;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.VedetteException;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockId;
import dev.vedette.tsdb.block.BlockMeta;
import dev.vedette.tsdb.block.BlockSpec;
import dev.vedette.tsdb.block.BlockWriter;
import dev.vedette.tsdb.block.Buckets;
import dev.vedette.tsdb.block.CursorSeries;
import dev.vedette.tsdb.block.DamageListener;
import dev.vedette.tsdb.block.Deletion;
import dev.vedette.tsdb.block.MergedCursor;
import dev.vedette.tsdb.block.UnpublishedBlock;
import dev.vedette.tsdb.tier.BucketCursor;
import dev.vedette.tsdb.tier.TierConfig;
import dev.vedette.tsdb.tier.TierPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes blocks of tiers of blocks of samples, as {@link TierPlan} says, one at a time on the thread
 * that merges, before it merges. A block is durable before readers see it; one that was given up or
 * cut off leaves nothing and is made again. Nothing is left out unnoticed: what meets damage waits.
 *
 * <p>Buckets for which samples are gone already are taken over from the block that is made again.
 */
final class TierBuilder {
  private static final Logger log = LoggerFactory.getLogger(TierBuilder.class);
  private static final Set<BucketColumn> ALL = EnumSet.allOf(BucketColumn.class);

  private final Tiers tiers;
  private final BlockStore blocks;
  private final BlockIds ids;
  private final BlockWriter writer;
  private final LongSupplier cutoff;
  private final Ticker ticker;
  private final TsdbMetrics metrics;
  private final BooleanSupplier stopping;

  /**
   * @param cutoff up to when windows are complete
   */
  TierBuilder(
      Tiers tiers,
      BlockStore blocks,
      BlockIds ids,
      BlockWriter writer,
      LongSupplier cutoff,
      Ticker ticker,
      TsdbMetrics metrics,
      BooleanSupplier stopping) {
    this.tiers = tiers;
    this.blocks = blocks;
    this.ids = ids;
    this.writer = writer;
    this.cutoff = cutoff;
    this.ticker = ticker;
    this.metrics = metrics;
    this.stopping = stopping;
  }

  /** Makes the next block that is due; false where none is, but of windows being filled. */
  boolean buildOne() throws IOException {
    return buildOne((tenant, tier) -> tiers.next(tenant, tier, cutoff.getAsLong()));
  }

  /** The same, of all windows. */
  boolean buildOneAtOnce() throws IOException {
    return buildOne((tenant, tier) -> tiers.nextAtOnce(tenant, tier, cutoff.getAsLong()));
  }

  private boolean buildOne(BiFunction<TenantId, TierConfig, Optional<TierPlan>> next)
      throws IOException {
    for (TenantId tenant : blocks.tenants()) {
      for (TierConfig tier : tiers.all()) {
        Optional<TierPlan> plan = next.apply(tenant, tier);
        if (plan.isPresent()) {
          tryToBuild(tenant, tier, plan.get());
          return true;
        }
      }
    }
    return false;
  }

  private void tryToBuild(TenantId tenant, TierConfig tier, TierPlan plan) throws IOException {
    try {
      build(tenant, tier, plan, DamageListener.STRICT);
    } catch (Corruption damage) {
      aroundDamage(tenant, tier, plan, damage);
    } catch (VedetteException e) {
      throw e;
    } catch (RuntimeException e) {
      // A bug that one window brings out must not keep all others from being built and merged.
      tiers.addNothing(tenant, tier, plan.nothing());
      log.error(
          "tier is not built until the next start: tenant={} tier={} until={}",
          tenant.value(),
          Coverage.name(tier.resolutionMillis()),
          Instant.ofEpochMilli(plan.endMillis()),
          e);
    }
  }

  /**
   * What is damaged may be repaired as long as it is there. Once samples are old enough to go, the
   * buckets of what can be read are better than none; but never do they replace others.
   */
  private void aroundDamage(TenantId tenant, TierConfig tier, TierPlan plan, Corruption damage)
      throws IOException {
    if (plan.replaced() != null) {
      tiers.addNothing(tenant, tier, plan.nothing());
      logDamage(
          "is not built again until the next start or new samples", tenant, tier, plan, damage);
    } else if (tiers.isLastChance(tier, plan.startMillis())) {
      logDamage("is built without the damaged part", tenant, tier, plan, damage);
      try {
        build(tenant, tier, plan, _ -> metrics.damage.inc());
      } catch (Corruption again) {
        // An index: which series there are is unknown.
        tiers.addNothing(tenant, tier, plan.nothing());
        logDamage("cannot be built", tenant, tier, plan, again);
      }
    } else {
      tiers.addDamaged(tenant, tier, plan.nothing());
      logDamage("waits for a repair, or the samples' last day", tenant, tier, plan, damage);
    }
  }

  private static void logDamage(
      String what, TenantId tenant, TierConfig tier, TierPlan plan, Corruption damage) {
    log.error(
        "tier {} because of a damaged block: tenant={} tier={} until={} reason={}",
        what,
        tenant.value(),
        Coverage.name(tier.resolutionMillis()),
        Instant.ofEpochMilli(plan.endMillis()),
        damage.explain());
  }

  private void build(TenantId tenant, TierConfig tier, TierPlan plan, DamageListener damage)
      throws IOException {
    // About as much as the samples, all tiers together.
    blocks.ensureRoom(plan.inWindow(blocks.of(tenant)));
    Path folder = blocks.folder(tenant);
    List<Block> replaced = plan.replaced() == null ? List.of() : List.of(plan.replaced());
    BlockStore.Replacement replacement = blocks.beginReplacement(tenant, replaced);
    List<Block> read = new ArrayList<>();
    List<SeriesCursor> cursors =
        blocks.read(
            tenant,
            plan.startMillis(),
            plan.endMillis(),
            meta -> !meta.spec().isTier() || replaced.stream().anyMatch(b -> b.meta() == meta),
            wanted -> {
              read.addAll(wanted.stream().filter(block -> !replaced.contains(block)).toList());
              return open(tenant, tier, plan, read, damage);
            });
    Map<BlockId, List<Deletion>> asRead = deletions(read);
    if (read.isEmpty()) {
      cursors.forEach(SeriesCursor::close);
      return; // Samples went with their age this very moment.
    }
    int most = read.stream().mapToInt(block -> block.meta().series()).max().orElseThrow();
    try (TierProgress progress =
        new TierProgress(tenant, plan, tier.resolutionMillis(), most, ticker, metrics, stopping)) {
      Optional<UnpublishedBlock> written =
          writer.prepare(
              folder,
              spec(tenant, tier, plan, replaced, read),
              new CursorSeries(new MergedCursor(cursors)),
              progress);
      boolean isDone =
          replacement.finish(written, writer, () -> isStillRight(tenant, plan, asRead));
      if (isDone && written.isEmpty()) {
        tiers.addNothing(tenant, tier, plan.nothing());
      }
      if (isDone) {
        logBuilt(tenant, tier, plan, written, progress.seconds());
      }
    }
  }

  private List<SeriesCursor> open(
      TenantId tenant, TierConfig tier, TierPlan plan, List<Block> samples, DamageListener damage) {
    long resolution = tier.resolutionMillis();
    long keptFrom = blocks.keptFrom(tenant, 0);
    // The last bucket of which samples may be gone.
    long taken =
        keptFrom == Long.MIN_VALUE ? keptFrom : Buckets.endMillis(keptFrom - 1, resolution);
    List<SeriesCursor> cursors = new ArrayList<>();
    List<SeriesCursor> raw = new ArrayList<>();
    try {
      Block replaced = plan.replaced();
      if (replaced != null && taken >= plan.startMillis()) {
        cursors.add(
            replaced.select(
                new Selection(List.of(), Long.MIN_VALUE, taken, resolution, ALL), damage));
      }
      Selection rest =
          new Selection(
              List.of(),
              taken < plan.startMillis() ? plan.startMillis() : taken + 1,
              plan.endMillis());
      samples.forEach(block -> raw.add(block.select(rest, damage)));
      cursors.add(new BucketCursor(new MergedCursor(raw), resolution, ALL));
      return cursors;
    } catch (RuntimeException e) {
      cursors.forEach(SeriesCursor::close);
      raw.forEach(SeriesCursor::close);
      throw e;
    }
  }

  private static Map<BlockId, List<Deletion>> deletions(List<Block> blocks) {
    Map<BlockId, List<Deletion>> deletions = new HashMap<>();
    blocks.forEach(block -> deletions.put(block.meta().id(), block.deletions()));
    return deletions;
  }

  /** Whether no samples came or went meanwhile; those that went with their age do no harm. */
  private boolean isStillRight(
      TenantId tenant, TierPlan plan, Map<BlockId, List<Deletion>> asRead) {
    return deletions(plan.inWindow(blocks.of(tenant))).entrySet().stream()
        .allMatch(now -> now.getValue().equals(asRead.get(now.getKey())));
  }

  private BlockSpec spec(
      TenantId tenant, TierConfig tier, TierPlan plan, List<Block> replaced, List<Block> read) {
    return new BlockSpec(
        ids.inPlaceOf(TierPlan.newest(read)),
        tenant,
        plan.startMillis(),
        plan.endMillis(),
        1,
        replaced.stream().map(block -> block.meta().id()).toList(),
        tier.resolutionMillis());
  }

  private static void logBuilt(
      TenantId tenant,
      TierConfig tier,
      TierPlan plan,
      Optional<UnpublishedBlock> built,
      double seconds) {
    Optional<BlockMeta> meta = built.map(UnpublishedBlock::meta);
    log.info(
        "tier built: tenant={} tier={} from={} until={} again={} series={} buckets={} bytes={}"
            + " seconds={}",
        tenant.value(),
        Coverage.name(tier.resolutionMillis()),
        Instant.ofEpochMilli(plan.startMillis() - 1),
        Instant.ofEpochMilli(plan.endMillis()),
        plan.replaced() != null,
        meta.map(BlockMeta::series).orElse(0),
        meta.map(BlockMeta::samples).orElse(0L),
        meta.map(BlockMeta::fileBytes).orElse(0L),
        String.format(Locale.ROOT, "%.1f", seconds));
  }
}
