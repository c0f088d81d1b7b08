package dev.vedette.ingester.scrape;

/**
 * When one target is scraped: at whole intervals of wall time, shifted by a phase of its own, so
 * that targets spread over the interval and each keeps its place across restarts of its loop.
 */
record ScrapeSchedule(long intervalMillis, long phaseMillis) {
  // As Prometheus: what is this late still counts as on time, and regular timestamps compress to
  // almost nothing.
  private static final long TOLERANCE_MILLIS = 2;
  private static final long TOLERANCE_FRACTION = 100;

  /**
   * @param spread any number that differs from target to target; decides the phase
   */
  static ScrapeSchedule of(long intervalMillis, long spread) {
    return new ScrapeSchedule(intervalMillis, Math.floorMod(spread, intervalMillis));
  }

  /** The first point of the schedule behind an instant. */
  long nextAfter(long millis) {
    long since = Math.floorMod(millis - phaseMillis, intervalMillis);
    return millis - since + intervalMillis;
  }

  /** The timestamp of a scrape that was due at one instant and began at another. */
  long timestamp(long dueMillis, long startedMillis) {
    long late = Math.abs(startedMillis - dueMillis);
    long tolerance = Math.min(TOLERANCE_MILLIS, intervalMillis / TOLERANCE_FRACTION);
    return late <= tolerance ? dueMillis : startedMillis;
  }
}
