package dev.vedette.promql;

import dev.vedette.promql.exec.QueryReads;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a query has used so far, and whether it is to end. Counted by the thread that answers it;
 * any thread may look and may end it.
 */
public final class QueryProgress {
  private final AtomicLong series = new AtomicLong();
  private final AtomicLong samples = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong heldBytes = new AtomicLong();
  private final AtomicLong peakBytes = new AtomicLong();
  private QueryReads reads = new QueryReads();
  private volatile long queuedNanos;
  private volatile boolean cancelled;

  /** Series decoded, counted again where two selectors read them. */
  public long series() {
    return series.get();
  }

  /** Samples decoded. */
  public long samples() {
    return samples.get();
  }

  /** Bytes of samples as they were handed over, decoded. */
  public long bytes() {
    return bytes.get();
  }

  /** Memory reserved now, in bytes. */
  public long heldBytes() {
    return heldBytes.get();
  }

  /** The most memory that was reserved at once, in bytes. */
  public long peakBytes() {
    return peakBytes.get();
  }

  /** How long it waited for its turn, in nanoseconds. */
  public long queuedNanos() {
    return queuedNanos;
  }

  /** Notes how long it waited for its turn. */
  public void queued(long nanos) {
    queuedNanos = nanos;
  }

  /** Ends the query the next time that it looks, which is after a batch of series at the latest. */
  public void cancel() {
    cancelled = true;
  }

  /** Whether somebody ended the query. */
  public boolean isCancelled() {
    return cancelled;
  }

  /** What was read since {@link #forgetReads}; for the thread that answers the query. */
  public QueryReads reads() {
    return reads;
  }

  /** Begins anew with what was read; for the thread that answers the query. */
  public void forgetReads() {
    reads = new QueryReads();
  }

  /** Counts what was read; one thread, so that a plain read and an ordered write are enough. */
  public void read(long moreSeries, long moreSamples) {
    series.lazySet(series.getPlain() + moreSeries);
    samples.lazySet(samples.getPlain() + moreSamples);
  }

  /** Counts bytes handed over by the source, to any thread. */
  public void handedOver(long moreBytes) {
    bytes.addAndGet(moreBytes);
  }

  /** Notes how much memory is reserved. */
  public void holds(long nowBytes) {
    heldBytes.lazySet(nowBytes);
    if (nowBytes > peakBytes.getPlain()) {
      peakBytes.lazySet(nowBytes);
    }
  }
}
