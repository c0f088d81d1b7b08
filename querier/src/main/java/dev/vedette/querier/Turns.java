package dev.vedette.querier;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Turns that so many may have at once. Whoever comes when all are taken waits, in the order of
 * coming, and may give up. Safe for all threads.
 */
final class Turns {
  // Nobody notices that a canceled query goes so much later, and looking costs nothing.
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final ReentrantLock lock = new ReentrantLock();
  // One for each that waits, the next one first.
  private final Queue<Condition> waiting = new ArrayDeque<>();
  private int atOnce;
  // Below 0 where more are taken than there are now.
  private int free;

  Turns(int atOnce) {
    this.atOnce = atOnce;
    this.free = atOnce;
  }

  /** So many from now on; turns that are taken stay so until they are given back. */
  void atOnce(int wanted) {
    lock.lock();
    try {
      free += wanted - atOnce;
      atOnce = wanted;
      wakeFirst();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes a turn, to be given back by {@link #release}.
   *
   * @param longest how long to wait
   * @param gaveUp asked while it waits; true ends the wait
   * @return false where the wait ended before the turn came
   */
  boolean acquire(Duration longest, BooleanSupplier gaveUp) throws InterruptedException {
    lock.lockInterruptibly();
    Condition turn = lock.newCondition();
    waiting.add(turn);
    try {
      long left = longest.toNanos();
      while (free <= 0 || waiting.peek() != turn) {
        if (left <= 0 || gaveUp.getAsBoolean()) {
          return false;
        }
        long slice = Math.min(left, LOOK_NANOS);
        left -= slice - turn.awaitNanos(slice);
      }
      free--;
      return true;
    } finally {
      waiting.remove(turn);
      wakeFirst();
      lock.unlock();
    }
  }

  void release() {
    lock.lock();
    try {
      free++;
      wakeFirst();
    } finally {
      lock.unlock();
    }
  }

  private void wakeFirst() {
    Condition first = waiting.peek();
    if (free > 0 && first != null) {
      first.signal();
    }
  }
}
