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
 * @param progress where others see what it uses, and end it
 * @param look what is to be told of it besides its result
 */
public record QueryOptions(
    Optional<Duration> lookback,
    Optional<Duration> timeout,
    BooleanSupplier cancelled,
    Optional<QueryMemory.Reservation> memory,
    OptionalLong tierMillis,
    Optional<QueryProgress> progress,
    Look look) {
  /**
   * What is looked at while a query runs; both cost some time.
   *
   * @param steps samples looked at by step, besides their number in all
   * @param plan what its parts take
   */
  public record Look(boolean steps, boolean plan) {
    public static final Look NOTHING = new Look(false, false);
  }

  /** The engine's settings, never cancelled, with all memory there is. */
  public static final QueryOptions DEFAULT =
      new QueryOptions(Optional.empty(), Optional.empty(), () -> false, Optional.empty());

  /** Of one tier, with nothing to look at. */
  public QueryOptions(
      Optional<Duration> lookback,
      Optional<Duration> timeout,
      BooleanSupplier cancelled,
      Optional<QueryMemory.Reservation> memory,
      OptionalLong tierMillis) {
    this(lookback, timeout, cancelled, memory, tierMillis, Optional.empty(), Look.NOTHING);
  }

  /** How long it may take, where that is this long at most. */
  public Duration timeoutUpTo(Duration most) {
    return timeout.filter(asked -> asked.compareTo(most) < 0).orElse(most);
  }

  /** The same, counting what it uses where others see it. */
  public QueryOptions countingIn(QueryProgress where) {
    return new QueryOptions(
        lookback, timeout, cancelled, memory, tierMillis, Optional.of(where), look);
  }

  /** The same, ended by something else. */
  public QueryOptions endedBy(BooleanSupplier other) {
    return new QueryOptions(lookback, timeout, other, memory, tierMillis, progress, look);
  }

  /** The same, reserving its memory elsewhere. */
  public QueryOptions holdingIn(QueryMemory.Reservation other) {
    return new QueryOptions(
        lookback, timeout, cancelled, Optional.of(other), tierMillis, progress, look);
  }

  /** The same, with another time. */
  public QueryOptions within(Duration time) {
    return new QueryOptions(
        lookback, Optional.of(time), cancelled, memory, tierMillis, progress, look);
  }

  /** The same, with another lookback. */
  public QueryOptions lookingBack(Duration other) {
    return new QueryOptions(
        Optional.of(other), timeout, cancelled, memory, tierMillis, progress, look);
  }

  /** The same, with something to look at. */
  public QueryOptions looking(Look at) {
    return new QueryOptions(lookback, timeout, cancelled, memory, tierMillis, progress, at);
  }

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
