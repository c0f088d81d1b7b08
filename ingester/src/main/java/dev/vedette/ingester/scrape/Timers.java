package dev.vedette.ingester.scrape;

import java.time.Duration;

/**
 * Runs tasks later. Tests step it by hand; {@link SystemTimers} follows the clock on the wall.
 * Methods may be called from any thread.
 */
public interface Timers extends AutoCloseable {
  /**
   * Runs a task once, no earlier than {@code delay} from now, on a thread where it may block. A
   * task that throws is a bug and is logged.
   */
  Timer after(Duration delay, Runnable task);

  /** Runs nothing any more; tasks that run already end by themselves. */
  @Override
  void close();

  /** A task that waits for its time. */
  @FunctionalInterface
  interface Timer {
    /** Keeps the task from running where it has not begun; harmless otherwise. */
    void cancel();
  }
}
