package dev.vedette.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Request lines of people who do not escape. */
class RequestLineEscaperTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "/a?query=up!/a?query=up",
        "/a?query=up{job=\"x\"}!/a?query=up%7Bjob=%22x%22%7D",
        "/a?q=50%!/a?q=50%25",
        "/a?q=%zz%41!/a?q=%25zz%41",
        "/a?q=a|b^c#d!/a?q=a%7Cb%5Ec%23d",
        "/a?q=Ã©!/a?q=%C3%A9",
      })
  void escapesWhatAUriMayNotHold(String sent, String escaped) {
    assertThat(RequestLineEscaper.escape(sent)).isEqualTo(escaped);
  }

  @Test
  void anyLineBecomesAUriAndStaysOne() {
    long seed = Long.getLong("seed", 1);
    System.out.println("-Dseed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 5_000; round++) {
      StringBuilder line = new StringBuilder("/p?q=");
      for (int i = random.nextInt(20); i > 0; i--) {
        line.append((char) random.nextInt(256));
      }

      String escaped = RequestLineEscaper.escape(line.toString());

      assertThat(URI.create(escaped).toString()).as("seed %d", seed).isEqualTo(escaped);
      assertThat(RequestLineEscaper.escape(escaped)).isEqualTo(escaped);
    }
  }
}
