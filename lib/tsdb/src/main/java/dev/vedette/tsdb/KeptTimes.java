package dev.vedette.tsdb;

import dev.vedette.model.Corruption;
import dev.vedette.model.FileStore;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockMeta;
import dev.vedette.tsdb.block.KeptFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From when on everything of a tenant is there, by resolution: what is incomplete must not pass for
 * complete. In memory it is right at once; where the disk is full, or keeps a damaged file in its
 * place, its file waits and is written as soon as it can be. Any threads read; changed by one at a
 * time.
 */
final class KeptTimes {
  private static final Logger log = LoggerFactory.getLogger(KeptTimes.class);

  private final FileStore files;
  private final DamagedBlocks damagedBlocks;
  private final Map<TenantId, Path> unwritten = new HashMap<>();
  private final Set<Path> reported = new HashSet<>();
  // By tenant and resolution.
  private volatile Map<TenantId, Map<Long, Long>> kept = Map.of();

  KeptTimes(FileStore files, DamagedBlocks damagedBlocks) {
    this.files = files;
    this.damagedBlocks = damagedBlocks;
  }

  /** Reads a folder's times; where the file is damaged, all is there from the oldest blocks on. */
  void open(TenantId tenant, Path folder, List<Block> blocks) throws IOException {
    try {
      put(tenant, KeptFile.read(files, folder));
    } catch (Corruption e) {
      damagedBlocks.setAside(folder.resolve(KeptFile.NAME), e);
      Map<Long, Long> oldest = new HashMap<>();
      for (Block block : blocks) {
        oldest.merge(block.meta().resolutionMillis(), block.meta().firstMillis(), Math::min);
      }
      put(tenant, oldest);
      unwritten.put(tenant, folder);
      settle();
    }
  }

  /** {@link Long#MIN_VALUE} where nothing was ever deleted for its age. */
  long from(TenantId tenant, long resolutionMillis) {
    return of(tenant).getOrDefault(resolutionMillis, Long.MIN_VALUE);
  }

  private Map<Long, Long> of(TenantId tenant) {
    return kept.getOrDefault(tenant, Map.of());
  }

  /** Notes that blocks go for their age. Before they do, if the disk lets us. */
  void raise(TenantId tenant, Path folder, Collection<Block> gone) {
    Map<Long, Long> raised = new HashMap<>(of(tenant));
    for (Block block : gone) {
      BlockMeta meta = block.meta();
      raised.merge(meta.resolutionMillis(), meta.lastMillis() + 1, Math::max);
    }
    put(tenant, raised);
    unwritten.put(tenant, folder);
    settle();
  }

  private void put(TenantId tenant, Map<Long, Long> times) {
    Map<TenantId, Map<Long, Long>> changed = new HashMap<>(kept);
    changed.put(tenant, Map.copyOf(times));
    kept = Map.copyOf(changed);
  }

  /** Writes what could not be written before. */
  void settle() {
    unwritten
        .entrySet()
        .removeIf(
            waiting -> {
              Path folder = waiting.getValue();
              if (damagedBlocks.isInPlace(folder.resolve(KeptFile.NAME))) {
                return false;
              }
              try {
                KeptFile.write(files, folder, of(waiting.getKey()));
                reported.remove(folder);
                return true;
              } catch (IOException e) {
                if (reported.add(folder)) {
                  log.warn("times cannot be noted now, tried again: folder={}", folder, e);
                }
                return false;
              }
            });
  }

  /** Writes a tenant's times to another folder. */
  void copyTo(TenantId tenant, Path other) throws IOException {
    if (!of(tenant).isEmpty()) {
      KeptFile.write(files, other, of(tenant));
    }
  }
}
