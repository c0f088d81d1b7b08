package dev.vedette.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Several sources as one, compared with a map; {@code -Dseed=…} tries others. */
class MergedCursorTest {
  private static final long SEED = Long.getLong("seed", 1);
  private static final int ROUNDS = 300;

  /** Samples of each series, of each source. */
  private static final class Samples {
    final TreeMap<Labels, TreeMap<Long, Double>> series = new TreeMap<>(SeriesOrder.INSTANCE);

    void put(Labels labels, long timestamp, double value) {
      series.computeIfAbsent(labels, _ -> new TreeMap<>()).put(timestamp, value);
    }

    void putAll(Samples others) {
      others.series.forEach(
          (labels, run) -> run.forEach((time, value) -> put(labels, time, value)));
    }
  }

  @Test
  void isWhatAMapOfAllSourcesHoldsWhateverTheyShareAndWhereverTheyOverlap() {
    for (int round = 0; round < ROUNDS; round++) {
      SplittableRandom random = new SplittableRandom(SEED * ROUNDS + round);
      List<Samples> sources = new ArrayList<>();
      Samples expected = new Samples();
      boolean disjoint = random.nextBoolean();
      int count = random.nextInt(1, 6);
      for (int i = 0; i < count; i++) {
        // Of disjoint ones in any order of time: a merged block is younger than one after it.
        long start = disjoint ? (i * 7 + 3) % count * 1000L : random.nextInt(3) * 200L;
        Samples source = random(random, start);
        sources.add(source);
        expected.putAll(source);
      }

      List<SeriesCursor> cursors = new ArrayList<>();
      for (Samples source : sources) {
        cursors.add(new Reusing(source, random.nextInt(1, SeriesBatch.CAPACITY)));
      }
      try (MergedCursor merged = new MergedCursor(cursors)) {
        assertThat(read(merged).series)
            .as("round %d of seed %d", round, SEED)
            .isEqualTo(expected.series);
      }
    }
  }

  @Test
  void neighboursOfTheSameTimesInAllSourcesShareOneArray() {
    Samples first = new Samples();
    Samples second = new Samples();
    for (int i = 0; i < 10; i++) {
      for (int time = 0; time < 5; time++) {
        first.put(labels(i), time, i);
        second.put(labels(i), 100 + time, i);
      }
    }

    SeriesBatch batch = new SeriesBatch();
    try (MergedCursor merged =
        new MergedCursor(List.of(new Reusing(first, 64), new Reusing(second, 64)))) {
      merged.next(batch);
    }

    assertThat(batch.count()).isEqualTo(10);
    for (int i = 1; i < 10; i++) {
      assertThat(batch.timestamps(i)).isSameAs(batch.timestamps(0));
    }
  }

  private static Samples random(SplittableRandom random, long start) {
    Samples samples = new Samples();
    int series = random.nextInt(150);
    // Several in turn have the times of the one before, as those that are scraped together do.
    TreeSet<Long> times = times(random, start);
    for (int i = 0; i < series; i++) {
      times = random.nextInt(8) == 0 ? times(random, start) : times;
      if (random.nextInt(6) > 0) {
        for (long time : times) {
          samples.put(labels(i), time, random.nextInt());
        }
      }
    }
    return samples;
  }

  private static TreeSet<Long> times(SplittableRandom random, long start) {
    TreeSet<Long> times = new TreeSet<>(List.of(start));
    int more = random.nextInt(20);
    for (int i = 0; i < more; i++) {
      times.add(start + random.nextInt(600));
    }
    return times;
  }

  private static Labels labels(int series) {
    return Labels.of("__name__", "m" + series / 40, "n", "%04d".formatted(series));
  }

  private static Samples read(SeriesCursor cursor) {
    Samples read = new Samples();
    SeriesBatch batch = new SeriesBatch();
    while (cursor.next(batch)) {
      for (int i = 0; i < batch.count(); i++) {
        assertThat(read.series).doesNotContainKey(batch.labels(i));
        for (int j = 0; j < batch.size(i); j++) {
          read.put(batch.labels(i), batch.timestamps(i)[j], batch.values(i)[j]);
        }
      }
    }
    return read;
  }

  /** Has one array for all timestamps of a batch's series that share them, used again and again. */
  private static final class Reusing implements SeriesCursor {
    private final List<Labels> labels;
    private final Samples samples;
    private final int most;
    private final long[][] times = new long[SeriesBatch.CAPACITY][700];
    private final double[][] values = new double[SeriesBatch.CAPACITY][700];
    private int next;

    Reusing(Samples samples, int most) {
      this.samples = samples;
      this.labels = List.copyOf(samples.series.keySet());
      this.most = most;
    }

    @Override
    public boolean next(SeriesBatch batch) {
      batch.clear();
      for (double[] column : values) {
        Arrays.fill(column, Double.NaN);
      }
      while (next < labels.size() && batch.count() < most) {
        Labels series = labels.get(next++);
        TreeMap<Long, Double> run = Objects.requireNonNull(samples.series.get(series));
        long[] own = run.keySet().stream().mapToLong(Long::longValue).toArray();
        int slot = batch.count();
        int j = 0;
        for (double value : run.values()) {
          values[slot][j++] = value;
        }
        batch.add(series, shared(batch, slot, own), values[slot], own.length);
      }
      return batch.count() > 0;
    }

    private long[] shared(SeriesBatch batch, int slot, long[] own) {
      if (slot > 0
          && batch.size(slot - 1) == own.length
          && Arrays.equals(batch.timestamps(slot - 1), 0, own.length, own, 0, own.length)) {
        return batch.timestamps(slot - 1);
      }
      System.arraycopy(own, 0, times[slot], 0, own.length);
      return times[slot];
    }

    @Override
    public void close() {}
  }
}
