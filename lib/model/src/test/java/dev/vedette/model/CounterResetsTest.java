package dev.vedette.model;

import static dev.vedette.model.CounterReset.GAUGE;
import static dev.vedette.model.CounterReset.NO;
import static dev.vedette.model.CounterReset.UNKNOWN;
import static dev.vedette.model.CounterReset.YES;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CounterResetsTest {
  private static final BucketSpans TWO = BucketSpans.of(0, 2);
  private static final BucketSpans THREE = BucketSpans.of(0, 2, 3, 1);

  @Test
  void aCounterThatGrowsHasNoReset() {
    assertThat(hint(counts(TWO, 1, 2), counts(TWO, 1, 2))).isEqualTo(NO);
    assertThat(hint(counts(TWO, 1, 2), counts(TWO, 5, 2))).isEqualTo(NO);
    assertThat(hint(counts(TWO, 1, 2), counts(THREE, 1, 2, 7))).isEqualTo(NO);
  }

  @Test
  void aCountThatFallsIsAReset() {
    assertThat(hint(counts(TWO, 1, 2), counts(TWO, 1, 1))).isEqualTo(YES);
    assertThat(hint(counts(TWO, 1, 2), counts(TWO, 9, 1))).isEqualTo(YES);
    assertThat(hint(counts(THREE, 1, 2, 3), counts(TWO, 9, 9))).isEqualTo(YES);
    assertThat(hint(counts(TWO, 1, 2), counts(BucketSpans.of(1, 1), 9))).isEqualTo(YES);
  }

  @Test
  void anEmptyBucketThatIsGoneIsNoReset() {
    assertThat(hint(counts(THREE, 1, 2, 0), counts(TWO, 1, 2))).isEqualTo(NO);
  }

  @Test
  void whatCannotBeComparedIsUnknown() {
    Histogram one = counts(TWO, 1, 2);
    assertThat(CounterResets.between(null, one.withReset(NO))).isEqualTo(UNKNOWN);
    assertThat(hint(Histogram.STALE, one)).isEqualTo(UNKNOWN);
    assertThat(hint(one.withReset(GAUGE), one)).isEqualTo(UNKNOWN);
    HistogramLayout finer = HistogramLayout.of(1, 0, TWO, BucketSpans.NONE);
    assertThat(hint(one, counts(finer, 5, 5))).isEqualTo(UNKNOWN);
  }

  @Test
  void otherCustomBoundsAreAReset() {
    Histogram one = counts(HistogramLayout.custom(TWO, 1, 2), 1, 2);
    assertThat(hint(one, counts(HistogramLayout.custom(TWO, 1, 3), 1, 2))).isEqualTo(YES);
    assertThat(hint(one, counts(HistogramLayout.custom(TWO, 1, 2), 1, 2))).isEqualTo(NO);
  }

  @Test
  void gaugesAndResetsThatTheSenderSawStay() {
    Histogram one = counts(TWO, 1, 2);
    assertThat(hint(one, one.withReset(GAUGE))).isEqualTo(GAUGE);
    assertThat(hint(one, one.withReset(YES))).isEqualTo(YES);
  }

  @Test
  void aFloatBetweenTwoLeavesTheSecondUnknown() {
    Histogram one = counts(TWO, 1, 2);
    Histogram[] series = {one, one.withReset(YES), one, null, one.withReset(NO), one};
    CounterResets.settle(series, series.length);
    assertThat(series)
        .containsExactly(one, one.withReset(YES), one.withReset(NO), null, one, one.withReset(NO));
  }

  private static CounterReset hint(Histogram before, Histogram now) {
    return CounterResets.between(before, now);
  }

  private static Histogram counts(BucketSpans spans, long... counts) {
    return counts(HistogramLayout.of(0, 0, spans, BucketSpans.NONE), counts);
  }

  private static Histogram counts(HistogramLayout layout, long... counts) {
    long count = 0;
    for (long each : counts) {
      count += each;
    }
    return Histogram.ofIntegers(layout, UNKNOWN, count, 0, 1, counts, new long[0]);
  }
}
