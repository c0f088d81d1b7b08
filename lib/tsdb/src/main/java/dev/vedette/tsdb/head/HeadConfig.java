package dev.vedette.tsdb.head;

import java.time.Duration;

/**
 * Settings of the head.
 *
 * @param shards parts that are appended to independently, 1 to 255
 * @param retention older samples are refused
 * @param futureLimit how far ahead of the clock a sample may be
 * @param lateWindow how far behind its series' newest a late sample waits for the block of its
 *     window; older ones go into blocks of their own when there are many of them
 * @param lateBytes memory for late samples; from half of it on they are flushed, at all of it
 *     refused for now
 * @param maxExemplars exemplars of a tenant in memory; 0 keeps none
 * @param exemplarBytes memory for exemplars of all tenants; from it on tenants with the most give
 *     their oldest
 * @param limits limits where series are born, to begin with
 */
public record HeadConfig(
    int shards,
    Duration retention,
    Duration futureLimit,
    Duration lateWindow,
    long lateBytes,
    int maxExemplars,
    long exemplarBytes,
    SeriesLimits limits) {
  private static final int MAX_EXEMPLARS = 100_000;
  private static final int BYTES_OF_EXEMPLAR = 150;

  public HeadConfig {
    if (shards < 1 || shards > 255) {
      throw new IllegalArgumentException(
          "the head has %d shards, expected 1 to 255".formatted(shards));
    }
    if (lateWindow.isNegative() || lateBytes < 1) {
      throw new IllegalArgumentException(
          "a late window of %s with %d bytes, expected neither below zero nor no bytes"
              .formatted(lateWindow, lateBytes));
    }
    if (maxExemplars < 0 || exemplarBytes < 0) {
      throw new IllegalArgumentException(
          "%d exemplars of a tenant and %d bytes for all, expected none or more"
              .formatted(maxExemplars, exemplarBytes));
    }
  }

  /**
   * With a sixteenth of the heap for late samples, and 100,000 exemplars of a tenant in a
   * sixty-fourth of it.
   */
  public HeadConfig(
      int shards,
      Duration retention,
      Duration futureLimit,
      Duration lateWindow,
      SeriesLimits limits) {
    this(
        shards,
        retention,
        futureLimit,
        lateWindow,
        defaultLateBytes(),
        MAX_EXEMPLARS,
        exemplarBytes(MAX_EXEMPLARS, Runtime.getRuntime().maxMemory()),
        limits);
  }

  private static long defaultLateBytes() {
    return Math.max(16L << 20, Runtime.getRuntime().maxMemory() / 16);
  }

  /** A sixty-fourth of the heap, or what as many as one tenant may have take, if that is more. */
  public static long exemplarBytes(int maxExemplars, long heapBytes) {
    return Math.max(heapBytes / 64, (long) maxExemplars * BYTES_OF_EXEMPLAR);
  }

  public HeadConfig withRetention(Duration changed) {
    return new HeadConfig(
        shards, changed, futureLimit, lateWindow, lateBytes, maxExemplars, exemplarBytes, limits);
  }

  public HeadConfig withLateWindow(Duration changed) {
    return new HeadConfig(
        shards, retention, futureLimit, changed, lateBytes, maxExemplars, exemplarBytes, limits);
  }

  public HeadConfig withLateBytes(long changed) {
    return new HeadConfig(
        shards, retention, futureLimit, lateWindow, changed, maxExemplars, exemplarBytes, limits);
  }

  /** So many of a tenant, and as much memory for those of all as goes with it. */
  public HeadConfig withMaxExemplars(int changed) {
    long bytes = exemplarBytes(changed, Runtime.getRuntime().maxMemory());
    return new HeadConfig(
        shards, retention, futureLimit, lateWindow, lateBytes, changed, bytes, limits);
  }

  public HeadConfig withExemplarBytes(long changed) {
    return new HeadConfig(
        shards, retention, futureLimit, lateWindow, lateBytes, maxExemplars, changed, limits);
  }

  public HeadConfig withLimits(SeriesLimits changed) {
    return new HeadConfig(
        shards,
        retention,
        futureLimit,
        lateWindow,
        lateBytes,
        maxExemplars,
        exemplarBytes,
        changed);
  }

  /** A shard a core, 15 days, five and thirty minutes, and the limits of the documentation. */
  public static HeadConfig defaults() {
    int cores = Runtime.getRuntime().availableProcessors();
    return new HeadConfig(
        Math.clamp(cores, 1, 64),
        Duration.ofDays(15),
        Duration.ofMinutes(5),
        Duration.ofMinutes(30),
        SeriesLimits.DEFAULTS);
  }
}
