package dev.vedette.tsdb;

import dev.vedette.model.FileStore;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockId;
import dev.vedette.tsdb.block.BlockMeta;
import dev.vedette.tsdb.tier.TierConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes blocks that are too old, and the oldest ones where data takes more room than it may.
 * Whole blocks only, and only those that readers have: nothing that is in the log alone. One thread
 * at a time.
 */
final class Retention {
  private static final Logger log = LoggerFactory.getLogger(Retention.class);
  private static final Comparator<Block> OLDEST_FIRST =
      Comparator.comparingLong((Block block) -> block.meta().lastMillis())
          .thenComparing(block -> block.meta().id());

  // How long samples that are too old may wait for their tiers, from when this process first saw
  // them: where those cannot be built, the disk must not fill.
  private static final Duration PATIENCE = Duration.ofDays(1);

  private final long retentionMillis;
  private final List<TierConfig> tiers;
  private final OptionalLong maxBytes;
  private final FileStore files;
  private final Path wal;
  private final BlockStore blocks;
  private final Predicate<Block> isInTiers;
  private final Ticker ticker;
  private final TsdbMetrics metrics;
  private final Map<BlockId, Long> waitingSinceNanos = new HashMap<>();

  /**
   * @param isInTiers whether a block's samples are in every tier that is to have them
   */
  Retention(
      TsdbConfig config,
      FileStore files,
      BlockStore blocks,
      Predicate<Block> isInTiers,
      Ticker ticker,
      TsdbMetrics metrics) {
    this.retentionMillis = config.retention().toMillis();
    this.tiers = config.tiers();
    this.isInTiers = isInTiers;
    this.ticker = ticker;
    this.maxBytes = config.retentionBytes();
    this.files = files;
    this.wal = config.folder().resolve("wal");
    this.blocks = blocks;
    this.metrics = metrics;
    metrics.retentionSeconds.set(retentionMillis / 1e3);
    metrics.retentionBytes.set((double) maxBytes.orElse(0));
  }

  void run(long nowMillis) throws IOException {
    for (TenantId tenant : blocks.tenants()) {
      delete(expired(tenant, nowMillis), "age");
    }
    if (maxBytes.isPresent()) {
      delete(beyond(maxBytes.getAsLong()), "size");
    }
  }

  private List<Block> expired(TenantId tenant, long nowMillis) {
    List<Block> tooOld =
        blocks.all(tenant).stream().filter(block -> isTooOld(block.meta(), nowMillis)).toList();
    // Nothing is deleted that is newer than what waits: what is there is complete from some time
    // on.
    long waitingFrom =
        tooOld.stream()
            .filter(this::waits)
            .mapToLong(block -> block.meta().firstMillis())
            .min()
            .orElse(Long.MAX_VALUE);
    return tooOld.stream()
        .filter(block -> block.meta().spec().isTier() || block.meta().lastMillis() < waitingFrom)
        .toList();
  }

  private boolean isTooOld(BlockMeta meta, long nowMillis) {
    if (!meta.spec().isTier()) {
      return meta.lastMillis() < nowMillis - retentionMillis;
    }
    return tiers.stream()
        .filter(tier -> tier.resolutionMillis() == meta.resolutionMillis())
        .anyMatch(tier -> meta.lastMillis() < nowMillis - tier.retention().toMillis());
  }

  private boolean waits(Block block) {
    if (block.meta().spec().isTier() || tiers.isEmpty() || isInTiers.test(block)) {
      return false;
    }
    long since = waitingSinceNanos.computeIfAbsent(block.meta().id(), _ -> ticker.nanos());
    return ticker.nanos() - since < PATIENCE.toNanos();
  }

  /**
   * The oldest blocks, as many as it takes for the rest and the log to fit. Of a log that does not
   * get smaller at most half of the room is taken: no deletion of blocks would help against it, and
   * all of them would go.
   */
  private List<Block> beyond(long limit) throws IOException {
    List<Block> all = new ArrayList<>(blocks.all());
    long total =
        Math.min(logBytes(), limit / 2)
            + all.stream().mapToLong(block -> block.meta().fileBytes()).sum();
    all.sort(OLDEST_FIRST);
    List<Block> gone = new ArrayList<>();
    for (Block block : all) {
      if (total <= limit) {
        break;
      }
      total -= block.meta().fileBytes();
      gone.add(block);
    }
    return gone;
  }

  private long logBytes() throws IOException {
    long bytes = 0;
    for (Path file : files.list(wal)) {
      if (!files.isFolder(file)) {
        bytes += files.size(file);
      }
    }
    return bytes;
  }

  private void delete(List<Block> gone, String reason) throws IOException {
    Set<TenantId> tenants =
        gone.stream()
            .map(block -> block.meta().spec().tenant())
            .collect(Collectors.toCollection(HashSet::new));
    for (TenantId tenant : tenants) {
      List<Block> own =
          gone.stream().filter(block -> block.meta().spec().tenant().equals(tenant)).toList();
      blocks.remove(tenant, own);
      own.forEach(block -> waitingSinceNanos.remove(block.meta().id()));
      metrics.expired.labelValues(reason).inc(own.size());
      log.info(
          "blocks past retention deleted: tenant={} reason={} blocks={} bytes={}",
          tenant.value(),
          reason,
          own.size(),
          own.stream().mapToLong(block -> block.meta().fileBytes()).sum());
    }
  }
}
