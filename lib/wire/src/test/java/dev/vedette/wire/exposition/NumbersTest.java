package dev.vedette.wire.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.SpecialValues;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumbersTest {
  @Test
  void everyDoubleReadsBackFromItsText() {
    long seed = Long.getLong("seed", 1);
    System.out.println("seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 40_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (!Double.isNaN(value) && !Double.isInfinite(value)) {
        assertBits(Double.toString(value), Double.doubleToRawLongBits(value));
      }
    }
  }

  @Test
  void shortDecimalsAreTheNearestDouble() {
    long seed = Long.getLong("seed", 1);
    System.out.println("seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 40_000; i++) {
      String text = "%s%d.%0" + (1 + random.nextInt(9)) + "de%d";
      text =
          text.formatted(
              random.nextBoolean() ? "-" : "",
              random.nextLong(1L << random.nextInt(1, 60)),
              random.nextInt(1_000_000),
              random.nextInt(-40, 40));
      assertBits(text, Double.doubleToRawLongBits(Double.parseDouble(text)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "+Inf,Infinity",
    "-inf,-Infinity",
    "Infinity,Infinity",
    "INF,Infinity",
    ".5,0.5",
    "5.,5",
    "+1,1",
    "-0,-0.0",
    "0e999,0",
    "1e-400,0",
    "9007199254740993,9007199254740992",
    "000000000000000000000000000001,1",
    "0.1e1,1",
    "123456789012345678901234567890,123456789012345678901234567890"
  })
  void readsWhatGoReads(String text, double expected) {
    assertBits(text, Double.doubleToRawLongBits(expected));
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "nan", "NAN"})
  void anyNanIsTheOneNan(String text) {
    assertBits(text, SpecialValues.NAN_BITS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "-", "+", ".", "e1", "1e", "1e+", "1f", "1d", "0x1p3", "1_000", "1e1.0", "--1", "1 ",
        "+NaN", "-nan", "infi", "1e400", "-1e400", "1,5", "١"
      })
  void refusesWhatGoRefuses(String text) {
    assertBits(text, Numbers.INVALID);
  }

  @ParameterizedTest
  @CsvSource({
    "1,1.0",
    "1.0,1.0",
    "0,0.0",
    "-1,-1.0",
    "0.5,0.5",
    "100000,100000.0",
    "1000000,1e+06",
    "1e6,1e+06",
    "1234567,1.234567e+06",
    "0.0001,0.0001",
    "0.00001,1e-05",
    "123.456,123.456",
    "+Inf,+Inf",
    "inf,+Inf",
    "-Inf,-Inf",
    "NaN,NaN",
    "1e23,1e+23",
    "2.5e-7,2.5e-07",
    "abc,abc",
    "1e100,1e+100",
    "12,12.0",
    "0.00025,0.00025"
  })
  void boundsTakeOneForm(String text, String canonical) {
    assertThat(Numbers.canonicalBound(text)).isEqualTo(canonical);
  }

  private static void assertBits(String text, long bits) {
    byte[] padded = ("x" + text + "x").getBytes(StandardCharsets.UTF_8);
    assertThat(Numbers.bits(padded, 1, padded.length - 1))
        .as(() -> String.format(Locale.ROOT, "\"%s\"", text))
        .isEqualTo(bits);
  }
}
