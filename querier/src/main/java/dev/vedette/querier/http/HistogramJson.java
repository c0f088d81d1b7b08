package dev.vedette.querier.http;

import dev.vedette.model.Histogram;
import dev.vedette.promql.QueryResult.Column;
import dev.vedette.promql.histogram.BucketTable;
import dev.vedette.querier.json.JsonWriter;
import java.io.IOException;

/**
 * Writes native histograms as the API has them: count, sum, and each bucket that is not empty as
 * {@code [boundaries, "lower", "upper", "count"]}, numbers in strings.
 */
final class HistogramJson {
  // What belongs to a bucket besides what lies between its bounds.
  private static final int UPPER_BOUND = 0;
  private static final int LOWER_BOUND = 1;
  private static final int NEITHER_BOUND = 2;
  private static final int BOTH_BOUNDS = 3;

  private HistogramJson() {}

  /** The points of a series that has histograms: numbers and histograms apart. */
  static void writeMixed(Column column, JsonWriter json) throws IOException {
    boolean any = false;
    for (int i = 0; i < column.timestamps().length; i++) {
      if (column.histogram(i) == null) {
        if (!any) {
          json.name("values").beginArray();
          any = true;
        }
        json.sample(column.timestamps()[i], column.values()[i]);
      }
    }
    if (any) {
      json.endArray();
    }
    json.name("histograms").beginArray();
    for (int i = 0; i < column.timestamps().length; i++) {
      Histogram histogram = column.histogram(i);
      if (histogram != null) {
        write(column.timestamps()[i], histogram, json);
      }
    }
    json.endArray();
  }

  /** A histogram with its time. */
  static void write(long timestampMillis, Histogram histogram, JsonWriter json) throws IOException {
    json.beginArray().time(timestampMillis).beginObject();
    json.name("count").value(histogram.count()).name("sum").value(histogram.sum());
    writeBuckets(BucketTable.of(histogram), json);
    json.endObject().endArray();
  }

  private static void writeBuckets(BucketTable buckets, JsonWriter json) throws IOException {
    boolean any = false;
    for (int i = 0; i < buckets.size(); i++) {
      if (buckets.count(i) == 0) {
        continue;
      }
      if (!any) {
        json.name("buckets").beginArray();
        any = true;
      }
      json.beginArray().number(boundaries(buckets, i));
      json.value(buckets.lower(i)).value(buckets.upper(i)).value(buckets.count(i)).endArray();
    }
    if (any) {
      json.endArray();
    }
  }

  private static int boundaries(BucketTable buckets, int bucket) {
    if (buckets.includesLower(bucket)) {
      return buckets.includesUpper(bucket) ? BOTH_BOUNDS : LOWER_BOUND;
    }
    return buckets.includesUpper(bucket) ? UPPER_BOUND : NEITHER_BOUND;
  }
}
