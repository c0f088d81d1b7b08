package dev.vedette.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class HistogramTest {
  private static final BucketSpans TWO = BucketSpans.of(0, 2);
  private static final long[] NO_COUNTS = {};
  private static final double[] NO_FLOATS = {};

  @Test
  void spansAreKeptInOneForm() {
    BucketSpans spans = BucketSpans.of(-3, 0, 1, 2, 0, 1, 4, 0, 1, 2, 7, 0);

    assertThat(spans).isEqualTo(BucketSpans.of(-2, 3, 5, 2)).hasToString("[-2..0, 6..7]");
    assertThat(spans.buckets()).isEqualTo(5);
    assertThat(spans.indexes()).containsExactly(-2, -1, 0, 6, 7);
    assertThat(spans.end()).isEqualTo(8);
    assertThat(BucketSpans.ofIndexes(spans.indexes(), 5)).isEqualTo(spans);
    assertThat(BucketSpans.of(3, 0)).isEqualTo(BucketSpans.NONE);
  }

  @Test
  void countsAreThereByTheirBuckets() {
    HistogramLayout layout = HistogramLayout.of(3, 0.5, TWO, BucketSpans.of(1, 1));
    Histogram histogram = integers(layout, 10, 1, -2.5, new long[] {2, 3}, new long[] {4});

    assertThat(histogram.count()).isEqualTo(10);
    assertThat(histogram.zeroCount()).isEqualTo(1);
    assertThat(histogram.positive(1)).isEqualTo(3);
    assertThat(histogram.negative(0)).isEqualTo(4);
    assertThat(histogram.sum()).isEqualTo(-2.5);
    assertThat(histogram.column(4)).isEqualTo(4);
    assertThat(histogram.isStale()).isFalse();
    assertThat(Histogram.STALE.isStale()).isTrue();
    assertThat(histogram.withReset(CounterReset.YES)).isNotEqualTo(histogram);
    assertThat(histogram.withReset(CounterReset.YES).hasContentOf(histogram)).isTrue();
  }

  @Test
  void columnsAreThoseOfAnotherWhereLayoutAndKindOfCountsAre() {
    HistogramLayout layout = layout(3, 0.5, TWO);
    Histogram histogram = integers(layout, 6, 1, 1, new long[] {2, 3}, NO_COUNTS);
    Histogram later = integers(layout(3, 0.5, TWO), 9, 1, 2, new long[] {4, 4}, NO_COUNTS);
    Histogram other = integers(layout(2, 0.5, TWO), 6, 1, 1, new long[] {2, 3}, NO_COUNTS);

    assertThat(histogram.hasColumnsOf(later.withReset(CounterReset.YES))).isTrue();
    assertThat(histogram.hasColumnsOf(other)).isFalse();
    assertThat(histogram.hasColumnsOf(floats(layout, 5, new double[] {2, 3}))).isFalse();
  }

  @Test
  void whatDoesNotHoldTogetherIsRefusedWithItsReason() {
    HistogramLayout layout = HistogramLayout.of(0, 0, TWO, BucketSpans.NONE);
    refused(
        () -> integers(layout, 3, 0, 1, new long[] {1}, NO_COUNTS),
        "positive side has spans of 2 buckets and counts of 1");
    refused(
        () -> integers(layout, 3, 0, 1, new long[] {4, -1}, NO_COUNTS), "positive bucket 1 is -1");
    refused(() -> integers(layout, 3, -1, 1, new long[] {4, 0}, NO_COUNTS), "zero count is -1");
    refused(
        () -> integers(layout, 3, 1, 1, new long[] {1, 2}, NO_COUNTS),
        "4 observations in buckets, 3 in the count");
    refused(
        () -> integers(layout, 5, 1, 1, new long[] {1, 2}, NO_COUNTS),
        "4 observations in buckets, 5 in the count");
    refused(
        () -> integers(layout, 3, 1, Double.NaN, new long[] {1, 2}, NO_COUNTS),
        "4 observations in buckets, 3 in the count");
    refused(
        () -> integers(layout, 3, 0, 1, new long[] {Long.MAX_VALUE, 2}, NO_COUNTS),
        "more than 2^63 observations");
    refused(() -> floats(layout, 3, new double[] {4, -0.5}), "positive bucket 1 is -0.5");
    refused(() -> floats(layout, -3, new double[] {4, 0.5}), "the count is -3.0");
    refused(() -> BucketSpans.of(0, 2, -1, 1), "span 1 has the offset -1");
    refused(() -> BucketSpans.of(0, -2), "span 0 has the length -2");
    refused(() -> BucketSpans.of(5, Integer.MAX_VALUE), "span 0 ends at bucket 2147483652");
  }

  @Test
  void layoutsThatCannotBeAreRefusedWithTheirReason() {
    refused(() -> layout(9, 0, TWO), "unknown schema 9; -4 to 8 and -53 are known");
    refused(() -> layout(-5, 0, TWO), "unknown schema -5");
    refused(() -> layout(0, -1, TWO), "a zero threshold of -1.0");
    refused(() -> layout(0, Double.NaN, TWO), "a zero threshold of NaN");
    refused(() -> layout(0, 0, TWO, 1.0), "schema 0 with custom bounds");
    refused(() -> layout(-53, 1, TWO, 1), "custom buckets with a zero threshold of 1.0");
    refused(() -> layout(-53, 0, TWO, 1, 1), "custom bound 1 is 1.0 after 1.0");
    refused(() -> layout(-53, 0, TWO, Double.NaN), "custom bound 0 is NaN");
    refused(() -> layout(-53, 0, TWO, 1, Double.POSITIVE_INFINITY), "is +Inf");
    refused(() -> layout(-53, 0, BucketSpans.of(1, 2), 1), "spans up to bucket 2 with 1 custom");
    refused(() -> layout(-53, 0, BucketSpans.of(-1, 2), 1), "first span has the offset -1");
    refused(() -> HistogramLayout.of(-53, 0, TWO, TWO, 1), "custom buckets with a negative side");
    HistogramLayout custom = HistogramLayout.custom(TWO, 1);
    refused(
        () -> integers(custom, 4, 1, 1, new long[] {1, 2}, NO_COUNTS),
        "custom buckets with a zero count");
  }

  @Test
  void observationsThatAreNoNumberAreInTheCountAlone() {
    HistogramLayout layout = HistogramLayout.of(0, 0, TWO, BucketSpans.NONE);
    Histogram histogram = integers(layout, 5, 1, Double.NaN, new long[] {1, 2}, NO_COUNTS);
    assertThat(histogram.count()).isEqualTo(5);
  }

  private static HistogramLayout layout(
      int schema, double threshold, BucketSpans positive, double... bounds) {
    return HistogramLayout.of(schema, threshold, positive, BucketSpans.NONE, bounds);
  }

  private static Histogram integers(
      HistogramLayout layout, long count, long zero, double sum, long[] positive, long[] negative) {
    return Histogram.ofIntegers(layout, CounterReset.UNKNOWN, count, zero, sum, positive, negative);
  }

  private static Histogram floats(HistogramLayout layout, double count, double[] positive) {
    return Histogram.ofFloats(layout, CounterReset.UNKNOWN, count, 0, 1, positive, NO_FLOATS);
  }

  private static void refused(ThrowingCallable call, String reason) {
    assertThatThrownBy(call).isInstanceOf(InvalidRequest.class).hasMessageContaining(reason);
  }
}
