package dev.vedette.promql;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.promql.QueryResult.Column;
import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.Series;
import dev.vedette.promql.exec.Steps;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Makes columns of the points of a series that are there. */
final class ColumnBuilder {
  private final long[] timestamps;
  private final double[] values;
  private @Nullable Histogram @Nullable [] histograms;
  private int size;

  ColumnBuilder(int most) {
    timestamps = new long[most];
    values = new double[most];
  }

  /** The times of all steps, which columns without gaps share. */
  static long[] times(Steps steps) {
    long[] times = new long[steps.count()];
    for (int i = 0; i < times.length; i++) {
      times[i] = steps.time(i);
    }
    return times;
  }

  /** How many points of a series are numbers. */
  static int numbers(Series series) {
    int count = 0;
    for (double value : series.values()) {
      count += Points.isPresent(value) ? 1 : 0;
    }
    return count;
  }

  /**
   * A column of a series, whose values it may take over.
   *
   * @param times of all steps
   * @param numbers how many of its points are numbers
   */
  static Column column(Series series, long[] times, int numbers) {
    if (series.histograms() == null) {
      return numbers == times.length
          ? new Column(series.labels(), times, series.values(), null)
          : closed(series, times, numbers);
    }
    ColumnBuilder column = new ColumnBuilder(times.length);
    for (int i = 0; i < times.length; i++) {
      column.add(times[i], series.values()[i], series.histogram(i));
    }
    return column.build(series.labels());
  }

  /** Numbers without the gaps between them. */
  private static Column closed(Series series, long[] times, int numbers) {
    long[] presentTimes = new long[numbers];
    double[] present = new double[numbers];
    double[] values = series.values();
    int at = 0;
    for (int i = 0; i < times.length; i++) {
      if (Points.isPresent(values[i])) {
        presentTimes[at] = times[i];
        present[at++] = values[i];
      }
    }
    return new Column(series.labels(), presentTimes, present, null);
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
