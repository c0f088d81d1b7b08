package dev.vedette.tsdb;

import dev.vedette.model.Corruption;
import dev.vedette.model.ErrorId;
import dev.vedette.model.FileStore;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockFiles;
import dev.vedette.tsdb.block.BlockId;
import dev.vedette.tsdb.block.BlockMeta;
import dev.vedette.tsdb.block.BlockWriter;
import dev.vedette.tsdb.block.DecodedPages;
import dev.vedette.tsdb.block.Deletion;
import dev.vedette.tsdb.block.UnpublishedBlock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The blocks on disk, open for reading, each tenant's in a folder of its own, oldest first, and
 * what is deleted in them.
 *
 * <p>Readers take an immutable list and keep its blocks open, whatever becomes of their files. All
 * changes are made under {@link #changes}: what is on disk first, then the list, then the deletion
 * of files that are not needed any more.
 */
final class BlockStore implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(BlockStore.class);
  // For the log, which goes on meanwhile.
  private static final long SPARE_BYTES = 16 << 20;
  private static final Comparator<Block> OLDEST_FIRST =
      Comparator.comparing(block -> block.meta().id());

  private final FileStore files;
  private final Path folder;
  private final HistoryChanges history;
  private final TsdbMetrics metrics;
  private final DecodedPages decoded;
  private final DamagedBlocks damagedBlocks;
  // Those whose names are known to survive a crash.
  private final Set<Path> durableFolders = ConcurrentHashMap.newKeySet();
  private final Set<Path> reported = ConcurrentHashMap.newKeySet();
  private final ReentrantLock changes = new ReentrantLock();
  // Guarded by the lock.
  private final OwedDeletions owed;
  private final AllTombstones tombstones;
  private volatile Map<TenantId, List<Block>> blocks = Map.of();
  private final KeptTimes kept;
  private long newestSetAside;

  /**
   * @param decoded where pages that are read again and again stay decoded
   */
  BlockStore(
      FileStore files,
      Path folder,
      HistoryChanges history,
      TsdbMetrics metrics,
      DecodedPages decoded) {
    this.decoded = decoded;
    this.files = files;
    this.folder = folder;
    this.history = history;
    this.metrics = metrics;
    this.damagedBlocks = new DamagedBlocks(files, metrics);
    this.owed = new OwedDeletions(files, metrics);
    this.tombstones = new AllTombstones(files, damagedBlocks);
    this.kept = new KeptTimes(files, damagedBlocks);
  }

  /** Opens what is there; clears away what a crash left, sets aside what cannot be read. */
  void open() throws IOException {
    DurableFolders.create(files, folder);
    Map<TenantId, List<Block>> found = new HashMap<>();
    BlocksOnDisk onDisk = new BlocksOnDisk(files, damagedBlocks, owed, this::open);
    for (Path tenantFolder : files.list(folder)) {
      if (files.isFolder(tenantFolder)) {
        List<Block> opened = onDisk.open(tenantFolder);
        for (BlockId id : damagedBlocks.in(tenantFolder)) {
          newestSetAside = Math.max(newestSetAside, id.timeMillis());
        }
        for (Block block : opened) {
          found.computeIfAbsent(block.meta().spec().tenant(), _ -> new ArrayList<>()).add(block);
        }
        if (!opened.isEmpty()) {
          TenantId tenant = opened.getFirst().meta().spec().tenant();
          TenantTombstones stones = tombstones.of(tenant, tenantFolder);
          kept.open(tenant, tenantFolder, opened);
          opened.forEach(block -> block.delete(stones.of(block.meta().id())));
        }
      }
    }
    found.values().forEach(list -> list.sort(OLDEST_FIRST));
    found.replaceAll((_, list) -> List.copyOf(list));
    blocks = Map.copyOf(found);
    owed.settle();
  }

  private Block open(Path file) throws IOException {
    return Block.open(files, file, this::damaged, decoded);
  }

  private void damaged(Corruption corruption) {
    metrics.damage.inc();
    if (reported.add(Path.of(corruption.file()))) {
      tenants().forEach(tenant -> history.changed(tenant, Long.MIN_VALUE, Long.MAX_VALUE));
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

  /** A tenant's blocks, those of tiers as well. */
  List<Block> all(TenantId tenant) {
    return blocks.getOrDefault(tenant, List.of());
  }

  /** Blocks of samples as they are. */
  List<Block> of(TenantId tenant) {
    return tier(tenant, 0);
  }

  /** Blocks of one tier, or of samples as they are where the resolution is 0. */
  List<Block> tier(TenantId tenant, long resolutionMillis) {
    return all(tenant).stream()
        .filter(block -> block.meta().resolutionMillis() == resolutionMillis)
        .toList();
  }

  /**
   * From when on all of a resolution is there, in Unix milliseconds; {@link Long#MIN_VALUE} where
   * nothing was ever deleted for its age.
   */
  long keptFrom(TenantId tenant, long resolutionMillis) {
    return kept.from(tenant, resolutionMillis);
  }

  /** The blocks of these, in this order, that are still there. */
  List<Block> of(TenantId tenant, List<BlockMeta> wanted) {
    Map<BlockId, Block> byId = new HashMap<>();
    all(tenant).forEach(block -> byId.put(block.meta().id(), block));
    return wanted.stream().map(meta -> byId.get(meta.id())).filter(block -> block != null).toList();
  }

  /**
   * Reads some of the blocks that overlap a range. All of them stay open until the function
   * returns, and a cursor that it opened keeps its own.
   */
  <T> T read(
      TenantId tenant,
      long startMillis,
      long endMillis,
      Predicate<BlockMeta> which,
      Function<List<Block>, T> read) {
    while (true) {
      List<Block> wanted =
          all(tenant).stream()
              .filter(block -> block.meta().overlaps(startMillis, endMillis))
              .filter(block -> which.test(block.meta()))
              .toList();
      int held = 0;
      try {
        while (held < wanted.size() && wanted.get(held).tryRetain()) {
          held++;
        }
        // One that was replaced this very moment is in the list no more.
        if (held == wanted.size()) {
          return read.apply(wanted);
        }
      } finally {
        wanted.subList(0, held).forEach(Block::release);
      }
    }
  }

  /** Opens a block that was just written and shows it to readers. */
  void add(BlockMeta meta) throws IOException {
    changes.lock();
    try {
      TenantId tenant = meta.spec().tenant();
      Block block = open(BlockFiles.file(folder(tenant), meta.id()));
      List<Block> now = new ArrayList<>(all(tenant));
      now.add(block);
      publish(tenant, now);
    } finally {
      changes.unlock();
    }
  }

  /**
   * Deletes what there is of a block that is not to be shown, finished or not. Where the disk keeps
   * it, the next start opens it: its samples are then there twice.
   */
  void discard(TenantId tenant, BlockId id) {
    changes.lock();
    try {
      Path own = TenantFolders.of(folder, tenant);
      owed.add(BlockFiles.temporary(own, id));
      owed.add(BlockFiles.file(own, id));
      owed.settle();
    } finally {
      changes.unlock();
    }
  }

  /** Tries again what the disk did not do before, of what nobody waits for. */
  void settle() {
    changes.lock();
    try {
      if (owed.settle()) {
        tombstones.outdated();
      }
      tombstones.settle(this::ids);
      damagedBlocks.settle();
      kept.settle();
    } finally {
      changes.unlock();
    }
  }

  /**
   * Throws where the disk has no room for a block made of others: filling it up would refuse the
   * writes that come in meanwhile.
   */
  void ensureRoom(List<Block> sources) throws IOException {
    long needed = SPARE_BYTES + sources.stream().mapToLong(block -> block.meta().fileBytes()).sum();
    long free = files.usableBytes(folder);
    if (free < needed) {
      throw new Unavailable(
          ErrorId.DISK_FULL,
          "%d blocks wait to be merged: that takes up to %d bytes, the disk has %d left"
              .formatted(sources.size(), needed, free),
          "free space on the disk under --data or lower spec.storage.retentionSize; everything"
              + " else goes on meanwhile");
    }
  }

  /** Begins to read blocks in order to put another one in their place. */
  Replacement beginReplacement(TenantId tenant, List<Block> sources) {
    return new Replacement(tenant, sources);
  }

  /** Blocks that are being written again, while deletions may come in for them. */
  final class Replacement {
    private final TenantId tenant;
    private final List<Block> sources;
    private final Set<Deletion> carriedOut = new HashSet<>();

    private Replacement(TenantId tenant, List<Block> sources) {
      this.tenant = tenant;
      this.sources = List.copyOf(sources);
      sources.forEach(block -> carriedOut.addAll(block.deletions()));
    }

    /**
     * Shows the new block instead of its sources, in one step, and deletes those; without a block
     * just deletes them. A deletion that came in meanwhile holds for the new block as well.
     *
     * @return false where sources are gone meanwhile, and the new block with them
     */
    boolean finish(Optional<UnpublishedBlock> written, BlockWriter writer) throws IOException {
      return finish(written, writer, () -> true);
    }

    /**
     * The same where what the new block was made of is more than what it replaces.
     *
     * @param isStillRight asked while nothing can change; false gives the new block up
     */
    boolean finish(
        Optional<UnpublishedBlock> written, BlockWriter writer, BooleanSupplier isStillRight)
        throws IOException {
      changes.lock();
      try {
        if (!all(tenant).containsAll(sources) || !isStillRight.getAsBoolean()) {
          written.ifPresent(block -> discard(tenant, block.meta().id()));
          return false;
        }
        List<Block> now = new ArrayList<>(all(tenant));
        now.removeAll(sources);
        if (written.isPresent()) {
          now.add(publish(written.get(), writer));
        }
        BlockStore.this.publish(tenant, now);
        delete(sources);
        return true;
      } finally {
        changes.unlock();
      }
    }

    private Block publish(UnpublishedBlock written, BlockWriter writer) throws IOException {
      BlockId id = written.meta().id();
      List<Deletion> late = lateDeletions();
      try {
        if (!late.isEmpty()) {
          // Before the block is there: a crash in between must not bring back what was deleted.
          tombstones(tenant).holdFor(id, late);
        }
        writer.publish(written);
        Block block = open(BlockFiles.file(folder(tenant), id));
        block.delete(late);
        return block;
      } catch (IOException | RuntimeException e) {
        discard(tenant, id);
        throw e;
      }
    }

    private List<Deletion> lateDeletions() {
      return sources.stream()
          .flatMap(block -> block.deletions().stream())
          .filter(deletion -> !carriedOut.contains(deletion))
          .distinct()
          .toList();
    }
  }

  /** Takes blocks away from readers for their age, and deletes them. */
  void remove(TenantId tenant, Collection<Block> gone) throws IOException {
    changes.lock();
    try {
      kept.raise(tenant, folder(tenant), gone);
      List<Block> now = new ArrayList<>(all(tenant));
      now.removeAll(gone);
      publish(tenant, now);
      delete(gone);
      kept.settle(); // On a full disk it finds room now.
    } finally {
      changes.unlock();
    }
  }

  private void publish(TenantId tenant, List<Block> now) {
    List<Block> before = all(tenant);
    now.sort(OLDEST_FIRST);
    Map<TenantId, List<Block>> changed = new HashMap<>(blocks);
    if (now.isEmpty()) {
      changed.remove(tenant);
    } else {
      changed.put(tenant, List.copyOf(now));
    }
    blocks = Map.copyOf(changed);
    noteDifference(tenant, before, now);
  }

  private void noteDifference(TenantId tenant, List<Block> before, List<Block> now) {
    Set<Block> different = new HashSet<>(before);
    now.stream().filter(block -> !different.remove(block)).forEach(different::add);
    for (Block block : different) {
      history.changed(tenant, block.meta().firstMillis(), block.meta().lastMillis());
    }
  }

  private void delete(Collection<Block> gone) {
    for (Block block : gone) {
      block.close();
      owed.add(block.file());
    }
    owed.settle();
    tombstones.outdated();
    tombstones.settle(this::ids);
  }

  /** Blocks that are there, and those of which the files may be there after a start. */
  private Set<BlockId> ids(TenantId tenant) {
    Set<BlockId> ids = owed.in(TenantFolders.of(folder, tenant));
    all(tenant).forEach(block -> ids.add(block.meta().id()));
    return ids;
  }

  /**
   * Takes samples away from readers, durably: those of the matching series in the range, as far as
   * they are in blocks now. They go from disk when their block is written again. A file that is to
   * go and is there still counts as a block, for a start would bring it back.
   *
   * @return number of blocks that have such series
   */
  int delete(TenantId tenant, List<List<LabelMatcher>> selectors, long startMillis, long endMillis)
      throws IOException {
    changes.lock();
    try {
      Map<Deletion, Set<BlockId>> wanted = new HashMap<>();
      Set<BlockId> touched = new HashSet<>();
      for (List<LabelMatcher> matchers : selectors) {
        Deletion deletion = new Deletion(matchers, startMillis, endMillis);
        Set<BlockId> matching = new HashSet<>();
        for (Block block : all(tenant)) {
          if (block.isTouchedBy(deletion)) {
            matching.add(block.meta().id());
          }
        }
        touched.addAll(matching);
        matching.addAll(owed.touchedBy(deletion, TenantFolders.of(folder, tenant)));
        if (!matching.isEmpty()) {
          wanted.put(deletion, matching);
        }
      }
      if (!wanted.isEmpty()) {
        TenantTombstones stones = tombstones(tenant);
        stones.add(wanted);
        all(tenant).forEach(block -> block.delete(stones.of(block.meta().id())));
      }
      return touched.size();
    } finally {
      history.changed(tenant, startMillis, endMillis);
      changes.unlock();
    }
  }

  private TenantTombstones tombstones(TenantId tenant) throws IOException {
    return tombstones.of(tenant, folder(tenant));
  }

  /** Gives every block, and every tombstone, a second name below a folder that was just made. */
  void linkTo(Path target) throws IOException {
    changes.lock();
    try {
      for (TenantId tenant : tenants()) {
        Path own = TenantFolders.of(target, tenant);
        files.createFolders(own);
        for (Block block : all(tenant)) {
          files.link(block.file(), BlockFiles.file(own, block.meta().id()));
        }
        tombstones(tenant).linkTo(own);
        kept.copyTo(tenant, own);
        files.syncFolder(own);
      }
      files.syncFolder(target);
    } finally {
      changes.unlock();
    }
  }

  /** When the newest block was made, those set aside included; 0 without blocks. */
  long newestIdMillis() {
    return Math.max(
        newestSetAside,
        all().stream().mapToLong(block -> block.meta().id().timeMillis()).max().orElse(0));
  }

  long count() {
    return all().size();
  }

  long bytes() {
    return all().stream().mapToLong(block -> block.meta().fileBytes()).sum();
  }

  /** Blocks of all tenants. */
  List<Block> all() {
    return blocks.values().stream().flatMap(List::stream).toList();
  }

  @Override
  public void close() {
    blocks.values().forEach(list -> list.forEach(Block::close));
    blocks = Map.of();
  }
}
