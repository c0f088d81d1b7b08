package dev.vedette.tsdb.block;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Labels;
import dev.vedette.model.RealFiles;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.block.TestSeries.One;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the golden blocks of version 1 hold. Every released version must read them for ever; {@link
 * #main} wrote them, and is run again only for a new version of the format.
 */
final class GoldenBlocks {
  /** One series of each way that values and timestamps can be coded. */
  static final BlockId CODECS = new BlockId("01K73GZ8G0VEDETTEG0DENC0DE");

  /** More series than a block without stored posting lists may have. */
  static final BlockId POSTINGS = new BlockId("01K73GZ8G0VEDETTEG0DENP0ST");

  /** Histograms of every kind, floats among them, and start timestamps. */
  static final BlockId HISTOGRAMS = new BlockId("01K73GZ8G0VEDETTEG0DENH1ST");

  private static final int SAMPLES = 40;

  private GoldenBlocks() {}

  static BlockSpec spec(BlockId id) {
    return new BlockSpec(
        id, TenantId.DEFAULT, TestSeries.START, TestSeries.END, 2, List.of(CODECS, POSTINGS));
  }

  static List<One> codecs() {
    List<One> all = new ArrayList<>();
    add(all, "constant", i -> 42);
    add(all, "constant_decimal", i -> -0.125);
    add(all, "constant_huge", i -> Double.MAX_VALUE);
    add(all, "constant_infinity", i -> Double.POSITIVE_INFINITY);
    add(all, "constant_nan", i -> Double.longBitsToDouble(SpecialValues.NAN_BITS));
    add(all, "constant_then_stale", i -> i < SAMPLES - 1 ? 7 : stale());
    add(all, "linear", i -> 1e9 + 15.0 * i);
    add(all, "counter", i -> noise(i, 1) % 50 + 1000 * i);
    add(all, "counter_with_reset", i -> (i < 25 ? 1000 : 0) + 3 * i + noise(i, 2) % 2);
    add(all, "accelerating", i -> i * (double) i * i + noise(i, 3) % 5);
    add(all, "gauge", i -> 500 + noise(i, 4) % 100);
    add(all, "gauge_smooth", i -> Math.rint(1e4 * Math.sin(i / 9.0)));
    add(all, "bytes", i -> 4096.0 * (noise(i, 5) % 5000));
    add(all, "decimals", i -> (noise(i, 6) % 10_000) / 100.0);
    add(all, "float", i -> noise(i, 7) / 7e9);
    add(all, "odd", GoldenBlocks::odd);
    double sum = 0;
    double[] sums = new double[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      sum += (noise(i, 8) % 1_000_000_000) / 1e9;
      sums[i] = sum;
    }
    add(all, "duration_seconds_sum", i -> sums[i]);
    add(all, "duration_seconds_sum_again", i -> sums[i]);
    for (int le = 1; le <= 8; le++) {
      int bound = le;
      Labels labels = Labels.of("__name__", "duration_seconds_bucket", "le", "" + le);
      all.add(one(labels, i -> buckets(i, bound), TestSeries.regular(SAMPLES)));
    }
    Labels copy = Labels.of("__name__", "counter_again", "instance", "b");
    all.add(one(copy, i -> 5 - 2 * (noise(i, 1) % 50 + 1000 * i), TestSeries.regular(SAMPLES)));
    long[] jittered = TestSeries.regular(SAMPLES);
    for (int i = 0; i < SAMPLES; i++) {
      jittered[i] += noise(i, 9) % 12;
    }
    all.add(one(Labels.of("__name__", "jittered"), i -> i, jittered));
    long[] part = Arrays.copyOfRange(jittered, 5, 20);
    all.add(one(Labels.of("__name__", "part_of_jittered"), i -> i, part));
    long[] gaps = TestSeries.regular(SAMPLES);
    long[] irregular = TestSeries.regular(SAMPLES);
    for (int i = 0; i < SAMPLES; i++) {
      gaps[i] += i > 10 ? 300_000 : 0;
      irregular[i] += noise(i, 10) % 14_000;
    }
    all.add(one(Labels.of("__name__", "with_a_gap"), i -> i % 3, gaps));
    all.add(one(Labels.of("__name__", "irregular"), i -> i % 5, irregular));
    all.add(one(Labels.of("__name__", "single"), i -> Math.PI, TestSeries.regular(1)));
    return TestSeries.sorted(all);
  }

  static List<One> postings() {
    List<One> all = new ArrayList<>();
    long[] time = TestSeries.regular(1);
    for (int i = 0; i < 17_000; i++) {
      Labels labels =
          Labels.of(
              "__name__",
              "m" + i / 8500,
              "a",
              "" + i % 25,
              "b",
              "" + i / 25 % 20,
              "c",
              "" + i / 500);
      all.add(One.of(labels, time, i % 10));
    }
    return TestSeries.sorted(all);
  }

  static List<MixedSeries.One> histograms() {
    HistogramLayout exponential =
        HistogramLayout.of(3, 0x1p-128, BucketSpans.of(-2, 3, 5, 1), BucketSpans.of(0, 2));
    HistogramLayout finer = HistogramLayout.of(4, 0.001, BucketSpans.of(-4, 6), BucketSpans.NONE);
    HistogramLayout custom =
        HistogramLayout.custom(BucketSpans.of(0, 4), new double[] {0.1, 0.5, 1});
    return List.of(
        mixed("custom", i -> histogram(custom, false, i), _ -> 0),
        mixed("floats", i -> histogram(exponential, true, i), _ -> 0),
        mixed("growing", i -> histogram(i < 20 ? exponential : finer, false, i), _ -> 0),
        mixed(
            "mixed", i -> i % 3 == 0 ? null : histogram(finer, i % 7 == 1, i), i -> i < 9 ? 0 : 5),
        mixed("started", _ -> null, i -> TestSeries.START - (i < 25 ? 1000 : 0)),
        mixed("stopped", i -> i < 39 ? histogram(custom, true, i) : Histogram.STALE, i -> 1 + i));
  }

  private static MixedSeries.One mixed(
      String name, IntFunction<@Nullable Histogram> histogram, IntToLongFunction start) {
    TreeMap<Long, MixedSeries.Sample> samples = new TreeMap<>();
    for (int i = 0; i < SAMPLES; i++) {
      Histogram sample = histogram.apply(i);
      long bits = sample == null ? Double.doubleToRawLongBits(i) : SpecialValues.STALE_BITS;
      samples.put(
          TestSeries.START + 15_000L * i,
          new MixedSeries.Sample(bits, sample, start.applyAsLong(i)));
    }
    return new MixedSeries.One(Labels.of("__name__", name), samples);
  }

  /** Counts that grow from sample to sample, each bucket at a pace of its own. */
  private static Histogram histogram(HistogramLayout layout, boolean isFloat, int sample) {
    int positive = layout.positive().buckets();
    int buckets = positive + layout.negative().buckets();
    long[] counts = new long[buckets];
    long sum = 0;
    for (int b = 0; b < buckets; b++) {
      counts[b] = sample * (b + 1L) + noise(sample, 40 + b) % 3;
      sum += counts[b];
    }
    long zeros = layout.isCustom() ? 0 : sample;
    long[] ofPositive = Arrays.copyOf(counts, positive);
    long[] ofNegative = Arrays.copyOfRange(counts, positive, buckets);
    CounterReset reset = CounterReset.of(sample % 4);
    return isFloat
        ? Histogram.ofFloats(
            layout,
            reset,
            sum + zeros + 0.5,
            zeros,
            sample * 1.5,
            Arrays.stream(ofPositive).asDoubleStream().toArray(),
            Arrays.stream(ofNegative).asDoubleStream().toArray())
        : Histogram.ofIntegers(
            layout, reset, sum + zeros, zeros, sample * 1.5, ofPositive, ofNegative);
  }

  private static void add(List<One> all, String name, IntToDoubleFunction value) {
    all.add(one(Labels.of("__name__", name, "instance", "a"), value, TestSeries.regular(SAMPLES)));
  }

  private static One one(Labels labels, IntToDoubleFunction value, long[] timestamps) {
    long[] bits = new long[timestamps.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Double.doubleToRawLongBits(value.applyAsDouble(i));
    }
    return new One(labels, timestamps, bits);
  }

  private static double buckets(int sample, int bound) {
    long count = 0;
    for (int le = 1; le <= bound; le++) {
      for (int i = 0; i <= sample; i++) {
        count += noise(i, 20 + le) % (le * 10);
      }
    }
    return count;
  }

  private static double odd(int sample) {
    return switch (sample % 7) {
      case 1 -> Double.NEGATIVE_INFINITY;
      case 2 -> -0.0;
      case 3 -> Double.longBitsToDouble(0xfff8_dead_beef_0001L);
      case 4 -> Double.longBitsToDouble(SpecialValues.NAN_BITS);
      case 5 -> stale();
      default -> sample;
    };
  }

  private static double stale() {
    return Double.longBitsToDouble(SpecialValues.STALE_BITS);
  }

  /** Random to look at, below 2^31, and the same on every machine and JDK. */
  private static long noise(int index, int stream) {
    long x = (index + 1) * 0x9E37_79B9_7F4A_7C15L + stream * 0xBF58_476D_1CE4_E5B9L;
    x = (x ^ x >>> 30) * 0x94D0_49BB_1331_11EBL;
    return x >>> 33;
  }

  /** Writes the golden blocks to the folder named. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    BlockWriter writer = new BlockWriter(new RealFiles());
    writer.write(folder, spec(CODECS), TestSeries.source(codecs()), BlockProgress.NONE);
    writer.write(folder, spec(POSTINGS), TestSeries.source(postings()), BlockProgress.NONE);
    writer.write(folder, spec(HISTOGRAMS), MixedSeries.source(histograms()), BlockProgress.NONE);
  }
}
