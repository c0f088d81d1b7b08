package dev.vedette.querier;

import dev.vedette.model.ErrorId;
import dev.vedette.model.Ticker;
import dev.vedette.model.Unavailable;
import dev.vedette.model.VedetteException;
import dev.vedette.promql.QueryMemory;
import dev.vedette.promql.QueryProgress;
import dev.vedette.promql.SettingNames;
import dev.vedette.promql.exec.Evaluation;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One run of a query: by the thread of who asked first, for all who asked the same before it ended.
 * It is abandoned once none of them is left. Safe for all threads.
 *
 * @param <V> what it gives
 */
final class SharedRun<V> {
  // Nobody notices that it is told so much later that its client left, and looking costs nothing.
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /**
   * Who asks.
   *
   * @param text the expression as it was asked, which positions in warnings are of
   * @param timeout how long it waits for a query that has its turn
   * @param gone whether it is not interested any more; asked by any thread
   * @param names of the settings it is bound by
   */
  record Asker(String text, Duration timeout, BooleanSupplier gone, SettingNames names) {}

  private final Asker first;
  private final QueryProgress progress = new QueryProgress();
  private final QueryMemory.Reservation memory;
  private final Ticker ticker;
  private final Predicate<V> isForAll;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();
  // All of these are guarded by the lock.
  private int holders = 1;
  private int askers = 1;
  private boolean isOver;
  private boolean hasTurn;
  private long turnNanos;
  private @Nullable V result;
  private @Nullable Throwable failure;

  /**
   * @param isForAll whether what it gives is for all texts that mean the same, not for the first
   *     asker's alone
   */
  SharedRun(Asker first, QueryMemory.Reservation memory, Ticker ticker, Predicate<V> isForAll) {
    this.first = first;
    this.memory = memory;
    this.ticker = ticker;
    this.isForAll = isForAll;
  }

  /** Where the run reserves what it and its result hold. */
  QueryMemory.Reservation memory() {
    return memory;
  }

  /** Where the run counts what it uses, and is ended for all. */
  QueryProgress progress() {
    return progress;
  }

  /** How many wait for it now. */
  int waiting() {
    lock.lock();
    try {
      return holders - (first.gone().getAsBoolean() ? 1 : 0);
    } finally {
      lock.unlock();
    }
  }

  /** One more waits for it, unless it is over. */
  boolean join() {
    lock.lock();
    try {
      if (isOver) {
        return false;
      }
      holders++;
      askers++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Whether nobody is left who waits; then it is over for good. */
  boolean isAbandoned() {
    if (!first.gone().getAsBoolean()) {
      return false;
    }
    lock.lock();
    try {
      isOver |= holders == 1;
      return isOver;
    } finally {
      lock.unlock();
    }
  }

  /** Its turn has come, which is when the time of those who wait begins to count. */
  void begin() {
    lock.lock();
    try {
      hasTurn = true;
      turnNanos = ticker.nanos();
    } finally {
      lock.unlock();
    }
  }

  /** The run gave a result. */
  Shared<V> answered(V found) {
    end(found, null);
    return answer(found);
  }

  /** The run ended with an error. */
  void failed(Throwable error) {
    end(null, error);
    release();
  }

  private void end(@Nullable V found, @Nullable Throwable error) {
    lock.lock();
    try {
      isOver = true;
      result = found;
      failure = error;
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private Shared<V> answer(V found) {
    return new Shared<>(found, askers, this::release);
  }

  private void release() {
    lock.lock();
    try {
      if (--holders == 0) {
        memory.close();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the end, having joined.
   *
   * @return empty where the run's end says nothing to this asker: the first one had less patience,
   *     or its thread was interrupted, or the warnings point into another text
   * @throws RuntimeException of what the run ended with
   * @throws Unavailable where the asker's own time is up, or it is gone
   */
  Optional<Shared<V>> await(Asker asker) {
    boolean kept = false;
    try {
      Optional<Shared<V>> answer = awaitEnd(asker);
      kept = answer.isPresent();
      return answer;
    } finally {
      if (!kept) {
        release();
      }
    }
  }

  private Optional<Shared<V>> awaitEnd(Asker asker) {
    long joined = ticker.nanos();
    lock.lock();
    try {
      while (result == null && failure == null) {
        if (asker.gone().getAsBoolean()) {
          throw cancelled(null);
        }
        if (left(asker, joined) < 0) {
          throw Evaluation.timedOut(asker.timeout(), asker.names());
        }
        ended.awaitNanos(Math.min(LOOK_NANOS, left(asker, joined) + 1));
      }
      return ofEnd(asker);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw cancelled(e);
    } finally {
      lock.unlock();
    }
  }

  /** Nanoseconds that an asker goes on waiting; while there is no turn, time does not count. */
  private long left(Asker asker, long joined) {
    if (!hasTurn) {
      return Long.MAX_VALUE - 1;
    }
    long since = joined - turnNanos > 0 ? joined : turnNanos;
    return asker.timeout().toNanos() - (ticker.nanos() - since);
  }

  private Optional<Shared<V>> ofEnd(Asker asker) {
    V found = result;
    if (found != null) {
      return asker.text().equals(first.text()) || isForAll.test(found)
          ? Optional.of(answer(found))
          : Optional.empty();
    }
    return switch (failure) {
      case Unavailable e when isOfTheFirstAlone(e, asker) -> Optional.empty();
      case VedetteException e -> throw e.again();
      case null, default ->
          throw new IllegalStateException("BUG: the run that was shared ended with", failure);
    };
  }

  /** Whether another asker may fare better; nobody does after the run was ended for all. */
  private boolean isOfTheFirstAlone(Unavailable error, Asker asker) {
    return switch (error.id()) {
      case QUERY_TIMEOUT -> asker.timeout().compareTo(first.timeout()) > 0;
      case QUERY_CANCELLED -> !progress.isCancelled();
      default -> false;
    };
  }

  /** Time that is up before it begins lets nothing be answered. */
  static void requireTime(Duration timeout, SettingNames names) {
    if (!timeout.isPositive()) {
      throw Evaluation.timedOut(timeout, names);
    }
  }

  private static Unavailable cancelled(@Nullable InterruptedException cause) {
    return new Unavailable(
        ErrorId.QUERY_CANCELLED, "query was canceled in query execution", "ask again", cause);
  }
}
