package dev.vedette.promql.exec;

import java.util.ArrayList;
import java.util.List;

/** What one evaluation read, for whoever keeps its result. One thread. */
public final class QueryReads {
  private final List<TierUse> tiers = new ArrayList<>();
  private long firstMillis = Long.MAX_VALUE;
  private long lastMillis = Long.MIN_VALUE;

  void selected(long startMillis, long endMillis) {
    firstMillis = Math.min(firstMillis, startMillis);
    lastMillis = Math.max(lastMillis, endMillis);
  }

  void chose(TierUse use) {
    tiers.add(use);
  }

  /** Whether any series were asked for. */
  public boolean isAny() {
    return lastMillis >= firstMillis;
  }

  /** The earliest time of any selection, in Unix milliseconds. */
  public long firstMillis() {
    return firstMillis;
  }

  /** The latest time of any selection, in Unix milliseconds. */
  public long lastMillis() {
    return lastMillis;
  }

  /** What was read of tiers or not, and why. */
  public List<TierUse> tiers() {
    return List.copyOf(tiers);
  }
}
