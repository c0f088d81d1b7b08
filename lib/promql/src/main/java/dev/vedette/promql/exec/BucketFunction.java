package dev.vedette.promql.exec;

import dev.vedette.model.BucketColumn;
import java.util.Set;

/**
 * A function of a range vector worked out from the buckets of a tier. Stateless.
 *
 * @param columns what it reads of the buckets besides their last samples
 * @param ofMixed the same of a series that has histograms
 * @param isMean whether it may be in range where the sum of a bucket is not
 */
public record BucketFunction(
    Set<BucketColumn> columns, OfSeries ofSeries, OfMixed ofMixed, boolean isMean) {
  public BucketFunction {
    columns = Set.copyOf(columns);
  }

  /** All steps of one series. */
  @FunctionalInterface
  public interface OfSeries {
    /** Sets every entry of {@code out}; {@link Points#NONE} where there is no result. */
    void apply(BucketSamples samples, double[] out);
  }

  /** All steps of one series that has histograms. */
  @FunctionalInterface
  public interface OfMixed {
    /**
     * Sets the points of the steps that have a result, in a column that has none; returns false
     * where buckets cannot say it.
     */
    boolean apply(MixedBuckets buckets, PointColumn out);
  }

  /** The buckets {@code from} to {@code to}, at least one. */
  @FunctionalInterface
  public interface OfWindow {
    double apply(BucketSamples samples, int from, int to, int step);
  }

  /** A function of each window by itself; windows without samples have no result. */
  public static OfSeries ofWindow(OfWindow function) {
    return (samples, out) -> {
      Windows windows = samples.windows();
      for (int step = 0; step < out.length; step++) {
        int from = windows.from(step);
        int to = windows.to(step);
        out[step] = from == to ? Points.NONE : function.apply(samples, from, to, step);
      }
    };
  }
}
