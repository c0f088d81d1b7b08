package dev.vedette.tsdb.wal;

import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Callers that one commit of the log releases together. */
final class CommitGroup {
  private final CountDownLatch done = new CountDownLatch(1);
  // Guarded by the log's lock.
  private boolean roll;
  // Written before the latch opens, read after.
  private long segment;
  private @Nullable Outage failure;

  /** Asks for a new segment behind the commit. Under the log's lock. */
  void askToRoll() {
    roll = true;
  }

  boolean isToRoll() {
    return roll;
  }

  /** Waits for the end of the commit; returns why it failed, null where it did not. */
  @Nullable Outage await() {
    try {
      done.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Outage.interrupted(e);
    }
    return failure;
  }

  /** The segment that is written behind the commit. */
  long segment() {
    return segment;
  }

  void succeed(long nextSegment) {
    segment = nextSegment;
    done.countDown();
  }

  void fail(Outage reason) {
    failure = reason;
    done.countDown();
  }
}
