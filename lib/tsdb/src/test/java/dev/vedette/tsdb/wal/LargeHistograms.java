package dev.vedette.tsdb.wal;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import java.util.Arrays;

/** Histograms near the size limit. */
final class LargeHistograms {
  private LargeHistograms() {}

  static Histogram of(int buckets) {
    double[] counts = new double[buckets];
    Arrays.fill(counts, 0.1);
    HistogramLayout layout =
        HistogramLayout.of(8, 0, BucketSpans.of(-buckets / 2, buckets), BucketSpans.NONE);
    return Histogram.ofFloats(layout, CounterReset.GAUGE, buckets, 0, 1, counts, new double[0]);
  }
}
