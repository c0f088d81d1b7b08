package dev.vedette.tsdb;

import dev.vedette.model.BlockInfo;
import dev.vedette.model.CardinalityReport;
import dev.vedette.model.Coverage;
import dev.vedette.model.ErrorId;
import dev.vedette.model.FileStore;
import dev.vedette.model.History;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.ReadCheck;
import dev.vedette.model.SampleSink;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesExemplars;
import dev.vedette.model.SeriesOrder;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.StorageAdmin;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.Unavailable;
import dev.vedette.model.Utf8;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockId;
import dev.vedette.tsdb.block.BlockMeta;
import dev.vedette.tsdb.block.BlockWriter;
import dev.vedette.tsdb.block.DecodedPages;
import dev.vedette.tsdb.block.MergedCursor;
import dev.vedette.tsdb.head.Head;
import dev.vedette.tsdb.head.ReadGate;
import dev.vedette.tsdb.head.SeriesLimits;
import dev.vedette.tsdb.wal.Wal;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The storage engine: log, head and blocks of one folder behind the ports of the model. One process
 * a folder; whoever starts it sees to that.
 *
 * <p>Any threads may write and read, virtual ones included; a write returns once it is durable. A
 * read sees everything acknowledged before it began, in the head and in every block that overlaps
 * its range. Threads of its own look after flushes and retention, and after merges.
 */
public final class Tsdb implements SampleSink, SeriesSource, StorageAdmin, AutoCloseable {
  private static final Duration WRITE_PATIENCE = Duration.ofSeconds(5);

  private final Head head;
  private final Wal wal;
  private final BlockStore blocks;
  private final Tiers tiers;
  private final HistoryChanges history;
  private final Maintenance maintenance;
  private final Compactor compactor;
  private final List<MaintenanceThread> threads;
  private final DecodedPages decoded;
  private final long hardHeadBytes;
  private final long scarceHeadBytes;
  private final ReadGate writes = new ReadGate(WRITE_PATIENCE);
  private volatile boolean closing;

  private Tsdb(
      Head head,
      Wal wal,
      BlockStore blocks,
      Tiers tiers,
      HistoryChanges history,
      Maintenance maintenance,
      Compactor compactor,
      List<MaintenanceThread> threads,
      DecodedPages decoded,
      TsdbConfig config) {
    this.head = head;
    this.wal = wal;
    this.blocks = blocks;
    this.tiers = tiers;
    this.history = history;
    this.maintenance = maintenance;
    this.compactor = compactor;
    this.threads = threads;
    this.decoded = decoded;
    this.hardHeadBytes = config.hardHeadBytes();
    this.scarceHeadBytes = config.scarceHeadBytes();
  }

