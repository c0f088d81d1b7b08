package dev.vedette.tsdb;

import dev.vedette.model.History;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.head.StoredTimes;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers what changes answers, by tenant: samples of the late window, which come all the time, by
 * some seconds, for some hours; all else by UTC day, for good. Each change is noted after readers
 * see it; numbers are of this process and begin anew with the next. A write costs a lock that is
 * held for some steps. Any threads.
 */
final class HistoryChanges implements StoredTimes {
  private static final long DAY = Duration.ofDays(1).toMillis();
  // More than any retention has; a change of more is one of everything.
  private static final long MOST_DAYS = 10_000;
  // Samples of a scrape that is still on its way are not late, whatever the window is.
  private static final Duration LEAST_WINDOW = Duration.ofMinutes(10);

  private final Clock clock;
  private final long windowMillis;
  private final AtomicLong settled = new AtomicLong(Long.MIN_VALUE);
  private final ConcurrentMap<TenantId, Changes> byTenant = new ConcurrentHashMap<>();

  /**
   * @param window how far behind the clock samples are settled
   */
  HistoryChanges(Clock clock, Duration window) {
    this.clock = clock;
    this.windowMillis = (window.compareTo(LEAST_WINDOW) < 0 ? LEAST_WINDOW : window).toMillis();
  }

  /** What readers ask. */
  History of(TenantId tenant) {
    return new History() {
      @Override
      public Mark mark() {
        // Of a tenant that has no changes nothing is kept: whoever asks may make up its name. The
        // number before the time: what is stored between the two is seen by who reads after both.
        Changes changes = byTenant.get(tenant);
        long number = changes == null ? 0 : changes.latest();
        return new Mark(number, settled());
      }

      @Override
      public long unchangedUntil(Mark since, long startMillis, long endMillis) {
        Changes changes = byTenant.get(tenant);
        return changes == null ? endMillis : changes.unchangedUntil(since, startMillis, endMillis);
      }
    };
  }

  private Changes changes(TenantId tenant) {
    return byTenant.computeIfAbsent(tenant, _ -> new Changes());
  }

  /** Tenants of which something has changed. */
  int tenants() {
    return byTenant.size();
  }

  // Looked at after a write is seen, and by readers before they read: whoever comes later finds it
  // no earlier, though the clock be set back.
  private long settled() {
    return settled.accumulateAndGet(clock.millis() - windowMillis, Math::max);
  }

  private static long day(long millis) {
    return Math.floorDiv(millis, DAY);
  }

  @Override
  public void stored(TenantId tenant, long firstMillis, long lastMillis) {
    changes(tenant).stored(firstMillis, lastMillis);
  }

  /** Something happened to samples of a closed range, settled ones or not. */
  void changed(TenantId tenant, long startMillis, long endMillis) {
    changes(tenant).changed(startMillis, endMillis);
  }

  /** Those of one tenant. */
  private final class Changes {
    // Under the monitor.
    private final RecentChanges recent = new RecentChanges(windowMillis);
    private final TreeMap<Long, Long> ofDays = new TreeMap<>();
    private long ofAll;
    private long latest;

    synchronized long latest() {
      return latest;
    }

    synchronized void stored(long firstMillis, long lastMillis) {
      // Under the monitor, so that it is no earlier than that of a mark taken before, which what is
      // found right now may get.
      long end = settled();
      latest++;
      if (firstMillis <= end) {
        noteDays(firstMillis, Math.min(lastMillis, end));
      }
      if (lastMillis > end) {
        recent.note(Math.max(firstMillis, end + 1), lastMillis, latest);
      }
    }

    synchronized void changed(long startMillis, long endMillis) {
      latest++;
      noteDays(startMillis, endMillis);
    }

    private void noteDays(long startMillis, long endMillis) {
      long first = day(startMillis);
      long last = day(endMillis);
      if (last - first < 0 || last - first > MOST_DAYS || ofDays.size() > MOST_DAYS) {
        ofAll = latest;
        return;
      }
      for (long day = first; day <= last; day++) {
        ofDays.put(day, latest);
      }
    }

    synchronized long unchangedUntil(History.Mark since, long startMillis, long endMillis) {
      if (ofAll > since.number()) {
        return Long.MIN_VALUE;
      }
      if (endMillis < startMillis) {
        return endMillis;
      }
      long until = endMillis;
      for (Map.Entry<Long, Long> day :
          ofDays.subMap(day(startMillis), true, day(endMillis), true).entrySet()) {
        if (day.getValue() > since.number()) {
          until = day.getKey() * DAY - 1;
          break;
        }
      }
      // What was settled at the mark has been noted by days since.
      long from = Math.max(startMillis, since.settledMillis() + 1);
      return from <= until ? recent.unchangedUntil(since.number(), from, until) : until;
    }
  }
}
