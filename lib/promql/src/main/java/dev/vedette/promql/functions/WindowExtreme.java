package dev.vedette.promql.functions;

import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.RangeFunction;
import dev.vedette.promql.exec.RangeSamples;
import dev.vedette.promql.exec.Windows;

/**
 * {@code min_over_time} and {@code max_over_time}. Of samples that are equal the first one counts,
 * and NaN only where there is nothing else.
 *
 * <p>Where windows overlap, each sample is compared about twice, however many windows it is in:
 * what is kept are the samples of the window that can still be the best of a later one, the best
 * first.
 */
record WindowExtreme(boolean smallest) implements RangeFunction {
  // With fewer windows a sample looking at each of them is cheaper.
  private static final int OVERLAPS = 3;

  @Override
  public void apply(RangeSamples samples, double[] out) {
    if (samples.windows().samples() > (long) OVERLAPS * samples.size()) {
      sliding(samples, out);
    } else {
      each(samples, out);
    }
  }

  private void each(RangeSamples samples, double[] out) {
    Windows windows = samples.windows();
    double[] values = samples.values();
    for (int step = 0; step < out.length; step++) {
      int from = windows.from(step);
      int to = windows.to(step);
      double best = from == to ? Points.NONE : values[from];
      for (int i = from + 1; i < to; i++) {
        best = isBetter(values[i], best) ? values[i] : best;
      }
      out[step] = best;
    }
  }

  private boolean isBetter(double value, double best) {
    return (smallest ? value < best : value > best) || Double.isNaN(best);
  }

  private void sliding(RangeSamples samples, double[] out) {
    Windows windows = samples.windows();
    double[] values = samples.values();
    // Indices of samples, none of which a later one is better than.
    int[] candidates = new int[samples.size()];
    int first = 0;
    int end = 0;
    int seen = 0;
    for (int step = 0; step < out.length; step++) {
      int from = windows.from(step);
      int to = windows.to(step);
      for (seen = Math.max(seen, from); seen < to; seen++) {
        while (end > first && isBetter(values[seen], values[candidates[end - 1]])) {
          end--;
        }
        candidates[end++] = seen;
      }
      while (first < end && candidates[first] < from) {
        first++;
      }
      out[step] = from == to ? Points.NONE : values[candidates[first]];
    }
  }
}
