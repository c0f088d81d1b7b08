package dev.vedette.model;

import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a counter began anew between two neighbouring histograms. Senders mostly do not
 * say, and what they say is about the sample that they sent before, which need not be the one that
 * is there now: late samples come between, others are deleted.
 */
public final class CounterResets {
  private CounterResets() {}

  /**
   * Gives the histograms of all series the hints that hold among the samples there are. The first
   * one of a bucket came behind the last one of the bucket before.
   */
  public static void settle(SeriesBatch batch) {
    for (int i = 0; i < batch.count(); i++) {
      @Nullable Histogram[] histograms = batch.histograms(i);
      if (histograms != null) {
        settle(histograms, batch.size(i));
        BucketColumns buckets = batch.buckets(i);
        @Nullable Histogram[] first =
            buckets == null ? null : buckets.histograms(BucketColumn.FIRST);
        if (first != null) {
          settleFirst(first, histograms, batch.size(i));
        }
      }
    }
  }

  private static void settleFirst(
      @Nullable Histogram[] first, @Nullable Histogram[] last, int size) {
    for (int i = 0; i < size; i++) {
      Histogram now = first[i];
      if (now != null) {
        first[i] = now.withReset(between(i == 0 ? null : last[i - 1], now));
      }
    }
  }

  /** Gives the histograms of a series the hints that hold among these samples. */
  public static void settle(@Nullable Histogram[] histograms, int size) {
    Histogram before = null;
    for (int i = 0; i < size; i++) {
      Histogram now = histograms[i];
      if (now != null) {
        histograms[i] = now.withReset(between(before, now));
      }
      before = now;
    }
  }

  /**
   * The hint of a histogram behind another one, or behind a float or nothing where that is null. A
   * gauge stays one, and a reset that the sender saw counts. Otherwise unknown is what cannot be
   * told, as behind a staleness marker or at another resolution.
   */
  public static CounterReset between(@Nullable Histogram before, Histogram now) {
    if (now.isStale() || now.reset() == CounterReset.GAUGE || now.reset() == CounterReset.YES) {
      return now.reset();
    }
    if (before == null
        || before.isStale()
        || before.reset() == CounterReset.GAUGE
        || before.isFloat() != now.isFloat()) {
      return CounterReset.UNKNOWN;
    }
    HistogramLayout layout = now.layout();
    HistogramLayout old = before.layout();
    if (!layout.isLike(old)) {
      boolean sameSchema = layout.schema() == old.schema();
      return sameSchema && layout.isCustom() ? CounterReset.YES : CounterReset.UNKNOWN;
    }
    return isLess(now, before) ? CounterReset.YES : CounterReset.NO;
  }

  private static boolean isLess(Histogram now, Histogram before) {
    if (now.count() < before.count() || now.zeroCount() < before.zeroCount()) {
      return true;
    }
    HistogramLayout layout = now.layout();
    HistogramLayout old = before.layout();
    int at = HistogramLayout.BUCKETS;
    return isLess(now, layout.positive(), at, before, old.positive(), at)
        || isLess(
            now,
            layout.negative(),
            at + layout.positive().buckets(),
            before,
            old.negative(),
            at + old.positive().buckets());
  }

  /** Whether a bucket has less than before, or is gone though it had something. */
  private static boolean isLess(
      Histogram now,
      BucketSpans spans,
      int first,
      Histogram before,
      BucketSpans oldSpans,
      int oldFirst) {
    if (spans.equals(oldSpans)) {
      for (int i = 0; i < spans.buckets(); i++) {
        if (now.value(first + i) < before.value(oldFirst + i)) {
          return true;
        }
      }
      return false;
    }
    int[] indexes = spans.indexes();
    int[] oldIndexes = oldSpans.indexes();
    int at = 0;
    for (int i = 0; i < oldIndexes.length; i++) {
      while (at < indexes.length && indexes[at] < oldIndexes[i]) {
        at++;
      }
      boolean isThere = at < indexes.length && indexes[at] == oldIndexes[i];
      double value = isThere ? now.value(first + at) : 0;
      if (value < before.value(oldFirst + i)) {
        return true;
      }
    }
    return false;
  }
}
