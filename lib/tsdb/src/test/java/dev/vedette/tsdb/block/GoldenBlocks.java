package dev.vedette.tsdb.block;

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
import java.util.function.IntToDoubleFunction;

/**
 * What the golden blocks of version 1 hold. Every released version must read them for ever; {@link
 * #main} wrote them, and is run again only for a new version of the format.
 */
final class GoldenBlocks {
  /** One series of each way that values and timestamps can be coded. */
  static final BlockId CODECS = new BlockId("01K73GZ8G0VEDETTEG0DENC0DE");

  /** More series than a block without stored posting lists may have. */
  static final BlockId POSTINGS = new BlockId("01K73GZ8G0VEDETTEG0DENP0ST");

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
  }
}
