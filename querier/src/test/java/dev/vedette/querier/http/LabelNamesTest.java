package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Escaped label names in URLs. */
class LabelNamesTest {
  @ParameterizedTest
  @CsvSource({
    "job, job",
    "U__host_2e_name, host.name",
    "U__a__b, a_b",
    "U___1F600_, \uD83D\uDE00",
    "U__, ''",
    "U__broken_2e, U__broken_2e",
    "U__broken_, U__broken_",
    "U__broken_xx_, U__broken_xx_",
    "U__broken_d800_, U__broken_d800_",
    "U__broken_1234567_, U__broken_1234567_",
  })
  void areReadWithTheirEscapesOrAsTheyStand(String escaped, String name) {
    assertThat(LabelNames.unescape(escaped)).isEqualTo(name);
  }
}
