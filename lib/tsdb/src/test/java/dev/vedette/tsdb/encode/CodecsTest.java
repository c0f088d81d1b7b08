package dev.vedette.tsdb.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.Corruption;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each codec wrote, it reads; {@code -Dseed} repeats a run. */
class CodecsTest {
  private final long seed = Long.getLong("seed", 1);
  private final SplittableRandom random = new SplittableRandom(seed);

  @BeforeEach
  void printSeed() {
    System.out.println("CodecsTest -Dseed=" + seed);
  }

  @Test
  void numbersOfAnySizeSurviveAsVarints() {
    ByteSink out = new ByteSink();
    long[] values = new long[1000];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextLong() >> random.nextInt(64);
      out.varint(values[i]).signed(values[i]).fixed64(values[i]);
    }
    ByteSource in = source(out);
    for (long value : values) {
      assertThat(in.varint()).isEqualTo(value);
      assertThat(in.signed()).isEqualTo(value);
      assertThat(in.fixed64()).isEqualTo(value);
    }
    in.expectEnd();
  }

  @Test
  void readingOutOfBytesIsCorruptionWithFileAndOffset() {
    ByteSource in = new ByteSource(new byte[] {(byte) 0x80}, 0, 1, "some.tsb", 77);

    assertThatThrownBy(in::varint)
        .isInstanceOfSatisfying(
            Corruption.class,
            corruption -> {
              assertThat(corruption.file()).isEqualTo("some.tsb");
              assertThat(corruption.offset()).isEqualTo(77);
            });
  }

  @Test
  void bitsOfAnyWidthSurvive() {
    BitSink out = new BitSink();
    long[] values = new long[2000];
    int[] widths = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      widths[i] = random.nextInt(65);
      values[i] = widths[i] == 0 ? 0 : random.nextLong() >>> 64 - widths[i];
      out.write(values[i], widths[i]);
    }
    ByteSink bytes = new ByteSink();
    out.writeTo(bytes);
    BitSource in = new BitSource();
    in.reset(Arrays.copyOf(bytes.array(), bytes.size() + BitSource.PADDING), 0, bytes.size());
    for (int i = 0; i < values.length; i++) {
      assertThat(in.read(widths[i])).isEqualTo(values[i]);
    }
    assertThat(in.isExhausted()).isFalse();
    in.read(64);
    assertThat(in.isExhausted()).isTrue();
  }

  @Test
  void headerFieldsSurviveInOrder() {
    HeaderEncoder out = new HeaderEncoder();
    HeaderDecoder in = new HeaderDecoder();
    for (int round = 0; round < 300; round++) {
      long roundSeed = random.nextLong();
      out.reset();
      writeFields(out, new SplittableRandom(roundSeed));
      ByteSink bytes = new ByteSink();
      out.finish(bytes);
      bytes.u8(42);
      ByteSource source = source(bytes);
      in.reset(source);
      readFields(in, new SplittableRandom(roundSeed));
      assertThat(source.u8()).isEqualTo(42);
    }
  }

  private static void writeFields(HeaderEncoder out, SplittableRandom fields) {
    int bias = fields.nextInt(1, 30);
    for (int i = fields.nextInt(300); i > 0; i--) {
      int model = fields.nextInt(HeaderModels.COUNT);
      switch (fields.nextInt(4)) {
        case 0 -> out.flag(model, fields.nextInt(bias) == 0);
        case 1 -> out.symbol(model, fields.nextInt(32) / bias);
        case 2 -> out.signed(model, fields.nextLong() >> fields.nextInt(64));
        default -> {
          int count = fields.nextInt(65);
          out.raw(fields.nextLong(), count);
        }
      }
    }
  }

  private static void readFields(HeaderDecoder in, SplittableRandom fields) {
    int bias = fields.nextInt(1, 30);
    for (int i = fields.nextInt(300); i > 0; i--) {
      int model = fields.nextInt(HeaderModels.COUNT);
      switch (fields.nextInt(4)) {
        case 0 -> assertThat(in.flag(model)).isEqualTo(fields.nextInt(bias) == 0);
        case 1 -> assertThat(in.symbol(model)).isEqualTo(fields.nextInt(32) / bias);
        case 2 -> assertThat(in.signed(model)).isEqualTo(fields.nextLong() >> fields.nextInt(64));
        default -> {
          int count = fields.nextInt(65);
          long value = fields.nextLong();
          assertThat(in.raw(count)).isEqualTo(count == 0 ? 0 : value << 64 - count >>> 64 - count);
        }
      }
    }
  }

  @Test
  void aRunOfEqualHeadersCostsNextToNothing() {
    HeaderEncoder out = new HeaderEncoder();
    for (int i = 0; i < 1000; i++) {
      out.flag(1, false);
      out.symbol(2, 9);
    }
    ByteSink bytes = new ByteSink();
    out.finish(bytes);

    assertThat(bytes.size()).isLessThan(100);
  }

  @Test
  void decimalsAreFoundWithTheirSmallestExponent() {
    long[] mantissas = new long[3];

    assertThat(Decimals.scale(bits(0.1, 0.25, 3), 3, mantissas)).isEqualTo(2);
    assertThat(mantissas).containsExactly(10, 25, 300);
    assertThat(Decimals.scale(bits(1e18, -7, 0), 3, mantissas)).isZero();
    assertThat(Decimals.scale(bits(1 / 3.0, 1, 1), 3, mantissas)).isEqualTo(-1);
    assertThat(Decimals.scale(bits(0x1p63), 1, mantissas)).isEqualTo(-1);
  }

  @Test
  void aScaleFoundGivesEveryValueBackToTheBit() {
    for (int round = 0; round < 2000; round++) {
      double[] values = new double[8];
      int digits = random.nextInt(1, 17);
      for (int i = 0; i < values.length; i++) {
        long mantissa = random.nextLong((long) Math.pow(10, digits));
        values[i] = Double.parseDouble(mantissa + "e-" + random.nextInt(22));
      }
      long[] mantissas = new long[values.length];
      int exponent = Decimals.scale(bits(values), values.length, mantissas);
      for (int i = 0; exponent >= 0 && i < values.length; i++) {
        double back = exponent == 0 ? mantissas[i] : mantissas[i] / Decimals.power(exponent);
        assertThat(back).isEqualTo(values[i]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Predictor.class)
  void predictorsRestoreWhatTheyGuessedAt(Predictor predictor) {
    for (int round = 0; round < 200; round++) {
      int size = 1 + random.nextInt(100);
      int shift = random.nextInt(64);
      long parameter = random.nextLong() >> random.nextInt(64);
      long[] y = new long[size];
      for (int i = 1; i < size; i++) {
        y[i] =
            switch (predictor) {
              case CONSTANT -> 0;
              case LINEAR -> y[i - 1] + parameter;
              default -> random.nextLong() >> shift;
            };
      }
      long[] residuals = new long[size];
      predictor.residuals(y, size, parameter, residuals);
      predictor.restore(residuals, size, parameter);

      assertThat(residuals).isEqualTo(y);
    }
  }

  @Test
  void tokensAndTheirRawBitsStandForAnyResidual() {
    for (int i = 0; i < 10_000; i++) {
      long folded = random.nextLong() >>> random.nextInt(64);
      int token = Tokens.token(folded);
      int rawBits = Tokens.rawBits(token);
      long raw = rawBits == 0 ? 0 : folded & (1L << rawBits) - 1;

      assertThat(token).isBetween(0, Tokens.COUNT - 1);
      assertThat(Tokens.folded(token, raw)).isEqualTo(folded);
    }
  }

  @Test
  void timestampVectorsSurvive() {
    VectorCodec codec = new VectorCodec();
    for (int round = 0; round < 500; round++) {
      long[] times = new long[1 + random.nextInt(300)];
      times[0] = random.nextLong() >> random.nextInt(1, 64);
      long interval = 1 + random.nextLong(100_000);
      int jitter = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt((int) interval);
      for (int i = 1; i < times.length; i++) {
        long gap = random.nextInt(20) == 0 ? random.nextLong(1L << random.nextInt(50)) : 0;
        times[i] = times[i - 1] + interval + gap + (jitter == 0 ? 0 : random.nextInt(jitter));
      }
      ByteSink out = new ByteSink();
      codec.write(out, times, times.length, 5);
      ByteSource in = source(out);

      assertThat(VectorCodec.read(in, 5, back -> times)).isEqualTo(times);
      in.expectEnd();
    }
  }

  @Test
  void aPartOfAVectorIsWrittenAsSuch() {
    long[] whole = new long[200];
    for (int i = 1; i < whole.length; i++) {
      whole[i] = whole[i - 1] + 1 + random.nextInt(100);
    }
    VectorCodec codec = new VectorCodec();
    for (int round = 0; round < 200; round++) {
      int sparse = 1 + random.nextInt(5);
      long[] part = Arrays.stream(whole).filter(time -> random.nextInt(sparse) == 0).toArray();
      ByteSink out = new ByteSink();
      if (part.length == 0) {
        continue;
      }
      assertThat(codec.writePart(out, part, whole, 3)).isTrue();
      assertThat(VectorCodec.read(source(out), 0, back -> back == 3 ? whole : part))
          .isEqualTo(part);
    }
    assertThat(codec.writePart(new ByteSink(), new long[] {0, whole[199] + 1}, whole, 1)).isFalse();
    assertThat(codec.writePart(new ByteSink(), new long[] {-1, 0}, whole, 1)).isFalse();
  }

  @Test
  void aRegularVectorTakesAFewBytes() {
    long[] times = new long[480];
    for (int i = 0; i < times.length; i++) {
      times[i] = 1_760_000_000_000L + 15_000L * i;
    }
    ByteSink out = new ByteSink();
    new VectorCodec().write(out, times, times.length, times[0] - 1000);

    assertThat(out.size()).isLessThanOrEqualTo(11);
  }

  @Test
  void damagedVectorsAreCorruptionOrOtherAscendingTimes() {
    long[] times = new long[100];
    for (int i = 1; i < times.length; i++) {
      times[i] = times[i - 1] + 1 + random.nextInt(100);
    }
    ByteSink out = new ByteSink();
    new VectorCodec().write(out, times, times.length, 0);
    for (int i = 0; i < 5000; i++) {
      byte[] damaged = out.toBytes();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        long[] read =
            VectorCodec.read(new ByteSource(damaged, 0, damaged.length, "f", 0), 0, back -> times);
        assertThat(read).isSorted();
      } catch (Corruption expected) {
        assertThat(expected.file()).isEqualTo("f");
      }
    }
  }

  @Test
  void packedBytesSurviveAndStateTheirLength() {
    byte[] text = "a line that comes again and again\n".repeat(50).getBytes(StandardCharsets.UTF_8);
    byte[] noise = new byte[500];
    random.nextBytes(noise);
    for (byte[] bytes : new byte[][] {text, noise, {1}}) {
      ByteSink out = new ByteSink();
      Packed.write(out, new ByteSink().raw(bytes));
      ByteSource in = Packed.read(source(out), 1 << 20);

      assertThat(in.remaining()).isEqualTo(bytes.length);
      assertThat(in.slice(bytes.length).array()).contains(bytes);
    }
    ByteSink out = new ByteSink();
    Packed.write(out, new ByteSink().raw(text));
    assertThatThrownBy(() -> Packed.read(source(out), 100)).isInstanceOf(Corruption.class);
  }

  private static long[] bits(double... values) {
    return Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray();
  }

  private static ByteSource source(ByteSink sink) {
    return new ByteSource(sink.toBytes(), 0, sink.size(), "test", 0);
  }
}
