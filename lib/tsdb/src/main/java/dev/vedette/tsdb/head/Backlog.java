package dev.vedette.tsdb.head;

import dev.vedette.model.TenantId;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts samples of requests that lie wholly before a time: senders that catch up, however fast.
 * They fill memory without the clock coming to the end of a window, and the windows they fill are
 * over long before they are full. Any threads.
 */
public final class Backlog {
  /** For how long after its last sample a window counts as one that is being filled. */
  public static final Duration QUIET = Duration.ofMinutes(5);

  private static final long HOUR_MILLIS = Duration.ofHours(1).toMillis();
  // Of a request that is of more, those before are not noted.
  private static final int MAX_HOURS_OF_REQUEST = 31 * 24;
  private static final int MANY_HOURS = 1_000;

  private final Clock clock;
  private final LongAdder samples = new LongAdder();
  // When the last samples of an hour came. No more of a tenant than it keeps, and a few.
  private final Map<TenantId, Map<Long, Long>> hours = new ConcurrentHashMap<>();
  private volatile long beforeMillis = Long.MIN_VALUE;

  Backlog(Clock clock) {
    this.clock = clock;
  }

  /** Counts what is before that time from now on. */
  public void before(long cutoffMillis) {
    beforeMillis = cutoffMillis;
  }

  void stored(TenantId tenant, long oldestMillis, long newestMillis, int count) {
    if (newestMillis < beforeMillis) {
      samples.add(count);
      note(
          hours.computeIfAbsent(tenant, _ -> new ConcurrentHashMap<>()),
          oldestMillis,
          newestMillis);
    }
  }

  private void note(Map<Long, Long> noted, long oldestMillis, long newestMillis) {
    long now = clock.millis();
    if (noted.size() > MANY_HOURS) {
      noted.values().removeIf(last -> !isRecent(last, now));
    }
    long newest = Math.floorDiv(newestMillis, HOUR_MILLIS);
    long oldest = Math.floorDiv(oldestMillis, HOUR_MILLIS);
    for (long hour = newest; hour >= oldest && newest - hour < MAX_HOURS_OF_REQUEST; hour--) {
      noted.put(hour, now);
    }
  }

  private static boolean isRecent(long lastMillis, long nowMillis) {
    return nowMillis - lastMillis < QUIET.toMillis();
  }

  /** Those in memory, or more: what came late may be in blocks already. */
  public long samples() {
    return samples.sum();
  }

  /** So many of those that were counted are in memory no more. */
  public void flushed(long count) {
    samples.add(-count);
  }

  /** Hours that are remembered, of all tenants. */
  int hours() {
    return hours.values().stream().mapToInt(Map::size).sum();
  }

  /** Whether samples of a window have come within {@link #QUIET}. */
  public boolean isFilling(TenantId tenant, long startMillis, long endMillis) {
    Map<Long, Long> noted = hours.get(tenant);
    if (noted == null) {
      return false;
    }
    long now = clock.millis();
    long last = Math.floorDiv(endMillis, HOUR_MILLIS);
    for (long hour = Math.floorDiv(startMillis, HOUR_MILLIS); hour <= last; hour++) {
      Long millis = noted.get(hour);
      if (millis != null && isRecent(millis, now)) {
        return true;
      }
    }
    return false;
  }
}
