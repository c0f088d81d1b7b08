package dev.vedette.promql;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/**
 * What one query asks for besides its expression.
 *
 * @param lookback instead of the engine's
 * @param timeout instead of the engine's, if shorter
 * @param cancelled asked between batches; true ends the query
 * @param memory where the query reserves what it and its result hold, for the caller to close once
 *     the result is done with; without one nothing bounds it
 * @param tierMillis resolution of the tier to read, 0 for samples as they are; empty for whichever
 *     fits
 */
public record QueryOptions(
    Optional<Duration> lookback,
    Optional<Duration> timeout,
    BooleanSupplier cancelled,
    Optional<QueryMemory.Reservation> memory,
    OptionalLong tierMillis) {
  /** The engine's settings, never cancelled, with all memory there is. */
  public static final QueryOptions DEFAULT =
      new QueryOptions(Optional.empty(), Optional.empty(), () -> false, Optional.empty());

  /** Whichever tier fits. */
  public QueryOptions(
      Optional<Duration> lookback,
      Optional<Duration> timeout,
      BooleanSupplier cancelled,
      Optional<QueryMemory.Reservation> memory) {
    this(lookback, timeout, cancelled, memory, OptionalLong.empty());
  }

  /** The engine's settings, of one tier. */
  public static QueryOptions ofTier(long resolutionMillis) {
    return new QueryOptions(
        Optional.empty(),
        Optional.empty(),
        () -> false,
        Optional.empty(),
        OptionalLong.of(resolutionMillis));
  }
}
