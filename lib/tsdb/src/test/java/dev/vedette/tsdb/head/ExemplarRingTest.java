package dev.vedette.tsdb.head;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Exemplar;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesExemplars;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ExemplarRingTest {
  private static final List<List<LabelMatcher>> ALL =
      List.of(List.of(LabelMatcher.equal("__name__", "m")));

  private record Kept(Labels series, Exemplar exemplar) {}

  private static Labels series(int i) {
    return Labels.of("__name__", "m", "i", "" + i);
  }

  private static boolean add(ExemplarRing ring, Labels series, Exemplar exemplar) {
    return ring.add(
        1,
        series,
        exemplar.timestampMillis(),
        Double.doubleToRawLongBits(exemplar.value()),
        LabelBytes.encode(exemplar.labels()));
  }

  private static Exemplar exemplar(long at, int trace) {
    return new Exemplar(Labels.of("trace_id", "t" + trace), at, trace);
  }

  @Test
  void theLastOnesAreKeptAndFoundBySeriesAndTime() {
    long seed = Long.getLong("seed", 1);
    System.out.println("ExemplarRingTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 30; round++) {
      int capacity = random.nextInt(1, 300);
      int seriesCount = random.nextInt(1, 12);
      ExemplarRing ring = new ExemplarRing(capacity);
      List<Kept> model = new ArrayList<>();
      long now = 0;
      for (int i = 0; i < 1_000; i++) {
        now += random.nextInt(100);
        Labels series = series(random.nextInt(seriesCount));
        Exemplar next = exemplar(now - (random.nextInt(4) == 0 ? random.nextInt(3_000) : 0), i);
        assertThat(add(ring, series, next)).isTrue();
        model.add(new Kept(series, next));
        if (model.size() > capacity) {
          model.removeFirst();
        }
        assertThat(add(ring, series, next)).as("the same again").isFalse();
        if (random.nextInt(200) == 0) {
          long most = ring.bytes() * random.nextInt(101) / 100;
          int gone = ring.trim(most);
          assertThat(ring.bytes()).isLessThanOrEqualTo(most);
          model.subList(0, gone).clear();
        }
      }
      assertThat(ring.size()).isEqualTo(model.size());
      long start = now - random.nextInt(20_000);
      assertThat(ring.select(ALL, start, now)).isEqualTo(select(model, start, now));
      List<Long> order = new ArrayList<>();
      ring.forEach((_, _, at, _, _) -> order.add(at));
      assertThat(order)
          .isEqualTo(model.stream().map(kept -> kept.exemplar.timestampMillis()).toList());
    }
  }

  private static List<SeriesExemplars> select(List<Kept> model, long start, long end) {
    Map<Labels, List<Exemplar>> found = new TreeMap<>();
    for (Kept kept : model) {
      long at = kept.exemplar.timestampMillis();
      if (at >= start && at <= end) {
        found.computeIfAbsent(kept.series, _ -> new ArrayList<>()).add(kept.exemplar);
      }
    }
    found.values().forEach(list -> list.sort(Comparator.comparingLong(Exemplar::timestampMillis)));
    return found.entrySet().stream()
        .map(entry -> new SeriesExemplars(entry.getKey(), entry.getValue()))
        .toList();
  }

  @Test
  void whatIsGivenBackIsWhatWasTaken() {
    ExemplarRing ring = new ExemplarRing(20);
    for (int i = 0; i < 50; i++) {
      add(ring, series(i % 7), exemplar(i, i));
    }
    long bytes = ring.bytes();

    assertThat(ring.trim(bytes)).isZero();
    assertThat(ring.trim(bytes - 1)).isEqualTo(1);
    assertThat(ring.trim(0)).isEqualTo(19);
    assertThat(ring.bytes()).isZero();
    assertThat(ring.select(ALL, 0, 100)).isEmpty();
  }

  @Test
  void theLargestAreCutToOneSizeAndTheOthersStay() {
    assertThat(Exemplars.level(new long[] {70, 5, 90, 10}, 75)).isEqualTo(30);
    assertThat(Exemplars.level(new long[] {70, 5}, 75)).isEqualTo(Long.MAX_VALUE);
    assertThat(Exemplars.level(new long[] {8, 8, 8}, 3)).isEqualTo(1);
    assertThat(Exemplars.level(new long[0], 3)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aSeriesThatFillsTheRingAloneKeepsItsLast() {
    ExemplarRing ring = new ExemplarRing(1);
    for (int i = 0; i < 5; i++) {
      assertThat(add(ring, series(0), exemplar(i, i))).isTrue();
    }
    assertThat(ring.select(ALL, 0, 10))
        .containsExactly(new SeriesExemplars(series(0), List.of(exemplar(4, 4))));
  }
}
