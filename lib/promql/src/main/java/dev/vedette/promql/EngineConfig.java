package dev.vedette.promql;

import dev.vedette.promql.parse.Features;
import java.time.Duration;

/**
 * Settings of the query engine.
 *
 * @param lookback how old the newest sample may be that an instant vector shows
 * @param subqueryStep step of a subquery that names none
 * @param limits what one query may use
 * @param timeout longest time a query may take
 * @param features parts of the language that are not stable upstream
 * @param delayedNameRemoval whether functions remove {@code __name__} only in the end
 * @param startTimestamps whether rates go by the start timestamps of samples, and {@code
 *     start_timestamp()} gives them
 * @param typeLabels whether series have their type in the label {@code __type__}, which then tells
 *     counters from what is none
 */
public record EngineConfig(
    Duration lookback,
    Duration subqueryStep,
    QueryLimits limits,
    Duration timeout,
    Features features,
    boolean delayedNameRemoval,
    boolean startTimestamps,
    boolean typeLabels) {
  /** As a stock Prometheus has them. */
  public static final EngineConfig DEFAULT =
      new EngineConfig(
          Duration.ofMinutes(5),
          Duration.ofMinutes(1),
          QueryLimits.DEFAULT,
          Duration.ofMinutes(1),
          Features.STOCK,
          false,
          false,
          false);

  /** Of series without type labels. */
  public EngineConfig(
      Duration lookback,
      Duration subqueryStep,
      QueryLimits limits,
      Duration timeout,
      Features features,
      boolean delayedNameRemoval,
      boolean startTimestamps) {
    this(
        lookback,
        subqueryStep,
        limits,
        timeout,
        features,
        delayedNameRemoval,
        startTimestamps,
        false);
  }
}
