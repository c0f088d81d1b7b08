package dev.vedette.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LabelBytesTest {
  private final SplittableRandom random = new SplittableRandom(RandomLabels.SEED);

  @Test
  void decodingGivesBackWhatWasEncoded() {
    for (int round = 0; round < 2000; round++) {
      Labels labels = RandomLabels.next(random);
      byte[] bytes = LabelBytes.encode(labels);
      assertThat((Object) LabelBytes.decode(bytes, 0, bytes.length))
          .as("-Dseed=%d", RandomLabels.SEED)
          .isEqualTo(labels);
    }
  }

  @Test
  void canonicalIsWhatEncodingGivesBack() {
    int canonical = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = LabelBytes.encode(RandomLabels.next(random));
      if (random.nextBoolean()) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(128);
      }
      boolean isCanonical = LabelBytes.isCanonical(bytes, 0, bytes.length);
      canonical += isCanonical ? 1 : 0;
      try {
        byte[] again = LabelBytes.encode(decode(bytes));
        if (isCanonical) {
          assertThat(again).as("-Dseed=%d", RandomLabels.SEED).isEqualTo(bytes);
        } else if (bytes.length < 128) {
          assertThat(again).as("-Dseed=%d", RandomLabels.SEED).isNotEqualTo(bytes);
        }
      } catch (InvalidRequest e) {
        // Damaged; whether it is canonical is asked of what can be decoded only.
        continue;
      }
    }
    assertThat(canonical).isGreaterThan(5_000);
  }

  @Test
  void textsThatComeAgainAreTheSameStrings() {
    LabelTexts texts = new LabelTexts();
    for (int round = 0; round < 5_000; round++) {
      byte[] bytes = LabelBytes.encode(RandomLabels.next(random));
      Labels labels = LabelBytes.decode(bytes, 0, bytes.length, texts);
      assertThat((Object) labels).as("-Dseed=%d", RandomLabels.SEED).isEqualTo(decode(bytes));
    }
    byte[] text = "10.0.0.17:9100".getBytes(StandardCharsets.UTF_8);
    assertThat(texts.text(text, 0, text.length)).isSameAs(texts.text(text.clone(), 0, text.length));
    assertThat(texts.text(text, 0, 4)).isEqualTo("10.0");
  }

  @Test
  void aRunIsReadWhereverItLies() {
    Labels labels = Labels.of("__name__", "up", "job", "api");
    byte[] run = LabelBytes.encode(labels);
    byte[] bytes = new byte[run.length + 20];
    Arrays.fill(bytes, (byte) 0xFF);
    System.arraycopy(run, 0, bytes, 7, run.length);
    assertThat((Object) LabelBytes.decode(bytes, 7, 7 + run.length)).isEqualTo(labels);
    assertThat(LabelBytes.hash(bytes, 7, 7 + run.length))
        .isEqualTo(LabelBytes.hash(run, 0, run.length));
    assertThat(LabelBytes.check(bytes, 7, 7 + run.length))
        .isEqualTo(LabelBytes.check(run, 0, run.length));
  }

  @Test
  void labelsMayComeInAnyOrderAndEmptyValuesAreLeftOut() {
    byte[] bytes = run("job", "api", "empty", "", "__name__", "up");
    assertThat((Object) decode(bytes)).isEqualTo(Labels.of("__name__", "up", "job", "api"));
  }

  @Test
  void unknownFieldsAndPaddedLengthsAreAccepted() {
    byte[] bytes = {
      0x0A,
      (byte) 0x90,
      0,
      0x0A,
      8,
      '_',
      '_',
      'n',
      'a',
      'm',
      'e',
      '_',
      '_',
      0x12,
      2,
      'u',
      'p',
      0x18,
      5,
      0x12,
      0,
      0x1D,
      1,
      2,
      3,
      4,
      0x21,
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8
    };
    // The inner message is 0x10 long by a length of two bytes; the rest is skipped.
    bytes[1] = (byte) 0x8E;
    assertThat((Object) decode(bytes)).isEqualTo(Labels.of("__name__", "up"));
  }

  @Test
  void whatIsWrongIsNamed() {
    assertInvalid(run("__name__", "up", "job", "a", "job", "b"), "\"job\" comes twice");
    assertInvalid(run("__name__", "up", "", "a"), "empty name (its value is \"a\")");
    assertInvalid(run("job", "a"), "{job=\"a\"} has no metric name");
    assertInvalid(new byte[0], "has no metric name");
    byte[] notUtf8 = run("__name__", "up");
    notUtf8[notUtf8.length - 1] = (byte) 0xFF;
    assertInvalid(notUtf8, "not valid UTF-8");
    assertInvalid(new byte[] {0x0A, 0x7F, 0}, "not well-formed protobuf");
  }

  private static void assertInvalid(byte[] bytes, String message) {
    assertThatThrownBy(() -> decode(bytes))
        .isInstanceOfSatisfying(
            InvalidRequest.class, e -> assertThat(e.id()).isEqualTo(ErrorId.INVALID_LABELS))
        .hasMessageContaining(message);
  }

  @Test
  void brokenRunsAreRefusedAndNothingElseHappens() {
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = LabelBytes.encode(RandomLabels.next(random));
      for (int i = random.nextInt(3); i >= 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      int to = random.nextInt(2) == 0 ? bytes.length : random.nextInt(bytes.length);
      try {
        Labels labels = LabelBytes.decode(bytes, 0, to);
        assertThat(labels.metricName()).isNotEmpty();
      } catch (InvalidRequest e) {
        refused++;
      }
    }
    assertThat(refused).as("-Dseed=%d", RandomLabels.SEED).isGreaterThan(5_000);
  }

  @Test
  void everyByteAndTheLengthCountInTheHash() {
    for (int length = 0; length < 80; length++) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      Set<Long> hashes = new HashSet<>();
      Set<Integer> checks = new HashSet<>();
      hashes.add(LabelBytes.hash(bytes, 0, length));
      checks.add(LabelBytes.check(bytes, 0, length));
      for (int bit = 0; bit < length * 8; bit++) {
        bytes[bit / 8] ^= (byte) (1 << bit % 8);
        hashes.add(LabelBytes.hash(bytes, 0, length));
        checks.add(LabelBytes.check(bytes, 0, length));
        bytes[bit / 8] ^= (byte) (1 << bit % 8);
      }
      assertThat(hashes)
          .as("-Dseed=%d length %d", RandomLabels.SEED, length)
          .hasSize(length * 8 + 1);
      // 32 bits may meet by chance; two pairs of a few hundred hardly do.
      assertThat(checks).hasSizeGreaterThanOrEqualTo(length * 8 - 1);
    }
  }

  @Test
  void zerosOfDifferentLengthsHashDifferently() {
    byte[] zeros = new byte[200];
    Set<Long> hashes = new HashSet<>();
    for (int length = 0; length <= zeros.length; length++) {
      hashes.add(LabelBytes.hash(zeros, 0, length));
    }
    assertThat(hashes).hasSize(201);
  }

  private static Labels decode(byte[] bytes) {
    return LabelBytes.decode(bytes, 0, bytes.length);
  }

  private static byte[] run(String... namesAndValues) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      byte[] name = namesAndValues[i].getBytes(StandardCharsets.UTF_8);
      byte[] value = namesAndValues[i + 1].getBytes(StandardCharsets.UTF_8);
      out.write(0x0A);
      out.write(4 + name.length + value.length);
      out.write(0x0A);
      out.write(name.length);
      out.writeBytes(name);
      out.write(0x12);
      out.write(value.length);
      out.writeBytes(value);
    }
    return out.toByteArray();
  }
}