  /**
   * Opens the engine over what its folder holds: blocks are opened, the log is read back into the
   * head, within the bound of memory. A block that cannot be read is set aside, the rest goes on.
   *
   * @throws Unavailable where the disk cannot be read or written
   */
  public static Tsdb open(
      TsdbConfig config, FileStore files, Clock clock, Ticker ticker, PrometheusRegistry registry) {
    Path folder = config.folder();
    Wal wal = new Wal(files, folder.resolve("wal"), config.wal(), ticker, registry);
    HistoryChanges history = new HistoryChanges(clock, config.head().lateWindow());
    Head head = new Head(config.head(), clock, new WalLog(wal), history, registry);
    TsdbMetrics metrics = new TsdbMetrics(registry);
    DecodedPages decoded = new DecodedPages(config.decodedBytes(), ticker);
    BlockStore blocks = new BlockStore(files, folder.resolve("blocks"), history, metrics, decoded);
    BlockIds ids = new BlockIds(clock);
    Tiers tiers = new Tiers(config, blocks, head.backlog()::isFilling, clock);
    Snapshots snapshots = new Snapshots(files, folder, clock);
    Maintenance maintenance =
        new Maintenance(
            config, head, wal, blocks, ids, files, snapshots, tiers::have, clock, ticker, metrics);
    Compactor compactor =
        new Compactor(
            config,
            blocks,
            ids,
            new BlockWriter(files),
            tiers,
            head.backlog()::isFilling,
            maintenance::cutoff,
            clock,
            ticker,
            metrics);
    try {
      DurableFolders.create(files, folder);
      blocks.open();
      ids.follow(blocks.newestIdMillis());
      snapshots.open();
      // Before the log is read: on a full disk that is what may make room for its samples.
      maintenance.makeRoom();
      new Replay(config, head, wal, maintenance, ticker, metrics).run();
    } catch (IOException e) {
      blocks.close();
      throw new Unavailable(
          ErrorId.STORAGE_UNAVAILABLE,
          "the data in %s cannot be opened: %s".formatted(folder, e.getMessage()),
          "see to the disk and to who owns the files",
          e);
    } catch (RuntimeException e) {
      wal.close();
      blocks.close();
      throw e;
    }
    TsdbMetrics.gauge(registry, "vedette_storage_blocks", "Blocks on disk.", blocks::count);
    TsdbMetrics.gauge(
        registry, "vedette_storage_block_bytes", "Size of all blocks.", blocks::bytes);
    TsdbMetrics.show(registry, decoded);
    Duration interval = config.maintenanceInterval();
    List<MaintenanceThread> threads =
        List.of(
            new MaintenanceThread("tsdb-maintenance", maintenance::run, interval),
            new MaintenanceThread("tsdb-merge", compactor::run, interval));
    threads.forEach(MaintenanceThread::start);
    return new Tsdb(
        head, wal, blocks, tiers, history, maintenance, compactor, threads, decoded, config);
  }

  @Override
  public WriteOutcome write(TenantId tenant, WriteBatch batch) {
    try (ReadGate.Lease _ = writes.enter()) {
      checkOpen();
      checkMemory();
      return head.write(tenant, batch);
    }
  }

  /** Where blocks cannot be written, memory must not grow until it ends; pages go before that. */
  private void checkMemory() {
    long bytes = head.chunkBytes();
    decoded.giveWay(bytes > scarceHeadBytes);
    if (bytes > hardHeadBytes) {
      throw new Unavailable(
          ErrorId.STORAGE_UNAVAILABLE,
          "%d bytes of samples wait in memory to become blocks, at most %d may"
              .formatted(bytes, hardHeadBytes),
          "see the server's log for why blocks cannot be written; writing goes on by itself then");
    }
  }

  private void checkOpen() {
    if (closing) {
      throw new Unavailable(
          ErrorId.STORAGE_UNAVAILABLE, "the storage is shutting down", "repeat the request");
    }
  }

  @Override
  public SeriesCursor select(TenantId tenant, Selection selection) {
    return select(tenant, selection, ReadCheck.NONE);
  }

  @Override
  public SeriesCursor select(TenantId tenant, Selection selection, ReadCheck check) {
    // The list of blocks and the head are read under one lease, so that samples on their way from
    // one to the other are seen in at least one of them.
    ReadGate.Lease lease = head.reads().enter();
    try {
      checkOpen();
      return new LeasedCursor(new MergedCursor(cursors(tenant, selection, check)), lease);
    } catch (RuntimeException e) {
      lease.close();
      throw e;
    }
  }

  private List<SeriesCursor> cursors(TenantId tenant, Selection selection, ReadCheck check) {
    if (selection.isTier()) {
      return blocks.read(
          tenant,
          selection.startMillis(),
          selection.endMillis(),
          readFor(selection),
          wanted -> bucketCursors(tenant, selection, wanted, check));
    }
    List<SeriesCursor> cursors = new ArrayList<>();
    try {
      blocks.read(
          tenant,
          selection.startMillis(),
          selection.endMillis(),
          readFor(selection),
          wanted -> {
            wanted.forEach(block -> cursors.add(block.select(selection, check)));
            return wanted;
          });
      // Series of several sources are known to be the same by all of their labels.
      Selection inMemory =
          cursors.isEmpty() ? selection : selection.where(selection.enough().withAllLabels());
      cursors.add(head.select(tenant, inMemory, check));
      return cursors;
    } catch (RuntimeException e) {
      cursors.forEach(SeriesCursor::close);
      throw e;
    }
  }

