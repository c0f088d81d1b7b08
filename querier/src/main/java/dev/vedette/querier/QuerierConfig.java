package dev.vedette.querier;

import java.time.Duration;

/**
 * Settings of the querier.
 *
 * @param maxConcurrent queries that run at once
 * @param maxQueueWait how long a query waits for its turn; after that it is answered with 503
 * @param timeout how long a query may run
 * @param lookback how far back a sample counts for a step
 * @param maxSamples samples a query may read, and values it may hold at once
 * @param slowQuery queries that take longer are counted and logged
 */
public record QuerierConfig(
    int maxConcurrent,
    Duration maxQueueWait,
    Duration timeout,
    Duration lookback,
    long maxSamples,
    Duration slowQuery) {
  /** As a stock Prometheus has them, where it has them. */
  public static final QuerierConfig STOCK =
      new QuerierConfig(
          20,
          Duration.ofSeconds(10),
          Duration.ofMinutes(2),
          Duration.ofMinutes(5),
          500_000_000,
          Duration.ofSeconds(5));
}
