package dev.vedette.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.ErrorId;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramBytes;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.InvalidRequest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HistogramBytesTest {
  @Test
  void anyHistogramComesBackBitForBit() {
    SplittableRandom random = seeded();
    RandomHistograms histograms = new RandomHistograms(random);
    for (int i = 0; i < 5000; i++) {
      Histogram histogram = histograms.next();
      byte[] bytes = encode(histogram);
      assertThat(HistogramBytes.decode(bytes, 0, bytes.length)).isEqualTo(histogram);
    }
  }

  @Test
  void damagedBytesAreRefusedOrAnotherHistogramButNeverALoop() {
    SplittableRandom random = seeded();
    RandomHistograms histograms = new RandomHistograms(random);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = encode(histograms.next());
      int to = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
      for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        Histogram found = HistogramBytes.decode(bytes, 0, to);
        assertThat(HistogramBytes.maxSize(found)).isGreaterThanOrEqualTo(0);
      } catch (InvalidRequest e) {
        assertThat(e.id()).isEqualTo(ErrorId.INVALID_HISTOGRAM);
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(1000);
  }

  @Test
  void theBytesAreThoseOfTheirDescription() {
    HistogramLayout layout =
        HistogramLayout.of(3, 0x1p-128, BucketSpans.of(-2, 3, 5, 1), BucketSpans.NONE);
    Histogram histogram =
        Histogram.ofIntegers(
            layout, CounterReset.NO, 300, 2, 1.5, new long[] {90, 100, 101, 7}, new long[0]);

    assertThat(HexFormat.of().formatHex(encode(histogram)))
        .isEqualTo(
            "14"
                + "03"
                + "02"
                + "0303"
                + "0a01"
                + "00"
                + "000000000000f83f"
                + "ac02"
                + "02"
                + "b401"
                + "14"
                + "02"
                + "bb01");
  }

  private static byte[] encode(Histogram histogram) {
    byte[] bytes = new byte[HistogramBytes.maxSize(histogram) + 3];
    int end = HistogramBytes.encode(histogram, bytes, 3);
    return Arrays.copyOfRange(bytes, 3, end);
  }

  private static SplittableRandom seeded() {
    long seed = Long.getLong("seed", 1);
    System.out.println("seed " + seed);
    return new SplittableRandom(seed);
  }
}
