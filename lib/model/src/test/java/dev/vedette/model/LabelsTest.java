package dev.vedette.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LabelsTest {
  private static final Labels UP = Labels.of("job", "api", "__name__", "up", "empty", "");

  @Test
  void labelsAreSortedAndEmptyOnesLeftOut() {
    assertThat(UP.size()).isEqualTo(2);
    assertThat(UP.name(0)).isEqualTo("__name__");
    assertThat(UP.value(1)).isEqualTo("api");
    assertThat(UP.toMap()).isEqualTo(Map.of("__name__", "up", "job", "api"));
    assertThat((Object) UP).isEqualTo(Labels.of(Map.of("job", "api", "__name__", "up")));
    assertThat(UP.hashCode()).isEqualTo(Labels.of(UP.toMap()).hashCode());
    assertThat((Object) Labels.of("a", "")).isSameAs(Labels.EMPTY);
  }

  @Test
  void anAbsentLabelReadsAsEmpty() {
    assertThat(UP.get("nope")).isEmpty();
    assertThat(UP.has("nope")).isFalse();
    assertThat(UP.has("job")).isTrue();
    assertThat(UP.metricName()).isEqualTo("up");
  }

  @Test
  void someLabelsAreKeptOrDropped() {
    assertThat((Object) UP.without(Set.of("__name__", "x"))).isEqualTo(Labels.of("job", "api"));
    assertThat((Object) UP.only(Set.of("__name__", "x"))).isEqualTo(Labels.of("__name__", "up"));
    assertThat((Object) UP.without(Set.of("x"))).isSameAs(UP);
    assertThat((Object) UP.only(Set.of())).isSameAs(Labels.EMPTY);
  }

  @Test
  void aBuilderKeepsTheLastValueOfAName() {
    Labels labels = UP.toBuilder().set("job", "b").set("x", "1").remove("x").build();
    assertThat((Object) labels).isEqualTo(Labels.of("__name__", "up", "job", "b"));
    assertThat((Object) UP.toBuilder().set("job", "").build())
        .isEqualTo(Labels.of("__name__", "up"));
  }

  @Test
  void theyPrintAsPromqlWritesThem() {
    assertThat(UP.toString()).isEqualTo("up{job=\"api\"}");
    assertThat(Labels.of("__name__", "up").toString()).isEqualTo("up");
    assertThat(Labels.EMPTY.toString()).isEqualTo("{}");
    assertThat(Labels.of("a", "x\"\\\n", "b", "1").toString())
        .isEqualTo("{a=\"x\\\"\\\\\\n\", b=\"1\"}");
  }

  @Test
  void theyAreOrderedLabelByLabelAsBytesOfUtf8() {
    SplittableRandom random = new SplittableRandom(RandomLabels.SEED);
    List<Labels> sets = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      sets.add(RandomLabels.next(random));
    }
    sets.sort(null);
    for (int i = 1; i < sets.size(); i++) {
      Labels a = sets.get(i - 1);
      Labels b = sets.get(i);
      assertThat(a.compareTo(b) == 0).as("%s %s", a, b).isEqualTo(a.equals(b));
      assertThat(b.compareTo(a)).as("%s %s", a, b).isGreaterThanOrEqualTo(0);
    }
    assertThat(Labels.of("a", "1").compareTo(Labels.of("a", "1", "b", "1"))).isNegative();
    assertThat(Labels.of("a", "\uFFFD").compareTo(Labels.of("a", "\uD83D\uDE00"))).isNegative();
  }

  @Test
  void aNameWithoutAValueIsABug() {
    assertThatThrownBy(() -> Labels.of("a")).isInstanceOf(IllegalArgumentException.class);
  }
}
