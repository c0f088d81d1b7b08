package dev.vedette.tsdb;

import dev.vedette.tsdb.head.HeadConfig;
import dev.vedette.tsdb.head.SeriesLimits;
import dev.vedette.tsdb.tier.TierConfig;
import dev.vedette.tsdb.wal.WalSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Settings of the storage engine.
 *
 * @param folder where {@code wal/} and {@code blocks/} live; made when absent
 * @param blockRange length of a block's window; windows are aligned to it in Unix time
 * @param maxHeadBytes memory for samples from which on the head is flushed early; see {@link
 *     #hardHeadBytes}
 * @param maintenanceInterval how often flushes, merges and retention are looked after
 * @param mergeRanges lengths of the windows into which blocks are merged, ascending, each a
 *     multiple of the one before; the first is {@code blockRange}
 * @param retentionBytes what blocks and log may take together; empty where only time bounds it
 * @param tiers by ascending resolution
 * @param head shards, retention, times and limits
 * @param wal the write-ahead log
 */
public record TsdbConfig(
    Path folder,
    Duration blockRange,
    long maxHeadBytes,
    Duration maintenanceInterval,
    List<Duration> mergeRanges,
    OptionalLong retentionBytes,
    List<TierConfig> tiers,
    HeadConfig head,
    WalSettings wal) {
  private static final int RETENTION_SHARE = 10;
  private static final int HARD_LIMIT = 2;
  private static final int BACKLOG_SHARE = 8;
  private static final int LEAST_BACKLOG_SHARE = 32;
  private static final int DECODED_SHARE = 8;
  private static final long MOST_DECODED_BYTES = 256L << 20;
  // In chunks; the log needs twice as much.
  private static final int BYTES_OF_SAMPLE = 2;
  private static final Duration LONGEST_RANGE = Duration.ofDays(31);

  public TsdbConfig {
    mergeRanges = List.copyOf(mergeRanges);
    tiers = List.copyOf(tiers);
    checkRanges(blockRange, mergeRanges);
    if (blockRange.toMillis() < 1 || maxHeadBytes < 1) {
      throw new IllegalArgumentException(
          "block range %s and head bytes %d must be positive".formatted(blockRange, maxHeadBytes));
    }
  }

  /** Merged up to a tenth of the retention, bounded by time alone, without tiers. */
  public TsdbConfig(
      Path folder,
      Duration blockRange,
      long maxHeadBytes,
      Duration maintenanceInterval,
      HeadConfig head,
      WalSettings wal) {
    this(
        folder,
        blockRange,
        maxHeadBytes,
        maintenanceInterval,
        mergeRanges(blockRange, head.retention()),
        OptionalLong.empty(),
        List.of(),
        head,
        wal);
  }

  private static void checkRanges(Duration blockRange, List<Duration> ranges) {
    if (ranges.isEmpty() || !ranges.getFirst().equals(blockRange)) {
      throw new IllegalArgumentException(
          "merge ranges %s do not begin with the block range %s".formatted(ranges, blockRange));
    }
    for (int i = 1; i < ranges.size(); i++) {
      long range = ranges.get(i).toMillis();
      long before = ranges.get(i - 1).toMillis();
      if (range <= before || range % before != 0) {
        throw new IllegalArgumentException(
            "merge range %s is no multiple of %s".formatted(ranges.get(i), ranges.get(i - 1)));
      }
    }
  }

  /**
   * Two, twelve and twenty-four hours, then three times as long each, as far as a tenth of the
   * retention: blocks go as a whole, so a longer one would keep samples for too long.
   */
  public static List<Duration> mergeRanges(Duration blockRange, Duration retention) {
    return rangesUpTo(retention.dividedBy(RETENTION_SHARE), blockRange);
  }

  private static List<Duration> rangesUpTo(Duration longest, Duration blockRange) {
    List<Duration> ranges = new ArrayList<>(List.of(blockRange));
    Duration next = blockRange.multipliedBy(6);
    while (next.compareTo(longest) <= 0 && next.compareTo(LONGEST_RANGE) <= 0) {
      ranges.add(next);
      next = next.multipliedBy(ranges.size() == 2 ? 2 : 3);
    }
    return ranges;
  }

  /**
   * Two-hour blocks, merged up to a tenth of 15 days, a shard a core, up to a quarter of the heap
   * for samples.
   */
  public static TsdbConfig defaults(Path folder) {
    return new TsdbConfig(
        folder,
        Duration.ofHours(2),
        Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 4),
        Duration.ofSeconds(1),
        HeadConfig.defaults(),
        WalSettings.defaults());
  }

  /**
   * For tools that look into a folder: nothing in it is too old, nothing is merged, and nothing
   * happens that is not asked for.
   */
  public static TsdbConfig forTools(Path folder) {
    TsdbConfig stock = defaults(folder).withRetention(Duration.ofDays(100 * 365));
    return new TsdbConfig(
        folder,
        stock.blockRange(),
        stock.maxHeadBytes(),
        Duration.ofDays(365),
        stock.mergeRanges(),
        OptionalLong.empty(),
        List.of(),
        stock.head(),
        stock.wal());
  }

  /**
   * Memory for samples beyond which, for blocks cannot be written, writes are refused as
   * unavailable and a start gives up.
   */
  public long hardHeadBytes() {
    return HARD_LIMIT * maxHeadBytes;
  }

  /**
   * Samples of windows that are over from which on they are flushed though no window ended since:
   * about an eighth of the memory for samples.
   */
  public long maxBacklogSamples() {
    return maxHeadBytes / BACKLOG_SHARE / BYTES_OF_SAMPLE;
  }

  /**
   * Samples of windows that are over that are worth a block of their own once no more come: a
   * thirty-second of the most.
   */
  public long leastBacklogSamples() {
    return maxBacklogSamples() / LEAST_BACKLOG_SHARE;
  }

  /**
   * Memory for pages of blocks that stay decoded while queries read them again and again: a
   * thirty-second of the heap as a rule, and 256 MB at most. None of it from {@link
   * #scarceHeadBytes} on.
   */
  public long decodedBytes() {
    return Math.min(MOST_DECODED_BYTES, maxHeadBytes / DECODED_SHARE);
  }

  /**
   * Memory for samples beyond which nothing is kept that only makes queries faster: half way to the
   * {@link #hardHeadBytes}.
   */
  public long scarceHeadBytes() {
    return maxHeadBytes + (hardHeadBytes() - maxHeadBytes) / 2;
  }

  public Duration retention() {
    return head.retention();
  }

  public TsdbConfig withRetention(Duration retention) {
    return withHead(head.withRetention(retention));
  }

  public TsdbConfig withLimits(SeriesLimits limits) {
    return withHead(head.withLimits(limits));
  }

  /** Another head; blocks are merged as its retention asks. */
  public TsdbConfig withHead(HeadConfig changed) {
    return new TsdbConfig(
        folder,
        blockRange,
        maxHeadBytes,
        maintenanceInterval,
        mergeRanges(blockRange, changed.retention()),
        retentionBytes,
        tiers,
        changed,
        wal);
  }

  public TsdbConfig withRetentionBytes(OptionalLong bytes) {
    return new TsdbConfig(
        folder,
        blockRange,
        maxHeadBytes,
        maintenanceInterval,
        mergeRanges,
        bytes,
        tiers,
        head,
        wal);
  }

  public TsdbConfig withTiers(List<TierConfig> changed) {
    return new TsdbConfig(
        folder,
        blockRange,
        maxHeadBytes,
        maintenanceInterval,
        mergeRanges,
        retentionBytes,
        changed,
        head,
        wal);
  }

  /** Blocks merged up to another length than a tenth of the retention. */
  public TsdbConfig withLongestBlock(Duration longest) {
    return new TsdbConfig(
        folder,
        blockRange,
        maxHeadBytes,
        maintenanceInterval,
        rangesUpTo(longest, blockRange),
        retentionBytes,
        tiers,
        head,
        wal);
  }

  public TsdbConfig withMaxHeadBytes(long bytes) {
    return new TsdbConfig(
        folder,
        blockRange,
        bytes,
        maintenanceInterval,
        mergeRanges,
        retentionBytes,
        tiers,
        head,
        wal);
  }

  public TsdbConfig withMaintenanceInterval(Duration interval) {
    return new TsdbConfig(
        folder, blockRange, maxHeadBytes, interval, mergeRanges, retentionBytes, tiers, head, wal);
  }
}
