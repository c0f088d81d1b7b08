package dev.vedette.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesOrder;
import dev.vedette.model.SpecialValues;
import dev.vedette.testkit.RandomHistograms;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Series of floats, histograms and start timestamps held in memory, as a source and to compare. */
final class MixedSeries {
  private MixedSeries() {}

  /** One sample; the bits are those of a marker beside a histogram. */
  record Sample(long bits, @Nullable Histogram histogram, long start) {}

  record One(Labels labels, TreeMap<Long, Sample> samples) {
    One between(long start, long end) {
      return new One(labels, new TreeMap<>(samples.subMap(start, true, end, true)));
    }
  }

  static List<One> random(SplittableRandom random, int count, int size) {
    List<One> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(one(random, Labels.of("__name__", "m" + i % 3, "i", "" + i), size));
    }
    all.sort(Comparator.comparing(One::labels, SeriesOrder.INSTANCE));
    return all;
  }

  private static One one(SplittableRandom random, Labels labels, int size) {
    int kind = random.nextInt(5);
    int starts = random.nextInt(4);
    List<Histogram> histograms = new RandomHistograms(random).series(size);
    TreeMap<Long, Sample> samples = new TreeMap<>();
    long start = random.nextInt(10) == 0 ? random.nextLong() : TestSeries.START - 5;
    boolean isFloat = false;
    for (int i = 0; i < size; i++) {
      isFloat =
          switch (kind) {
            case 0 -> true;
            case 1 -> random.nextInt(10) == 0 ? !isFloat : isFloat;
            default -> false;
          };
      if (starts == 1 && random.nextInt(10) == 0) {
        start = random.nextBoolean() ? 0 : random.nextLong();
      }
      long time = TestSeries.START + 15_000L * i + random.nextInt(3);
      long own = starts == 0 ? 0 : starts == 2 ? time - 15_000 : start;
      Sample sample =
          isFloat
              ? new Sample(Double.doubleToRawLongBits(random.nextInt(100)), null, own)
              : new Sample(SpecialValues.STALE_BITS, histograms.get(i), own);
      samples.put(time, sample);
    }
    return new One(labels, samples);
  }

  static SortedSeries source(List<One> series) {
    Iterator<One> next = series.iterator();
    return new SortedSeries() {
      private One one = new One(Labels.EMPTY, new TreeMap<>());

      @Override
      public boolean next() {
        if (!next.hasNext()) {
          return false;
        }
        one = next.next();
        return true;
      }

      @Override
      public Labels labels() {
        return one.labels;
      }

      @Override
      public int size() {
        return one.samples.size();
      }

      @Override
      public long[] timestamps() {
        return one.samples.keySet().stream().mapToLong(Long::longValue).toArray();
      }

      @Override
      public long[] valueBits() {
        return one.samples.values().stream().mapToLong(Sample::bits).toArray();
      }

      @Override
      public @Nullable Histogram @Nullable [] histograms() {
        return one.samples.values().stream().map(Sample::histogram).toArray(Histogram[]::new);
      }

      @Override
      public long @Nullable [] starts() {
        return one.samples.values().stream().mapToLong(Sample::start).toArray();
      }
    };
  }

  static List<One> drain(SeriesCursor cursor) {
    List<One> all = new ArrayList<>();
    SeriesBatch batch = new SeriesBatch();
    try (cursor) {
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          all.add(new One(batch.labels(i), samples(batch, i)));
        }
      }
    }
    return all;
  }

  private static TreeMap<Long, Sample> samples(SeriesBatch batch, int series) {
    TreeMap<Long, Sample> samples = new TreeMap<>();
    @Nullable Histogram[] histograms = batch.histograms(series);
    long[] starts = batch.starts(series);
    for (int i = 0; i < batch.size(series); i++) {
      samples.put(
          batch.timestamps(series)[i],
          new Sample(
              Double.doubleToRawLongBits(batch.values(series)[i]),
              histograms == null ? null : histograms[i],
              starts == null ? 0 : starts[i]));
    }
    return samples;
  }

  static void assertSame(List<One> found, List<One> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat((Object) found.get(i).labels).isEqualTo(expected.get(i).labels);
      assertThat(found.get(i).samples)
          .as("samples of %s", expected.get(i).labels)
          .isEqualTo(expected.get(i).samples);
    }
  }
}
