package dev.vedette.promql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.InvalidRequest;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

class LanguageFeatureTest {
  @Test
  void featuresHaveTheNamesThatPrometheusHas() {
    assertThat(LanguageFeature.parse("")).isEmpty();
    assertThat(LanguageFeature.parse("promql-experimental-functions, use-start-timestamps"))
        .containsExactlyInAnyOrder(
            LanguageFeature.EXPERIMENTAL_FUNCTIONS, LanguageFeature.START_TIMESTAMPS);
  }

  @Test
  void typeAndUnitLabelsAreOneOfThem() {
    assertThat(LanguageFeature.parse("type-and-unit-labels"))
        .containsExactly(LanguageFeature.TYPE_AND_UNIT_LABELS);
  }

  @Test
  void anUnknownNameIsRefusedWithThoseThereAre() {
    assertThatThrownBy(() -> LanguageFeature.parse("promql-duration-expr,limitk"))
        .isInstanceOfSatisfying(
            InvalidRequest.class,
            e -> assertThat(e.wayOut()).contains("promql-binop-fill-modifiers"))
        .hasMessageContaining("there is no feature \"limitk\" to enable");
  }

  @Test
  void extendedSelectorsAndStartTimestampsExcludeEachOther() {
    assertThatThrownBy(() -> LanguageFeature.checked(EnumSet.allOf(LanguageFeature.class)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("exclude each other");
  }
}
