package dev.vedette.model;

import java.util.random.RandomGenerator;

/** Histograms of any shape that is valid. */
final class RandomHistograms {
  private final RandomGenerator random;

  RandomHistograms(RandomGenerator random) {
    this.random = random;
  }

  Histogram next() {
    if (random.nextInt(20) == 0) {
      return Histogram.STALE;
    }
    HistogramLayout layout = layout();
    CounterReset reset = CounterReset.of(random.nextInt(4));
    return random.nextInt(3) == 0 ? floats(layout, reset) : integers(layout, reset);
  }

  private HistogramLayout layout() {
    if (random.nextInt(4) == 0) {
      double[] bounds = new double[random.nextInt(12)];
      double bound = random.nextInt(5) == 0 ? -1e300 : random.nextGaussian();
      for (int i = 0; i < bounds.length; i++) {
        bounds[i] = bound;
        bound += random.nextDouble() + 1e-3 + Math.abs(bound) * 1e-3;
      }
      return HistogramLayout.custom(spans(0, bounds.length + 1), bounds);
    }
    double threshold =
        switch (random.nextInt(3)) {
          case 0 -> 0;
          case 1 -> 0x1p-128;
          default -> random.nextDouble();
        };
    int schema = random.nextInt(HistogramLayout.MIN_SCHEMA, HistogramLayout.MAX_SCHEMA + 1);
    BucketSpans negative = random.nextInt(3) == 0 ? spans(-20, 20) : BucketSpans.NONE;
    return HistogramLayout.of(schema, threshold, spans(-50, 50), negative);
  }

  private BucketSpans spans(int from, int to) {
    int[] indexes = new int[to - from];
    int size = 0;
    for (int index = from; index < to; index++) {
      if (random.nextInt(3) == 0) {
        indexes[size++] = index;
      }
    }
    return BucketSpans.ofIndexes(indexes, size);
  }

  private Histogram integers(HistogramLayout layout, CounterReset reset) {
    long zero = layout.isCustom() ? 0 : random.nextInt(10);
    long[] positive = random.longs(layout.positive().buckets(), 0, bound()).toArray();
    long[] negative = random.longs(layout.negative().buckets(), 0, bound()).toArray();
    long count = zero;
    for (long each : positive) {
      count += each;
    }
    for (long each : negative) {
      count += each;
    }
    double sum = random.nextInt(10) == 0 ? Double.NaN : random.nextGaussian();
    long nans = Double.isNaN(sum) ? random.nextInt(5) : 0;
    return Histogram.ofIntegers(layout, reset, count + nans, zero, sum, positive, negative);
  }

  private long bound() {
    return 1 + (1L << random.nextInt(56));
  }

  private Histogram floats(HistogramLayout layout, CounterReset reset) {
    double[] positive = random.doubles(layout.positive().buckets()).toArray();
    double[] negative = random.doubles(layout.negative().buckets()).toArray();
    double zero = layout.isCustom() ? 0 : random.nextInt(10);
    double sum = Double.longBitsToDouble(random.nextLong());
    return Histogram.ofFloats(layout, reset, random.nextInt(1000), zero, sum, positive, negative);
  }
}
