package dev.vedette.tsdb;

import dev.vedette.model.Corruption;
import dev.vedette.model.FileStore;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockFiles;
import dev.vedette.tsdb.block.BlockId;
import dev.vedette.tsdb.block.BlockMeta;
import dev.vedette.tsdb.head.ReadGate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The blocks on disk, open for reading, each tenant's in a folder of its own, oldest first.
 *
 * <p>Readers take an immutable list. One thread at a time changes it: first the list, then, when
 * nobody reads the old one any more, the files.
 */
final class BlockStore implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(BlockStore.class);
  private static final String DAMAGED = ".damaged";
  private static final Comparator<Block> OLDEST_FIRST =
      Comparator.comparing(block -> block.meta().id());

  private final FileStore files;
  private final Path folder;
  private final ReadGate reads;
  private final TsdbMetrics metrics;
  // Those whose names are known to survive a crash.
  private final Set<Path> durableFolders = new HashSet<>();
  private final Set<Path> reported = ConcurrentHashMap.newKeySet();
  private volatile Map<TenantId, List<Block>> blocks = Map.of();

  BlockStore(FileStore files, Path folder, ReadGate reads, TsdbMetrics metrics) {
    this.files = files;
    this.folder = folder;
    this.reads = reads;
    this.metrics = metrics;
  }

  /** Opens what is there; clears away what a crash left, sets aside what cannot be read. */
  void open() throws IOException {
    DurableFolders.create(files, folder);
    Map<TenantId, List<Block>> found = new HashMap<>();
    for (Path tenantFolder : files.list(folder)) {
      if (files.isFolder(tenantFolder)) {
        BlockFiles.deleteUnfinished(files, tenantFolder);
        for (Block block : withoutMerged(openAll(tenantFolder), tenantFolder)) {
          found.computeIfAbsent(block.meta().spec().tenant(), _ -> new ArrayList<>()).add(block);
        }
      }
    }
    found.values().forEach(list -> list.sort(OLDEST_FIRST));
    found.replaceAll((_, list) -> List.copyOf(list));
    blocks = Map.copyOf(found);
  }

  private List<Block> openAll(Path tenantFolder) throws IOException {
    List<Block> opened = new ArrayList<>();
    for (Path file : BlockFiles.list(files, tenantFolder)) {
      try {
        opened.add(Block.open(files, file, this::damaged));
      } catch (Corruption e) {
        setAside(file, e);
      }
    }
    return opened;
  }

  private void setAside(Path file, Corruption cause) throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + DAMAGED);
    log.error("block set aside: file={} as={} reason={}", file, aside, cause.explain());
    metrics.setAside.inc();
    files.rename(file, aside);
    files.syncFolder(folderOf(file));
  }

  private static Path folderOf(Path file) {
    Path parent = file.getParent();
    if (parent == null) {
      throw new IllegalStateException("BUG: block %s lies in no folder".formatted(file));
    }
    return parent;
  }

  /** A merged block may be there together with the blocks it replaces, after a crash. */
  private List<Block> withoutMerged(List<Block> opened, Path tenantFolder) throws IOException {
    Set<BlockId> replaced = new HashSet<>();
    opened.forEach(block -> replaced.addAll(block.meta().spec().sources()));
    List<Block> kept = new ArrayList<>();
    for (Block block : opened) {
      if (replaced.contains(block.meta().id())) {
        block.close();
        files.delete(block.file());
      } else {
        kept.add(block);
      }
    }
    if (kept.size() < opened.size()) {
      files.syncFolder(tenantFolder);
    }
    return kept;
  }

  private void damaged(Corruption corruption) {
    metrics.damage.inc();
    if (reported.add(Path.of(corruption.file()))) {
      log.error("part of a block is left out of answers: {}", corruption.explain());
    }
  }

  /** The folder of a tenant's blocks, made when absent. */
  Path folder(TenantId tenant) throws IOException {
    Path tenantFolder = TenantFolders.of(folder, tenant);
    if (!durableFolders.contains(tenantFolder)) {
      DurableFolders.create(files, tenantFolder);
      durableFolders.add(tenantFolder);
    }
    return tenantFolder;
  }

  Set<TenantId> tenants() {
    return blocks.keySet();
  }

  List<Block> of(TenantId tenant) {
    return blocks.getOrDefault(tenant, List.of());
  }

  List<Block> overlapping(TenantId tenant, long startMillis, long endMillis) {
    return of(tenant).stream()
        .filter(block -> block.meta().overlaps(startMillis, endMillis))
        .toList();
  }

  /** Opens a block that was just written and shows it to readers. */
  void add(BlockMeta meta) throws IOException {
    TenantId tenant = meta.spec().tenant();
    Block block = Block.open(files, BlockFiles.file(folder(tenant), meta.id()), this::damaged);
    List<Block> now = new ArrayList<>(of(tenant));
    now.add(block);
    publish(tenant, now);
  }

  /** Deletes a block that was written and is not to be shown, because of a failure. */
  void discard(BlockMeta meta, Exception failure) {
    try {
      files.delete(BlockFiles.file(folder(meta.spec().tenant()), meta.id()));
    } catch (IOException e) {
      failure.addSuppressed(e); // The next start opens it; its samples are then there twice.
    }
  }

  /** Shows a merged block instead of those it was made of, and deletes them. */
  void replace(List<Block> sources, BlockMeta merged) throws IOException, InterruptedException {
    TenantId tenant = merged.spec().tenant();
    Block block = Block.open(files, BlockFiles.file(folder(tenant), merged.id()), this::damaged);
    List<Block> now = new ArrayList<>(of(tenant));
    now.removeAll(sources);
    now.add(block);
    publish(tenant, now);
    delete(sources);
  }

  /** Takes blocks away from readers and deletes them. */
  void remove(TenantId tenant, List<Block> gone) throws IOException, InterruptedException {
    List<Block> now = new ArrayList<>(of(tenant));
    now.removeAll(gone);
    publish(tenant, now);
    delete(gone);
  }

  private void publish(TenantId tenant, List<Block> now) {
    now.sort(OLDEST_FIRST);
    Map<TenantId, List<Block>> changed = new HashMap<>(blocks);
    if (now.isEmpty()) {
      changed.remove(tenant);
    } else {
      changed.put(tenant, List.copyOf(now));
    }
    blocks = Map.copyOf(changed);
  }

  private void delete(List<Block> gone) throws IOException, InterruptedException {
    reads.awaitEarlierReads();
    Set<Path> folders = new HashSet<>();
    for (Block block : gone) {
      block.close();
      files.delete(block.file());
      folders.add(folderOf(block.file()));
    }
    for (Path changed : folders) {
      files.syncFolder(changed);
    }
  }

  long count() {
    return blocks.values().stream().mapToLong(List::size).sum();
  }

  long bytes() {
    return blocks.values().stream()
        .flatMap(List::stream)
        .mapToLong(block -> block.meta().fileBytes())
        .sum();
  }

  @Override
  public void close() {
    blocks.values().forEach(list -> list.forEach(Block::close));
    blocks = Map.of();
  }
}
