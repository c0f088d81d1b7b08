package dev.vedette.tsdb.head;

import dev.vedette.model.ErrorId;
import dev.vedette.model.Unavailable;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets whoever takes samples or series out of memory wait for the reads that may still need them.
 * Reads never wait. A read that stays open longer than the patience of the waiting side loses its
 * lease and fails at its next step, so that a forgotten cursor cannot keep memory for ever.
 */
public final class ReadGate {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition drained = lock.newCondition();
  private final Duration patience;
  private volatile Epoch current = new Epoch();

  private static final class Epoch {
    final AtomicInteger reads = new AtomicInteger();
    volatile boolean closed;
    volatile boolean revoked;
  }

  public ReadGate(Duration patience) {
    this.patience = patience;
  }

  /** A read that has begun; close it once. */
  public final class Lease implements AutoCloseable {
    private final Epoch epoch;
    private boolean open = true;

    private Lease(Epoch epoch) {
      this.epoch = epoch;
    }

    /** Throws where the read has taken too long and may no longer look at memory. */
    public void check() {
      if (epoch.revoked) {
        throw new Unavailable(
            ErrorId.STORAGE_UNAVAILABLE,
            "the read was open for more than %d s while storage had to move its data"
                .formatted(patience.toSeconds()),
            "repeat the query, over less data at once");
      }
    }

    @Override
    public void close() {
      if (open) {
        open = false;
        leave(epoch);
      }
    }
  }

  public Lease enter() {
    while (true) {
      Epoch epoch = current;
      epoch.reads.incrementAndGet();
      if (!epoch.closed) {
        return new Lease(epoch);
      }
      leave(epoch);
    }
  }

  private void leave(Epoch epoch) {
    if (epoch.reads.decrementAndGet() == 0 && epoch.closed) {
      lock.lock();
      try {
        drained.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Returns once every read that had begun before is over or has lost its lease.
   *
   * @return whether all ended by themselves
   */
  public boolean awaitEarlierReads() throws InterruptedException {
    lock.lock();
    try {
      Epoch earlier = current;
      current = new Epoch();
      earlier.closed = true;
      long left = patience.toNanos();
      while (earlier.reads.get() > 0 && left > 0) {
        left = drained.awaitNanos(left);
      }
      boolean drainedInTime = earlier.reads.get() == 0;
      earlier.revoked = !drainedInTime;
      return drainedInTime;
    } finally {
      lock.unlock();
    }
  }
}
