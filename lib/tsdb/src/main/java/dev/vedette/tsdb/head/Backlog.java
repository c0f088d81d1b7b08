package dev.vedette.tsdb.head;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts samples of requests that lie wholly before a time: senders that catch up, however fast.
 * They fill memory without the clock coming to the end of a window, and the windows they fill are
 * over long before they are full. Any threads.
 */
public final class Backlog {
  private static final long HOUR_MILLIS = 3_600_000;
  // Beyond, which is ten years, hours are not noted: those windows count as full.
  private static final int MAX_HOURS = 87_600;

  private final LongAdder samples = new LongAdder();
  // Hours of which there are samples in memory, but for what a flush is taking.
  private final Set<Long> hours = ConcurrentHashMap.newKeySet();
  private final Set<Long> hoursFlushed = ConcurrentHashMap.newKeySet();
  private volatile long beforeMillis = Long.MIN_VALUE;

  /** Counts what is before that time from now on. */
  public void before(long cutoffMillis) {
    beforeMillis = cutoffMillis;
  }

  void stored(long newestMillis, int count) {
    if (newestMillis < beforeMillis) {
      samples.add(count);
      Long hour = Math.floorDiv(newestMillis, HOUR_MILLIS);
      if (!hours.contains(hour) && hours.size() < MAX_HOURS) {
        hours.add(hour);
      }
    }
  }

  /** Those in memory, or a few more: another flush may have taken some. */
  public long samples() {
    return samples.sum();
  }

  /** Whether memory has samples of a window that are for a block of it, or had so until now. */
  public boolean isFilling(long startMillis, long endMillis) {
    return isFilling(hours, startMillis, endMillis)
        || isFilling(hoursFlushed, startMillis, endMillis);
  }

  private static boolean isFilling(Set<Long> hours, long startMillis, long endMillis) {
    long first = Math.floorDiv(startMillis, HOUR_MILLIS);
    long last = Math.floorDiv(endMillis, HOUR_MILLIS);
    return hours.stream().anyMatch(hour -> first <= hour && hour <= last);
  }

  /**
   * A flush is about to take all of them. One that fails is followed by another.
   *
   * @return how many there are, to be given to {@link #endFlush}
   */
  public long beginFlush() {
    long count = samples.sum();
    Set<Long> taken = new HashSet<>(hours);
    hoursFlushed.addAll(taken);
    // A request of this very moment may be noted in between: it is in the flush, or the next one.
    hours.removeAll(taken);
    return count;
  }

  /** They are in blocks. */
  public void endFlush(long count) {
    samples.add(-count);
    hoursFlushed.clear();
  }
}
