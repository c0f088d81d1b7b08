package dev.vedette.promql;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What one query asks for besides its expression.
 *
 * @param lookback instead of the engine's
 * @param timeout instead of the engine's, if shorter
 * @param cancelled asked between batches; true ends the query
 */
public record QueryOptions(
    Optional<Duration> lookback, Optional<Duration> timeout, BooleanSupplier cancelled) {
  /** The engine's settings, never cancelled. */
  public static final QueryOptions DEFAULT =
      new QueryOptions(Optional.empty(), Optional.empty(), () -> false);
}
