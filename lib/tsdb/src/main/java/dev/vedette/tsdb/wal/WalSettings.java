package dev.vedette.tsdb.wal;

import java.time.Duration;

/**
 * Settings of the write-ahead log.
 *
 * @param segmentBytes a segment that would grow beyond this many bytes is followed by a new one
 * @param pendingBytes records held in memory until they are durable; writers wait when it is full
 * @param retryAfter how soon a log that could not be written is tried again
 */
public record WalSettings(long segmentBytes, int pendingBytes, Duration retryAfter) {
  public WalSettings {
    if (segmentBytes < 1 || pendingBytes < 1 || !retryAfter.isPositive()) {
      throw new IllegalArgumentException(
          "a log with segments of %d bytes, %d pending bytes, tried again after %s: all must be positive"
              .formatted(segmentBytes, pendingBytes, retryAfter));
    }
  }

  /** Segments of 128 MiB, 16 MiB pending, tried again after half a second. */
  public static WalSettings defaults() {
    return new WalSettings(128L << 20, 16 << 20, Duration.ofMillis(500));
  }
}
