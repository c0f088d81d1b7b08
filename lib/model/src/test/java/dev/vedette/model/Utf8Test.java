package dev.vedette.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Utf8Test {
  @Test
  void textIsOrderedAsItsBytes() throws CharacterCodingException {
    SplittableRandom random = new SplittableRandom(RandomLabels.SEED);
    for (int round = 0; round < 20_000; round++) {
      String a = text(random);
      String b = random.nextBoolean() ? a + text(random) : text(random);
      assertThat(Integer.signum(Utf8.compare(a, b)))
          .as("-Dseed=%d %s %s", RandomLabels.SEED, a, b)
          .isEqualTo(Integer.signum(Arrays.compareUnsigned(Utf8.encode(a), Utf8.encode(b))));
      byte[] bytes = Utf8.encode(a);
      assertThat(Utf8.decode(bytes, 0, bytes.length)).isEqualTo(a);
    }
  }

  private static String text(SplittableRandom random) {
    int[] ends = {0x61, 0x80, 0x7FF, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x1F600};
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(3); i >= 0; i--) {
      text.appendCodePoint(ends[random.nextInt(ends.length)]);
    }
    return text.toString();
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() {
    for (byte[] bytes :
        new byte[][] {{(byte) 0xFF}, {'a', (byte) 0xC0, (byte) 0x80}, {(byte) 0xE2, (byte) 0x82}}) {
      assertThatThrownBy(() -> Utf8.decode(bytes, 0, bytes.length))
          .isInstanceOf(CharacterCodingException.class);
    }
  }
}
