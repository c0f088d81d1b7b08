package dev.vedette.tsdb;

import dev.vedette.tsdb.head.HeadConfig;
import dev.vedette.tsdb.head.SeriesLimits;
import dev.vedette.tsdb.wal.WalSettings;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Settings of the storage engine.
 *
 * @param folder where {@code wal/} and {@code blocks/} live; made when absent
 * @param blockRange length of a block's window; windows are aligned to it in Unix time
 * @param maxHeadBytes memory for samples from which on the head is flushed early; at twice as much,
 *     when blocks cannot be written, writes are refused as unavailable
 * @param maintenanceInterval how often flushes, merges and retention are looked after
 * @param head shards, retention, times and limits
 * @param wal the write-ahead log
 */
public record TsdbConfig(
    Path folder,
    Duration blockRange,
    long maxHeadBytes,
    Duration maintenanceInterval,
    HeadConfig head,
    WalSettings wal) {
  public TsdbConfig {
    if (blockRange.toMillis() < 1 || maxHeadBytes < 1) {
      throw new IllegalArgumentException(
          "block range %s and head bytes %d must be positive".formatted(blockRange, maxHeadBytes));
    }
  }

  /** Two-hour blocks, 15 days, a shard a core, up to a quarter of the heap for samples. */
  public static TsdbConfig defaults(Path folder) {
    return new TsdbConfig(
        folder,
        Duration.ofHours(2),
        Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 4),
        Duration.ofSeconds(1),
        HeadConfig.defaults(),
        WalSettings.defaults());
  }

  public Duration retention() {
    return head.retention();
  }

  public TsdbConfig withRetention(Duration retention) {
    HeadConfig changed =
        new HeadConfig(
            head.shards(), retention, head.futureLimit(), head.lateWindow(), head.limits());
    return withHead(changed);
  }

  public TsdbConfig withLimits(SeriesLimits limits) {
    HeadConfig changed =
        new HeadConfig(
            head.shards(), head.retention(), head.futureLimit(), head.lateWindow(), limits);
    return withHead(changed);
  }

  public TsdbConfig withHead(HeadConfig changed) {
    return new TsdbConfig(folder, blockRange, maxHeadBytes, maintenanceInterval, changed, wal);
  }

  public TsdbConfig withMaxHeadBytes(long bytes) {
    return new TsdbConfig(folder, blockRange, bytes, maintenanceInterval, head, wal);
  }

  public TsdbConfig withMaintenanceInterval(Duration interval) {
    return new TsdbConfig(folder, blockRange, maxHeadBytes, interval, head, wal);
  }
}
