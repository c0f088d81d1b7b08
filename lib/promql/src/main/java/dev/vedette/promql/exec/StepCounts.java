package dev.vedette.promql.exec;

import dev.vedette.model.Histogram;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Samples that each step of a query looked at, as Prometheus counts them: one for each series of a
 * selector that has a point there, and all samples in the window of a range. What a subquery looks
 * at counts at the last step. One thread.
 */
public final class StepCounts {
  private final Steps steps;
  private final long[] samples;

  public StepCounts(Steps steps) {
    this.steps = steps;
    this.samples = new long[steps.count()];
  }

  /** Counts the points of a batch. */
  void points(Steps of, VectorBatch batch) {
    boolean same = of.equals(steps);
    for (int series = 0; series < batch.count(); series++) {
      double[] column = batch.column(series);
      @Nullable Histogram[] histograms = batch.histograms(series);
      for (int i = 0; i < column.length; i++) {
        if (Points.isPresent(column[i]) || histograms != null && histograms[i] != null) {
          samples[same ? i : samples.length - 1]++;
        }
      }
    }
  }

  /** Counts the samples in windows. */
  public void windows(Steps of, Windows windows) {
    boolean same = of.equals(steps);
    for (int i = 0; i < windows.steps(); i++) {
      samples[same ? i : samples.length - 1] += windows.to(i) - windows.from(i);
    }
  }

  public Steps steps() {
    return steps;
  }

  /** Samples at a step. */
  public long at(int step) {
    return samples[step];
  }

  public long total() {
    return Arrays.stream(samples).sum();
  }
}
