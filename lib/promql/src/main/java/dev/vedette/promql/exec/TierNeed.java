package dev.vedette.promql.exec;

/**
 * What a selector has to know of its samples.
 *
 * @param beforeMillis how far before the first window samples are looked at
 * @param kind whether buckets can say it
 * @param isExact whether buckets say it exactly where windows end with them
 * @param what asks, for messages: a function's name
 */
public record TierNeed(
    WindowTimes windows, long beforeMillis, Kind kind, boolean isExact, String what) {
  /** Whether buckets can say it. */
  public enum Kind {
    /** The newest sample before a time. */
    NEWEST,
    /** What the columns of buckets say of a window. */
    BUCKETS,
    /** Each sample. */
    SAMPLES
  }

  long firstMillis() {
    return windows.firstEndMillis() - windows.rangeMillis() - beforeMillis + 1;
  }

  long lastMillis() {
    return windows.lastEndMillis();
  }

  /** Whether all windows begin and end with buckets. */
  boolean isAligned(long resolution) {
    boolean isOne = windows.steps().count() == 1 || windows.fixedMillis() != null;
    return windows.firstEndMillis() % resolution == 0
        && (isOne || windows.steps().stepMillis() % resolution == 0)
        && (kind == Kind.NEWEST || windows.rangeMillis() % resolution == 0);
  }

  /** Whether windows say nearly the same when their ends are moved to those of buckets. */
  boolean canBeMoved(long resolution) {
    return kind == Kind.NEWEST
        || windows.rangeMillis() % resolution == 0 && windows.rangeMillis() >= 2 * resolution;
  }

  /** Whether buckets are no longer than the steps are apart. */
  boolean suitsSteps(long resolution) {
    return windows.steps().count() > 1 && resolution <= windows.steps().stepMillis();
  }

  /** The windows with their ends moved back to those of buckets. */
  WindowTimes moved(long resolution) {
    long range =
        kind == Kind.NEWEST ? Math.max(windows.rangeMillis(), resolution) : windows.rangeMillis();
    return new WindowTimes(
        windows.steps(), range, windows.offsetMillis(), windows.fixedMillis(), resolution);
  }
}
