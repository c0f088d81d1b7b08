package dev.vedette.wire.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.SpecialValues;
import dev.vedette.testkit.ChunkDecoder;
import dev.vedette.testkit.ChunkDecoder.Sample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SampleChunksTest {
  private final SampleChunks chunks = new SampleChunks();

  @Test
  void floatsOfAnyBitsComeBackInChunksOf120() {
    long seed = Long.getLong("seed", 1);
    System.out.println("seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 300; round++) {
      int size = random.nextInt(1, 400);
      long[] timestamps = timestamps(random, size);
      double[] values = new double[size];
      for (int i = 0; i < size; i++) {
        values[i] =
            switch (random.nextInt(5)) {
              case 0 -> i == 0 ? 0 : values[i - 1];
              case 1 -> random.nextInt(1000);
              case 2 -> Double.longBitsToDouble(SpecialValues.STALE_BITS);
              case 3 -> -random.nextDouble();
              default -> Double.longBitsToDouble(random.nextLong());
            };
      }

      List<Sample> decoded = decode(timestamps, values, null, size);

      assertThat(decoded).hasSize(size);
      for (int i = 0; i < size; i++) {
        assertThat(decoded.get(i).timestampMillis()).isEqualTo(timestamps[i]);
        assertThat(decoded.get(i).bits()).isEqualTo(Double.doubleToRawLongBits(values[i]));
      }
    }
  }

  @Test
  void histogramsOfAnyKindComeBackBesideFloats() {
    long seed = Long.getLong("seed", 1);
    System.out.println("seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 300; round++) {
      int size = random.nextInt(1, 200);
      long[] timestamps = timestamps(random, size);
      double[] values = new double[size];
      Histogram[] histograms = new Histogram[size];
      HistogramLayout layout = layout(random);
      int kind = random.nextInt(3);
      for (int i = 0; i < size; i++) {
        if (random.nextInt(20) == 0) {
          layout = layout(random);
          kind = random.nextInt(3);
        }
        histograms[i] =
            random.nextInt(15) == 0
                ? Histogram.STALE
                : kind == 0 ? null : histogram(random, layout, kind == 1, i);
        values[i] = i;
      }

      List<Sample> decoded = decode(timestamps, values, histograms, size);

      assertThat(decoded).hasSize(size);
      for (int i = 0; i < size; i++) {
        assertThat(decoded.get(i).timestampMillis()).isEqualTo(timestamps[i]);
        Histogram expected = histograms[i];
        Histogram found = decoded.get(i).histogram();
        if (expected == null) {
          assertThat(found).isNull();
          assertThat(decoded.get(i).bits()).isEqualTo(Double.doubleToRawLongBits(values[i]));
        } else {
          // The hint of a sample in a chunk says what the chunk's cut says.
          assertThat(found).isNotNull();
          assertThat(found.withReset(expected.reset())).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void aCounterResetBeginsAChunkThatSaysSo() {
    HistogramLayout layout = HistogramLayout.of(0, 0, BucketSpans.of(0, 1), BucketSpans.NONE);
    Histogram[] histograms = {
      counter(layout, CounterReset.UNKNOWN, 5),
      counter(layout, CounterReset.NO, 6),
      counter(layout, CounterReset.YES, 7),
      counter(layout, CounterReset.UNKNOWN, 3)
    };

    List<Integer> sizes = new ArrayList<>();
    List<CounterReset> first = new ArrayList<>();
    chunks.begin(new long[] {1, 2, 3, 4}, new double[4], histograms, 4);
    while (chunks.next()) {
      List<Sample> decoded = ChunkDecoder.decode(chunks.encoding(), copy());
      sizes.add(decoded.size());
      first.add(decoded.getFirst().histogram().reset());
    }

    assertThat(sizes).containsExactly(2, 1, 1);
    assertThat(first).containsExactly(CounterReset.UNKNOWN, CounterReset.YES, CounterReset.UNKNOWN);
  }

  /** The examples of the format's page are what the code writes. */
  @Test
  void thePageShowsWhatIsWritten() throws Exception {
    String page = Files.readString(Path.of("docs/format/read-chunk.md"));
    Matcher examples = Pattern.compile("(?m)^example: ([0-9A-F |]+)$").matcher(page);

    assertThat(examples.find()).isTrue();
    chunks.begin(new long[] {1000, 2000, 3000, 4001}, new double[] {1, 1, 2, 2}, null, 4);
    chunks.next();
    assertThat(hex(copy())).isEqualTo(examples.group(1).replaceAll("[ |]", ""));

    assertThat(examples.find()).isTrue();
    HistogramLayout layout =
        HistogramLayout.of(3, 0x1p-128, BucketSpans.of(-2, 2), BucketSpans.NONE);
    Histogram[] histograms = {
      Histogram.ofIntegers(layout, CounterReset.UNKNOWN, 9, 1, 2.5, new long[] {5, 3}, new long[0]),
      Histogram.ofIntegers(layout, CounterReset.UNKNOWN, 11, 1, 3.5, new long[] {6, 4}, new long[0])
    };
    chunks.begin(new long[] {1000, 2000}, new double[2], histograms, 2);
    chunks.next();
    assertThat(hex(copy())).isEqualTo(examples.group(1).replaceAll("[ |]", ""));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().withUpperCase().formatHex(bytes);
  }

  private byte[] copy() {
    return Arrays.copyOf(chunks.bytes(), chunks.length());
  }

  private List<Sample> decode(
      long[] timestamps, double[] values, Histogram[] histograms, int size) {
    List<Sample> decoded = new ArrayList<>();
    chunks.begin(timestamps, values, histograms, size);
    while (chunks.next()) {
      List<Sample> samples = ChunkDecoder.decode(chunks.encoding(), copy());
      assertThat(samples).hasSizeLessThanOrEqualTo(SampleChunks.MOST_SAMPLES);
      assertThat(samples.getFirst().timestampMillis()).isEqualTo(chunks.minMillis());
      assertThat(samples.getLast().timestampMillis()).isEqualTo(chunks.maxMillis());
      decoded.addAll(samples);
    }
    return decoded;
  }

  private static long[] timestamps(SplittableRandom random, int size) {
    long[] timestamps = new long[size];
    long at = random.nextInt(4) == 0 ? -5_000_000_000L : 1_700_000_000_000L;
    for (int i = 0; i < size; i++) {
      timestamps[i] = at;
      at +=
          switch (random.nextInt(6)) {
            case 0 -> 1 + random.nextInt(100);
            case 1 -> 1 + random.nextLong(1L << random.nextInt(40));
            default -> 15_000;
          };
    }
    return timestamps;
  }

  private static HistogramLayout layout(SplittableRandom random) {
    if (random.nextInt(3) == 0) {
      return HistogramLayout.custom(BucketSpans.of(0, 1, 1, 1), 0.1, 0.25, 1e9);
    }
    double threshold =
        switch (random.nextInt(5)) {
          case 0 -> 0;
          case 1 -> 0x1p-128;
          case 2 -> 0x1p-243;
          case 3 -> 0x1p10;
          default -> random.nextDouble();
        };
    BucketSpans negative = random.nextBoolean() ? BucketSpans.of(1, 2) : BucketSpans.NONE;
    return HistogramLayout.of(
        random.nextInt(-4, 9), threshold, BucketSpans.of(-70, 2, 300, 3), negative);
  }

  private static Histogram counter(HistogramLayout layout, CounterReset reset, long count) {
    return Histogram.ofIntegers(layout, reset, count, 0, 1, new long[] {count}, new long[0]);
  }

  private static Histogram histogram(
      SplittableRandom random, HistogramLayout layout, boolean integers, int i) {
    CounterReset reset = CounterReset.of(random.nextInt(40) == 0 ? random.nextInt(4) : 0);
    long zero = layout.isCustom() ? 0 : i;
    long[] positive = new long[layout.positive().buckets()];
    long[] negative = new long[layout.negative().buckets()];
    long count = zero;
    for (int b = 0; b < positive.length; b++) {
      positive[b] = i * 3L + random.nextLong(1L << random.nextInt(50));
      count += positive[b];
    }
    for (int b = 0; b < negative.length; b++) {
      negative[b] = i * 1000L;
      count += negative[b];
    }
    if (integers) {
      return Histogram.ofIntegers(
          layout, reset, count, zero, random.nextGaussian(), positive, negative);
    }
    return Histogram.ofFloats(
        layout,
        reset,
        count + 0.5,
        zero,
        random.nextGaussian(),
        Arrays.stream(positive).mapToDouble(value -> value + random.nextDouble()).toArray(),
        Arrays.stream(negative).mapToDouble(value -> value).toArray());
  }
}