  /** Blocks of samples; for buckets those of their tier as well. */
  private static Predicate<BlockMeta> readFor(Selection selection) {
    return meta ->
        !meta.spec().isTier()
            || selection.isTier() && meta.resolutionMillis() == selection.resolutionMillis();
  }

  private List<SeriesCursor> bucketCursors(
      TenantId tenant, Selection selection, List<Block> wanted, ReadCheck check) {
    return new TierReads(
            selection,
            wanted,
            blocks.keptFrom(tenant, 0),
            samples -> head.select(tenant, samples, check),
            check)
        .open();
  }

  /** Those who have data, in memory or in blocks, or had some in memory since the start. */
  public Set<TenantId> tenants() {
    Set<TenantId> all = new HashSet<>(blocks.tenants());
    all.addAll(head.tenants());
    return all;
  }

  @Override
  public Coverage coverage(TenantId tenant) {
    return tiers.coverage(tenant);
  }

  /**
   * Settled is what is older than the late window, or ten minutes. Blocks that come, go or are
   * merged count as a change of their days, though they change answers only now and then.
   */
  @Override
  public History history(TenantId tenant) {
    return history.of(tenant);
  }

  /** Blocks that know labels: those of tiers where samples are gone. */
  private void inBlocks(TenantId tenant, Selection selection, Consumer<Block> each) {
    long rawFrom = blocks.keptFrom(tenant, 0);
    blocks.read(
        tenant,
        selection.startMillis(),
        selection.endMillis(),
        meta -> !meta.spec().isTier() || meta.firstMillis() < rawFrom,
        wanted -> {
          wanted.forEach(each);
          return wanted;
        });
  }

  @Override
  public List<Labels> series(TenantId tenant, Selection selection, int limit) {
    try (ReadGate.Lease _ = head.reads().enter()) {
      checkOpen();
      TreeSet<Labels> found = new TreeSet<>(SeriesOrder.INSTANCE);
      inBlocks(tenant, selection, block -> found.addAll(block.series(selection, limit)));
      found.addAll(head.series(tenant, selection, limit));
      return limited(found, limit);
    }
  }

  /**
   * The most that the head or a single block has of the time. Series of neighbouring blocks are the
   * same ones, mostly: where others took their place within the range, it is too few. Where many
   * may match, only the rarest of what is asked for is looked at, and it may be too many.
   *
   * <p>Costs no more than finding the series does, in the head and in each block that may have more
   * than what was found; no samples are read.
   */
  @Override
  public OptionalLong estimatedSeries(TenantId tenant, Selection selection) {
    try (ReadGate.Lease _ = head.reads().enter()) {
      checkOpen();
      long inBlocks =
          blocks.read(
              tenant,
              selection.startMillis(),
              selection.endMillis(),
              readFor(selection),
              wanted -> mostSeries(wanted, selection));
      return OptionalLong.of(Math.max(inBlocks, head.estimate(tenant, selection)));
    }
  }

  private static long mostSeries(List<Block> wanted, Selection selection) {
    List<Block> largestFirst = new ArrayList<>(wanted);
    largestFirst.sort(Comparator.comparingLong((Block block) -> block.meta().series()).reversed());
    long most = 0;
    for (Block block : largestFirst) {
      if (block.meta().series() <= most) {
        break;
      }
      most = Math.max(most, block.estimate(selection));
    }
    return most;
  }

