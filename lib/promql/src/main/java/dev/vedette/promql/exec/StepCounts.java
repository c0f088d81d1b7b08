package dev.vedette.promql.exec;

import dev.vedette.model.Histogram;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Samples that a query looks at, as Prometheus counts them: at each step one for each series of a
 * selector that has a point there, and all samples in the window of a range. A part that is the
 * same at every step counts at each of them; of a subquery its points count, not what they are made
 * of. One thread.
 */
public final class StepCounts {
  private final Steps steps;
  private final long @Nullable [] byStep;
  private final @Nullable StepCounts outer;
  private long total;

  /**
   * @param byStep whether each step is counted by itself, too
   */
  public StepCounts(Steps steps, boolean byStep) {
    this(steps, byStep ? new long[steps.count()] : null, null);
  }

  private StepCounts(Steps steps, long @Nullable [] byStep, @Nullable StepCounts outer) {
    this.steps = steps;
    this.byStep = byStep;
    this.outer = outer;
  }

  /** Counted elsewhere: so many at all steps together. */
  public static StepCounts ofTotal(Steps steps, long total) {
    StepCounts counts = new StepCounts(steps, false);
    counts.total = total;
    return counts;
  }

  /** For another thread that counts for the same steps, until {@link #add}. */
  StepCounts ofThread() {
    return new StepCounts(steps, byStep == null ? null : new long[byStep.length], null);
  }

  /** Hands over what was counted so far, and begins anew. */
  StepCounts take() {
    StepCounts taken = new StepCounts(steps, byStep(), null);
    taken.total = total;
    total = 0;
    if (byStep != null) {
      Arrays.fill(byStep, 0);
    }
    return taken;
  }

  /** Counts what {@link #ofThread} has counted. */
  void add(StepCounts others) {
    count(others.total);
    long[] steps = others.byStep;
    if (byStep != null && steps != null) {
      for (int i = 0; i < byStep.length; i++) {
        byStep[i] += steps[i];
      }
    }
  }

  /** Of a part that is worked out at one step for all of them. */
  StepCounts once(Steps first) {
    return new StepCounts(first, null, this);
  }

  /** Counts a column of numbers, {@code present} of which are points. */
  void points(double[] column, int present) {
    count(present);
    if (byStep != null) {
      for (int i = 0; i < column.length; i++) {
        byStep[i] += Points.isPresent(column[i]) ? 1 : 0;
      }
    }
  }

  /** Counts a column. */
  void points(double[] column, @Nullable Histogram @Nullable [] histograms) {
    int present = 0;
    for (int i = 0; i < column.length; i++) {
      if (Points.isPresent(column[i]) || histograms != null && histograms[i] != null) {
        present++;
        if (byStep != null) {
          byStep[i]++;
        }
      }
    }
    count(present);
  }

  /** Counts the samples in windows. */
  public void windows(Windows windows) {
    count(windows.samples());
    if (byStep != null) {
      for (int i = 0; i < byStep.length; i++) {
        byStep[i] += windows.to(i) - windows.from(i);
      }
    }
  }

  /** Adds what was counted elsewhere: at each step, or one number for all. */
  void add(long[] samples) {
    if (byStep == null || samples.length != byStep.length) {
      for (long some : samples) {
        count(some);
      }
      return;
    }
    for (int i = 0; i < byStep.length; i++) {
      byStep[i] += samples[i];
      count(samples[i]);
    }
  }

  /** Whether each step is counted by itself. */
  boolean isByStep() {
    return byStep != null;
  }

  /** What was counted, to be added elsewhere. */
  public long[] counted() {
    return byStep == null ? new long[] {total} : byStep.clone();
  }

  private void count(long samples) {
    total += samples;
    if (outer != null) {
      outer.countAtEach(samples);
    }
  }

  private void countAtEach(long samples) {
    if (byStep != null) {
      for (int i = 0; i < byStep.length; i++) {
        byStep[i] += samples;
      }
    }
    count(samples * steps.count());
  }

  public Steps steps() {
    return steps;
  }

  /** Samples at each step; null where that was not asked for. */
  public long @Nullable [] byStep() {
    return byStep == null ? null : byStep.clone();
  }

  /** Samples at all steps. */
  public long total() {
    return total;
  }
}
