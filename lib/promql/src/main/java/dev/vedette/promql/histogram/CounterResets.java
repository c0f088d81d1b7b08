package dev.vedette.promql.histogram;

import dev.vedette.model.Histogram;

/** Whether a counter histogram began anew. */
public final class CounterResets {
  private CounterResets() {}

  /**
   * Whether the counter was reset between two samples: because the later one says so, or because it
   * holds less somewhere, or resolves more, than the earlier one.
   */
  public static boolean between(Histogram earlier, Histogram later) {
    return switch (later.reset()) {
      case YES -> true;
      case NO -> false;
      case UNKNOWN, GAUGE -> hasLess(later, earlier);
    };
  }

  private static boolean hasLess(Histogram later, Histogram earlier) {
    if (later.count() < earlier.count()
        || later.layout().isCustom() != earlier.layout().isCustom()) {
      return true;
    }
    if (later.layout().equals(earlier.layout())) {
      return anyColumnIsBelow(later, earlier);
    }
    HistogramDraft now = HistogramDraft.of(later);
    HistogramDraft before = HistogramDraft.of(earlier);
    if (now.isCustom()) {
      now.reconcileBounds(before);
      return now.positive().isBelow(before.positive());
    }
    if (now.schema() > before.schema() || now.zeroThreshold() < before.zeroThreshold()) {
      return true;
    }
    double threshold = now.zeroThreshold();
    before.widenZeroBucket(threshold);
    if (before.zeroThreshold() != threshold || now.zeroCount() < before.zeroCount()) {
      return true;
    }
    before.reduceTo(now.schema());
    return now.positive().isBelow(before.positive()) || now.negative().isBelow(before.negative());
  }

  private static boolean anyColumnIsBelow(Histogram later, Histogram earlier) {
    for (int i = 0; i < later.layout().columns(); i++) {
      if (HistogramMath.column(later, i) < HistogramMath.column(earlier, i)) {
        return true;
      }
    }
    return false;
  }
}
