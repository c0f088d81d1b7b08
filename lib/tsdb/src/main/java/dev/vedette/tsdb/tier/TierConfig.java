package dev.vedette.tsdb.tier;

import java.time.Duration;

/**
 * One tier.
 *
 * @param resolution length of a bucket
 * @param retention how long buckets are kept
 * @param isBuilt whether buckets of what is written from now on are made; those that are there stay
 *     until they are too old
 */
public record TierConfig(Duration resolution, Duration retention, boolean isBuilt) {
  public TierConfig {
    if (resolution.toMillis() < 1 || retention.isNegative()) {
      throw new IllegalArgumentException(
          "a tier of %s kept for %s: neither may be negative".formatted(resolution, retention));
    }
  }

  public long resolutionMillis() {
    return resolution.toMillis();
  }
}
