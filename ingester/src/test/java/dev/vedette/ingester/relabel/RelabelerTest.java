package dev.vedette.ingester.relabel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatObject;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.ingester.relabel.RelabelRule.Action;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Labels;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

class RelabelerTest {
  @ParameterizedTest
  @CsvSource({
    "$1,b-c",
    "${1},b-c",
    "$$1,$1",
    "a$,a$",
    "$-,$-",
    "${1,${1",
    "${},${}",
    "$1x,''",
    "${1}x,b-cx",
    "$9,''",
    "$0,a-b-c",
    "$01,''",
    "${named},c",
    "$named$1,cb-c",
    "$nobody,''"
  })
  void variablesAreFilledAsGoFillsThem(String replacement, String expected) {
    Relabeler relabeler =
        Relabeler.of(
            List.of(
                RelabelRule.of(Action.REPLACE)
                    .withSourceLabels(List.of("from"))
                    .withRegex("a-(.-(?P<named>.))")
                    .withTargetLabel("to")
                    .withReplacement(replacement)));

    Optional<Labels> result = relabeler.apply(Labels.of("from", "a-b-c"));

    assertThat(result.orElseThrow().get("to")).isEqualTo(expected);
  }

  @Test
  void anEmptyReplacementRemovesTheLabel() {
    Relabeler relabeler =
        Relabeler.of(
            List.of(RelabelRule.of(Action.REPLACE).withTargetLabel("a").withReplacement("")));

    assertThat(relabeler.apply(Labels.of("a", "1", "b", "2"))).contains(Labels.of("b", "2"));
  }

  @Test
  void withoutRulesTheLabelsAreTheSameObject() {
    Labels labels = Labels.of("a", "1");

    assertThatObject(Relabeler.NONE.apply(labels).orElseThrow()).isSameAs(labels);
  }

  /** The rules of the configurations that Prometheus refuses. */
  static Stream<Arguments> refused() {
    RelabelRule dropEqual = RelabelRule.of(Action.DROPEQUAL).withSourceLabels(List.of("abcdef"));
    RelabelRule keepEqual = RelabelRule.of(Action.KEEPEQUAL).withSourceLabels(List.of("abcdef"));
    return Stream.of(
        Arguments.of(dropEqual, "dropequal needs a targetLabel"),
        Arguments.of(dropEqual.withTargetLabel("bar").withRegex("foo"), "dropequal takes no regex"),
        Arguments.of(keepEqual, "keepequal needs a targetLabel"),
        Arguments.of(keepEqual.withTargetLabel("bar").withRegex("foo"), "keepequal takes no regex"),
        Arguments.of(
            RelabelRule.of(Action.LABELMAP).withReplacement("\ufffd$1"), "labelmap cannot name"),
        Arguments.of(RelabelRule.of(Action.LOWERCASE), "lowercase needs a targetLabel"),
        Arguments.of(
            RelabelRule.of(Action.LOWERCASE).withTargetLabel("a").withReplacement("bar"),
            "lowercase takes no replacement, found \"bar\""),
        Arguments.of(RelabelRule.of(Action.UPPERCASE), "uppercase needs a targetLabel"),
        Arguments.of(
            RelabelRule.of(Action.UPPERCASE).withTargetLabel("a").withReplacement("bar"),
            "uppercase takes no replacement, found \"bar\""),
        Arguments.of(
            RelabelRule.of(Action.HASHMOD).withTargetLabel("a"), "needs a modulus above 0"),
        Arguments.of(RelabelRule.of(Action.HASHMOD).withModulus(8), "hashmod needs a targetLabel"),
        Arguments.of(RelabelRule.of(Action.REPLACE), "replace needs a targetLabel"),
        Arguments.of(
            RelabelRule.of(Action.KEEP).withRegex("abc(def"), "\"abc(def\" does not compile"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refusesWhatPrometheusRefuses(RelabelRule rule, String problem) {
    assertThatThrownBy(() -> Relabeler.of(List.of(rule)))
        .isInstanceOfSatisfying(
            InvalidRequest.class, e -> assertThat(e.id()).isEqualTo(ErrorId.INVALID_RESOURCE))
        .hasMessageStartingWith("rule 1: ")
        .hasMessageContaining(problem);
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.INCLUDE,
      names = {"LABELDROP", "LABELKEEP"})
  void labelDropAndKeepTakeARegexOnly(Action action) {
    RelabelRule rule = RelabelRule.of(action);

    assertThat(rule.withRegex("a.*").problems()).isEmpty();
    assertThat(rule.withSourceLabels(List.of("abcdef")).problems()).hasSize(1);
    assertThat(rule.withModulus(8).problems()).hasSize(1);
    assertThat(rule.withSeparator(",").problems()).hasSize(1);
    assertThat(rule.withReplacement("yolo-{1}").problems()).hasSize(1);
    assertThat(rule.withTargetLabel("yolo").problems()).hasSize(1);
  }

  @Test
  void everyProblemOfEveryRuleIsNamedAtOnce() {
    RelabelRule good = RelabelRule.of(Action.KEEP);
    RelabelRule bad = RelabelRule.of(Action.HASHMOD).withRegex("(");

    assertThatThrownBy(() -> Relabeler.of(List.of(good, bad, bad)))
        .hasMessageContaining("rule 2: regex")
        .hasMessageContaining("rule 2: hashmod needs a targetLabel")
        .hasMessageContaining("rule 3: hashmod needs a modulus above 0, found 0");
  }

  @Test
  void actionsAreKnownByNameInAnyCase() {
    assertThat(Action.named("LabelMap")).contains(Action.LABELMAP);
    assertThat(Action.named("merge")).isEmpty();
  }
}
