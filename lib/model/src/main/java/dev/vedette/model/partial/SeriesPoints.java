package dev.vedette.model.partial;

import dev.vedette.model.LabelMatcher;
import java.util.List;
import java.util.OptionalLong;

/**
 * What points the series of a selector have: the newest sample at each step, or the value of a
 * function of the samples in its window. Samples are read as they are, never from tiers.
 *
 * @param matchers all must match; at least one
 * @param windowMillis the window of a step, or how old the newest sample may be: behind {@code end
 *     - windowMillis}, up to and including the step's end
 * @param offsetMillis by which windows end earlier than their steps
 * @param fixedMillis one time at which the windows of all steps end, before the offset
 * @param function by its name in PromQL; empty for the newest sample
 * @param parameters of the function in their order, each one value a step
 * @param naming what becomes of the metric's name
 * @param resetHints whether histograms are to say if the counter was reset before them
 * @param startTimestamps whether the function looks at the start timestamps of samples
 */
public record SeriesPoints(
    List<LabelMatcher> matchers,
    long windowMillis,
    long offsetMillis,
    OptionalLong fixedMillis,
    String function,
    List<double[]> parameters,
    Naming naming,
    boolean resetHints,
    boolean startTimestamps) {
  /** What becomes of {@code __name__}. */
  public enum Naming {
    KEPT,
    DROPPED,
    /** It stays, and the series is marked as one that is to lose it in the end. */
    DROPPED_LATER
  }

  public SeriesPoints {
    matchers = List.copyOf(matchers);
    parameters = List.copyOf(parameters);
  }

  /** Whether a function makes the points. */
  public boolean isCall() {
    return !function.isEmpty();
  }
}
