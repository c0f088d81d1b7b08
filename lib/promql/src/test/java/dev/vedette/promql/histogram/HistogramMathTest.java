package dev.vedette.promql.histogram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.testkit.RandomHistograms;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HistogramMathTest {
  private static final int CASES = 2_000;

  private RandomHistograms histograms = new RandomHistograms(new Random(0));
  private Random random = new Random(0);

  @BeforeEach
  void seed() {
    long seed = Long.getLong("seed", 1);
    System.out.println("HistogramMathTest seed " + seed);
    random = new Random(seed);
    histograms = new RandomHistograms(random);
  }

  /** A histogram of numbers that can be reckoned with to the last digits. */
  private Histogram next(Predicate<Histogram> wanted) {
    while (true) {
      Histogram histogram = histograms.next();
      boolean usable =
          !histogram.isStale()
              && Math.abs(histogram.sum()) < 1e6
              && Math.abs(histogram.sum()) > 1e-6
              && inBuckets(histogram) < 1e12;
      if (usable && wanted.test(histogram)) {
        return consistent(histogram);
      }
    }
  }

  /** Float counts of the generator do not add up; these do. */
  private static Histogram consistent(Histogram histogram) {
    HistogramDraft draft = HistogramDraft.of(histogram);
    draft.setTotals(inBuckets(histogram), histogram.zeroCount(), histogram.sum());
    return draft.finish();
  }

  private static double inBuckets(Histogram histogram) {
    double count = histogram.zeroCount();
    for (int i = 0; i < histogram.layout().positive().buckets(); i++) {
      count += histogram.positive(i);
    }
    for (int i = 0; i < histogram.layout().negative().buckets(); i++) {
      count += histogram.negative(i);
    }
    return count;
  }

  private static boolean isExponential(Histogram histogram) {
    return !histogram.layout().isCustom();
  }

  private static void assertAlike(Histogram actual, Histogram expected) {
    Histogram a = HistogramMath.compact(rounded(actual));
    Histogram b = HistogramMath.compact(rounded(expected));
    assertThat(a.layout()).isEqualTo(b.layout());
    assertThat(a.count()).isCloseTo(b.count(), within(1e-3));
    assertThat(a.sum()).isCloseTo(b.sum(), within(1e-3));
    for (int i = 0; i < a.layout().positive().buckets(); i++) {
      assertThat(a.positive(i)).isCloseTo(b.positive(i), within(1e-3));
    }
    for (int i = 0; i < a.layout().negative().buckets(); i++) {
      assertThat(a.negative(i)).isCloseTo(b.negative(i), within(1e-3));
    }
  }

  /** What is left of a bucket by rounding alone is no bucket. */
  private static Histogram rounded(Histogram histogram) {
    HistogramDraft draft = HistogramDraft.of(histogram);
    for (BucketRow row : new BucketRow[] {draft.positive(), draft.negative()}) {
      for (int i = 0; i < row.size(); i++) {
        row.setCount(i, Math.abs(row.count(i)) < 1e-3 ? 0 : row.count(i));
      }
    }
    return draft.finish();
  }

  @Test
  void whatWasAddedCanBeSubtracted() {
    for (int i = 0; i < CASES; i++) {
      Histogram a = next(HistogramMathTest::isExponential);
      Histogram b = next(HistogramMathTest::isExponential);
      Histogram sum = HistogramMath.add(a, b).histogram();
      Histogram back = HistogramMath.subtract(sum, b).histogram();
      // The sum has the lower resolution and the wider zero bucket, and so has what comes back.
      HistogramDraft wanted = HistogramDraft.of(a);
      if (wanted.zeroThreshold() < sum.layout().zeroThreshold()) {
        wanted.widenZeroBucket(sum.layout().zeroThreshold());
      }
      assertAlike(back, wanted.reduceTo(sum.layout().schema()).finish());
    }
  }

  @Test
  void sumsDoNotDependOnTheOrder() {
    for (int i = 0; i < CASES; i++) {
      boolean custom = random.nextBoolean();
      Histogram a = next(h -> h.layout().isCustom() == custom);
      Histogram b = next(h -> h.layout().isCustom() == custom);
      assertAlike(HistogramMath.add(a, b).histogram(), HistogramMath.add(b, a).histogram());
    }
  }

  @Test
  void noObservationIsLostWhateverTheLayouts() {
    for (int i = 0; i < CASES; i++) {
      boolean custom = random.nextBoolean();
      Histogram a = next(h -> h.layout().isCustom() == custom);
      Histogram b = next(h -> h.layout().isCustom() == custom);
      Histogram sum = HistogramMath.add(a, b).histogram();
      assertThat(sum.count()).isCloseTo(a.count() + b.count(), within(1e-3));
      assertThat(inBuckets(sum)).isCloseTo(sum.count(), within(1e-3));
    }
  }

  @Test
  void resolutionMayBeReducedBeforeOrAfterAdding() {
    for (int i = 0; i < CASES; i++) {
      Histogram a = next(HistogramMathTest::isExponential);
      Histogram b = withZeroBucketOf(a, next(HistogramMathTest::isExponential));
      if (b.layout().zeroThreshold() != a.layout().zeroThreshold()) {
        continue;
      }
      int schema = Math.min(a.layout().schema(), b.layout().schema()) - random.nextInt(2);
      int target = Math.max(HistogramLayout.MIN_SCHEMA, schema);
      Histogram after = HistogramMath.reduce(HistogramMath.add(a, b).histogram(), target);
      Histogram before =
          HistogramMath.add(HistogramMath.reduce(a, target), HistogramMath.reduce(b, target))
              .histogram();
      assertAlike(after, before);
    }
  }

  private static Histogram withZeroBucketOf(Histogram other, Histogram histogram) {
    HistogramDraft draft = HistogramDraft.of(histogram);
    if (draft.zeroThreshold() < other.layout().zeroThreshold()) {
      draft.widenZeroBucket(other.layout().zeroThreshold());
    }
    return draft.finish();
  }

  @Test
  void quantilesRiseWithTheirRankAndFractionsTurnThemBack() {
    for (int i = 0; i < CASES; i++) {
      // Many observations of one value, as a zero bucket without width has them, have no inverse.
      HistogramDraft draft =
          HistogramDraft.of(
              next(h -> isExponential(h) && inBuckets(h) > 0 && h.layout().zeroThreshold() > 0));
      // Nor have buckets that lie in the zero bucket.
      draft.widenZeroBucket(draft.zeroThreshold());
      Histogram histogram = draft.finish();
      double last = Double.NEGATIVE_INFINITY;
      for (double q = 0.05; q < 1; q += 0.05) {
        double quantile = HistogramQuantiles.quantile(q, histogram).value();
        assertThat(quantile).isGreaterThanOrEqualTo(last - Math.abs(last) * 1e-9);
        double below = HistogramQuantiles.fraction(Double.NEGATIVE_INFINITY, quantile, histogram);
        assertThat(below).isCloseTo(q, within(1e-6));
        last = quantile;
      }
    }
  }

  @Test
  void whatIsCutOffAboveAndBelowIsTheWhole() {
    for (int i = 0; i < CASES; i++) {
      Histogram histogram = next(HistogramMathTest::isExponential);
      double value = random.nextGaussian() * 10;
      double below = HistogramTrim.upper(histogram, value).count();
      double above = HistogramTrim.lower(histogram, value).count();
      assertThat(below + above).isCloseTo(histogram.count(), within(1e-3 + below * 1e-9));
    }
  }

  @Test
  void aCounterThatOnlyGrewWasNotReset() {
    for (int i = 0; i < CASES; i++) {
      boolean custom = random.nextBoolean();
      Histogram earlier = next(h -> h.layout().isCustom() == custom && inBuckets(h) > 1);
      Histogram later =
          HistogramMath.multiply(earlier, 1 + random.nextInt(3)).withReset(CounterReset.UNKNOWN);
      assertThat(CounterResets.between(earlier, later)).isFalse();
      Histogram less = HistogramMath.multiply(earlier, 0.5).withReset(CounterReset.UNKNOWN);
      assertThat(CounterResets.between(earlier, less)).isTrue();
    }
  }

  @Test
  void whatAHistogramSaysOfItselfCountsMoreThanItsBuckets() {
    Histogram histogram = exponential(1, 2, 3);
    assertThat(CounterResets.between(histogram, histogram.withReset(CounterReset.YES))).isTrue();
    Histogram less = exponential(1, 1, 3);
    assertThat(CounterResets.between(histogram, less)).isTrue();
    assertThat(CounterResets.between(histogram, less.withReset(CounterReset.NO))).isFalse();
  }

  private static Histogram exponential(double... counts) {
    HistogramLayout layout =
        HistogramLayout.of(0, 0, BucketSpans.of(0, counts.length), BucketSpans.NONE);
    double count = 0;
    for (double each : counts) {
      count += each;
    }
    return Histogram.ofFloats(layout, CounterReset.UNKNOWN, count, 0, count, counts, new double[0]);
  }

  @Test
  void customBoundsThatDifferAreReducedToWhatBothHave() {
    Histogram a = custom(new double[] {1, 2, 5}, 1, 2, 3, 4);
    Histogram b = custom(new double[] {2, 4, 5}, 10, 20, 30, 40);
    HistogramMath.Combined sum = HistogramMath.add(a, b);
    assertThat(sum.boundsReconciled()).isTrue();
    assertAlike(sum.histogram(), custom(new double[] {2, 5}, 13, 53, 44));
    assertThat(HistogramMath.add(a, a).boundsReconciled()).isFalse();
  }

  private static Histogram custom(double[] bounds, double... counts) {
    HistogramLayout layout = HistogramLayout.custom(BucketSpans.of(0, counts.length), bounds);
    double count = 0;
    for (double each : counts) {
      count += each;
    }
    return Histogram.ofFloats(layout, CounterReset.UNKNOWN, count, 0, count, counts, new double[0]);
  }

  @Test
  void aContradictionAboutResetsIsReported() {
    Histogram histogram = exponential(1, 2);
    HistogramMath.Combined sum =
        HistogramMath.add(
            histogram.withReset(CounterReset.YES), histogram.withReset(CounterReset.NO));
    assertThat(sum.resetsCollide()).isTrue();
    assertThat(sum.histogram().reset()).isEqualTo(CounterReset.UNKNOWN);
  }

  @Test
  void sumsLoseNoDigitsAndMeansDoNotOverflow() {
    HistogramSum sum = HistogramSum.sumOf(exponential(1e16, 1));
    for (int i = 0; i < 1000; i++) {
      sum.add(exponential(1, 1));
    }
    sum.add(HistogramMath.multiply(exponential(1e16, 0), -1));
    assertThat(sum.value().positive(0)).isEqualTo(1000);

    Histogram large = exponential(Double.MAX_VALUE, 0);
    HistogramSum mean = HistogramSum.meanOf(large);
    mean.add(large);
    mean.add(large);
    assertThat(mean.value().positive(0))
        .isCloseTo(Double.MAX_VALUE, within(Double.MAX_VALUE * 1e-9));
  }

  @Test
  void boundsAreThoseOfTheClientLibrariesToTheLastBit() {
    assertThat(ExponentialBounds.upper(1, 1)).isEqualTo(1.414213562373095);
    assertThat(ExponentialBounds.upper(-1, 2)).isEqualTo(0.8408964152537144);
    assertThat(ExponentialBounds.upper(3, 0)).isEqualTo(8);
    assertThat(ExponentialBounds.upper(-2, -1)).isEqualTo(0.0625);
    assertThat(ExponentialBounds.upper(1024, 0)).isEqualTo(Double.MAX_VALUE);
  }

  @Test
  void theTextHasBoundsOfEachBucket() {
    HistogramLayout layout =
        HistogramLayout.of(0, 0.001, BucketSpans.of(0, 2), BucketSpans.of(0, 2));
    Histogram histogram =
        Histogram.ofFloats(
            layout, CounterReset.UNKNOWN, 20, 2, 10, new double[] {1, 2}, new double[] {1, 2});
    assertThat(HistogramText.of(histogram))
        .isEqualTo(
            "{count:20, sum:10, [-2,-1):2, [-1,-0.5):1, [-0.001,0.001]:2, (0.5,1]:1, (1,2]:2}");
  }
}
