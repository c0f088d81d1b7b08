package dev.vedette.promql.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.InvalidRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Selectors that stand alone, as parameters take them. */
class SelectorTest {
  @Test
  void hasTheMatchersOfItsBracesAndOfItsName() {
    assertThat(Parser.parseSelector("up{job=~\"a|b\"}").toString())
        .isEqualTo("[job=~\"a|b\", __name__=\"up\"]");
    assertThat(Parser.parseSelector("sum").toString()).isEqualTo("[__name__=\"sum\"]");
    assertThat(Parser.parseSelector("{\"a.b\"}").toString()).isEqualTo("[__name__=\"a.b\"]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "up[;1:3: parse error: unexpected \"[\"",
        "rate(up[1m]);1:5: parse error: unexpected \"(\"",
        "up offset 5m;1:4: parse error: unexpected",
        "5;1:1: parse error: unexpected number \"5\"",
        "-up;1:1: parse error: unexpected",
        "{};1:1: parse error: vector selector must contain at least one non-empty matcher",
        "up{;1:4: parse error: unexpected end of input inside braces",
        "'';parse error: unexpected end of input",
      })
  void endsWhereTheSelectorEnds(String text, String error) {
    assertThatThrownBy(() -> Parser.parseSelector(text))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining(error);
  }
}
