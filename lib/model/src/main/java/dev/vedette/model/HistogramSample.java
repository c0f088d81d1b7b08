package dev.vedette.model;

/**
 * A native histogram of a series at a time.
 *
 * @param startMillis its start timestamp in Unix milliseconds, 0 where it has none
 */
public record HistogramSample(long timestampMillis, Histogram histogram, long startMillis) {}
