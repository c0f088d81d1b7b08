package dev.vedette.testkit.oracle;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A native histogram that goes on as that of a program: its counts grow, begin anew at times, and
 * buckets come; gauges go up and down. Counts of counters are whole, others multiples of a quarter,
 * as are all sums, so that adding them is exact.
 */
final class HistogramWalk {
  /** What kind of histogram a series has. */
  enum Kind {
    COUNTER,
    GAUGE,
    CUSTOM
  }

  private static final double[] BOUNDS = {0.5, 1, 2.5, 5, 10};
  private static final double[] THRESHOLDS = {0, 0x1p-128, 0x1p-5};

  private static final double FULL = 50_000;

  private final SplittableRandom random;
  private final Kind kind;
  private TreeMap<Integer, Double> positive = new TreeMap<>();
  private TreeMap<Integer, Double> negative = new TreeMap<>();
  private double zero;
  private double sum;
  private int schema;
  private double threshold;

  HistogramWalk(SplittableRandom random, Kind kind) {
    this.random = random;
    this.kind = kind;
    begin();
  }

  private void begin() {
    positive = new TreeMap<>();
    negative = new TreeMap<>();
    zero = 0;
    sum = 0;
    if (kind != Kind.CUSTOM) {
      // On both sides something: whether the zero bucket has one side hangs on empty buckets, too.
      positive.put(0, 1.0);
      negative.put(0, 1.0);
    }
    if (kind == Kind.COUNTER) {
      // So full that no rate would reach back to where it was empty.
      zero = FULL;
    } else if (kind == Kind.CUSTOM) {
      positive.put(1, FULL);
    }
    schema = random.nextInt(4);
    threshold = THRESHOLDS[random.nextInt(THRESHOLDS.length)];
  }

  Histogram next() {
    switch (random.nextInt(kind == Kind.GAUGE ? 12 : 30)) {
      case 0 -> begin();
      case 1, 2, 3, 4 -> {
        return histogram();
      }
      default -> {}
    }
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      observe();
    }
    return histogram();
  }

  private void observe() {
    int count = random.nextInt(1, 20);
    double many = kind == Kind.GAUGE ? count / 4.0 : count;
    sum += random.nextInt(200) / 4.0;
    if (kind == Kind.CUSTOM) {
      positive.merge(random.nextInt(BOUNDS.length + 1), many, Double::sum);
    } else if (random.nextInt(8) == 0) {
      zero += many;
    } else if (random.nextInt(6) == 0) {
      negative.merge(random.nextInt(4), many, Double::sum);
    } else {
      positive.merge(random.nextInt(-4, 12), many, Double::sum);
    }
  }

  private Histogram histogram() {
    HistogramLayout layout =
        kind == Kind.CUSTOM
            ? HistogramLayout.custom(spans(positive), BOUNDS)
            : HistogramLayout.of(schema, threshold, spans(positive), spans(negative));
    double count = zero + total(positive) + total(negative);
    return kind == Kind.GAUGE
        ? Histogram.ofFloats(
            layout, CounterReset.GAUGE, count, zero, sum, counts(positive), counts(negative))
        : Histogram.ofIntegers(
            layout,
            CounterReset.UNKNOWN,
            (long) count,
            (long) zero,
            sum,
            wholeCounts(positive),
            wholeCounts(negative));
  }

  private static BucketSpans spans(Map<Integer, Double> buckets) {
    int[] indexes = buckets.keySet().stream().mapToInt(Integer::intValue).toArray();
    return BucketSpans.ofIndexes(indexes, indexes.length);
  }

  private static double total(Map<Integer, Double> buckets) {
    return buckets.values().stream().mapToDouble(each -> each).sum();
  }

  private static double[] counts(Map<Integer, Double> buckets) {
    return buckets.values().stream().mapToDouble(each -> each).toArray();
  }

  private static long[] wholeCounts(Map<Integer, Double> buckets) {
    return buckets.values().stream().mapToLong(Double::longValue).toArray();
  }
}
