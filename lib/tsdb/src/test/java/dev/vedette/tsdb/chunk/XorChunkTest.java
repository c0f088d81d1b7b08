package dev.vedette.tsdb.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.vedette.model.Corruption;
import dev.vedette.model.SpecialValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class XorChunkTest {
  private final XorChunkWriter writer = new XorChunkWriter();
  private final XorChunkReader reader = new XorChunkReader();

  @Test
  void decodingGivesBackEverySampleBitForBit() {
    long seed = Long.getLong("seed", 1);
    System.out.println("XorChunkTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 400; round++) {
      int count = 1 + random.nextInt(300);
      long[] timestamps = new long[count];
      long[] bits = new long[count];
      fill(random, timestamps, bits);

      writer.clear();
      for (int i = 0; i < count; i++) {
        writer.append(timestamps[i], bits[i]);
      }
      int read = reader.read(writer.toBytes());

      assertThat(read).isEqualTo(count);
      assertThat(Arrays.copyOf(reader.timestamps(), count)).isEqualTo(timestamps);
      assertThat(Arrays.copyOf(reader.valueBits(), count)).isEqualTo(bits);
    }
  }

  private static void fill(SplittableRandom random, long[] timestamps, long[] bits) {
    long at = random.nextLong(-(1L << 40), 1L << 45);
    double value = random.nextInt(1000);
    int style = random.nextInt(6);
    for (int i = 0; i < timestamps.length; i++) {
      at +=
          switch (style) {
            case 0 -> 15_000;
            case 1 -> 15_000 + random.nextInt(-8192, 8193);
            case 2 -> 1 + random.nextLong(1L << random.nextInt(1, 40));
            default -> 1 + random.nextInt(70_000);
          };
      value += style == 0 ? 0 : random.nextInt(5) * 0.25;
      timestamps[i] = at;
      bits[i] =
          switch (random.nextInt(style == 5 ? 3 : 40)) {
            case 0 -> random.nextLong();
            case 1 -> SpecialValues.STALE_BITS;
            case 2 -> 0x7ff8_0000_dead_beefL;
            default -> Double.doubleToRawLongBits(value);
          };
    }
  }

  @Test
  void randomBytesAreDamageOrSamplesAndNeverALoop() {
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 2_000; round++) {
      byte[] junk = new byte[random.nextInt(200)];
      random.nextBytes(junk);

      Throwable thrown = catchThrowable(() -> reader.read(junk));

      assertThat(thrown).satisfiesAnyOf(t -> assertThat(t).isNull(), XorChunkTest::isCorruption);
    }
  }

  private static void isCorruption(Throwable thrown) {
    assertThat(thrown).isInstanceOf(Corruption.class);
  }

  @Test
  void aConstantSeriesTakesTwoBitsASample() {
    for (int i = 0; i < 120; i++) {
      writer.append(1_760_000_000_000L + i * 15_000L, Double.doubleToRawLongBits(1));
    }

    assertThat(writer.toBytes()).hasSizeLessThan(2 + 6 + 8 + 3 + 120 * 2 / 8 + 1);
  }

  @Test
  void theExampleOfTheFormatPageDecodes() throws IOException {
    String page = Files.readString(Path.of("docs/format/chunk.md"));
    Matcher example = Pattern.compile("example: ([0-9A-F |]+)").matcher(page);
    assertThat(example.find()).isTrue();
    byte[] bytes = HexFormat.of().parseHex(example.group(1).replaceAll("[ |]", ""));

    int count = reader.read(bytes);

    assertThat(count).isEqualTo(4);
    assertThat(Arrays.copyOf(reader.timestamps(), 4)).containsExactly(1000, 2000, 3000, 4001);
    assertThat(Arrays.stream(reader.valueBits(), 0, 4).mapToObj(Double::longBitsToDouble))
        .containsExactly(1.0, 1.0, 2.0, 2.0);
    for (int i = 0; i < 4; i++) {
      writer.append(reader.timestamps()[i], reader.valueBits()[i]);
    }
    assertThat(writer.toBytes()).isEqualTo(bytes);
  }
}
