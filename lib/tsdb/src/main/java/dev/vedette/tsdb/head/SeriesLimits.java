package dev.vedette.tsdb.head;

import java.util.Set;

/**
 * Limits where series are born. A series that exists is never refused by any of them.
 *
 * @param maxSeries active series of a tenant
 * @param maxSeriesPerMetric label sets of one metric
 * @param maxLabelValuesPerMetric values of one label within one metric
 * @param warnLabelValuesPerMetric from how many on that is worth a warning
 * @param infrastructureLabels labels that grow with the cluster, exempt from the two above
 * @param maxLabelsPerSeries labels of a series, {@code __name__} among them
 * @param maxLabelNameLength bytes
 * @param maxLabelValueLength bytes
 * @param maxHistogramBuckets buckets of one native histogram, both sides together
 */
public record SeriesLimits(
    int maxSeries,
    int maxSeriesPerMetric,
    int maxLabelValuesPerMetric,
    int warnLabelValuesPerMetric,
    Set<String> infrastructureLabels,
    int maxLabelsPerSeries,
    int maxLabelNameLength,
    int maxLabelValueLength,
    int maxHistogramBuckets) {
  /** More would not fit a record of the log. */
  public static final int MOST_HISTOGRAM_BUCKETS = 20_000;

  public static final SeriesLimits DEFAULTS =
      new SeriesLimits(
          2_000_000,
          100_000,
          10_000,
          8_000,
          Set.of("instance", "pod", "node", "container", "le"),
          40,
          256,
          4096,
          2000);

  public SeriesLimits {
    infrastructureLabels = Set.copyOf(infrastructureLabels);
    positive("maxSeries", maxSeries);
    positive("maxSeriesPerMetric", maxSeriesPerMetric);
    positive("maxLabelValuesPerMetric", maxLabelValuesPerMetric);
    positive("warnLabelValuesPerMetric", warnLabelValuesPerMetric);
    positive("maxLabelsPerSeries", maxLabelsPerSeries);
    positive("maxLabelNameLength", maxLabelNameLength);
    positive("maxLabelValueLength", maxLabelValueLength);
    positive("maxHistogramBuckets", maxHistogramBuckets);
    if (maxHistogramBuckets > MOST_HISTOGRAM_BUCKETS) {
      throw new IllegalArgumentException(
          "maxHistogramBuckets is %d, at most %d are possible"
              .formatted(maxHistogramBuckets, MOST_HISTOGRAM_BUCKETS));
    }
    if (maxLabelsPerSeries > LabelStore.MAX_LABELS) {
      throw new IllegalArgumentException(
          "maxLabelsPerSeries is %d, at most %d are possible"
              .formatted(maxLabelsPerSeries, LabelStore.MAX_LABELS));
    }
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("%s is %d, expected at least 1".formatted(name, value));
    }
  }

  public SeriesLimits withMaxSeries(int series) {
    return new SeriesLimits(
        series,
        maxSeriesPerMetric,
        maxLabelValuesPerMetric,
        warnLabelValuesPerMetric,
        infrastructureLabels,
        maxLabelsPerSeries,
        maxLabelNameLength,
        maxLabelValueLength,
        maxHistogramBuckets);
  }

  public SeriesLimits withMaxSeriesPerMetric(int series) {
    return new SeriesLimits(
        maxSeries,
        series,
        maxLabelValuesPerMetric,
        warnLabelValuesPerMetric,
        infrastructureLabels,
        maxLabelsPerSeries,
        maxLabelNameLength,
        maxLabelValueLength,
        maxHistogramBuckets);
  }

  /** With another limit of values, warned of at four fifths of it. */
  public SeriesLimits withMaxLabelValuesPerMetric(int values) {
    return new SeriesLimits(
        maxSeries,
        maxSeriesPerMetric,
        values,
        Math.max(1, (int) (values * 0.8)),
        infrastructureLabels,
        maxLabelsPerSeries,
        maxLabelNameLength,
        maxLabelValueLength,
        maxHistogramBuckets);
  }

  /** With other limits of one label set. */
  public SeriesLimits withLabelSizes(int labels, int nameBytes, int valueBytes) {
    return new SeriesLimits(
        maxSeries,
        maxSeriesPerMetric,
        maxLabelValuesPerMetric,
        warnLabelValuesPerMetric,
        infrastructureLabels,
        labels,
        nameBytes,
        valueBytes,
        maxHistogramBuckets);
  }

  public SeriesLimits withMaxHistogramBuckets(int buckets) {
    return new SeriesLimits(
        maxSeries,
        maxSeriesPerMetric,
        maxLabelValuesPerMetric,
        warnLabelValuesPerMetric,
        infrastructureLabels,
        maxLabelsPerSeries,
        maxLabelNameLength,
        maxLabelValueLength,
        buckets);
  }
}
