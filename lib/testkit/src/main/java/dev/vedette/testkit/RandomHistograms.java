package dev.vedette.testkit;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * Native histograms for properties: of any shape that is valid, or one after another as a series
 * has them, with layouts that grow and shrink, resets, markers and now and then another kind.
 */
public final class RandomHistograms {
  private final RandomGenerator random;

  public RandomHistograms(RandomGenerator random) {
    this.random = random;
  }

  /** A histogram that has nothing to do with the one before. */
  public Histogram next() {
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

  /** Histograms as a series has them: mostly counts that grow, and not all of it. */
  public List<Histogram> series(int count) {
    List<Histogram> series = new ArrayList<>(count);
    Histogram last = next();
    for (int i = 0; i < count; i++) {
      last =
          switch (random.nextInt(30)) {
            case 0 -> next();
            case 1 -> Histogram.STALE;
            case 2 -> regrown(last);
            default -> grown(last);
          };
      series.add(last);
    }
    return series;
  }

  private Histogram grown(Histogram last) {
    long[] columns = new long[last.layout().columns()];
    last.copyColumns(columns, 0);
    long more = 0;
    for (int i = HistogramLayout.BUCKETS; i < columns.length; i++) {
      if (random.nextInt(4) == 0) {
        long one = random.nextInt(20);
        more += one;
        columns[i] =
            last.isFloat()
                ? Double.doubleToRawLongBits(Double.longBitsToDouble(columns[i]) + one / 4.0)
                : columns[i] + one;
      }
    }
    columns[HistogramLayout.COUNT] =
        last.isFloat()
            ? Double.doubleToRawLongBits(last.count() + more / 4.0)
            : columns[HistogramLayout.COUNT] + more;
    long sumBits = Double.doubleToRawLongBits(last.sum() + more * random.nextDouble());
    return Histogram.ofColumns(last.layout(), last.isFloat(), last.reset(), sumBits, columns);
  }

  /** The same kind with some buckets gone and others there. */
  private Histogram regrown(Histogram last) {
    HistogramLayout old = last.layout();
    BucketSpans positive = old.isCustom() ? old.positive() : mutated(old.positive());
    HistogramLayout layout = old.withBuckets(positive, old.negative());
    CounterReset reset = CounterReset.of(random.nextInt(4));
    return last.isFloat() ? floats(layout, reset) : integers(layout, reset);
  }

  private BucketSpans mutated(BucketSpans spans) {
    TreeSet<Integer> indexes = new TreeSet<>();
    for (int index : spans.indexes()) {
      if (random.nextInt(8) != 0) {
        indexes.add(index);
      }
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      indexes.add(random.nextInt(-60, 60));
    }
    int[] ascending = indexes.stream().mapToInt(Integer::intValue).toArray();
    return BucketSpans.ofIndexes(ascending, ascending.length);
  }
}
