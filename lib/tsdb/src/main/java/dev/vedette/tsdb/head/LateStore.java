package dev.vedette.tsdb.head;

import dev.vedette.tsdb.head.LateSeries.Found;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Samples of a shard's series that are older than the newest of their series. They lie beside the
 * chunks, which never change for their sake, under a lock of their own: who sends in order does not
 * wait for who sends late.
 *
 * <p>Changed by the holder of {@link #lock}, which may be taken inside the shard's lock and never
 * the other way round; read by any thread. A late sample wins over one in order at its time, for it
 * came later.
 */
final class LateStore {
  final ReentrantLock lock = new ReentrantLock();
  private final SampleReader inOrder;
  private final ConcurrentHashMap<Integer, LateSeries> series = new ConcurrentHashMap<>();
  // Those that are in the map.
  private final RefSet members = new RefSet();
  private volatile long bytes;
  private volatile long samples;

  /** What became of a late sample. */
  enum Outcome {
    STORED,
    /** Stored, and another value of that time is out of sight now. */
    REPLACED,
    /** There already, among the late ones. */
    DUPLICATE,
    /** There already, in order; the shard's writer may be about to log it. */
    DUPLICATE_IN_ORDER,
    /** Not stored, for there is no room. */
    FULL
  }

  LateStore(SampleReader inOrder) {
    this.inOrder = inOrder;
  }

  /** Takes a sample. Under the lock. */
  Outcome take(int ref, long timestamp, long valueBits, boolean hasRoom) {
    LateSeries known = series.get(ref);
    Found found = known == null ? Found.NOTHING : known.find(timestamp, valueBits);
    if (found == Found.SAME) {
      return Outcome.DUPLICATE;
    }
    boolean replaces = found == Found.OTHER;
    if (found == Found.NOTHING && inOrder.read(ref, timestamp, timestamp) > 0) {
      if (inOrder.valueBits()[inOrder.from()] == valueBits) {
        return Outcome.DUPLICATE_IN_ORDER;
      }
      replaces = true;
    }
    if (!hasRoom) {
      return Outcome.FULL;
    }
    put(ref, timestamp, valueBits);
    return replaces ? Outcome.REPLACED : Outcome.STORED;
  }

  private void put(int ref, long timestamp, long valueBits) {
    LateSeries of = series.get(ref);
    long bytesBefore = 0;
    int samplesBefore = 0;
    if (of == null) {
      of = new LateSeries();
    } else {
      bytesBefore = of.bytes();
      samplesBefore = of.samples();
    }
    of.put(timestamp, valueBits);
    count(of.bytes() - bytesBefore, of.samples() - samplesBefore);
    members.add(ref);
    series.putIfAbsent(ref, of);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer, the holder of the lock.
  private void count(long moreBytes, long moreSamples) {
    bytes += moreBytes;
    samples += moreSamples;
  }

  /** Late samples of a series, if it has any. */
  @Nullable LateSeries find(int ref) {
    return members.has(ref) ? series.get(ref) : null;
  }

  /** Copies the samples of each series that are older than what {@code end} says of it. */
  void collect(IntToLongFunction end, Map<Integer, SampleRun> into) {
    series.forEach(
        (ref, late) -> {
          SampleRun run = new SampleRun(Math.max(1, late.samples()));
          late.copy(Long.MIN_VALUE, end.applyAsLong(ref) - 1, run);
          if (run.size() > 0) {
            into.put(ref, run);
          }
        });
  }

  /** Takes out samples that are in a block now; those that were replaced meanwhile stay. */
  void remove(int ref, SampleRun gone) {
    lock.lock();
    try {
      LateSeries of = series.get(ref);
      if (of == null) {
        return;
      }
      long bytesBefore = of.bytes();
      int samplesBefore = of.samples();
      of.remove(gone);
      if (of.isEmpty()) {
        series.remove(ref);
        members.remove(ref);
        count(-bytesBefore, -samplesBefore);
      } else {
        count(of.bytes() - bytesBefore, of.samples() - samplesBefore);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether there is a sample older than a time. */
  boolean hasBefore(long endMillis) {
    return series.values().stream().anyMatch(late -> late.minMillis() < endMillis);
  }

  /** Memory held. */
  long bytes() {
    return bytes;
  }

  long samples() {
    return samples;
  }
}
