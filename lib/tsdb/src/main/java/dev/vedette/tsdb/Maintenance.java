package dev.vedette.tsdb;

import dev.vedette.model.Corruption;
import dev.vedette.model.ErrorId;
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
import dev.vedette.tsdb.head.Head;
import dev.vedette.tsdb.head.HeadFlush;
import dev.vedette.tsdb.wal.Wal;
import dev.vedette.tsdb.wal.WalKeep;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves samples from the head into blocks, merges blocks of one window, deletes what is past
 * retention. One of these at a time, under {@link #lock}; writes and reads go on meanwhile.
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
  // More blocks of a window that still grows are merged; of one that is complete, any two.
  private static final int MANY = 4;

  private final TsdbConfig config;
  private final Head head;
  private final Wal wal;
  private final BlockStore blocks;
  private final BlockWriter writer;
  private final Clock clock;
  private final Ticker ticker;
  private final TsdbMetrics metrics;
  private final long range;
  private final SplittableRandom random = new SplittableRandom();
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<BlockId> damaged = new HashSet<>();
  private final long begunNanos;
  private long lastCutoff = Long.MIN_VALUE;
  // Samples or series left memory, and the log still has them.
  private boolean owesCheckpoint;
  private long lastIdMillis;
  private long pausedUntilNanos;
  private boolean paused;
  private volatile boolean stopping;

  Maintenance(
      TsdbConfig config,
      Head head,
      Wal wal,
      BlockStore blocks,
      BlockWriter writer,
      Clock clock,
      Ticker ticker,
      TsdbMetrics metrics) {
    this.config = config;
    this.head = head;
    this.wal = wal;
    this.blocks = blocks;
    this.writer = writer;
    this.clock = clock;
    this.ticker = ticker;
    this.metrics = metrics;
    this.range = config.blockRange().toMillis();
    this.begunNanos = ticker.nanos();
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
      deleteExpired();
      flushIfDue();
      mergeOne();
    } catch (IOException | VedetteException e) {
      if (stopping) {
        return;
      }
      metrics.flushFailures.inc();
      paused = true;
      pausedUntilNanos = ticker.nanos() + PAUSE_AFTER_FAILURE.toNanos();
      log.error("maintenance of blocks failed, tried again in {}", PAUSE_AFTER_FAILURE, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
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
    if (head.chunkBytes() > config.maxHeadBytes()) {
      flush(Long.MAX_VALUE, true);
    } else if (cutoff > lastCutoff) {
      if (owesCheckpoint || hasWork(cutoff)) {
        flush(cutoff, true);
      }
      lastCutoff = cutoff;
    }
  }

  private boolean hasWork(long cutoff) {
    return head.hasSamplesBefore(cutoff) || head.hasIdle(idleBeforeMillis());
  }

  /**
   * Series without a sample since are taken out of memory. None are soon after a start: what the
   * log remembers of a series whose samples are all in blocks is its name, not how old they are.
   */
  private long idleBeforeMillis() {
    return ticker.nanos() - begunNanos < RETURN_AFTER_START.toNanos()
        ? Long.MIN_VALUE
        : clock.millis() - IDLE.toMillis();
  }

  /** End of the windows that are complete: half a window has passed since. */
  private long cutoff() {
    long newest = Math.max(head.newestMillis(), clock.millis());
    return Math.floorDiv(newest - range / 2, range) * range;
  }

  /** Everything into blocks, now. */
  void flushAll() {
    flushNow(true);
  }

  /** Everything into blocks while the log is being read: the log stays as it is. */
  void flushDuringReplay() {
    flushNow(false);
  }

  private void flushNow(boolean cutLog) {
    lock.lock();
    try {
      flush(Long.MAX_VALUE, cutLog);
    } catch (IOException e) {
      throw unavailable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(e);
    } finally {
      lock.unlock();
    }
  }

  private static Unavailable unavailable(IOException cause) {
    return new Unavailable(
        ErrorId.STORAGE_UNAVAILABLE,
        "the head could not be written to blocks: %s".formatted(cause.getMessage()),
        "see to the disk under --data; nothing is lost, the log still has the samples",
        cause);
  }

  private static Unavailable interrupted(InterruptedException cause) {
    return new Unavailable(
        ErrorId.STORAGE_UNAVAILABLE, "the flush was interrupted", "repeat it", cause);
  }

  private void flush(long cutoff, boolean cutLog) throws IOException, InterruptedException {
    long begun = ticker.nanos();
    long segment = cutLog ? wal.roll() : 0;
    List<BlockMeta> written;
    try (HeadFlush flush = head.beginFlush(cutoff, range)) {
      written = writeAll(flush);
      for (BlockMeta block : written) {
        blocks.add(block);
      }
      owesCheckpoint = true;
      if (cutLog) {
        flush.drop(idleBeforeMillis());
        wal.checkpoint(segment, keep(flush));
        flush.finish();
        owesCheckpoint = false;
      } else {
        flush.drop(Long.MIN_VALUE);
      }
    }
    double seconds = (ticker.nanos() - begun) / 1e9;
    metrics.flushSeconds.observe(seconds);
    if (!written.isEmpty()) {
      long samples = written.stream().mapToLong(BlockMeta::samples).sum();
      log.info("head flushed: blocks={} samples={} seconds={}", written.size(), samples, seconds);
    }
  }

  /**
   * Writes all blocks of a flush or leaves none: the next try writes them all again, and on a disk
   * that is nearly full every try would leave another copy of those that still found room.
   */
  private List<BlockMeta> writeAll(HeadFlush flush) throws IOException {
    List<BlockMeta> written = new ArrayList<>();
    try {
      for (TenantId tenant : flush.tenants()) {
        for (long start : flush.windows(tenant)) {
          write(flush, tenant, start).ifPresent(written::add);
        }
      }
      return written;
    } catch (IOException | RuntimeException e) {
      written.forEach(block -> blocks.discard(block, e));
      throw e;
    }
  }

  private Optional<BlockMeta> write(HeadFlush flush, TenantId tenant, long start)
      throws IOException {
    long end = start + range - 1;
    BlockSpec spec = new BlockSpec(newId(), tenant, start, end, 1, List.of());
    return writer.write(
        blocks.folder(tenant), spec, flush.series(tenant, start, end), this::progress);
  }

  /** Ids ascend even when the clock does not. */
  private BlockId newId() {
    lastIdMillis = Math.max(lastIdMillis + 1, clock.millis());
    return BlockId.create(lastIdMillis, random);
  }

  private static WalKeep keep(HeadFlush flush) {
    return new WalKeep() {
      @Override
      public boolean series(int ref) {
        return flush.needsLog(ref);
      }

      @Override
      public boolean sample(int ref, long timestampMillis) {
        return flush.needsLog(ref, timestampMillis);
      }
    };
  }

  private void mergeOne() throws IOException, InterruptedException {
    for (TenantId tenant : blocks.tenants()) {
      Map<Long, List<Block>> byWindow = new TreeMap<>();
      for (Block block : blocks.of(tenant)) {
        if (!damaged.contains(block.meta().id())) {
          byWindow
              .computeIfAbsent(block.meta().spec().startMillis(), _ -> new ArrayList<>())
              .add(block);
        }
      }
      for (List<Block> window : byWindow.values()) {
        boolean isComplete = window.getFirst().meta().spec().endMillis() < cutoff();
        if (window.size() >= (isComplete ? 2 : MANY)) {
          if (areSound(window)) {
            merge(tenant, window);
          }
          return;
        }
      }
    }
  }

  /**
   * Whether nothing is damaged in blocks about to be merged and deleted. What is damaged is left as
   * it is: what can still be read of it is read, and a repair may get at more.
   */
  private boolean areSound(List<Block> window) {
    boolean sound = true;
    for (Block block : window) {
      List<Corruption> found = block.verify();
      if (!found.isEmpty()) {
        sound = false;
        damaged.add(block.meta().id());
        log.error(
            "damaged block is not merged: places={} first={}",
            found.size(),
            found.getFirst().explain());
      }
    }
    return sound;
  }

  private void merge(TenantId tenant, List<Block> sources)
      throws IOException, InterruptedException {
    long begun = ticker.nanos();
    Path folder = blocks.folder(tenant);
    BlockSpec first = sources.getFirst().meta().spec();
    long end = sources.stream().mapToLong(b -> b.meta().spec().endMillis()).max().orElseThrow();
    int level = sources.stream().mapToInt(b -> b.meta().spec().level()).max().orElseThrow() + 1;
    List<BlockId> ids = sources.stream().map(block -> block.meta().id()).toList();
    BlockSpec spec = new BlockSpec(newId(), tenant, first.startMillis(), end, level, ids);
    Optional<BlockMeta> merged =
        new BlockMerger(writer).merge(folder, spec, sources, this::progress);
    if (merged.isPresent()) {
      blocks.replace(sources, merged.get());
    }
    metrics.mergeSeconds.observe((ticker.nanos() - begun) / 1e9);
  }

  private void deleteExpired() throws IOException, InterruptedException {
    long oldest = clock.millis() - config.retention().toMillis();
    for (TenantId tenant : blocks.tenants()) {
      List<Block> expired =
          blocks.of(tenant).stream().filter(b -> b.meta().lastMillis() < oldest).toList();
      if (!expired.isEmpty()) {
        blocks.remove(tenant, expired);
        metrics.expired.inc(expired.size());
        log.info("blocks past retention deleted: tenant={} blocks={}", tenant, expired.size());
      }
    }
  }
}
