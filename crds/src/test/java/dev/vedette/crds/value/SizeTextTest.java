package dev.vedette.crds.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.InvalidRequest;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizeTextTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "512B, 512",
    "10MB, 10485760",
    "10MiB, 10485760",
    "1.5GiB, 1610612736",
    "1TB, 1099511627776"
  })
  void readsWhatPrometheusReads(String text, long bytes) {
    assertThat(SizeText.parse(text).bytes()).isEqualTo(bytes);
    assertThat(text).matches(SizeText.PATTERN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10", "10M", "10 MB", "-1MB", "5iB", "MB", "1.MB", "99999999999TB"})
  void refusesEverythingElse(String text) {
    assertThatThrownBy(() -> SizeText.parse(text))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("\"" + text + "\" is not a size such as 512KB");
  }

  @Test
  void whatItPrintsIsWhatItReads() {
    long seed = Long.getLong("seed", 1);
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      SizeText size = new SizeText(random.nextLong(1L << 1 + random.nextInt(62)));
      assertThat(SizeText.parse(size.toString())).as("seed %d", seed).isEqualTo(size);
    }
  }
}
