package dev.vedette.app.tsdb;

import dev.vedette.model.Histogram;
import dev.vedette.promql.histogram.BucketTable;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The native histograms of one series as classic ones, all with the same bounds: those of every
 * bucket that any of them has. A bucket of a histogram that is coarser than others counts from its
 * upper bound on.
 */
final class ClassicBuckets {
  private final double[] bounds;

  /** Of the histograms among these samples. */
  ClassicBuckets(@Nullable Histogram[] samples, int size) {
    TreeSet<Double> all = new TreeSet<>();
    for (int i = 0; i < size; i++) {
      Histogram histogram = samples[i];
      if (histogram != null && !histogram.isStale()) {
        BucketTable table = BucketTable.of(histogram);
        for (int b = 0; b < table.size(); b++) {
          all.add(table.upper(b) + 0.0); // Of both zeros the one that is written as 0.
        }
      }
    }
    all.add(Double.POSITIVE_INFINITY);
    bounds = all.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** Ascending; the last one is infinite. */
  double[] bounds() {
    return bounds;
  }

  /** How many observations lie at or below each bound. */
  double[] counts(Histogram histogram) {
    double[] counts = new double[bounds.length];
    BucketTable table = BucketTable.of(histogram);
    double below = 0;
    int bucket = 0;
    for (int i = 0; i < bounds.length; i++) {
      while (bucket < table.size() && table.upper(bucket) <= bounds[i]) {
        below += table.count(bucket++);
      }
      counts[i] = below;
    }
    // Observations that are no number are in no bucket.
    counts[bounds.length - 1] = histogram.count();
    return counts;
  }
}
