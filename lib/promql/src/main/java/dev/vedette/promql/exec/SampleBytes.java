package dev.vedette.promql.exec;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.Histogram;
import dev.vedette.model.SeriesBatch;
import org.jspecify.annotations.Nullable;

/** How many bytes decoded samples take. */
public final class SampleBytes {
  // Columns of buckets beside the last sample, and the time of the first.
  private static final int COLUMNS = BucketColumn.values().length + 1;

  private SampleBytes() {}

  /** Timestamps that neighbours share count once. */
  @SuppressWarnings("ReferenceEquality") // Whether it is the shared array, whatever it holds.
  public static long of(SeriesBatch batch) {
    long entries = 0;
    long histogramBytes = 0;
    long[] before = {};
    for (int i = 0; i < batch.count(); i++) {
      @Nullable Histogram[] histograms = batch.histograms(i);
      if (histograms != null) {
        histogramBytes += Evaluation.bytes(histograms, 0, batch.size(i));
      }
      entries += batch.values(i).length;
      if (batch.buckets(i) != null) {
        entries += (long) COLUMNS * batch.size(i);
      }
      if (batch.timestamps(i) != before) {
        before = batch.timestamps(i);
        entries += before.length;
      }
    }
    return entries * Long.BYTES + histogramBytes;
  }
}
