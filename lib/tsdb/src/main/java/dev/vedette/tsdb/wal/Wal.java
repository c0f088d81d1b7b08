package dev.vedette.tsdb.wal;

import dev.vedette.model.ErrorId;
import dev.vedette.model.FileStore;
import dev.vedette.model.Invariant;
import dev.vedette.model.Ticker;
import dev.vedette.model.Unavailable;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The write-ahead log of an engine: one sequence of records for all its shards, in segments of one
 * folder. {@link #replay} comes first and once; then any threads {@link #append} and {@link
 * #awaitDurable wait}. Bytes on disk: {@code docs/format/wal.md}.
 *
 * <p>Group commit: one thread writes and fsyncs whatever is pending, at once when it is idle, and
 * otherwise everything that arrived during the previous fsync together.
 *
 * <p>What was appended stays in order and is never dropped while the process lives: "durable up to
 * a position" means all before it. When the disk fails or is full, waiting threads get {@link
 * Unavailable}; the records stay pending and are written to a new segment as soon as that works
 * again. So a failed wait means "not durable now". Whoever answers from memory that something is
 * stored already waits for {@link #position} first.
 */
public final class Wal implements Closeable {
  private static final Logger log = LoggerFactory.getLogger(Wal.class);

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(3);

  private final FileStore files;
  private final Path folder;
  private final Duration closePatience;
  private final WalSettings settings;
  private final WalMetrics metrics;
  private final SegmentLog segments;
  private final DamagedParts damagedParts;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition space = lock.newCondition();
  private final ReentrantLock checkpointing = new ReentrantLock();

  // Guarded by the lock.
  private byte[] filling = new byte[64 << 10];
  private int fillingLength;
  private CommitGroup fillingGroup = new CommitGroup();
  private CommitGroup writingGroup = new CommitGroup();
  private long writingEnd;
  private long appended;
  private @Nullable Outage outage;
  private boolean closing;
  private @Nullable Thread committer;

  // Written under the lock by the committer.
  private volatile long durable;

  // The committer's own.
  private byte[] writing = new byte[64 << 10];
  private int writingLength;

  /** A log in a folder that need not exist yet. Reads and writes nothing before {@link #replay}. */
  public Wal(
      FileStore files,
      Path folder,
      WalSettings settings,
      Ticker ticker,
      PrometheusRegistry registry) {
    this(files, folder, settings, ticker, registry, new SecureRandom()::nextInt, CLOSE_PATIENCE);
  }

  Wal(
      FileStore files,
      Path folder,
      WalSettings settings,
      Ticker ticker,
      PrometheusRegistry registry,
      IntSupplier salts,
      Duration closePatience) {
    this.closePatience = closePatience;
    this.files = files;
    this.folder = folder;
    this.settings = settings;
    this.metrics = new WalMetrics(registry);
    this.segments = new SegmentLog(files, folder, settings, ticker, metrics, salts);
    this.damagedParts = new DamagedParts(files, folder, 2 * settings.segmentBytes(), metrics);
  }

  /**
   * Reads everything the log holds, cuts off a torn end, begins a new segment and opens the log for
   * appending. Memory is bounded but for the last histogram of each series, 170 bytes and 8 a
   * bucket.
   *
   * @throws dev.vedette.model.Corruption where a file is of another release or was renamed; damage
   *     is not thrown but reported, and the rest recovered
   * @throws Unavailable where the folder cannot be read or written. A full disk is no reason: the
   *     log opens, and {@link #checkWritable} refuses until there is room
   */
  public ReplayReport replay(WalVisitor visitor) {
    lock.lock();
    try {
      Invariant.check(committer == null && !closing, "BUG: a log is replayed twice");
      files.createFolders(folder);
      Path parent = folder.getParent();
      if (parent != null) {
        files.syncFolder(parent);
      }
      WalReplay replay = new WalReplay(files, folder, visitor, metrics);
      ReplayReport report = replay.run();
      begin(replay.nextSegment());
      committer = Thread.ofPlatform().daemon().name("wal-committer").start(this::commitForever);
      return report;
    } catch (IOException e) {
      throw Outage.of(folder, e).toException();
    } finally {
      lock.unlock();
    }
  }

  /** What the log holds can be read on a full disk too; writing begins once there is room. */
  private void begin(long segment) throws IOException {
    try {
      segments.begin(segment);
    } catch (IOException e) {
      Outage full = Outage.of(folder, e);
      if (full.id() != ErrorId.DISK_FULL) {
        throw e;
      }
      logOutage(e);
      outage = full;
    }
  }

  /** Throws {@link Unavailable} while the log cannot be written. Ask before changing memory. */
  public void checkWritable() {
    lock.lock();
    try {
      if (outage != null) {
        throw outage.toException();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds records to the end of the log, not yet durable. Copies them; waits where {@link
   * WalSettings#pendingBytes} are pending. While the disk fails it accepts records up to twice that
   * bound, so that who asked {@link #checkWritable} just before is taken.
   *
   * @return the position to wait for
   * @throws Unavailable where the disk fails and the pending bytes are at their bound; nothing of
   *     the records is in the log then
   */
  public long append(WalRecords records) {
    byte[] bytes = records.bytes();
    int length = records.sizeBytes();
    lock.lock();
    try {
      checkOpen();
      awaitSpace(length);
      if (filling.length - fillingLength < length) {
        filling = Arrays.copyOf(filling, Math.max(filling.length * 2, fillingLength + length));
      }
      System.arraycopy(bytes, 0, filling, fillingLength, length);
      fillingLength += length;
      appended += length;
      metrics.records.inc(records.records());
      metrics.pendingBytes.set(appended - durable);
      work.signal();
      return appended;
    } finally {
      lock.unlock();
    }
  }

  private void awaitSpace(int length) {
    boolean waited = false;
    while (fillingLength > 0 && (long) fillingLength + length > settings.pendingBytes()) {
      if (outage != null) {
        // Twice the bound, so that those who had passed checkWritable() by then are taken.
        if ((long) fillingLength + length <= 2L * settings.pendingBytes()) {
          return;
        }
        throw outage.toException();
      }
      if (!waited) {
        metrics.waits.inc();
        waited = true;
      }
      space.awaitUninterruptibly();
      checkOpen();
    }
  }

  /** End of everything appended so far. */
  public long position() {
    lock.lock();
    try {
      return appended;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns once everything before a position is durable.
   *
   * @throws Unavailable where the commit it belongs to failed, or the thread is interrupted; the
   *     records stay pending
   */
  public void awaitDurable(long position) {
    if (position <= durable) {
      return;
    }
    CommitGroup group;
    lock.lock();
    try {
      Invariant.check(position <= appended, "BUG: waiting for %d, appended %d", position, appended);
      if (position <= durable) {
        return;
      }
      if (outage != null) {
        throw outage.toException();
      }
      group = position <= writingEnd ? writingGroup : fillingGroup;
    } finally {
      lock.unlock();
    }
    Outage failure = group.await();
    if (position > durable && failure != null) {
      throw failure.toException();
    }
    Invariant.check(position <= durable, "BUG: released before it was durable");
  }

  /**
   * Begins a new segment and returns its number once it is durable. Everything appended before this
   * call is in segments below that number.
   *
   * @throws Unavailable where that cannot be written now
   */
  public long roll() {
    CommitGroup group;
    lock.lock();
    try {
      checkOpen();
      if (outage != null) {
        throw outage.toException();
      }
      group = fillingGroup;
      group.askToRoll();
      work.signal();
    } finally {
      lock.unlock();
    }
    Outage failure = group.await();
    if (failure != null) {
      throw failure.toException();
    }
    return group.segment();
  }

  /**
   * Replaces all segments below a number by a checkpoint of what is still needed of them, then
   * deletes them. Appending goes on meanwhile. Reads those segments once; memory is bounded but for
   * one bit a series, the metadata of families, and the last histogram of each series that is kept,
   * as in a replay. A crash at any point loses nothing.
   *
   * @param belowSegment a number {@link #roll} returned
   * @throws Unavailable where the disk does not allow it; the log is as before then
   */
  public CheckpointReport checkpoint(long belowSegment, WalKeep keep) {
    checkpointing.lock();
    try {
      Invariant.check(
          belowSegment <= segments.number(),
          "BUG: a checkpoint below segment %d, the log is at %d",
          belowSegment,
          segments.number());
      CheckpointReport report =
          new WalCheckpoint(
                  files, folder, belowSegment, keep, damagedParts, metrics, segments.salt())
              .run();
      metrics.checkpoints.inc();
      return report;
    } catch (IOException e) {
      throw Outage.of(folder, e).toException();
    } finally {
      checkpointing.unlock();
    }
  }

  /**
   * Commits what is pending and ends. What could not be written by then was never acknowledged. A
   * disk that does not answer is not waited for longer than some seconds.
   */
  @Override
  public void close() {
    Thread running;
    lock.lock();
    try {
      closing = true;
      running = committer;
      work.signal();
      space.signalAll();
    } finally {
      lock.unlock();
    }
    if (running == null) {
      return;
    }
    try {
      if (!running.join(closePatience)) {
        log.error("the disk does not answer, the log is left as it is: folder={}", folder);
        lock.lock();
        try {
          releaseForGood();
        } finally {
          lock.unlock();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void checkOpen() {
    Invariant.check(committer != null, "BUG: the log is used before its replay");
    if (closing) {
      throw Outage.closed(folder).toException();
    }
  }

  private void commitForever() {
    boolean last = false;
    while (!last) {
      last = awaitWork();
      try {
        commit();
      } catch (IOException e) {
        last = failed(e);
      } catch (RuntimeException | Error e) {
        // A bug, or no memory left: nobody may go on waiting for this thread.
        failed(new IOException("the log's committer ended", e));
        end();
        throw e;
      }
    }
    end();
  }

  /** Waits for something to do and takes it; returns whether it is the last. */
  private boolean awaitWork() {
    lock.lock();
    try {
      long waitNanos = settings.retryAfter().toNanos();
      while (!closing && (outage != null || fillingLength == 0 && !fillingGroup.isToRoll())) {
        if (outage == null) {
          work.awaitUninterruptibly();
        } else if (waitNanos <= 0) {
          break;
        } else {
          waitNanos = awaitNanos(waitNanos);
        }
      }
      if (writingLength == 0) {
        take();
      }
      return closing && fillingLength == 0;
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // The caller loops.
  private long awaitNanos(long nanos) {
    try {
      return work.awaitNanos(nanos);
    } catch (InterruptedException e) {
      // Nobody has a reason to interrupt this thread; it ends by closing.
      return nanos;
    }
  }

  private void take() {
    byte[] empty = writing.length > settings.pendingBytes() ? new byte[64 << 10] : writing;
    writing = filling;
    writingLength = fillingLength;
    writingGroup = fillingGroup;
    writingEnd = appended;
    filling = empty;
    fillingLength = 0;
    fillingGroup = new CommitGroup();
    space.signalAll();
  }

  private void commit() throws IOException {
    segments.makeReady(writingLength);
    if (writingLength > 0) {
      segments.commit(writing, writingLength);
    }
    lock.lock();
    try {
      durable = writingEnd;
      metrics.bytes.inc(writingLength);
      metrics.pendingBytes.set(appended - durable);
      writingLength = 0;
      if (outage != null) {
        log.info("the log can be written again: segment={}", segments.number());
        outage = null;
        space.signalAll();
      }
    } finally {
      lock.unlock();
    }
    if (writingGroup.isToRoll()) {
      segments.roll();
    }
    writingGroup.succeed(segments.number());
  }

  /** Tells everyone who waits; returns whether there is no other try. */
  private boolean failed(IOException cause) {
    metrics.failures.inc();
    segments.abandon(cause);
    lock.lock();
    try {
      if (outage == null) {
        logOutage(cause);
      }
      Outage now = Outage.of(folder, cause);
      outage = now;
      writingGroup.fail(now);
      fillingGroup.fail(now);
      writingGroup = new CommitGroup();
      fillingGroup = new CommitGroup();
      space.signalAll();
      return closing;
    } finally {
      lock.unlock();
    }
  }

  private void logOutage(IOException cause) {
    log.error(
        "the log cannot be written, tried again every {} ms: folder={}",
        settings.retryAfter().toMillis(),
        folder,
        cause);
  }

  /** Tells everyone who waits that there is no more to wait for. Under the lock. */
  private void releaseForGood() {
    Outage ended = Outage.closed(folder);
    outage = outage == null ? ended : outage;
    writingGroup.fail(ended);
    fillingGroup.fail(ended);
    space.signalAll();
  }

  private void end() {
    try {
      segments.close();
    } catch (IOException e) {
      log.warn("closing the log's segment failed: folder={}", folder, e);
    }
    lock.lock();
    try {
      closing = true;
      if (appended > durable) {
        log.error("the log ends with {} bytes not written: folder={}", appended - durable, folder);
      }
      releaseForGood();
    } finally {
      lock.unlock();
    }
  }
}
