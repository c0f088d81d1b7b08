package dev.vedette.ingester.scrape;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that waits, and a virtual thread for each task whose time has come. A waiting task
 * costs some 200 bytes; tens of thousands are fine.
 */
public final class SystemTimers implements Timers {
  private static final Logger log = LoggerFactory.getLogger(SystemTimers.class);

  private final ScheduledThreadPoolExecutor waiting;

  public SystemTimers(String name) {
    waiting = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name(name).factory());
    waiting.setRemoveOnCancelPolicy(true);
    waiting.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    try {
      Future<?> future =
          waiting.schedule(
              () -> Thread.ofVirtual().start(() -> run(task)),
              Math.max(0, delay.toNanos()),
              TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) {
      // Closed: the caller is on its way out too, and nothing is to run any more.
      return () -> {};
    }
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      log.atError().setCause(e).log("BUG: a timed task failed");
      throw e;
    }
  }

  @Override
  public void close() {
    waiting.shutdownNow();
  }
}
