package dev.vedette.tsdb.head;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts samples of requests that lie wholly before a time: senders that catch up, however fast.
 * They fill memory without the clock coming to the end of a window. Any threads.
 */
public final class Backlog {
  private final LongAdder samples = new LongAdder();
  private volatile long beforeMillis = Long.MIN_VALUE;

  /** Counts what is before that time from now on. */
  public void before(long cutoffMillis) {
    beforeMillis = cutoffMillis;
  }

  /** So many of those that were counted are in memory no more. */
  public void flushed(long count) {
    samples.add(-count);
  }

  void stored(long newestMillis, int count) {
    if (newestMillis < beforeMillis) {
      samples.add(count);
    }
  }

  /** Those in memory, or a few more: another flush may have taken some. */
  public long samples() {
    return samples.sum();
  }
}
