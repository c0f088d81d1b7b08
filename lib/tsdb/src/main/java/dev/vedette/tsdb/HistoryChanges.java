package dev.vedette.tsdb;

import dev.vedette.model.History;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.head.SettledWrites;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers the changes of what is settled, by tenant and UTC day. Each change is noted after readers
 * see it; numbers are of this process and begin anew with the next. A write that changes nothing
 * settled costs a look at the clock. Any threads.
 */
final class HistoryChanges implements SettledWrites {
  private static final long DAY = Duration.ofDays(1).toMillis();
  // More than any retention has; a change of more is one of everything.
  private static final long MOST_DAYS = 10_000;
  // Samples of a scrape that is still on its way are not late, whatever the window is.
  private static final Duration LEAST_WINDOW = Duration.ofMinutes(10);

  private final Clock clock;
  private final long windowMillis;
  private final AtomicLong settled = new AtomicLong(Long.MIN_VALUE);
  private final AtomicLong latest = new AtomicLong();
  private final ConcurrentMap<TenantId, Changes> byTenant = new ConcurrentHashMap<>();

  /** Numbers of the latest changes: of everything, and by day. */
  private static final class Changes {
    final AtomicLong ofAll = new AtomicLong();
    final ConcurrentSkipListMap<Long, Long> ofDays = new ConcurrentSkipListMap<>();
  }

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
      public long settledMillis() {
        return settled();
      }

      @Override
      public long latest() {
        return latest.get();
      }

      @Override
      public long latestIn(long startMillis, long endMillis) {
        // Of a tenant that has none nothing is kept: whoever asks may make up its name.
        Changes changes = byTenant.get(tenant);
        if (changes == null) {
          return 0;
        }
        long found = changes.ofAll.get();
        if (endMillis >= startMillis) {
          for (long one :
              changes.ofDays.subMap(day(startMillis), true, day(endMillis), true).values()) {
            found = Math.max(found, one);
          }
        }
        return found;
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
    long end = settled();
    if (firstMillis <= end) {
      changed(tenant, firstMillis, Math.min(lastMillis, end));
    }
  }

  /** Something happened to samples of a closed range. */
  void changed(TenantId tenant, long startMillis, long endMillis) {
    long number = latest.incrementAndGet();
    Changes changes = changes(tenant);
    long first = day(startMillis);
    long last = day(endMillis);
    if (last - first < 0 || last - first > MOST_DAYS || changes.ofDays.size() > MOST_DAYS) {
      changes.ofAll.accumulateAndGet(number, Math::max);
      return;
    }
    for (long day = first; day <= last; day++) {
      changes.ofDays.merge(day, number, Math::max);
    }
  }
}
