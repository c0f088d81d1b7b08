package dev.vedette.tsdb;

import dev.vedette.model.FileStore;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.block.Block;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
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

  private final long retentionMillis;
  private final OptionalLong maxBytes;
  private final FileStore files;
  private final Path wal;
  private final BlockStore blocks;
  private final TsdbMetrics metrics;

  Retention(TsdbConfig config, FileStore files, BlockStore blocks, TsdbMetrics metrics) {
    this.retentionMillis = config.retention().toMillis();
    this.maxBytes = config.retentionBytes();
    this.files = files;
    this.wal = config.folder().resolve("wal");
    this.blocks = blocks;
    this.metrics = metrics;
    metrics.retentionSeconds.set(retentionMillis / 1e3);
    metrics.retentionBytes.set((double) maxBytes.orElse(0));
  }

  void run(long nowMillis) throws IOException {
    long oldest = nowMillis - retentionMillis;
    List<Block> expired =
        blocks.all().stream().filter(block -> block.meta().lastMillis() < oldest).toList();
    delete(expired, "age");
    if (maxBytes.isPresent()) {
      delete(beyond(maxBytes.getAsLong()), "size");
    }
  }

  /** The oldest blocks, as many as it takes for the rest and the log to fit. */
  private List<Block> beyond(long limit) throws IOException {
    List<Block> all = new ArrayList<>(blocks.all());
    long total = logBytes() + all.stream().mapToLong(block -> block.meta().fileBytes()).sum();
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
