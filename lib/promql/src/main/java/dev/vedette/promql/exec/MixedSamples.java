package dev.vedette.promql.exec;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesBatch;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Samples of one series of a range vector of which some are histograms, in the order of their
 * times, as a {@link MixedFunction} sees them. Valid during the call only.
 */
public final class MixedSamples {
  private final Windows windows;
  private final RangeSamples floats;
  private long[] timestamps = new long[0];
  private double[] values = new double[0];
  private @Nullable Histogram[] histograms = new Histogram[0];
  private long[] starts = new long[0];

  // Histograms before each sample.
  private int[] histogramsBefore = new int[0];
  // Samples that each stands for, with those before it; null where each is one.
  private long @Nullable [] countsTo;
  private int size;

  /**
   * @param floats to show the numbers among the samples
   */
  MixedSamples(Windows windows, RangeSamples floats) {
    this.windows = windows;
    this.floats = floats;
  }

  /** Points it at a series of a batch that has histograms; staleness markers are left out. */
  void show(SeriesBatch batch, int series, boolean withStarts) {
    @Nullable Histogram[] points = Objects.requireNonNull(batch.histograms(series));
    long[] batchStarts = withStarts ? batch.starts(series) : null;
    int most = batch.size(series);
    timestamps = new long[most];
    values = new double[most];
    histograms = new Histogram[most];
    starts = new long[most];
    histogramsBefore = new int[most + 1];
    countsTo = null;
    size = 0;
    for (int i = 0; i < most; i++) {
      Histogram point = points[i];
      double value = batch.values(series)[i];
      boolean present = point == null ? Points.isPresent(value) : !point.isStale();
      if (present) {
        timestamps[size] = batch.timestamps(series)[i];
        values[size] = point == null ? value : Points.NONE;
        histograms[size] = point;
        starts[size] = batchStarts == null ? 0 : batchStarts[i];
        histogramsBefore[size + 1] = histogramsBefore[size] + (point == null ? 0 : 1);
        size++;
      }
    }
    windows.forget();
    windows.locate(timestamps, size);
    floats.windows().forget();
    floats.show(
        batch.labels(series), timestamps, values, batchStarts == null ? null : starts, size);
  }

  /**
   * Points it at histograms alone that each stand for some samples.
   *
   * @param counts how many, the first {@code count} entries as in the other arrays
   */
  void show(Labels labels, long[] times, Histogram[] points, long[] counts, int count) {
    timestamps = times;
    values = new double[count];
    Arrays.fill(values, Points.NONE);
    histograms = points;
    starts = new long[count];
    histogramsBefore = new int[count + 1];
    countsTo = new long[count + 1];
    size = count;
    for (int i = 0; i < count; i++) {
      histogramsBefore[i + 1] = i + 1;
      countsTo[i + 1] = countsTo[i] + counts[i];
    }
    windows.forget();
    windows.locate(timestamps, size);
    floats.windows().forget();
    floats.show(labels, timestamps, values, null, size);
  }

  /** How many samples those from {@code from} to {@code to} stand for; mostly for themselves. */
  public long count(int from, int to) {
    return countsTo == null ? to - from : countsTo[to] - countsTo[from];
  }

  /** Windows over all samples. */
  public Windows windows() {
    return windows;
  }

  /** The numbers among the samples. */
  public RangeSamples floats() {
    return floats;
  }

  public Labels labels() {
    return floats.labels();
  }

  public int size() {
    return size;
  }

  public long timestamp(int sample) {
    return timestamps[sample];
  }

  public boolean isHistogram(int sample) {
    return histograms[sample] != null;
  }

  public double value(int sample) {
    return values[sample];
  }

  /** The histogram of a sample that is one. */
  public Histogram histogram(int sample) {
    return Objects.requireNonNull(histograms[sample]);
  }

  /** When the counter of a sample began, 0 where that is not known. */
  public long start(int sample) {
    return starts[sample];
  }

  /** Histograms among the samples {@code from} to {@code to}. */
  public int histograms(int from, int to) {
    return histogramsBefore[to] - histogramsBefore[from];
  }

  public void warn(String text) {
    floats.warn(text);
  }

  public void info(String text) {
    floats.info(text);
  }
}
