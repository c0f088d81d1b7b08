package dev.vedette.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
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

  @Test
  void aGapIsAnythingBetweenABeginningAndAnEnd() {
    assertThat(RegexHints.gap("node_.*_total").orElseThrow())
        .isEqualTo(new RegexHints.Gap("node_", 0, "_total"));
    assertThat(RegexHints.gap(".+_bucket").orElseThrow())
        .isEqualTo(new RegexHints.Gap("", 1, "_bucket"));
    assertThat(RegexHints.gap("a.*b.*c")).isEmpty();
    assertThat(RegexHints.gap("a.*?b")).isEmpty();
    assertThat(RegexHints.gap("a\\.*b")).isEmpty();
    assertThat(RegexHints.gap("a.b")).isEmpty();
    assertThat(RegexHints.gap("ab")).isEmpty();
    assertThat(RegexHints.gap("a.")).isEmpty();
  }

  @Test
  void whatIsToldByItsEndsIsWhatTheExpressionMatches() {
    long seed = Long.getLong("seed", 1);
    System.out.println("whatIsToldByItsEnds -Dseed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 3_000; i++) {
      String regex = text(random) + (random.nextBoolean() ? ".*" : ".+") + text(random);
      String value = text(random) + text(random) + text(random);

      assertThat(LabelRegex.test(regex).test(value))
          .as("%s of %s", regex, value)
          .isEqualTo(LabelRegex.compile(regex).matches(value));
    }
  }

  private static String text(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(3); i > 0; i--) {
      text.append(
          random.nextBoolean() ? "a" : List.of("b", "\n", "_", "é", "😀").get(random.nextInt(5)));
    }
    return text.toString();
  }
}
