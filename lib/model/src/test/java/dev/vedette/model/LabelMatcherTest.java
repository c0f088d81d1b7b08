package dev.vedette.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LabelMatcherTest {
  @Test
  void theRecordedCasesMatchAsPrometheusDoes() throws IOException {
    Path file =
        Path.of(System.getProperty("vedette.conformance", ""), "label-matchers", "cases.json");
    assumeTrue(Files.exists(file), "no recorded cases at " + file);
    JsonNode cases = new ObjectMapper().readTree(file.toFile());
    assertThat(cases.size()).isPositive();
    for (JsonNode one : cases) {
      LabelMatcher matcher =
          new LabelMatcher(type(one.get("type").asText()), "x", one.get("matcher_value").asText());
      assertThat(matcher.matches(one.get("label_value").asText()))
          .as(one.toString())
          .isEqualTo(one.get("match").asBoolean());
    }
  }

  private static LabelMatcher.Type type(String symbol) {
    return Arrays.stream(LabelMatcher.Type.values())
        .filter(type -> type.symbol().equals(symbol))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void anAbsentLabelCountsAsEmpty() {
    Labels up = Labels.of("__name__", "up");
    assertThat(LabelMatcher.equal("job", "").matches(up)).isTrue();
    assertThat(new LabelMatcher(LabelMatcher.Type.REGEX, "job", ".*").matches(up)).isTrue();
    assertThat(new LabelMatcher(LabelMatcher.Type.REGEX, "job", ".+").matches(up)).isFalse();
    assertThat(new LabelMatcher(LabelMatcher.Type.NOT_EQUAL, "job", "a").matchesEmpty()).isTrue();
  }

  @Test
  void aRegularExpressionMatchesTheWholeValueAndLinesToo() {
    LabelMatcher matcher = new LabelMatcher(LabelMatcher.Type.REGEX, "x", "a|b.c");
    assertThat(matcher.matches("a")).isTrue();
    assertThat(matcher.matches("ab")).isFalse();
    assertThat(matcher.matches("b\nc")).isTrue();
  }

  @Test
  void whatIsNotCompiledMatchesAsIfItWere() {
    long seed = Long.getLong("seed", 1);
    SplittableRandom random = new SplittableRandom(seed);
    String[] parts = {
      "a", "b", "ab", "|", "(", ")", ".*", ".+", "\\.", "-", "\n", "host-", "", "*"
    };
    for (int round = 0; round < 5_000; round++) {
      String regex = text(random, parts, 5);
      String value = text(random, new String[] {"a", "b", "ab", ".", "-", "\n", "host-", ""}, 3);
      Optional<Pattern> pattern = compiled(regex);
      LabelMatcher.Type type = LabelMatcher.Type.REGEX;
      String about = "-Dseed=%d round %d: %s on %s".formatted(seed, round, regex, value);
      if (pattern.isEmpty()) {
        assertThatThrownBy(() -> new LabelMatcher(type, "x", regex))
            .as(about)
            .isInstanceOf(InvalidRequest.class);
      } else {
        assertThat(new LabelMatcher(type, "x", regex).matches(value))
            .as(about)
            .isEqualTo(pattern.get().matches(value));
      }
    }
  }

  @Test
  void aListOfWordsThatIsTooLongIsRefusedAsAnyExpression() {
    String words = "word|".repeat(LabelRegex.MAX_SIZE);
    assertThatThrownBy(() -> new LabelMatcher(LabelMatcher.Type.REGEX, "x", words))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("too large");
  }

  private static Optional<Pattern> compiled(String regex) {
    try {
      return Optional.of(LabelRegex.compile(regex));
    } catch (PatternSyntaxException e) {
      return Optional.empty();
    }
  }

  private static String text(SplittableRandom random, String[] parts, int most) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      text.append(parts[random.nextInt(parts.length)]);
    }
    return text.toString();
  }

  @Test
  void aRegularExpressionThatDoesNotCompileIsNamed() {
    assertThatThrownBy(() -> new LabelMatcher(LabelMatcher.Type.REGEX, "x", "a("))
        .isInstanceOfSatisfying(
            InvalidRequest.class, e -> assertThat(e.id()).isEqualTo(ErrorId.INVALID_REGEX))
        .hasMessageContaining("\"a(\" does not compile: missing closing )")
        .hasRootCauseMessage("error parsing regexp: missing closing ): `a(`");
  }

  @Test
  void aRegularExpressionHasToBeOneByItself() {
    assertThatThrownBy(() -> new LabelMatcher(LabelMatcher.Type.REGEX, "x", "a)|(b"))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("unexpected )");
  }

  @Test
  void itPrintsAndComparesByContent() {
    LabelMatcher matcher = new LabelMatcher(LabelMatcher.Type.NOT_REGEX, "x", "a\"b");
    assertThat(matcher.toString()).isEqualTo("x!~\"a\\\"b\"");
    assertThat(matcher).isEqualTo(new LabelMatcher(LabelMatcher.Type.NOT_REGEX, "x", "a\"b"));
    assertThat(matcher).isNotEqualTo(new LabelMatcher(LabelMatcher.Type.EQUAL, "x", "a\"b"));
  }

  @Test
  void expressionsThatGrowBeyondBoundsWhenCompiledAreRefused() {
    String[] tooLarge = {
      "((x{1000}){1000}){1000}",
      "(((((.{0,1000}){0,1000}){0,1000})))",
      "([]a{2}]{1000}){1000,}",
      "(\\pL{900}){900}",
      "(\\Qab\\E{999}){999}",
      "(".repeat(10_000) + "x" + ")".repeat(10_000)
    };
    for (String regex : tooLarge) {
      assertThatThrownBy(() -> new LabelMatcher(LabelMatcher.Type.REGEX, "x", regex))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("too large or nested too deep");
    }
  }

  @Test
  void aLongRowOfCharactersThatStandForThemselvesIsRefused() {
    String longest = "a".repeat(LabelRegex.MAX_LITERAL);
    String longer = longest + "a".repeat(LabelRegex.MAX_LITERAL / 10);
    assertThat(new LabelMatcher(LabelMatcher.Type.REGEX, "x", longest).matches(longest)).isTrue();
    String[] tooLong = {
      longer,
      "\\." + longer,
      "\\Q" + longer + ".\\E",
      "b|" + longer + "cd*",
      "a{".repeat(LabelRegex.MAX_LITERAL),
      "a]".repeat(LabelRegex.MAX_LITERAL),
      "[a]".repeat(LabelRegex.MAX_LITERAL),
      longest + "." + longest,
      "[" + "ab".repeat(LabelRegex.MAX_CLASS) + "]",
      "[" + "ab".repeat(LabelRegex.MAX_CLASS) + "c",
      "[" + "ab".repeat(5_000) + "Ж]",
      "(a)".repeat(33_000),
    };
    for (String regex : tooLong) {
      assertThatThrownBy(() -> new LabelMatcher(LabelMatcher.Type.REGEX, "x", regex))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("11000 characters in a row");
    }
    String widest = "[" + "ab".repeat(LabelRegex.MAX_CLASS / 2) + "]";
    assertThat(new LabelMatcher(LabelMatcher.Type.REGEX, "x", widest).matches("b")).isTrue();
    String manyShortOnes = ("pod-" + "a".repeat(60) + "|").repeat(800) + "x";
    assertThat(new LabelMatcher(LabelMatcher.Type.REGEX, "x", manyShortOnes).matches("x")).isTrue();
  }

  @Test
  void bracesThatAreNoCountsStandForThemselves() {
    String[][] cases = {
      {"a{1000}", "a".repeat(1000)},
      {"(ab{2}){3}", "abbabbabb"},
      {"a{b}", "a{b}"},
      {"\\Q{1000}\\E", "{1000}"},
      {"[{1000}]{2}", "{1"},
      {"\\x{61}{2}", "aa"},
      {"[[:alpha:]\\]]{2}", "a]"},
      {"{", "{"},
    };
    for (String[] one : cases) {
      LabelMatcher matcher = new LabelMatcher(LabelMatcher.Type.REGEX, "x", one[0]);
      assertThat(matcher.matches(one[1])).as(one[0]).isTrue();
    }
  }
}
