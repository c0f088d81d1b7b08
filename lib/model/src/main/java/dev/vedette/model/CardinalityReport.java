package dev.vedette.model;

import java.util.List;

/**
 * Counts of the head, as {@code /api/v1/status/tsdb} shows them; lists are sorted by count, largest
 * first.
 *
 * @param series active series
 * @param labelPairs distinct name-value pairs
 * @param chunks chunks in memory
 * @param minMillis oldest sample of the head, {@link Long#MAX_VALUE} when empty
 * @param maxMillis newest sample of the head, {@link Long#MIN_VALUE} when empty
 */
public record CardinalityReport(
    long series,
    long labelPairs,
    long chunks,
    long minMillis,
    long maxMillis,
    List<Count> seriesByMetric,
    List<Count> valuesByLabel,
    List<Count> memoryByLabel,
    List<Count> seriesByLabelPair) {
  public CardinalityReport {
    seriesByMetric = List.copyOf(seriesByMetric);
    valuesByLabel = List.copyOf(valuesByLabel);
    memoryByLabel = List.copyOf(memoryByLabel);
    seriesByLabelPair = List.copyOf(seriesByLabelPair);
  }

  /** A name and how many there are of it. */
  public record Count(String name, long value) {}
}
