package dev.vedette.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SeriesOrderTest {
  private static final SeriesOrder ORDER = SeriesOrder.INSTANCE;

  @Test
  void itIsATotalOrder() {
    SplittableRandom random = new SplittableRandom(RandomLabels.SEED);
    List<Labels> sets = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      sets.add(RandomLabels.next(random));
    }
    for (Labels a : sets) {
      for (Labels b : sets) {
        int ab = Integer.signum(ORDER.compare(a, b));
        assertThat(ab).as("%s %s", a, b).isEqualTo(-Integer.signum(ORDER.compare(b, a)));
        assertThat(ab == 0).as("%s %s", a, b).isEqualTo(a.equals(b));
        for (Labels c : sets) {
          if (ab < 0 && ORDER.compare(b, c) < 0) {
            assertThat(ORDER.compare(a, c))
                .as("-Dseed=%d: %s < %s < %s", RandomLabels.SEED, a, b, c)
                .isNegative();
          }
        }
      }
    }
  }

  @Test
  void aHistogramIsOneRunWithItsBucketsByBound() {
    List<Labels> expected = new ArrayList<>();
    for (String path : List.of("/a", "/b")) {
      for (String le : List.of("-1", "0.5", "2", "10", "+Inf")) {
        expected.add(Labels.of("__name__", "t_bucket", "le", le, "path", path));
      }
      expected.add(Labels.of("__name__", "t_count", "path", path));
      expected.add(Labels.of("__name__", "t_sum", "path", path));
    }
    expected.add(Labels.of("__name__", "t_total", "path", "/a"));
    assertSorted(expected);
  }

  @Test
  void theInstanceComesBeforeOtherLabels() {
    assertSorted(
        List.of(
            Labels.of("__name__", "up"),
            Labels.of("__name__", "up", "cpu", "9", "instance", "a"),
            Labels.of("__name__", "up", "cpu", "1", "instance", "b"),
            Labels.of("__name__", "up", "cpu", "1", "instance", "b", "job", "a"),
            Labels.of("__name__", "up", "cpu", "0", "instance", "b", "job", "b")));
  }

  @Test
  void aFamilyIsTheNameWithoutTheSuffixOfAHistogram() {
    assertThat(SeriesOrder.family("t_bucket")).isEqualTo("t");
    assertThat(SeriesOrder.family("t_count")).isEqualTo("t");
    assertThat(SeriesOrder.family("t_sum")).isEqualTo("t");
    assertThat(SeriesOrder.family("t_total")).isEqualTo("t_total");
    assertThat(SeriesOrder.family("")).isEmpty();
  }

  private static void assertSorted(List<Labels> expected) {
    List<Labels> shuffled = new ArrayList<>(expected);
    Collections.shuffle(shuffled, new Random(RandomLabels.SEED));
    shuffled.sort(ORDER);
    assertThat(shuffled).as("-Dseed=%d", RandomLabels.SEED).containsExactlyElementsOf(expected);
  }
}
