package dev.vedette.promql.exec;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketColumns;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells buckets of which a sample is infinite from those whose sum alone is beyond the largest
 * number: least and greatest say it, which no mean reads but where it meets an infinite sum.
 */
final class InfiniteSums {
  private static final Set<BucketColumn> PROOF =
      Set.of(BucketColumn.SUM, BucketColumn.MIN, BucketColumn.MAX);

  private InfiniteSums() {}

  /** Whether a series has a bucket of floats with an infinite sum. */
  static boolean any(SeriesBatch batch, int series) {
    BucketColumns buckets = batch.buckets(series);
    return buckets != null && any(buckets.get(BucketColumn.SUM), batch.size(series));
  }

  private static boolean any(double[] sums, int size) {
    for (int i = 0; i < size; i++) {
      if (Double.isInfinite(sums[i])) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether each of them has an infinite sample.
   *
   * @param selection of the series, maybe with others, that the buckets were read by
   */
  static boolean areOfSamples(Evaluation evaluation, Selection selection, Labels labels) {
    Selection proof =
        new Selection(
            selection.matchers(),
            selection.startMillis(),
            selection.endMillis(),
            selection.resolutionMillis(),
            PROOF);
    SeriesBatch batch = new SeriesBatch();
    try (SeriesCursor cursor = evaluation.source().select(evaluation.tenant(), proof)) {
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          if (batch.labels(i).equals(labels)) {
            return areOfSamples(batch.buckets(i), batch.size(i));
          }
        }
      }
    }
    // Deleted meanwhile, with all that could prove it.
    return false;
  }

  private static boolean areOfSamples(@Nullable BucketColumns buckets, int size) {
    if (buckets == null) {
      return false;
    }
    double[] sums = buckets.get(BucketColumn.SUM);
    double[] least = buckets.get(BucketColumn.MIN);
    double[] greatest = buckets.get(BucketColumn.MAX);
    for (int i = 0; i < size; i++) {
      if (Double.isInfinite(sums[i])
          && !Double.isInfinite(least[i])
          && !Double.isInfinite(greatest[i])) {
        return false;
      }
    }
    return true;
  }
}
