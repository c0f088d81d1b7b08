package dev.vedette.tsdb;

import dev.vedette.model.ErrorId;
import dev.vedette.model.FileStore;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Selection;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.Unavailable;
import dev.vedette.model.VedetteException;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockMeta;
import dev.vedette.tsdb.block.BlockSpec;
import dev.vedette.tsdb.block.BlockWriter;
import dev.vedette.tsdb.head.FlushSource;
import dev.vedette.tsdb.head.Head;
import dev.vedette.tsdb.head.HeadFlush;
import dev.vedette.tsdb.head.LateFlush;
import dev.vedette.tsdb.head.Standstill;
import dev.vedette.tsdb.wal.Wal;
import dev.vedette.tsdb.wal.WalKeep;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves samples from the head into blocks, deletes what is past retention or not wanted any more,
 * and takes snapshots. One of these at a time, under {@link #lock}; writes, reads and merges go on
 * meanwhile.
 *
 * <p>A flush rolls the log, writes a block a tenant and window, shows the blocks to readers, drops
 * their samples from memory, and only then lets the log forget them. A crash in between leaves
 * samples in a block and in the log: they come back as duplicates, which reads and merges drop.
 * Where nothing is due the log stays as it is: a checkpoint would carry over all of it.
 */
final class Maintenance {
  private static final Logger log = LoggerFactory.getLogger(Maintenance.class);
  private static final Duration IDLE = Duration.ofHours(3);
  private static final Duration RETURN_AFTER_START = Duration.ofHours(1);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(30);
  private static final Duration CAUGHT_UP_AFTER = Duration.ofSeconds(10);
  private static final Duration CAUGHT_UP_EVERY = Duration.ofMinutes(10);

  private final TsdbConfig config;
  private final Head head;
  private final Wal wal;
  private final BlockStore blocks;
  private final BlockIds ids;
  private final FileStore files;
  private final BlockWriter writer;
  private final Retention retention;
  private final Snapshots snapshots;
  private final Clock clock;
  private final Ticker ticker;
  private final TsdbMetrics metrics;
  private final long range;
  private final ReentrantLock lock = new ReentrantLock();
  private final long begunNanos;
  // Later than anything: of a log that was empty no series can come back.
  private long heardUntilMillis = Long.MAX_VALUE;
  private long lastCutoff = Long.MIN_VALUE;
  // Samples of the backlog, and since when there have been so many.
  private long lastBacklog;
  private long lastBacklogNanos;
  private long nextCaughtUpNanos;
  // Samples or series left memory, and the log still has them.
  private boolean owesCheckpoint;
  // Samples that the next checkpoint keeps may be in blocks: those that were logged behind the
  // cut of the last flush, and late ones of windows that are still in memory.
  private boolean sharesWithLog;
  private long pausedUntilNanos;
  private boolean paused;
  private volatile boolean stopping;

  Maintenance(
      TsdbConfig config,
      Head head,
      Wal wal,
      BlockStore blocks,
      BlockIds ids,
      FileStore files,
      Snapshots snapshots,
      Predicate<Block> isInTiers,
      Clock clock,
      Ticker ticker,
      TsdbMetrics metrics) {
    this.config = config;
    this.head = head;
    this.wal = wal;
    this.blocks = blocks;
    this.ids = ids;
    this.files = files;
    this.writer = new BlockWriter(files);
    this.retention = new Retention(config, files, blocks, isInTiers, ticker, metrics);
    this.snapshots = snapshots;
    this.clock = clock;
    this.ticker = ticker;
    this.metrics = metrics;
    this.range = config.blockRange().toMillis();
    this.begunNanos = ticker.nanos();
    this.nextCaughtUpNanos = begunNanos;
  }

  /** Does what is due. Never throws for the disk's sake: that is counted and tried again. */
  void run() {
    lock.lock();
    try {
      if (paused && ticker.nanos() - pausedUntilNanos < 0) {
        return;
      }
      paused = false;
      // First what gives space back: on a full disk the others fail until it has.
      makeRoom();
      flushIfDue();
    } catch (IOException | VedetteException e) {
      failed("samples could not be moved into blocks", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Deletes what is past retention. Whatever keeps it from that keeps nothing else. */
  void makeRoom() {
    lock.lock();
    try {
      blocks.settle();
      retention.run(clock.millis());
    } catch (IOException | RuntimeException e) {
      failed("blocks past retention could not be deleted", e);
    } finally {
      lock.unlock();
    }
  }

  private void failed(String what, Exception cause) {
    if (stopping) {
      return;
    }
    metrics.flushFailures.inc();
    paused = true;
    pausedUntilNanos = ticker.nanos() + PAUSE_AFTER_FAILURE.toNanos();
    log.error("{}, tried again in {}", what, PAUSE_AFTER_FAILURE, cause);
  }

  /** Gives up the block that is being written, if any: nothing is lost by that. */
  void stop() {
    stopping = true;
  }

  private void progress(long series, long samples, long bytes) {
    if (stopping) {
      throw new Unavailable(
          ErrorId.STORAGE_UNAVAILABLE, "the storage is shutting down", "repeat the request");
    }
  }

  private void flushIfDue() throws IOException, InterruptedException {
    long cutoff = cutoff();
    if (tooMuchLate()) {
      flushLate();
    }
    long backlog = head.backlog().samples();
    // Late samples that such a flush left belong to what else is in memory.
    if (head.chunkBytes() > config.maxHeadBytes() || tooMuchLate()) {
      flush(Long.MAX_VALUE);
    } else if (cutoff > lastCutoff
        || backlog > config.maxBacklogSamples()
        || hasCaughtUp(backlog)) {
      if (owesCheckpoint || hasWork(cutoff)) {
        flush(cutoff);
        nextCaughtUpNanos = ticker.nanos() + CAUGHT_UP_EVERY.toNanos();
      } else {
        head.backlog().flushed(backlog);
      }
      head.backlog().before(cutoff);
      lastCutoff = cutoff;
    }
  }

  /**
   * Whether there is a good deal of a backlog, and nothing has been added for a while: not for each
   * of a sender's bursts, since every flush writes down again what is in memory.
   */
  private boolean hasCaughtUp(long backlog) {
    long now = ticker.nanos();
    if (backlog != lastBacklog) {
      lastBacklog = backlog;
      lastBacklogNanos = now;
    }
    return backlog > config.leastBacklogSamples()
        && now - lastBacklogNanos >= CAUGHT_UP_AFTER.toNanos()
        && now - nextCaughtUpNanos >= 0;
  }

  private boolean tooMuchLate() {
    return head.lateBytes() > config.head().lateBytes() / 2;
  }

  private boolean hasWork(long cutoff) {
    return head.hasSamplesBefore(cutoff) || head.hasIdle(idleBeforeMillis());
  }

  /**
   * Series without a sample since are taken out of memory. For a while after a start those count
   * that were silent before it: the others could not be heard while nobody listened, and come back.
   */
  private long idleBeforeMillis() {
    boolean isFresh = ticker.nanos() - begunNanos < RETURN_AFTER_START.toNanos();
    long heard = isFresh ? Math.min(heardUntilMillis, clock.millis()) : clock.millis();
    return heard - IDLE.toMillis();
  }

  /** The newest sample before this start, where there is one. Before anything else. */
  void heardUntil(long newestMillis) {
    heardUntilMillis = newestMillis;
  }

  /** End of the windows that are complete: half a window has passed since. */
  long cutoff() {
    long newest = Math.max(head.newestMillis(), clock.millis());
    return Math.floorDiv(newest - range / 2, range) * range;
  }

  /** Everything into blocks while the log is being read: the log stays as it is. */
  void flushDuringReplay() throws IOException, InterruptedException {
    lock.lock();
    try {
      long begun = ticker.nanos();
      HeadFlush flush = head.beginFlush(Long.MAX_VALUE, range);
      List<BlockMeta> written = writeAndShow(flush.source());
      owesCheckpoint = true;
      flush.drop(Long.MIN_VALUE);
      report("head flushed", begun, written);
    } finally {
      lock.unlock();
    }
  }

  /** Everything into blocks, now. */
  void flushAll() {
    lock.lock();
    try {
      flush(Long.MAX_VALUE);
    } catch (IOException e) {
      throw unavailable("the head could not be written to blocks", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(e);
    } finally {
      lock.unlock();
    }
  }

  private Unavailable unavailable(String what, IOException cause) {
    if (FileStore.isFull(cause)) {
      return new Unavailable(
          ErrorId.DISK_FULL,
          "%s: the disk of %s is full".formatted(what, config.folder()),
          "free space or enlarge the volume, and repeat the request; no sample is lost",
          cause);
    }
    return new Unavailable(
        ErrorId.STORAGE_UNAVAILABLE,
        "%s: %s".formatted(what, cause.getMessage()),
        "see to the disk under --data and repeat the request; no sample is lost",
        cause);
  }

  private static Unavailable interrupted(InterruptedException cause) {
    return new Unavailable(
        ErrorId.STORAGE_UNAVAILABLE, "the flush was interrupted", "repeat it", cause);
  }

  private void flush(long cutoff) throws IOException, InterruptedException {
    long begun = ticker.nanos();
    long backlog = head.backlog().samples();
    long before = wal.position();
    long segment = wal.roll();
    HeadFlush flush = head.beginFlush(cutoff, range);
    head.awaitWriters();
    sharesWithLog |= wal.position() != before;
    finish(flush, segment, backlog, begun);
  }

  /**
   * Flushes everything while no writer is on its way for a moment, so that the log has none of what
   * is in blocks afterwards.
   */
  private void flushApart() throws IOException, InterruptedException {
    long begun = ticker.nanos();
    long backlog = head.backlog().samples();
    long segment;
    HeadFlush flush;
    try (Standstill _ = head.standstill()) {
      segment = wal.roll();
      flush = head.beginFlush(Long.MAX_VALUE, range);
    }
    finish(flush, segment, backlog, begun);
    sharesWithLog = false;
  }

  private void finish(HeadFlush flush, long segment, long backlog, long begun)
      throws IOException, InterruptedException {
    List<BlockMeta> written = writeAndShow(flush.source());
    owesCheckpoint = true;
    flush.drop(idleBeforeMillis());
    head.backlog().flushed(backlog);
    wal.checkpoint(segment, keep(flush));
    flush.finish();
    owesCheckpoint = false;
    report("head flushed", begun, written);
  }

  /**
   * Late samples into blocks of their own. The log keeps them until the next flush of the head,
   * which is due with the next window.
   */
  private void flushLate() throws IOException, InterruptedException {
    long begun = ticker.nanos();
    LateFlush flush = head.beginLateFlush(range);
    List<BlockMeta> written = writeAndShow(flush.source());
    owesCheckpoint = true;
    sharesWithLog = true;
    flush.drop();
    report("late samples flushed", begun, written);
  }

  private List<BlockMeta> writeAndShow(FlushSource samples) throws IOException {
    List<BlockMeta> written = writeAll(samples);
    for (int shown = 0; shown < written.size(); shown++) {
      try {
        blocks.add(written.get(shown));
      } catch (IOException | RuntimeException e) {
        // Their samples are in memory still, and the next try writes them again.
        written.subList(shown, written.size()).forEach(this::discard);
        throw e;
      }
    }
    return written;
  }

  private void report(String what, long begun, List<BlockMeta> written) {
    double seconds = (ticker.nanos() - begun) / 1e9;
    metrics.flushSeconds.observe(seconds);
    if (!written.isEmpty()) {
      long samples = written.stream().mapToLong(BlockMeta::samples).sum();
      log.info("{}: blocks={} samples={} seconds={}", what, written.size(), samples, seconds);
    }
  }

  /**
   * Writes all blocks of a flush or leaves none: the next try writes them all again, and on a disk
   * that is nearly full every try would leave another copy of those that still found room.
   */
  private List<BlockMeta> writeAll(FlushSource samples) throws IOException {
    List<BlockMeta> written = new ArrayList<>();
    try {
      for (TenantId tenant : samples.tenants()) {
        for (long start : samples.windows(tenant)) {
          write(samples, blocks.folder(tenant), tenant, start).ifPresent(written::add);
        }
      }
      return written;
    } catch (IOException | RuntimeException e) {
      written.forEach(this::discard);
      throw e;
    }
  }

  private void discard(BlockMeta block) {
    blocks.discard(block.spec().tenant(), block.id());
  }

  private Optional<BlockMeta> write(FlushSource samples, Path folder, TenantId tenant, long start)
      throws IOException {
    BlockSpec spec = spec(tenant, start);
    try {
      return write(samples, folder, spec);
    } catch (IOException | RuntimeException e) {
      blocks.discard(tenant, spec.id());
      throw e;
    }
  }

  private BlockSpec spec(TenantId tenant, long start) {
    return new BlockSpec(ids.next(), tenant, start, start + range - 1, 1, List.of());
  }

  private Optional<BlockMeta> write(FlushSource samples, Path folder, BlockSpec spec)
      throws IOException {
    return writer.write(
        folder,
        spec,
        samples.series(spec.tenant(), spec.startMillis(), spec.endMillis()),
        this::progress);
  }

  private static WalKeep keep(HeadFlush flush) {
    return new WalKeep() {
      @Override
      public boolean series(int ref) {
        return flush.needsLog(ref);
      }

      @Override
      public boolean sample(int ref, long timestampMillis) {
        return flush.needsLog(timestampMillis);
      }

      @Override
      public void exemplars(Exemplars into) {
        flush.exemplars(into::exemplar);
      }

      @Override
      public void newest(int ref, Newest into) {
        flush.newest(ref, into::newest);
      }
    };
  }

  /** Takes samples away from readers, durably; returns once they are gone for them. */
  void delete(
      TenantId tenant, List<List<LabelMatcher>> selectors, long startMillis, long endMillis) {
    lock.lock();
    try {
      moveToBlocks(tenant, selectors, startMillis, endMillis);
      int touched = blocks.delete(tenant, selectors, startMillis, endMillis);
      if (!head.forgetNewest(tenant, selectors, startMillis, endMillis)) {
        // Late samples outside the range, or such as came meanwhile.
        flushApart();
        head.forgetNewest(tenant, selectors, startMillis, endMillis);
      }
      log.info(
          "series deleted: tenant={} selectors={} start={} end={} blocks={}",
          tenant.value(),
          selectors,
          startMillis,
          endMillis,
          touched);
    } catch (IOException e) {
      throw unavailable("the deletion could not be written", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Deletions hold for blocks, which never change, and so never for a sample that is written later.
   * What is in memory of the series becomes a block first, and what the log still has of samples
   * that are in blocks must not come back from it.
   */
  private void moveToBlocks(
      TenantId tenant, List<List<LabelMatcher>> selectors, long startMillis, long endMillis)
      throws IOException, InterruptedException {
    boolean inMemory =
        selectors.stream()
            .map(matchers -> new Selection(matchers, startMillis, endMillis))
            .anyMatch(selection -> !head.series(tenant, selection, 1).isEmpty());
    if (inMemory || owesCheckpoint || sharesWithLog) {
      flushApart();
    }
  }

  /** Makes a snapshot of all blocks, and of what is in memory unless that is to be left out. */
  String snapshot(boolean skipHead) {
    lock.lock();
    try {
      return snapshots.take(folder -> fill(folder, skipHead));
    } catch (IOException e) {
      throw unavailable("the snapshot could not be written", e);
    } finally {
      lock.unlock();
    }
  }

  private void fill(Path folder, boolean skipHead) throws IOException {
    blocks.linkTo(folder);
    if (skipHead) {
      return;
    }
    FlushSource samples = head.beginFlush(Long.MAX_VALUE, range).source();
    for (TenantId tenant : samples.tenants()) {
      Path own = TenantFolders.of(folder, tenant);
      DurableFolders.create(files, own);
      for (long start : samples.windows(tenant)) {
        // Where that fails the folder goes as a whole.
        write(samples, own, spec(tenant, start));
      }
    }
  }
}
