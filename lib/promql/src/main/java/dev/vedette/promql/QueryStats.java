package dev.vedette.promql;

import dev.vedette.promql.exec.StepCounts;
import dev.vedette.promql.explain.PlanNode;
import org.jspecify.annotations.Nullable;

/**
 * What a query cost.
 *
 * @param seriesRead series decoded, counted again where two selectors read them
 * @param samplesRead samples decoded
 * @param bytesRead bytes of those
 * @param peakBytes the most memory it held at once
 * @param counts samples looked at, by step where that was asked for
 * @param plan what its parts took, null where that was not asked for
 */
public record QueryStats(
    long seriesRead,
    long samplesRead,
    long bytesRead,
    long peakBytes,
    Timings timings,
    StepCounts counts,
    @Nullable PlanNode plan) {
  /**
   * Where its time went, in nanoseconds.
   *
   * @param queued waiting for its turn
   * @param prepared parsing and planning
   * @param evaluated reading and computing
   * @param sorted bringing the result into order
   * @param total all but the wait
   */
  public record Timings(long queued, long prepared, long evaluated, long sorted, long total) {}
}
