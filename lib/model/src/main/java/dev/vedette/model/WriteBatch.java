package dev.vedette.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Samples on their way to storage, in columns: no object per series or sample. Filled by one
 * receiver, then read by one {@link SampleSink}; not thread-safe; {@link #reset} makes it ready for
 * the next request without giving its arrays back.
 *
 * <p>Series {@code i} has its labels at {@link #labelsFrom}…{@link #labelsTo} of {@link #bytes()}
 * in the form of {@link LabelBytes} or another {@link LabelForm}, unparsed and unchecked, and its
 * samples at {@link #samplesFrom}…{@link #samplesTo} of {@link #timestamps()} (Unix milliseconds)
 * and {@link #valueBits()} (IEEE 754 bits, so that NaN payloads survive). Samples of one series are
 * in the order they were sent.
 *
 * <p>What few samples have is kept beside, so that it costs the others nothing. A start timestamp
 * is when the counter of a sample began, in Unix milliseconds, 0 where nobody said. Histogram
 * samples and exemplars are rows of their own, each with the number of its series, which ascends.
 */
public final class WriteBatch {
  private byte[] bytes = new byte[0];
  private LabelForm form = LabelBytes.FORM;
  private int seriesCount;
  private int[] labelsFrom = new int[256];
  private int[] labelsTo = new int[256];
  private long[] hashes = new long[256];
  private int[] checks = new int[256];
  private final long[] wideCheck = new long[1];
  private int[] samplesTo = new int[256];
  private int sampleCount;
  private long[] timestamps = new long[256];
  private long[] valueBits = new long[256];
  private final List<MetricMetadata> metadata = new ArrayList<>();

  // Start timestamps of the first samples; those behind have none.
  private int startCount;
  private long[] starts = {};

  private int histogramCount;
  private int[] histogramSeries = {};
  private long[] histogramTimestamps = {};
  private long[] histogramStarts = {};
  private @Nullable Histogram[] histograms = {};

  private int exemplarCount;
  private int[] exemplarSeries = {};
  private int[] exemplarLabelsFrom = {};
  private int[] exemplarLabelsTo = {};
  private long[] exemplarTimestamps = {};
  private long[] exemplarValueBits = {};

  /** Empties the batch; label ranges added from now on lie in {@code bytes}. */
  public void reset(byte[] bytes) {
    reset(bytes, LabelBytes.FORM);
  }

  /** The same, for label ranges of another form; their hashes come with each series then. */
  public void reset(byte[] bytes, LabelForm form) {
    this.bytes = bytes;
    this.form = form;
    seriesCount = 0;
    sampleCount = 0;
    startCount = 0;
    Arrays.fill(histograms, 0, histogramCount, null);
    histogramCount = 0;
    exemplarCount = 0;
    metadata.clear();
  }

  /** Label bytes moved to another, usually larger, array with the same content. */
  public void replaceBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Begins a series whose labels are the given range of {@link #bytes()}, and hashes it. */
  public void addSeries(int from, int to) {
    long hash = LabelBytes.hash(bytes, from, to, wideCheck, 0);
    addSeries(from, to, hash, LabelBytes.check(wideCheck[0]));
  }

  /** The same, for a sender that has kept the hashes of a series it sends again and again. */
  public void addSeries(int from, int to, long hash, int check) {
    if (seriesCount == labelsFrom.length) {
      growSeries();
    }
    labelsFrom[seriesCount] = from;
    labelsTo[seriesCount] = to;
    hashes[seriesCount] = hash;
    checks[seriesCount] = check;
    samplesTo[seriesCount] = sampleCount;
    seriesCount++;
  }

  /** Adds a sample to the series begun last. */
  public void addSample(long timestampMillis, long bits) {
    if (sampleCount == timestamps.length) {
      timestamps = Arrays.copyOf(timestamps, sampleCount * 2);
      valueBits = Arrays.copyOf(valueBits, sampleCount * 2);
    }
    timestamps[sampleCount] = timestampMillis;
    valueBits[sampleCount] = bits;
    samplesTo[seriesCount - 1] = ++sampleCount;
  }

  /** The same for a sample with a start timestamp. */
  public void addSample(long timestampMillis, long bits, long startMillis) {
    addSample(timestampMillis, bits);
    if (startMillis != 0) {
      setStart(sampleCount - 1, startMillis);
    }
  }

  /** Gives a sample a start timestamp that became known after it. */
  public void setStart(int sample, long startMillis) {
    if (sample >= startCount) {
      if (starts.length <= sample) {
        starts = Arrays.copyOf(starts, timestamps.length);
      }
      Arrays.fill(starts, startCount, sample, 0);
      startCount = sample + 1;
    }
    starts[sample] = startMillis;
  }

  /**
   * Adds a histogram sample to the series begun last.
   *
   * @param startMillis its start timestamp, 0 where there is none
   */
  public void addHistogram(long timestampMillis, Histogram histogram, long startMillis) {
    if (histogramCount == histograms.length) {
      int capacity = Math.max(64, histogramCount * 2);
      histogramSeries = Arrays.copyOf(histogramSeries, capacity);
      histogramTimestamps = Arrays.copyOf(histogramTimestamps, capacity);
      histogramStarts = Arrays.copyOf(histogramStarts, capacity);
      histograms = Arrays.copyOf(histograms, capacity);
    }
    histogramSeries[histogramCount] = seriesCount - 1;
    histogramTimestamps[histogramCount] = timestampMillis;
    histogramStarts[histogramCount] = startMillis;
    histograms[histogramCount] = histogram;
    histogramCount++;
  }

  /**
   * Adds an exemplar to the series begun last.
   *
   * @param labelsFrom where its labels begin in {@link #bytes()}, in the same form as those of
   *     series but without a metric name; there may be none
   */
  public void addExemplar(int labelsFrom, int labelsTo, long timestampMillis, long valueBits) {
    if (exemplarCount == exemplarSeries.length) {
      int capacity = Math.max(64, exemplarCount * 2);
      exemplarSeries = Arrays.copyOf(exemplarSeries, capacity);
      exemplarLabelsFrom = Arrays.copyOf(exemplarLabelsFrom, capacity);
      exemplarLabelsTo = Arrays.copyOf(exemplarLabelsTo, capacity);
      exemplarTimestamps = Arrays.copyOf(exemplarTimestamps, capacity);
      exemplarValueBits = Arrays.copyOf(exemplarValueBits, capacity);
    }
    exemplarSeries[exemplarCount] = seriesCount - 1;
    exemplarLabelsFrom[exemplarCount] = labelsFrom;
    exemplarLabelsTo[exemplarCount] = labelsTo;
    exemplarTimestamps[exemplarCount] = timestampMillis;
    exemplarValueBits[exemplarCount] = valueBits;
    exemplarCount++;
  }

  public void addMetadata(MetricMetadata family) {
    metadata.add(family);
  }

  private void growSeries() {
    int capacity = seriesCount * 2;
    labelsFrom = Arrays.copyOf(labelsFrom, capacity);
    labelsTo = Arrays.copyOf(labelsTo, capacity);
    hashes = Arrays.copyOf(hashes, capacity);
    checks = Arrays.copyOf(checks, capacity);
    samplesTo = Arrays.copyOf(samplesTo, capacity);
  }

  public byte[] bytes() {
    return bytes;
  }

  public int seriesCount() {
    return seriesCount;
  }

  public int sampleCount() {
    return sampleCount;
  }

  public int labelsFrom(int series) {
    return labelsFrom[series];
  }

  public int labelsTo(int series) {
    return labelsTo[series];
  }

  /** {@link LabelBytes#hash} of the series' label bytes. */
  public long hash(int series) {
    return hashes[series];
  }

  /** {@link LabelBytes#check} of the series' label bytes. */
  public int check(int series) {
    return checks[series];
  }

  public int samplesFrom(int series) {
    return series == 0 ? 0 : samplesTo[series - 1];
  }

  public int samplesTo(int series) {
    return samplesTo[series];
  }

  /** Timestamps of all samples; longer than {@link #sampleCount()}. Not to be changed. */
  public long[] timestamps() {
    return timestamps;
  }

  /** Value bits of all samples; longer than {@link #sampleCount()}. Not to be changed. */
  public long[] valueBits() {
    return valueBits;
  }

  /** Whether any sample of {@link #timestamps()} has a start timestamp. */
  public boolean hasStarts() {
    return startCount > 0;
  }

  /** Start timestamp of a sample, 0 where it has none. */
  public long start(int sample) {
    return sample < startCount ? starts[sample] : 0;
  }

  /** Histogram samples of all series; {@link #sampleCount()} does not count them. */
  public int histogramCount() {
    return histogramCount;
  }

  /** First histogram sample of a series; those of the series end where those of the next begin. */
  public int histogramsFrom(int series) {
    return firstNotBelow(histogramSeries, histogramCount, series);
  }

  public int histogramsTo(int series) {
    return firstNotBelow(histogramSeries, histogramCount, series + 1);
  }

  /** Series of a histogram sample. */
  public int histogramSeries(int sample) {
    return histogramSeries[sample];
  }

  public long histogramTimestamp(int sample) {
    return histogramTimestamps[sample];
  }

  /** Start timestamp of a histogram sample, 0 where it has none. */
  public long histogramStart(int sample) {
    return histogramStarts[sample];
  }

  public Histogram histogram(int sample) {
    return Objects.requireNonNull(histograms[sample]);
  }

  public int exemplarCount() {
    return exemplarCount;
  }

  /** First exemplar of a series; those of the series end where those of the next begin. */
  public int exemplarsFrom(int series) {
    return firstNotBelow(exemplarSeries, exemplarCount, series);
  }

  public int exemplarsTo(int series) {
    return firstNotBelow(exemplarSeries, exemplarCount, series + 1);
  }

  public int exemplarSeries(int exemplar) {
    return exemplarSeries[exemplar];
  }

  public long exemplarTimestamp(int exemplar) {
    return exemplarTimestamps[exemplar];
  }

  public long exemplarValueBits(int exemplar) {
    return exemplarValueBits[exemplar];
  }

  /** Parses the labels of an exemplar. Throws {@link InvalidRequest}. */
  public Labels exemplarLabels(int exemplar) {
    return form.exemplar(bytes, exemplarLabelsFrom[exemplar], exemplarLabelsTo[exemplar]);
  }

  private static int firstNotBelow(int[] ascending, int size, int value) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ascending[middle] < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  public List<MetricMetadata> metadata() {
    return metadata;
  }

  /** Parses the labels of a series; the slow path. Throws {@link InvalidRequest}. */
  public Labels labels(int series) {
    return form.series(bytes, labelsFrom[series], labelsTo[series]);
  }

  /** The same for one of many new series, whose texts are mostly those of series before. */
  public Labels labels(int series, LabelTexts texts) {
    return form.series(bytes, labelsFrom[series], labelsTo[series], texts);
  }

  /** The bytes of a series' range. */
  public byte[] copyLabels(int series) {
    return Arrays.copyOfRange(bytes, labelsFrom[series], labelsTo[series]);
  }

  /** Whether a series' range is what {@link LabelBytes#encode} makes of its labels. */
  public boolean isCanonical(int series) {
    return form == LabelBytes.FORM
        && LabelBytes.isCanonical(bytes, labelsFrom[series], labelsTo[series]);
  }
}
