package dev.vedette.model;

/** What has to hold of a native histogram before it is taken in; says what does not. */
final class HistogramChecks {
  private HistogramChecks() {}

  static InvalidRequest invalid(String what) {
    return new InvalidRequest(
        ErrorId.INVALID_HISTOGRAM,
        "not a native histogram: " + what,
        "update or report the client library that made it");
  }

  static void check(HistogramLayout layout) {
    if (layout.isCustom()) {
      checkCustom(layout);
      return;
    }
    int schema = layout.schema();
    if (schema < HistogramLayout.MIN_SCHEMA || schema > HistogramLayout.MAX_SCHEMA) {
      throw invalid(
          "unknown schema %d; %d to %d and %d are known"
              .formatted(
                  schema,
                  HistogramLayout.MIN_SCHEMA,
                  HistogramLayout.MAX_SCHEMA,
                  HistogramLayout.CUSTOM));
    }
    if (layout.customBounds() > 0) {
      throw invalid("schema %d with custom bounds".formatted(schema));
    }
    double threshold = layout.zeroThreshold();
    if (!(threshold >= 0) || Double.isInfinite(threshold)) {
      throw invalid("a zero threshold of " + threshold);
    }
  }

  private static void checkCustom(HistogramLayout layout) {
    if (Double.doubleToRawLongBits(layout.zeroThreshold()) != 0) {
      throw invalid("custom buckets with a zero threshold of " + layout.zeroThreshold());
    }
    if (layout.negative().buckets() > 0) {
      throw invalid("custom buckets with a negative side");
    }
    double last = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < layout.customBounds(); i++) {
      double bound = layout.customBound(i);
      if (!(bound > last)) {
        throw invalid("custom bound %d is %s after %s; they ascend".formatted(i, bound, last));
      }
      last = bound;
    }
    if (last == Double.POSITIVE_INFINITY) {
      throw invalid("the last custom bound is +Inf; that bucket goes without saying");
    }
    BucketSpans spans = layout.positive();
    if (spans.count() > 0 && spans.offset(0) < 0) {
      throw invalid("custom buckets whose first span has the offset " + spans.offset(0));
    }
    if (spans.end() > layout.customBounds() + 1) {
      throw invalid(
          "spans up to bucket %d with %d custom bounds"
              .formatted(spans.end() - 1, layout.customBounds()));
    }
  }

  static void checkSizes(HistogramLayout layout, int positive, int negative) {
    checkSize("positive", layout.positive(), positive);
    checkSize("negative", layout.negative(), negative);
  }

  static void checkSize(String side, BucketSpans spans, int counts) {
    if (spans.buckets() != counts) {
      throw invalid(
          "%s side has spans of %d buckets and counts of %d"
              .formatted(side, spans.buckets(), counts));
    }
  }

  static void checkIntegers(HistogramLayout layout, long[] columns, double sum) {
    long inBuckets = 0;
    for (int i = 0; i < columns.length; i++) {
      if (columns[i] < 0) {
        throw invalid("%s is %d".formatted(name(layout, i), columns[i]));
      }
      if (i > HistogramLayout.COUNT) {
        inBuckets += columns[i];
        if (inBuckets < 0) {
          throw invalid("its buckets hold more than 2^63 observations");
        }
      }
    }
    checkZeroCount(layout, columns[HistogramLayout.ZERO_COUNT] != 0);
    long count = columns[HistogramLayout.COUNT];
    // NaN observations are counted, but are in no bucket, and make the sum NaN.
    if (Double.isNaN(sum) ? inBuckets > count : inBuckets != count) {
      throw invalid("%d observations in buckets, %d in the count".formatted(inBuckets, count));
    }
  }

  /** Sums of floats are rounded, so count and buckets are not compared. */
  static void checkFloats(HistogramLayout layout, long[] columns) {
    for (int i = 0; i < columns.length; i++) {
      double value = Double.longBitsToDouble(columns[i]);
      if (value < 0) {
        throw invalid("%s is %s".formatted(name(layout, i), value));
      }
    }
    double zeroCount = Double.longBitsToDouble(columns[HistogramLayout.ZERO_COUNT]);
    checkZeroCount(layout, zeroCount != 0);
  }

  private static void checkZeroCount(HistogramLayout layout, boolean isPresent) {
    if (isPresent && layout.isCustom()) {
      throw invalid("custom buckets with a zero count");
    }
  }

  private static String name(HistogramLayout layout, int column) {
    int positive = column - HistogramLayout.BUCKETS;
    if (positive >= 0) {
      int negative = positive - layout.positive().buckets();
      return negative < 0 ? "positive bucket " + positive : "negative bucket " + negative;
    }
    return column == HistogramLayout.COUNT ? "the count" : "the zero count";
  }
}
