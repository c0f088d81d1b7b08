package dev.vedette.crds.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.InvalidRequest;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationTextTest {
  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "15s, PT15S",
    "1m30s, PT1M30S",
    "15d, PT360H",
    "2w, PT336H",
    "1y, PT8760H",
    "100ms, PT0.1S",
    "1h0m, PT1H",
    "292y, PT2557920H"
  })
  void readsWhatPrometheusReads(String text, Duration expected) {
    assertThat(DurationText.parse(text).value()).isEqualTo(expected);
    assertThat(text).matches(DurationText.PATTERN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "15", "s", "1s1m", "1.5h", "-1s", "15 s", "1m1m", "PT15S", "293y"})
  void refusesEverythingElse(String text) {
    assertThatThrownBy(() -> DurationText.parse(text))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("\"" + text + "\" is not a duration such as 30s");
  }

  @ParameterizedTest
  @CsvSource({
    "90s, 1m30s",
    "1w1d, 8d",
    "14d, 2w",
    "15d, 15d",
    "730d, 2y",
    "0s, 0s",
    "1500ms, 1s500ms"
  })
  void printsTheUsualForm(String text, String expected) {
    assertThat(DurationText.parse(text)).hasToString(expected);
  }

  @Test
  void whatItPrintsIsWhatItReads() {
    long seed = Long.getLong("seed", 1);
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      long millis = random.nextLong(1L << (1 + random.nextInt(42)));
      DurationText duration = new DurationText(Duration.ofMillis(millis));
      assertThat(DurationText.parse(duration.toString())).as("seed %d", seed).isEqualTo(duration);
    }
  }
}
