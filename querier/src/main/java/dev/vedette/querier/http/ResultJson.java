package dev.vedette.querier.http;

import dev.vedette.model.Histogram;
import dev.vedette.promql.QueryResult;
import dev.vedette.promql.QueryResult.Column;
import dev.vedette.promql.QueryStats;
import dev.vedette.promql.explain.PlanTree;
import dev.vedette.querier.QueryAnswer;
import dev.vedette.querier.json.JsonWriter;
import java.io.IOException;

/** Writes results as the API has them, straight from their columns. */
final class ResultJson {
  private ResultJson() {}

  /**
   * The answer that carries a result.
   *
   * @param limit most series of a vector or matrix; 0 means all
   * @param stats whether the query's cost is to be told
   */
  static Answer answer(QueryAnswer found, int limit, boolean stats) {
    QueryResult result = found.result();
    int series = limit == 0 ? size(result) : Math.min(limit, size(result));
    Answer answer =
        new Answer(
            json -> write(found, series, stats, json),
            result.info().warnings(),
            result.info().infos(),
            () -> {});
    return series < size(result) ? answer.warn(Answer.TRUNCATED) : answer;
  }

  private static int size(QueryResult result) {
    return switch (result) {
      case QueryResult.Scalar _, QueryResult.StringValue _ -> 1;
      case QueryResult.InstantVector vector -> vector.labels().size();
      case QueryResult.Matrix matrix -> matrix.series().size();
    };
  }

  private static void write(QueryAnswer found, int series, boolean stats, JsonWriter json)
      throws IOException {
    QueryResult result = found.result();
    json.beginObject().name("resultType");
    switch (result) {
      case QueryResult.Scalar scalar ->
          json.string("scalar").name("result").scalar(scalar.timestampMillis(), scalar.value());
      case QueryResult.StringValue string ->
          json.string("string")
              .name("result")
              .beginArray()
              .time(string.timestampMillis())
              .string(string.value())
              .endArray();
      case QueryResult.InstantVector vector -> write(vector, series, json);
      case QueryResult.Matrix matrix -> write(matrix, series, json);
    }
    QueryStats cost = result.info().stats();
    if (stats) {
      StatsJson.write(found, json.name("stats"));
    }
    if (cost.plan() != null) {
      json.name("explain").tree(PlanTree.of(cost.plan()));
    }
    json.endObject();
  }

  private static void write(QueryResult.InstantVector vector, int series, JsonWriter json)
      throws IOException {
    json.string("vector").name("result").beginArray();
    for (int i = 0; i < series; i++) {
      json.beginObject().name("metric").labels(vector.labels().get(i));
      Histogram histogram = vector.histogram(i);
      if (histogram == null) {
        json.name("value").sample(vector.timestampMillis(), vector.values()[i]);
      } else {
        HistogramJson.write(vector.timestampMillis(), histogram, json.name("histogram"));
      }
      json.endObject();
    }
    json.endArray();
  }

  private static void write(QueryResult.Matrix matrix, int series, JsonWriter json)
      throws IOException {
    json.string("matrix").name("result").beginArray();
    for (Column column : matrix.series().subList(0, series)) {
      json.beginObject().name("metric").labels(column.labels());
      if (column.histograms() == null) {
        json.name("values").samples(column.timestamps(), column.values());
      } else {
        HistogramJson.writeMixed(column, json);
      }
      json.endObject();
    }
    json.endArray();
  }
}
