package dev.vedette.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Samples on their way to storage, in columns: no object per series or sample. Filled by one
 * receiver, then read by one {@link SampleSink}; not thread-safe; {@link #reset} makes it ready for
 * the next request without giving its arrays back.
 *
 * <p>Series {@code i} has its labels at {@link #labelsFrom}…{@link #labelsTo} of {@link #bytes()}
 * in the form of {@link LabelBytes}, unparsed and unchecked, and its samples at {@link
 * #samplesFrom}…{@link #samplesTo} of {@link #timestamps()} (Unix milliseconds) and {@link
 * #valueBits()} (IEEE 754 bits, so that NaN payloads survive). Samples of one series are in the
 * order they were sent.
 */
public final class WriteBatch {
  private byte[] bytes = new byte[0];
  private int seriesCount;
  private int[] labelsFrom = new int[256];
  private int[] labelsTo = new int[256];
  private long[] hashes = new long[256];
  private int[] checks = new int[256];
  private int[] samplesTo = new int[256];
  private int sampleCount;
  private long[] timestamps = new long[256];
  private long[] valueBits = new long[256];
  private final List<MetricMetadata> metadata = new ArrayList<>();

  /** Empties the batch; label ranges added from now on lie in {@code bytes}. */
  public void reset(byte[] bytes) {
    this.bytes = bytes;
    seriesCount = 0;
    sampleCount = 0;
    metadata.clear();
  }

  /** Label bytes moved to another, usually larger, array with the same content. */
  public void replaceBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Begins a series whose labels are the given range of {@link #bytes()}, and hashes it. */
  public void addSeries(int from, int to) {
    addSeries(from, to, LabelBytes.hash(bytes, from, to), LabelBytes.check(bytes, from, to));
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

  public List<MetricMetadata> metadata() {
    return metadata;
  }

  /** Parses the labels of a series; the slow path. Throws {@link InvalidRequest}. */
  public Labels labels(int series) {
    return LabelBytes.decode(bytes, labelsFrom[series], labelsTo[series]);
  }
}
