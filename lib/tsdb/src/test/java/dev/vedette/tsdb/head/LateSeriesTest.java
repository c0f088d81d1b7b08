package dev.vedette.tsdb.head;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.tsdb.head.LateSeries.Found;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LateSeriesTest {
  private final long seed = Long.getLong("seed", 1);
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void keepsWhatAMapWouldKeepWhateverTheOrder() {
    System.out.println("LateSeriesTest seed " + seed);
    for (int round = 0; round < 60; round++) {
      LateSeries series = new LateSeries();
      TreeMap<Long, Long> model = new TreeMap<>();
      int range = random.nextInt(1, 5_000);
      int ascending = random.nextInt(2);
      for (int i = 0; i < 3_000; i++) {
        long at = ascending == 1 && random.nextInt(20) > 0 ? i : random.nextInt(range);
        long bits = random.nextInt(3);
        assertThat(series.find(at, bits)).isEqualTo(found(model.get(at), bits));
        series.put(at, bits);
        model.put(at, bits);
      }
      check(series, model);
      long start = random.nextInt(range);
      long end = start + random.nextInt(range);
      SampleRun part = new SampleRun();
      series.copy(start, end, part);
      assertThat(asMap(part)).isEqualTo(model.subMap(start, true, end, true));

      remove(series, model);
      check(series, model);
    }
  }

  private static Found found(Long known, long bits) {
    if (known == null) {
      return Found.NOTHING;
    }
    return known == bits ? Found.SAME : Found.OTHER;
  }

  /** Takes some out as a flush does, of which some have another value by then. */
  private void remove(LateSeries series, TreeMap<Long, Long> model) {
    SampleRun gone = new SampleRun();
    List<Long> removed = new ArrayList<>();
    model.forEach(
        (at, bits) -> {
          if (random.nextInt(3) > 0) {
            boolean replaced = random.nextInt(10) == 0;
            gone.add(at, replaced ? bits + 1 : bits);
            if (!replaced) {
              removed.add(at);
            }
          }
        });
    series.remove(gone);
    removed.forEach(model::remove);
  }

  private static void check(LateSeries series, TreeMap<Long, Long> model) {
    SampleRun all = new SampleRun();
    series.copy(Long.MIN_VALUE, Long.MAX_VALUE, all);
    assertThat(asMap(all)).isEqualTo(model);
    assertThat(all.size()).isEqualTo(model.size()).isEqualTo(series.samples());
    assertThat(series.isEmpty()).isEqualTo(model.isEmpty());
    if (!model.isEmpty()) {
      assertThat(series.minMillis()).isEqualTo(model.firstKey());
      assertThat(series.maxMillis()).isEqualTo(model.lastKey());
    }
    assertThat(series.bytes()).isBetween(16L * model.size(), 200 + 64L * model.size() + 8_192);
  }

  private static Map<Long, Long> asMap(SampleRun run) {
    Map<Long, Long> map = new TreeMap<>();
    for (int i = run.from; i < run.to; i++) {
      map.put(run.timestamps[i], run.bits[i]);
    }
    return map;
  }
}
