package dev.vedette.tsdb.wal;

import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lets histograms of equal layouts have one layout object, for there are often as many series of
 * one layout as a program has instances. Knows the {@link #MAX_LAYOUTS} layouts that were asked for
 * last. Confined to one thread.
 */
final class LayoutPool {
  static final int MAX_LAYOUTS = 4096;

  private final Map<HistogramLayout, HistogramLayout> layouts =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<HistogramLayout, HistogramLayout> eldest) {
          return size() > MAX_LAYOUTS;
        }
      };

  /** An equal histogram, with a layout that others have too. */
  Histogram shared(Histogram histogram) {
    HistogramLayout layout = histogram.layout();
    HistogramLayout known = layouts.putIfAbsent(layout, layout);
    if (known == null || known == layout) {
      return histogram;
    }
    long[] columns = new long[known.columns()];
    histogram.copyColumns(columns, 0);
    return Histogram.ofColumns(
        known, histogram.isFloat(), histogram.reset(), histogram.sumBits(), columns);
  }
}
