package dev.vedette.ingester.scrape;

import dev.vedette.model.MetricMetadata;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Scrapes one target again and again on its schedule, until it is gone. Any thread may call; the
 * lock is never held while a scrape runs.
 */
final class TargetLoop {
  /** Where a loop is in its life. */
  private enum Phase {
    RUNNING,
    /** Gone, but its series go on for a while in case it comes back. */
    LEAVING,
    ENDED
  }

  // Far longer than queries look back, which is what the markers are for.
  private static final Duration PATIENCE_WITH_STORAGE = Duration.ofHours(1);

  private final ScrapeContext context;
  private final TargetScraper scraper;
  private final ReentrantLock lock = new ReentrantLock();
  private Phase phase = Phase.RUNNING;
  private PoolRuntime pool;
  private FoundTarget target;
  private ScrapeSchedule schedule;
  private long dueMillis;
  private Timers.Timer timer = () -> {};

  TargetLoop(ScrapeContext context, TargetScraper scraper, PoolRuntime pool, FoundTarget target) {
    this.context = context;
    this.scraper = scraper;
    this.pool = pool;
    this.target = target;
    this.schedule = schedule(context.seed(), target);
  }

  static ScrapeSchedule schedule(long seed, FoundTarget target) {
    long spread = (target.identity().hashCode() ^ seed) * 0x9e3779b97f4a7c15L;
    return ScrapeSchedule.of(target.interval().toMillis(), spread >>> 1);
  }

  FoundTarget target() {
    lock.lock();
    try {
      return target;
    } finally {
      lock.unlock();
    }
  }

  TargetScraper.Last last() {
    return scraper.last();
  }

  List<MetricMetadata> families() {
    return scraper.families();
  }

  void start() {
    lock.lock();
    try {
      long now = context.clock().millis();
      if (pool.config().atOnce()) {
        waitUntil(now);
      } else {
        waitFor(now);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the first point of the schedule behind an instant. Under the lock. */
  private void waitFor(long afterMillis) {
    waitUntil(schedule.nextAfter(afterMillis));
  }

  private void waitUntil(long due) {
    dueMillis = due;
    timer = context.timers().after(until(due), () -> fire(due));
  }

  private Duration until(long millis) {
    return Duration.between(context.clock().instant(), Instant.ofEpochMilli(millis));
  }

  private void fire(long due) {
    PoolRuntime now;
    FoundTarget of;
    ScrapeSchedule on;
    lock.lock();
    try {
      if (phase != Phase.RUNNING || due != dueMillis) {
        return;
      }
      now = pool;
      of = target;
      on = schedule;
    } finally {
      lock.unlock();
    }
    try {
      scraper.scrape(now, of, on, due);
    } finally {
      next(due);
    }
  }

  private void next(long due) {
    lock.lock();
    try {
      if (phase == Phase.RUNNING && due == dueMillis) {
        waitFor(Math.max(due, context.clock().millis()));
        long missed = (dueMillis - due) / schedule.intervalMillis() - 1;
        if (missed > 0) {
          context.metrics().skipped.inc(missed);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** New settings from the next scrape on; the schedule changes only with the interval. */
  void update(PoolRuntime newPool, FoundTarget newTarget) {
    lock.lock();
    try {
      boolean sameInterval = newTarget.interval().equals(target.interval());
      pool = newPool;
      target = newTarget;
      if (!sameInterval) {
        schedule = schedule(context.seed(), newTarget);
        timer.cancel();
        waitFor(context.clock().millis());
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * The target is gone. Its series end where its next scrape would have been, but that is written
   * only when the scrape after that one would be over too: until then it may come back.
   */
  void leave() {
    lock.lock();
    try {
      if (phase == Phase.RUNNING) {
        phase = Phase.LEAVING;
        timer.cancel();
        long interval = schedule.intervalMillis();
        long endMillis = schedule.nextAfter(context.clock().millis());
        context.departing().add(target.labels(), this);
        Duration delay = until(endMillis).plus(interval + interval / 10, ChronoUnit.MILLIS);
        timer = context.timers().after(delay, () -> end(endMillis));
      }
    } finally {
      lock.unlock();
    }
  }

  private void end(long endMillis) {
    if (!enter(Phase.LEAVING, Phase.ENDED)) {
      return;
    }
    context.departing().remove(target().labels(), this);
    writeEnd(endMillis);
  }

  /** Again and again where storage takes nothing: without markers the series would seem alive. */
  private void writeEnd(long endMillis) {
    boolean late = context.clock().millis() - endMillis > PATIENCE_WITH_STORAGE.toMillis();
    if (!scraper.end(endMillis) && !late) {
      context.timers().after(target().interval(), () -> writeEnd(endMillis));
    }
  }

  private boolean enter(Phase from, Phase to) {
    lock.lock();
    try {
      boolean enters = phase == from;
      phase = enters ? to : phase;
      return enters;
    } finally {
      lock.unlock();
    }
  }

  /** What is known of the target, for the loop that goes on with it; empty where it has ended. */
  Optional<TargetScraper> takeOver() {
    if (!enter(Phase.LEAVING, Phase.ENDED)) {
      return Optional.empty();
    }
    stop();
    return Optional.of(scraper);
  }

  /** Scrapes no more; its series stay as they are, as the process may start again in a moment. */
  void stop() {
    lock.lock();
    try {
      phase = Phase.ENDED;
      timer.cancel();
    } finally {
      lock.unlock();
    }
  }
}
