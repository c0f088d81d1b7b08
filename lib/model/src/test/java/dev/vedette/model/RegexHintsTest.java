package dev.vedette.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RegexHintsTest {
  @Test
  void alternativesWithoutOperatorsAreTexts() {
    assertThat(RegexHints.literals("a|b.c")).isEmpty();
    assertThat(RegexHints.literals("a|b\\.c|").orElseThrow()).containsExactly("a", "b.c", "");
    assertThat(RegexHints.literals("(a|b)").orElseThrow()).containsExactly("a", "b");
    assertThat(RegexHints.literals("(a)|(b)")).isEmpty();
    assertThat(RegexHints.literals("(?:a|b)")).isEmpty();
    assertThat(RegexHints.literals("a\\d")).isEmpty();
    assertThat(RegexHints.literals("(a\\)")).isEmpty();
  }

  @Test
  void aPrefixIsWhatEveryMatchBeginsWith() {
    assertThat(RegexHints.prefix("node_.*")).isEqualTo("node_");
    assertThat(RegexHints.prefix("a\\.b.*")).isEqualTo("a.b");
    assertThat(RegexHints.prefix("ab*")).isEqualTo("a");
    assertThat(RegexHints.prefix("ab{0,1}")).isEqualTo("a");
    assertThat(RegexHints.prefix("ab|c")).isEmpty();
    assertThat(RegexHints.prefix("a(b|c)")).isEmpty();
    assertThat(RegexHints.prefix("(?i)ab")).isEmpty();
    assertThat(RegexHints.prefix("\\Qab\\E")).isEmpty();
  }
}
