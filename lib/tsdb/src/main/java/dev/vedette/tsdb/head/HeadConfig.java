package dev.vedette.tsdb.head;

import java.time.Duration;

/**
 * Settings of the head.
 *
 * @param shards parts that are appended to independently, 1 to 255
 * @param retention older samples are refused
 * @param futureLimit how far ahead of the clock a sample may be
 * @param lateWindow how far behind its series' newest a sample may be and still be taken
 * @param limits limits where series are born, to begin with
 */
public record HeadConfig(
    int shards,
    Duration retention,
    Duration futureLimit,
    Duration lateWindow,
    SeriesLimits limits) {
  public HeadConfig {
    if (shards < 1 || shards > 255) {
      throw new IllegalArgumentException(
          "the head has %d shards, expected 1 to 255".formatted(shards));
    }
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
