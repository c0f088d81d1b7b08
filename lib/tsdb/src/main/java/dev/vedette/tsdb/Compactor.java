package dev.vedette.tsdb;

import dev.vedette.model.Corruption;
import dev.vedette.model.ErrorId;
import dev.vedette.model.FileStore;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.Unavailable;
import dev.vedette.model.VedetteException;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockId;
import dev.vedette.tsdb.block.BlockMerger;
import dev.vedette.tsdb.block.BlockMeta;
import dev.vedette.tsdb.block.BlockSpec;
import dev.vedette.tsdb.block.BlockWriter;
import dev.vedette.tsdb.block.UnpublishedBlock;
import dev.vedette.tsdb.tier.TierConfig;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Merges blocks into fewer and larger ones, as {@link MergePlan} says, one merge at a time under
 * {@link #lock}; flushes, deletions and reads go on meanwhile.
 *
 * <p>The merged block is durable before it takes the place of its sources, for readers in one step
 * and on disk so that a start finds one or the other. A merge that ends early leaves nothing.
 *
 * <p>A block with a damaged place is set aside: it is served without that place and not merged
 * until a next start, and everything else goes on.
 */
final class Compactor {
  private static final Logger log = LoggerFactory.getLogger(Compactor.class);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(30);
  private static final int MAX_LEVEL = 255;
  // Of 20 series one, as in Prometheus.
  private static final int CLEANED_SHARE = 20;

  private final TsdbConfig config;
  private final BlockStore blocks;
  private final BlockIds ids;
  private final Tiers tiers;
  private final Filling filling;
  private final TierBuilder builder;
  private final BlockMerger merger;
  private final BlockWriter writer;
  private final LongSupplier cutoff;
  private final Clock clock;
  private final Ticker ticker;
  private final TsdbMetrics metrics;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<BlockId, String> setAside = new ConcurrentHashMap<>();
  private long pausedUntilNanos;
  private boolean paused;
  private volatile boolean stopping;

  /**
   * @param cutoff up to when windows are complete
   */
  Compactor(
      TsdbConfig config,
      BlockStore blocks,
      BlockIds ids,
      BlockWriter writer,
      Tiers tiers,
      Filling filling,
      LongSupplier cutoff,
      Clock clock,
      Ticker ticker,
      TsdbMetrics metrics) {
    this.config = config;
    this.blocks = blocks;
    this.ids = ids;
    this.tiers = tiers;
    this.filling = filling;
    this.builder =
        new TierBuilder(tiers, blocks, ids, writer, cutoff, ticker, metrics, () -> stopping);
    this.merger = new BlockMerger(writer);
    this.writer = writer;
    this.cutoff = cutoff;
    this.clock = clock;
    this.ticker = ticker;
    this.metrics = metrics;
  }

  /** Merges all that is due. Never throws for the disk's sake: that is counted and tried again. */
  void run() {
    lock.lock();
    try {
      if (paused && ticker.nanos() - pausedUntilNanos < 0) {
        return;
      }
      paused = false;
      // Tiers first: a merge takes away what tells which samples came after a tier was built. What
      // comes between the two is not merged.
      while (!stopping && (builder.buildOne() || mergeOne(filling))) {
        // Goes on with the next.
      }
    } catch (IOException | VedetteException e) {
      if (stopping) {
        return;
      }
      metrics.flushFailures.inc();
      paused = true;
      pausedUntilNanos = ticker.nanos() + PAUSE_AFTER_FAILURE.toNanos();
      log.error("blocks could not be merged, tried again in {}", PAUSE_AFTER_FAILURE, e);
    } finally {
      lock.unlock();
    }
  }

  /** The same, told what keeps it from that. */
  void mergeAll() {
    lock.lock();
    try {
      while (!stopping && (builder.buildOneAtOnce() || mergeOne(Filling.NONE))) {
        // Goes on with the next.
      }
    } catch (IOException e) {
      throw new Unavailable(
          FileStore.isFull(e) ? ErrorId.DISK_FULL : ErrorId.STORAGE_UNAVAILABLE,
          "blocks could not be merged: %s".formatted(e.getMessage()),
          "see to the disk and try again; what is merged stays so, and nothing is lost",
          e);
    } finally {
      lock.unlock();
    }
  }

  /** Gives up the block that is being written, if any: nothing is lost by that. */
  void stop() {
    stopping = true;
  }

  private boolean mergeOne(Filling filling) throws IOException {
    forgetGone();
    for (TenantId tenant : blocks.tenants()) {
      List<Block> all = blocks.all(tenant);
      List<Block> sound = sound(Tiers.mergeable(all));
      List<Block> free = free(all.stream().filter(block -> !isOfTier(block)).toList(), sound);
      Optional<MergePlan> plan =
          MergePlan.next(
                  metas(free), config.mergeRanges(), filling, cutoff.getAsLong(), clock.millis())
              .or(() -> mostlyDeleted(sound))
              .or(() -> ofTiers(tenant));
      if (plan.isPresent()) {
        write(tenant, plan.get());
        return true;
      }
    }
    return false;
  }

  /**
   * Blocks of a tier grow once their samples are gone for their age: until then one may have to be
   * made again for a late sample.
   */
  private Optional<MergePlan> ofTiers(TenantId tenant) {
    long rawFrom = blocks.keptFrom(tenant, 0);
    for (TierConfig tier : tiers.all()) {
      List<Block> all =
          blocks.tier(tenant, tier.resolutionMillis()).stream()
              .filter(block -> block.meta().spec().endMillis() < rawFrom)
              .toList();
      List<Block> sound = sound(all);
      Duration window = Duration.ofMillis(tiers.windowMillis(tier));
      List<Duration> ranges = TsdbConfig.mergeRanges(window, tier.retention());
      Optional<MergePlan> plan =
          Tiers.stretches(free(all, sound)).stream()
              .map(stretch -> MergePlan.ofTier(metas(stretch), ranges, rawFrom, clock.millis()))
              .flatMap(Optional::stream)
              .findFirst()
              .map(MergePlan::ofSourcesAlone)
              .or(() -> mostlyDeleted(sound));
      if (plan.isPresent()) {
        return plan;
      }
    }
    return Optional.empty();
  }

  /**
   * Those that can be merged with others: merged with newer ones, what lies below a block that
   * stays would come to lie above it, and win where that one has to. So it stays as well, and what
   * lies below that.
   */
  private static List<Block> free(List<Block> all, List<Block> sound) {
    List<Block> staying = new ArrayList<>(all);
    staying.removeAll(sound);
    List<Block> free = new ArrayList<>();
    // What keeps a block is newer than that, and so has been decided about.
    for (Block block : newestFirst(sound)) {
      boolean stays = staying.stream().anyMatch(other -> isBelow(block.meta(), other.meta()));
      (stays ? staying : free).addFirst(block);
    }
    return free;
  }

  private static List<Block> newestFirst(List<Block> blocks) {
    return blocks.stream()
        .sorted(Comparator.comparing((Block block) -> block.meta().id()).reversed())
        .toList();
  }

  private static boolean isBelow(BlockMeta block, BlockMeta other) {
    return block.id().compareTo(other.id()) < 0
        && block.overlaps(other.firstMillis(), other.lastMillis());
  }

  private static boolean isOfTier(Block block) {
    return block.meta().spec().isTier();
  }

  private static List<BlockMeta> metas(List<Block> sound) {
    return sound.stream().map(Block::meta).toList();
  }

  private List<Block> sound(List<Block> all) {
    return all.stream().filter(block -> !setAside.containsKey(block.meta().id())).toList();
  }

  /** Reads go around what is deleted, which is worth the while as long as it is little. */
  private static Optional<MergePlan> mostlyDeleted(List<Block> sound) {
    return sound.stream()
        .filter(block -> !block.deletions().isEmpty())
        .filter(block -> block.deletedSeries() * CLEANED_SHARE > block.meta().series())
        .findFirst()
        .map(MergePlan::again);
  }

  /** Writes every block again of which something is deleted; returns when all are written. */
  void cleanTombstones() {
    lock.lock();
    try {
      for (TenantId tenant : blocks.tenants()) {
        clean(tenant);
      }
    } catch (IOException e) {
      throw new Unavailable(
          ErrorId.STORAGE_UNAVAILABLE,
          "blocks could not be written without what was deleted: %s".formatted(e.getMessage()),
          "see to the disk under --data and repeat the request; nothing deleted comes back",
          e);
    } finally {
      lock.unlock();
    }
  }

  private void clean(TenantId tenant) throws IOException {
    Set<BlockId> tried = new HashSet<>();
    while (true) {
      while (builder.buildOneAtOnce()) {
        // Buckets of which a part was deleted are made again of what is left of their samples.
      }
      Optional<Block> next =
          sound(cleanable(tenant)).stream()
              .filter(block -> !block.deletions().isEmpty() && tried.add(block.meta().id()))
              .findFirst();
      if (next.isEmpty()) {
        break;
      }
      write(tenant, MergePlan.again(next.get()));
    }
    for (Block block : blocks.all(tenant)) {
      if (!block.deletions().isEmpty()) {
        log.warn(
            "deleted samples stay on disk in a block that is damaged, or that a tier waits for"
                + " because another one is: block={}",
            block.meta().id());
      }
    }
  }

  private List<Block> cleanable(TenantId tenant) {
    List<Block> all = blocks.all(tenant);
    return Stream.concat(Tiers.mergeable(all).stream(), all.stream().filter(Compactor::isOfTier))
        .toList();
  }

  private void write(TenantId tenant, MergePlan plan) throws IOException {
    List<Block> sources = blocks.of(tenant, plan.sources());
    blocks.ensureRoom(sources);
    try (MergeProgress progress =
        new MergeProgress(tenant, plan, ticker, metrics, () -> stopping)) {
      BlockStore.Replacement replacement = blocks.beginReplacement(tenant, sources);
      Optional<UnpublishedBlock> written =
          merger.merge(blocks.folder(tenant), spec(tenant, plan), sources, progress);
      if (replacement.finish(written, writer)) {
        logWritten(tenant, plan, written, progress.seconds());
      }
    } catch (Corruption damage) {
      setAside(sources, damage);
    } catch (VedetteException e) {
      throw e;
    } catch (RuntimeException e) {
      // A bug that one block brings out must not keep all others from being merged.
      sources.forEach(block -> setAside(block, e.toString()));
      log.error("blocks are not merged until the next start: sources={}", sources, e);
    }
  }

  private BlockSpec spec(TenantId tenant, MergePlan plan) {
    int level = plan.sources().stream().mapToInt(meta -> meta.spec().level()).max().orElseThrow();
    List<BlockId> sources = plan.sources().stream().map(BlockMeta::id).toList();
    return new BlockSpec(
        ids.inPlaceOf(sources.getLast()),
        tenant,
        plan.startMillis(),
        plan.endMillis(),
        Math.min(level + 1, MAX_LEVEL),
        sources,
        plan.sources().getFirst().resolutionMillis());
  }

  private void setAside(List<Block> sources, Corruption damage) {
    for (Block block : sources) {
      if (block.file().toString().equals(damage.file())) {
        setAside(block, damage.explain());
        log.error(
            "damaged block is set aside: served without the damaged part, not merged:"
                + " block={} reason={}",
            block.meta().id(),
            damage.explain());
        return;
      }
    }
    throw damage;
  }

  private void setAside(Block block, String reason) {
    setAside.put(block.meta().id(), reason);
    metrics.notMerged.set(setAside.size());
  }

  private void forgetGone() {
    if (!setAside.isEmpty()) {
      Set<BlockId> there = new HashSet<>();
      blocks.all().forEach(block -> there.add(block.meta().id()));
      setAside.keySet().retainAll(there);
      metrics.notMerged.set(setAside.size());
    }
  }

  private static void logWritten(
      TenantId tenant, MergePlan plan, Optional<UnpublishedBlock> merged, double seconds) {
    long samples = merged.map(block -> block.meta().samples()).orElse(0L);
    long bytes = merged.map(block -> block.meta().fileBytes()).orElse(0L);
    log.info(
        "blocks merged: tenant={} window={} hours={} blocks={} samples={} bytes={}"
            + " bytesPerSample={} samplesPerSecond={} seconds={}",
        tenant.value(),
        Instant.ofEpochMilli(plan.startMillis()),
        plan.hours(),
        plan.sources().size(),
        samples,
        bytes,
        String.format(Locale.ROOT, "%.3f", samples == 0 ? 0 : (double) bytes / samples),
        Math.round(samples / Math.max(seconds, 1e-9)),
        String.format(Locale.ROOT, "%.1f", seconds));
  }
}
