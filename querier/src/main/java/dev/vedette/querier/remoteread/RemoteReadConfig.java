package dev.vedette.querier.remoteread;

/**
 * Bounds of remote read, as a stock Prometheus has them.
 *
 * @param maxConcurrent requests answered at once; others are asked to come back
 * @param maxSamples samples of one answer that is not streamed; more are refused
 * @param maxFrameBytes of one message of a streamed answer, where a chunk alone is not larger
 */
public record RemoteReadConfig(int maxConcurrent, long maxSamples, int maxFrameBytes) {
  public static final RemoteReadConfig STOCK = new RemoteReadConfig(10, 50_000_000, 1 << 20);
}
