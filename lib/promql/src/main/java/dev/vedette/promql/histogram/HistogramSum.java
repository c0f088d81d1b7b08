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

  private HistogramSum(Histogram first, boolean mean) {
    this.mean = mean;
    this.draft = HistogramDraft.of(first);
    this.count = 1;
    note(first.reset());
  }

  /** A sum that begins with one histogram. */
  public static HistogramSum sumOf(Histogram first) {
    return new HistogramSum(first, false);
  }

  /** A mean that begins with one histogram. */
  public static HistogramSum meanOf(Histogram first) {
    return new HistogramSum(first, true);
  }

  /** Whether a histogram can be added: custom buckets to custom ones, others to others. */
  public boolean accepts(Histogram histogram) {
    return draft.isCustom() == histogram.layout().isCustom();
  }

  /** Adds a histogram that {@link #accepts} lets pass. */
  public void add(Histogram histogram) {
    note(histogram.reset());
    count++;
    HistogramDraft other = HistogramDraft.of(histogram);
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
      draft.divide(count - 1);
      other = HistogramDraft.of(histogram);
    }
    draft.multiply((count - 1) / count);
    note(draft.add(other.divide(count), 1));
  }

  private void note(CounterReset reset) {
    resetSeen |= reset == CounterReset.YES;
    noResetSeen |= reset == CounterReset.NO;
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
