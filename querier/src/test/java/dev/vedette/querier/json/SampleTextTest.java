package dev.vedette.querier.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values as the API writes them. */
class SampleTextTest {
  private static final int ROUNDS = 200_000;

  private final SampleText text = new SampleText();
  private final byte[] bytes = new byte[SampleText.MAX_LENGTH];

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0.0, -0",
    "1, 1",
    "-1, -1",
    "0.1, 0.1",
    "-2.5, -2.5",
    "1.6666666666666667, 1.6666666666666667",
    "0.05, 0.05",
    "100.001, 100.001",
    "1e-6, 0.000001",
    "9.9e-7, 9.9e-07",
    "1e-7, 1e-07",
    "1.5e-9, 1.5e-09",
    "-1e-10, -1e-10",
    "1.5e-10, 1.5e-10",
    "1e15, 1000000000000000",
    "123456789012345678, 123456789012345680",
    "1e20, 100000000000000000000",
    "123456789012345680000, 123456789012345680000",
    "1e21, 1e+21",
    "1.25e+22, 1.25e+22",
    "1e100, 1e+100",
    "1.7976931348623157e308, 1.7976931348623157e+308",
    "2.2250738585072014E-308, 2.2250738585072014e-308",
    "4.9E-324, 5e-324",
    "NaN, NaN",
    "Infinity, +Inf",
    "-Infinity, -Inf",
  })
  void writesValuesAsPrometheusDoes(double value, String expected) {
    assertThat(format(value)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0.0, -0",
    "1, 1",
    "-2.50, -2.5",
    "1e-7, 0.0000001",
    "-1e-10, -0.0000000001",
    "1.5e-9, 0.0000000015",
    "1e21, 1000000000000000000000",
    "NaN, NaN",
    "Infinity, +Inf",
    "-Infinity, -Inf",
  })
  void writesScalarsWithoutExponent(double value, String expected) {
    assertThat(SampleText.plain(value)).isEqualTo(expected);
  }

  @Test
  void scalarsOfAnySizeAreWritten() {
    assertThat(SampleText.plain(4.9e-324)).matches("0\\.0{323}5");
    assertThat(SampleText.plain(-Double.MAX_VALUE)).matches("-179769313486231570{292}");
  }

  @Test
  void everyTextReadsBackAsTheSameValueAndIsNoLongerThanNeeded() {
    long seed = Long.getLong("seed", 1);
    System.out.println("-Dseed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < ROUNDS; round++) {
      double value = anyValue(random);

      String written = format(value);

      assertThat(Double.parseDouble(written)).as("seed %d", seed).isEqualTo(value);
      assertThat(significantDigits(written))
          .as("%s, seed %d", written, seed)
          .isLessThanOrEqualTo(significantDigits(Double.toString(value)));
      assertThat(written).isEqualTo(reference(value));
    }
  }

  private static double anyValue(SplittableRandom random) {
    double value =
        switch (random.nextInt(6)) {
          case 0 -> Double.longBitsToDouble(random.nextLong());
          case 1 -> random.nextLong();
          case 2 -> random.nextInt() / 1000.0;
          case 3 -> random.nextInt(1_000_000) / 1e6;
          case 4 -> random.nextDouble();
          default -> random.nextLong(1L << 53) / Math.pow(10, random.nextInt(25));
        };
    return Double.isFinite(value) ? value : 0;
  }

  /** From Java's shortest digits by way of BigDecimal; slow and obviously right. */
  private static String reference(double value) {
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    double abs = Math.abs(value);
    if (abs >= 1e-6 && abs < 1e21) {
      return exact.toPlainString();
    }
    String digits = exact.unscaledValue().abs().toString();
    int exponent = digits.length() - 1 - exact.scale();
    return (value < 0 ? "-" : "")
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + "e"
        + (exponent < 0 ? "-" : "+")
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }

  private static int significantDigits(String text) {
    return new BigDecimal(text).stripTrailingZeros().precision();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1000, 1",
    "1500, 1.500",
    "1795248425540, 1795248425.540",
    "7, 0.007",
    "-1, -0.001",
    "-10000, -10",
    "-1500, -1.500",
    "9223372036854775807, 9223372036854775.807",
    "-9223372036854775808, -9223372036854775.808",
  })
  void writesMillisecondsAsSeconds(long millis, String expected) {
    assertThat(new String(bytes, 0, text.time(millis, bytes, 0), StandardCharsets.US_ASCII))
        .isEqualTo(expected);
  }

  private String format(double value) {
    return new String(bytes, 0, text.value(value, bytes, 0), StandardCharsets.US_ASCII);
  }
}
