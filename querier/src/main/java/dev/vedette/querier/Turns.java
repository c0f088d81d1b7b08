package dev.vedette.querier;

import dev.vedette.model.TenantId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Turns that so many may have at once, and so many of one tenant. Whoever comes when all are taken
 * waits, in the order of coming, and may give up; who waits for a tenant that has all of its own
 * lets those of others go before. Safe for all threads.
 */
final class Turns {
  // Nobody notices that a canceled query goes so much later, and looking costs nothing.
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** One that waits. */
  private record Waiting(TenantId tenant, Condition turn) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Waiting> waiting = new ArrayDeque<>();
  // Turns that are taken, of tenants that have any.
  private final Map<TenantId, Integer> taken = new HashMap<>();
  private int atOnce;
  private ToIntFunction<TenantId> ofTenant;
  // Below 0 where more are taken than there are now.
  private int free;

  /**
   * @param ofTenant how many of them each may have
   */
  Turns(int atOnce, ToIntFunction<TenantId> ofTenant) {
    this.atOnce = atOnce;
    this.ofTenant = ofTenant;
    this.free = atOnce;
  }

  /** So many from now on; turns that are taken stay so until they are given back. */
  void atOnce(int wanted, ToIntFunction<TenantId> wantedOfTenant) {
    lock.lock();
    try {
      free += wanted - atOnce;
      atOnce = wanted;
      ofTenant = wantedOfTenant;
      wakeNext();
    } finally {
      lock.unlock();
    }
  }

  /** Turns that a tenant has now. */
  int taken(TenantId tenant) {
    lock.lock();
    try {
      return taken.getOrDefault(tenant, 0);
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
  boolean acquire(TenantId tenant, Duration longest, BooleanSupplier gaveUp)
      throws InterruptedException {
    lock.lockInterruptibly();
    Waiting self = new Waiting(tenant, lock.newCondition());
    waiting.add(self);
    try {
      long left = longest.toNanos();
      while (next() != self) {
        if (left <= 0 || gaveUp.getAsBoolean()) {
          return false;
        }
        long slice = Math.min(left, LOOK_NANOS);
        left -= slice - self.turn().awaitNanos(slice);
      }
      free--;
      taken.merge(tenant, 1, Integer::sum);
      return true;
    } finally {
      waiting.remove(self);
      wakeNext();
      lock.unlock();
    }
  }

  void release(TenantId tenant) {
    lock.lock();
    try {
      free++;
      taken.computeIfPresent(tenant, (_, turns) -> turns == 1 ? null : turns - 1);
      wakeNext();
    } finally {
      lock.unlock();
    }
  }

  /** Whose turn it is: of those that wait, the first one whose tenant may have another. */
  private @Nullable Waiting next() {
    if (free > 0) {
      for (Waiting each : waiting) {
        if (taken.getOrDefault(each.tenant(), 0) < ofTenant.applyAsInt(each.tenant())) {
          return each;
        }
      }
    }
    return null;
  }

  private void wakeNext() {
    Waiting next = next();
    if (next != null) {
      next.turn().signal();
    }
  }
}
