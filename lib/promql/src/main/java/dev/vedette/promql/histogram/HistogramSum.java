package dev.vedette.promql.histogram;

import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.promql.histogram.HistogramDraft.Reconciled;

/**
 * Sum or mean of histograms, compensated for what rounding takes from each bucket. One thread.
 *
 * <p>A mean is a sum divided in the end; where the sum would overflow, a running mean from there
 * on.
 */
public final class HistogramSum {
  private final boolean mean;
  private HistogramDraft draft;
  private double count;
  private boolean running;
  private boolean resetSeen;
  private boolean noResetSeen;
  private boolean boundsReconciled;

  private HistogramSum(Histogram first, long samples, boolean mean) {
    this.mean = mean;
    this.draft = draft(first, samples);
    this.count = samples;
    note(first.reset(), samples);
  }

  /** A sum that begins with one histogram. */
  public static HistogramSum sumOf(Histogram first) {
    return new HistogramSum(first, 1, false);
  }

  /** A mean that begins with one histogram. */
  public static HistogramSum meanOf(Histogram first) {
    return new HistogramSum(first, 1, true);
  }

  /** A sum, or a mean, that begins with what is the sum of some histograms already. */
  public static HistogramSum ofSum(Histogram first, long samples, boolean mean) {
    return new HistogramSum(first, samples, mean);
  }

  /** Whether a histogram can be added: custom buckets to custom ones, others to others. */
  public boolean accepts(Histogram histogram) {
    return draft.isCustom() == histogram.layout().isCustom();
  }

  /** Adds a histogram that {@link #accepts} lets pass. */
  public void add(Histogram histogram) {
    add(histogram, 1);
  }

  /** Adds what is the sum of some histograms already. */
  public void add(Histogram histogram, long samples) {
    note(histogram.reset(), samples);
    count += samples;
    HistogramDraft other = draft(histogram, samples);
    if (!mean) {
      note(draft.add(other, 1));
      return;
    }
    if (!running) {
      HistogramDraft next = draft.copy();
      note(next.add(other, 1));
      if (!next.overflows()) {
        draft = next;
        return;
      }
      running = true;
      draft.divide(count - samples);
      other = draft(histogram, samples);
    }
    draft.multiply((count - samples) / count);
    note(draft.add(other.divide(count), 1));
  }

  /** A sum of one that was reset and others that were not is neither. */
  private static HistogramDraft draft(Histogram histogram, long samples) {
    boolean isBoth = samples > 1 && histogram.reset() == CounterReset.YES;
    return HistogramDraft.of(isBoth ? histogram.withReset(CounterReset.UNKNOWN) : histogram);
  }

  /** Of samples that were added already only the first may have been reset. */
  private void note(CounterReset reset, long samples) {
    resetSeen |= reset == CounterReset.YES;
    noResetSeen |= reset == CounterReset.NO || samples > 1 && reset != CounterReset.GAUGE;
  }

  private void note(Reconciled reconciled) {
    boundsReconciled |= reconciled.bounds();
  }

  /** Whether one said that the counter was reset and another that it was not. */
  public boolean resetsCollide() {
    return resetSeen && noResetSeen;
  }

  /** Whether custom bounds differed. */
  public boolean boundsReconciled() {
    return boundsReconciled;
  }

  /** The sum or mean of what was added so far. */
  public Histogram value() {
    return mean && !running ? draft.copy().divide(count).finish() : draft.finish();
  }
}
