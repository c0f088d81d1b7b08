package dev.vedette.tsdb;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs {@link Maintenance} or {@link Compactor} at an interval until closed. */
final class MaintenanceThread implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MaintenanceThread.class);

  private final Runnable step;
  private final Duration interval;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();
  private final Thread thread;
  private boolean closing;

  MaintenanceThread(String name, Runnable step, Duration interval) {
    this.step = step;
    this.interval = interval;
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::loop);
  }

  void start() {
    thread.start();
  }

  private void loop() {
    while (!awaitEnd()) {
      try {
        step.run();
      } catch (RuntimeException | Error e) {
        // A bug in one step, or no memory for it, must not end all later ones: memory would fill
        // up unnoticed.
        log.error("maintenance of storage failed", e);
      }
    }
  }

  private boolean awaitEnd() {
    lock.lock();
    try {
      long left = interval.toNanos();
      while (!closing && left > 0) {
        left = ended.awaitNanos(left);
      }
      return closing;
    } catch (InterruptedException e) {
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the step in progress. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      ended.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
