package dev.vedette.ingester.receive;

import java.time.Duration;

/**
 * Bounds of the remote write receiver.
 *
 * @param maxBodyBytes a body when decompressed; larger ones are refused with {@code body-too-large}
 * @param maxSamples samples, and metadata entries, of one request; more are refused likewise
 * @param maxInFlightBytes bodies being worked on at one time, compressed and decompressed together;
 *     beyond, senders are asked to come back
 * @param pooledWorkspaces buffers kept for the next requests
 * @param retryAfter what senders are told to wait when nothing better is known
 */
public record RemoteWriteConfig(
    int maxBodyBytes,
    int maxSamples,
    long maxInFlightBytes,
    int pooledWorkspaces,
    Duration retryAfter) {
  public static final RemoteWriteConfig DEFAULT =
      new RemoteWriteConfig(32 << 20, 1_000_000, 256L << 20, 16, Duration.ofSeconds(5));
}
