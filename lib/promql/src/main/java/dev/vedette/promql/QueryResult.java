package dev.vedette.promql;

import dev.vedette.model.Labels;
import java.util.List;

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

  /** One point of each series; {@code values} runs beside {@code labels}. */
  @SuppressWarnings("ArrayRecordComponent") // made by one query, read by one answer
  record InstantVector(long timestampMillis, List<Labels> labels, double[] values, QueryInfo info)
      implements QueryResult {
    public InstantVector {
      labels = List.copyOf(labels);
    }
  }

  /** Series sorted by labels, each with at least one point. */
  record Matrix(List<Column> series, QueryInfo info) implements QueryResult {
    public Matrix {
      series = List.copyOf(series);
    }
  }

  /** Points of one series; both arrays are equally long and full. */
  @SuppressWarnings("ArrayRecordComponent") // made by one query, read by one answer
  record Column(Labels labels, long[] timestamps, double[] values) {}
}