  @Override
  public List<String> labelNames(TenantId tenant, Selection selection, int limit) {
    try (ReadGate.Lease _ = head.reads().enter()) {
      checkOpen();
      TreeSet<String> found = new TreeSet<>(Utf8::compare);
      inBlocks(tenant, selection, block -> found.addAll(block.labelNames(selection)));
      found.addAll(head.labelNames(tenant, selection));
      return limited(found, limit);
    }
  }

  @Override
  public List<String> labelValues(TenantId tenant, String name, Selection selection, int limit) {
    try (ReadGate.Lease _ = head.reads().enter()) {
      checkOpen();
      TreeSet<String> found = new TreeSet<>(Utf8::compare);
      inBlocks(tenant, selection, block -> found.addAll(block.labelValues(name, selection)));
      found.addAll(head.labelValues(tenant, name, selection));
      return limited(found, limit);
    }
  }

  private static <T> List<T> limited(SortedSet<T> found, int limit) {
    return found.stream().limit(limit == 0 ? Long.MAX_VALUE : limit).toList();
  }

  /** Those in memory: blocks have none. */
  @Override
  public List<SeriesExemplars> exemplars(
      TenantId tenant, List<List<LabelMatcher>> selectors, long startMillis, long endMillis) {
    checkOpen();
    return head.exemplars(tenant, selectors, startMillis, endMillis);
  }

  @Override
  public List<MetricMetadata> metadata(TenantId tenant) {
    return head.metadata(tenant);
  }

  @Override
  public List<BlockInfo> blocks(TenantId tenant) {
    return blocks.all(tenant).stream().map(block -> info(block.meta())).toList();
  }

  private static BlockInfo info(BlockMeta meta) {
    return new BlockInfo(
        meta.id().value(),
        meta.firstMillis(),
        meta.lastMillis(),
        meta.series(),
        meta.samples(),
        meta.fileBytes(),
        meta.spec().level(),
        meta.spec().sources().stream().map(BlockId::value).toList(),
        meta.resolutionMillis());
  }

  /** Counts of the head: series without a sample for three hours are in blocks alone. */
  @Override
  public CardinalityReport cardinality(TenantId tenant, int top) {
    return head.cardinality(tenant, top);
  }

  /** Other limits for series to be born from now on. */
  public void limits(SeriesLimits limits) {
    head.limits(limits);
  }

  @Override
  public void flush() {
    try (ReadGate.Lease _ = writes.enter()) {
      checkOpen();
      maintenance.flushAll();
    }
  }

  @Override
  public void delete(
      TenantId tenant, List<List<LabelMatcher>> selectors, long startMillis, long endMillis) {
    try (ReadGate.Lease _ = writes.enter()) {
      checkOpen();
      maintenance.delete(tenant, selectors, startMillis, endMillis);
    }
  }

  @Override
  public void cleanTombstones() {
    checkOpen();
    compactor.cleanTombstones();
  }

  @Override
  public String snapshot(boolean skipHead) {
    checkOpen();
    return maintenance.snapshot(skipHead);
  }

  /**
   * Builds the tiers and merges the blocks that are due, on this thread, for a folder whose server
   * is stopped. Progress is in the log. Ended at any point it leaves what there was.
   *
   * @throws Unavailable where the disk does not allow it, or has no room
   */
  public void merge() {
    checkOpen();
    compactor.mergeAll();
  }

  /** What the engine's own threads do now and then; for tests that own the time. */
  void maintain() {
    maintenance.run();
    compactor.run();
  }

  /**
   * Ends the writes in progress and closes files. Samples stay in the log for the next start; a
   * read that is still open fails at its next step.
   */
  @Override
  public void close() {
    if (closing) {
      return;
    }
    closing = true;
    maintenance.stop();
    compactor.stop();
    threads.forEach(MaintenanceThread::close);
    try {
      writes.awaitEarlierReads();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    wal.close();
    blocks.close();
  }
}
