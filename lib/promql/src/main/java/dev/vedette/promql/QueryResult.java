package dev.vedette.promql;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer to a query, in columns. Times are Unix milliseconds. */
public sealed interface QueryResult {
  QueryInfo info();

  /** What came with an answer. */
  record QueryInfo(List<String> warnings, List<String> infos, QueryStats stats) {
    public QueryInfo {
      warnings = List.copyOf(warnings);
      infos = List.copyOf(infos);
    }
  }

  record Scalar(long timestampMillis, double value, QueryInfo info) implements QueryResult {}

  record StringValue(long timestampMillis, String value, QueryInfo info) implements QueryResult {}

  /**
   * One point of each series; {@code values} and {@code histograms} run beside {@code labels}.
   *
   * @param histograms null where the point is a number; null where all are
   */
  @SuppressWarnings("ArrayRecordComponent") // made by one query, read by one answer
  record InstantVector(
      long timestampMillis,
      List<Labels> labels,
      double[] values,
      @Nullable Histogram @Nullable [] histograms,
      QueryInfo info)
      implements QueryResult {
    public InstantVector {
      labels = List.copyOf(labels);
    }

    /** The histogram of a series, if its point is one. */
    public @Nullable Histogram histogram(int series) {
      return histograms == null ? null : histograms[series];
    }
  }

  /** Series sorted by labels, each with at least one point. */
  record Matrix(List<Column> series, QueryInfo info) implements QueryResult {
    public Matrix {
      series = List.copyOf(series);
    }
  }

  /**
   * Points of one series; all arrays are equally long and full.
   *
   * @param histograms null where the point is a number; null where all are
   */
  @SuppressWarnings("ArrayRecordComponent") // made by one query, read by one answer
  record Column(
      Labels labels,
      long[] timestamps,
      double[] values,
      @Nullable Histogram @Nullable [] histograms) {
    /** The histogram of a point, if it is one. */
    public @Nullable Histogram histogram(int point) {
      return histograms == null ? null : histograms[point];
    }
  }
}
