package dev.vedette.promql;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.promql.QueryResult.Column;
import dev.vedette.promql.exec.Points;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Gathers the points of a series that are there. */
final class ColumnBuilder {
  private final long[] timestamps;
  private final double[] values;
  private @Nullable Histogram @Nullable [] histograms;
  private int size;

  ColumnBuilder(int most) {
    timestamps = new long[most];
    values = new double[most];
  }

  /** Adds a point; neither a value nor a histogram is no point. */
  void add(long timestampMillis, double value, @Nullable Histogram histogram) {
    if (histogram == null && Points.isNone(value)) {
      return;
    }
    timestamps[size] = timestampMillis;
    values[size] = value;
    if (histogram != null) {
      @Nullable Histogram[] column = histograms;
      if (column == null) {
        column = new Histogram[values.length];
        histograms = column;
      }
      column[size] = histogram;
    }
    size++;
  }

  Column build(Labels labels) {
    @Nullable Histogram[] column = histograms;
    return new Column(
        labels,
        Arrays.copyOf(timestamps, size),
        Arrays.copyOf(values, size),
        column == null ? null : Arrays.copyOf(column, size));
  }
}
