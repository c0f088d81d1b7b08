package dev.vedette.promql.exec;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketColumns;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.SeriesBatch;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Buckets of one series of a range vector of which some are of histograms, as a {@link
 * BucketFunction} sees them: those with samples, whole ones in each window. Valid during the call
 * only.
 */
public final class MixedBuckets {
  private final Windows windows;
  private final BucketSamples floats;
  private final MixedSamples ends;
  private final MixedSamples sums;
  private @Nullable SeriesBatch batch;
  private int series;
  // Entries of the series that are no markers.
  private int[] entries = {};
  private long[] lastMillis = {};
  private int[] histogramsBefore = {};
  private int size;

  /**
   * @param floats to show buckets of floats
   * @param ends to show first and last histograms
   * @param sums to show sums of histograms
   */
  MixedBuckets(Windows windows, BucketSamples floats, MixedSamples ends, MixedSamples sums) {
    this.windows = windows;
    this.floats = floats;
    this.ends = ends;
    this.sums = sums;
  }

  /** Points it at a series that has histograms. */
  void show(SeriesBatch read, int number) {
    batch = read;
    series = number;
    int most = read.size(number);
    entries = new int[most];
    lastMillis = new long[most];
    histogramsBefore = new int[most + 1];
    size = 0;
    @Nullable Histogram[] histograms = Objects.requireNonNull(read.histograms(number));
    for (int i = 0; i < most; i++) {
      Histogram histogram = histograms[i];
      boolean isPresent =
          histogram == null ? Points.isPresent(read.values(number)[i]) : !histogram.isStale();
      if (isPresent) {
        entries[size] = i;
        lastMillis[size] = read.timestamps(number)[i];
        histogramsBefore[size + 1] = histogramsBefore[size] + (histogram == null ? 0 : 1);
        size++;
      }
    }
    windows.forget();
    windows.locate(lastMillis, size);
    floats.windows().forget();
    floats.show(read, number);
  }

  /** Windows over all buckets. */
  public Windows windows() {
    return windows;
  }

  /** Buckets of floats alone. */
  public BucketSamples floats() {
    return floats;
  }

  /** How many of some buckets are of histograms. */
  public int histograms(int from, int to) {
    return histogramsBefore[to] - histogramsBefore[from];
  }

  /** Samples of a bucket, where {@link BucketColumn#COUNT} was asked for. */
  public long count(int bucket) {
    return (long) columns().get(BucketColumn.COUNT)[entries[bucket]];
  }

  public long lastMillis(int bucket) {
    return lastMillis[bucket];
  }

  /** Time of the first sample, where {@link BucketColumn#FIRST} was asked for. */
  public long firstMillis(int bucket) {
    return columns().firstMillis()[entries[bucket]];
  }

  /** Sets a point to the last sample of a bucket. */
  public void showLast(int bucket, int step, PointColumn out) {
    Histogram histogram = last(bucket);
    if (histogram == null) {
      out.set(step, batch().values(series)[entries[bucket]]);
    } else {
      out.set(step, histogram);
    }
  }

  /** Sets a point to the first sample of a bucket. */
  public void showFirst(int bucket, int step, PointColumn out) {
    if (last(bucket) == null) {
      out.set(step, columns().get(BucketColumn.FIRST)[entries[bucket]]);
    } else {
      out.set(step, column(BucketColumn.FIRST, bucket));
    }
  }

  /** Whether some bucket is of more than one gauge: of those is not known what fell between. */
  public boolean anyOfGauges() {
    for (int i = 0; i < size; i++) {
      Histogram histogram = last(i);
      if (histogram != null && histogram.reset() == CounterReset.GAUGE && count(i) > 1) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether the sum of some bucket's histograms is beyond the largest number; a mean need not be.
   */
  public boolean anySumOverflows() {
    for (int i = 0; i < size; i++) {
      Histogram histogram = last(i);
      if (histogram != null
          && Double.isFinite(histogram.sum())
          && !Double.isFinite(column(BucketColumn.SUM, i).sum())) {
        return true;
      }
    }
    return false;
  }

  /** First and last histograms of the buckets, as samples that stand for those between. */
  public MixedSamples ends() {
    long[] times = new long[2 * size];
    long[] counts = new long[2 * size];
    Histogram[] histograms = new Histogram[2 * size];
    int at = 0;
    for (int i = 0; i < size; i++) {
      Histogram histogram = last(i);
      if (histogram == null) {
        continue;
      }
      long count = count(i);
      times[at] = firstMillis(i);
      counts[at] = 1;
      Histogram first = column(BucketColumn.FIRST, i);
      histograms[at++] = first;
      if (count > 1) {
        times[at] = lastMillis(i);
        counts[at] = count - 1;
        // Within a bucket nothing was reset, whatever came before it.
        boolean isGauge = histogram.reset() == CounterReset.GAUGE;
        histograms[at++] = isGauge ? histogram : histogram.withReset(CounterReset.NO);
      }
    }
    ends.show(floats.labels(), times, histograms, counts, at);
    return ends;
  }

  /** Sums of the buckets of histograms, as samples that stand for those that were added. */
  public MixedSamples sums() {
    long[] times = new long[size];
    long[] counts = new long[size];
    Histogram[] histograms = new Histogram[size];
    int at = 0;
    for (int i = 0; i < size; i++) {
      Histogram last = last(i);
      if (last != null) {
        times[at] = lastMillis(i);
        counts[at] = count(i);
        Histogram sum = column(BucketColumn.SUM, i);
        histograms[at++] = counts[at - 1] == 1 ? sum.withReset(last.reset()) : sum;
      }
    }
    sums.show(floats.labels(), times, histograms, counts, at);
    return sums;
  }

  private @Nullable Histogram last(int bucket) {
    return Objects.requireNonNull(batch().histograms(series))[entries[bucket]];
  }

  private Histogram column(BucketColumn column, int bucket) {
    @Nullable Histogram[] all =
        Objects.requireNonNull(columns().histograms(column), "BUG: a column that was not read");
    return Objects.requireNonNull(all[entries[bucket]]);
  }

  private BucketColumns columns() {
    return Objects.requireNonNull(batch().buckets(series), "BUG: buckets without columns");
  }

  private SeriesBatch batch() {
    return Objects.requireNonNull(batch, "BUG: no series is shown");
  }

  public void warn(String text) {
    ends.warn(text);
  }

  public void info(String text) {
    ends.info(text);
  }
}
