package dev.vedette.promql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SeriesGroupsTest {
  private static final List<String> NAMES = List.of("__name__", "a", "b", "c");

  @Test
  void seriesAreInTheGroupsThatTheirLabelsSay() {
    SplittableRandom random = new SplittableRandom(Long.getLong("seed", 1));
    for (int round = 0; round < 200; round++) {
      List<String> names = NAMES.stream().filter(_ -> random.nextBoolean()).toList();
      Grouping grouping = random.nextBoolean() ? Grouping.by(names) : Grouping.without(names);
      Map<Labels, Labels> groups = new HashMap<>();
      SeriesGroups<Labels> bySeries =
          new SeriesGroups<>(grouping, (group, _) -> groups.computeIfAbsent(group, _ -> group));
      for (int i = 0; i < 50; i++) {
        Labels series = anyLabels(random);
        assertThat((Object) bySeries.of(series))
            .as("%s of %s", grouping, series)
            .isEqualTo(grouping.of(series));
      }
    }
  }

  private static Labels anyLabels(SplittableRandom random) {
    Labels.Builder labels = Labels.EMPTY.toBuilder();
    for (String name : NAMES) {
      // Texts of their own, which are equal and not the same.
      labels.set(name, random.nextInt(3) == 0 ? "" : Integer.toString(random.nextInt(2)));
    }
    return labels.build();
  }

  @Test
  void neighboursOfOneGroupAreLookedUpOnce() {
    List<Labels> found = new ArrayList<>();
    SeriesGroups<Labels> bySeries =
        new SeriesGroups<>(
            Grouping.by(List.of("a")),
            (group, _) -> {
              found.add(group);
              return group;
            });

    bySeries.of(Labels.of("a", "1", "n", "1"));
    bySeries.of(Labels.of("a", "1", "n", "2"));
    bySeries.of(Labels.of("n", "3"));
    bySeries.of(Labels.of("n", "4"));
    bySeries.of(Labels.of("a", "1"));

    assertThat(found).containsExactly(Labels.of("a", "1"), Labels.EMPTY, Labels.of("a", "1"));
  }
}
