package dev.vedette.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketColumns;
import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesOrder;
import dev.vedette.model.SeriesParts;
import dev.vedette.model.SpecialValues;
import dev.vedette.testkit.RandomHistograms;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Several sources as one, compared with a map; {@code -Dseed=…} tries others. */
class MergedCursorTest {
  private static final long SEED = Long.getLong("seed", 1);
  private static final int ROUNDS = 200;

  /** What the series of a round have beside floats. */
  private enum Kind {
    PLAIN,
    WIDE,
    BUCKETS
  }

  /**
   * A sample, to the bit.
   *
   * @param row bits of the columns of a bucket, empty where there are none
   * @param rowHistograms those of the columns that may have some, each null beside floats
   */
  private record Sample(
      long bits,
      @Nullable Histogram histogram,
      long start,
      List<Long> row,
      List<Optional<Histogram>> rowHistograms) {}

  /** Samples of each series, of each source. */
  private static final class Samples {
    final TreeMap<Labels, TreeMap<Long, Sample>> series = new TreeMap<>(SeriesOrder.INSTANCE);

    void put(Labels labels, long timestamp, Sample sample) {
      series.computeIfAbsent(labels, _ -> new TreeMap<>()).put(timestamp, sample);
    }

    void put(Labels labels, long timestamp, double value) {
      put(labels, timestamp, plain(Double.doubleToRawLongBits(value)));
    }

    void putAll(Samples others) {
      others.series.forEach(
          (labels, run) -> run.forEach((time, sample) -> put(labels, time, sample)));
    }
  }

  private static Sample plain(long bits) {
    return new Sample(bits, null, 0, List.of(), List.of());
  }

  @Test
  void isWhatAMapOfAllSourcesHoldsWhateverTheyShareAndWhereverTheyOverlap() {
    for (int round = 0; round < ROUNDS; round++) {
      SplittableRandom random = new SplittableRandom(SEED * ROUNDS + round);
      RandomSamples samples = new RandomSamples(random);
      List<Samples> sources = new ArrayList<>();
      Samples expected = new Samples();
      boolean disjoint = random.nextBoolean();
      int count = random.nextInt(1, 6);
      for (int i = 0; i < count; i++) {
        // Of disjoint ones in any order of time: a merged block is younger than one after it.
        long start = disjoint ? (i * 7 + 3) % count * 1000L : random.nextInt(3) * 200L;
        Samples source = samples.source(start);
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
        Optional<SeriesParts> parts = merged.parts(random.nextInt(1, 100));
        assertThat(parts.isPresent()).isEqualTo(!expected.series.isEmpty());
        if (parts.isPresent()) {
          assertThat(read(parts.get(), random).series)
              .as("parts in round %d of seed %d", round, SEED)
              .isEqualTo(expected.series);
        }
      }
    }
  }

  @Test
  void sourcesWithSeriesOfTheirOwnCostTheLogarithmOfTheirNumber() {
    int sources = 64;
    int each = 100;
    long[] comparisons = new long[1];
    Comparator<Labels> counting =
        (a, b) -> {
          comparisons[0]++;
          return SeriesOrder.INSTANCE.compare(a, b);
        };
    List<SeriesCursor> cursors = new ArrayList<>();
    for (int source = 0; source < sources; source++) {
      Samples samples = new Samples();
      for (int i = 0; i < each; i++) {
        samples.put(labels(i * sources + source), 1, i);
      }
      cursors.add(new Reusing(samples, SeriesBatch.CAPACITY));
    }

    Samples read;
    try (MergedCursor merged = new MergedCursor(cursors, counting)) {
      read = read(merged);
    }

    assertThat(read.series).hasSize(sources * each);
    // Up to twice the six levels of the heap, to take one out and to put one in.
    assertThat(comparisons[0]).isLessThan(20L * sources * each);
  }

  @Test
  void sourcesOfTheSameSeriesAreNotOrdered() {
    long[] comparisons = new long[1];
    Comparator<Labels> counting =
        (a, b) -> {
          comparisons[0]++;
          return SeriesOrder.INSTANCE.compare(a, b);
        };
    List<SeriesCursor> cursors = new ArrayList<>();
    for (int source = 0; source < 12; source++) {
      Samples samples = new Samples();
      for (int i = 0; i < 200; i++) {
        samples.put(labels(i), source, i);
      }
      cursors.add(new Reusing(samples, SeriesBatch.CAPACITY));
    }

    try (MergedCursor merged = new MergedCursor(cursors, counting)) {
      assertThat(read(merged).series).hasSize(200);
    }

    assertThat(comparisons[0]).isZero();
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

  /** Sources of one round. */
  private static final class RandomSamples {
    private final SplittableRandom random;
    private final Kind kind;
    private final List<Histogram> histograms = new ArrayList<>();

    RandomSamples(SplittableRandom random) {
      this.random = random;
      this.kind = Kind.values()[random.nextInt(Kind.values().length)];
      RandomHistograms made = new RandomHistograms(random);
      for (int i = 0; i < 10; i++) {
        histograms.add(made.next());
      }
    }

    Samples source(long start) {
      Samples samples = new Samples();
      int series = random.nextInt(150);
      // Several in turn have the times of the one before, as those that are scraped together do.
      TreeSet<Long> times = times(start);
      for (int i = 0; i < series; i++) {
        times = random.nextInt(8) == 0 ? times(start) : times;
        boolean hasHistograms = kind != Kind.PLAIN && random.nextInt(5) == 0;
        boolean hasStarts = kind == Kind.WIDE && random.nextInt(5) == 0;
        if (random.nextInt(6) > 0) {
          for (long time : times) {
            samples.put(labels(i), time, sample(hasHistograms, hasStarts));
          }
        }
      }
      return samples;
    }

    private Sample sample(boolean hasHistograms, boolean hasStarts) {
      Histogram histogram = hasHistograms && random.nextBoolean() ? histogram() : null;
      long start = hasStarts && random.nextBoolean() ? random.nextInt(1, 1000) : 0;
      List<Long> row = new ArrayList<>();
      List<Optional<Histogram>> rowHistograms = new ArrayList<>();
      if (kind == Kind.BUCKETS) {
        random.longs(BucketColumn.values().length + 1).forEach(row::add);
        for (int i = 0; i < BucketColumns.OF_HISTOGRAMS.size(); i++) {
          rowHistograms.add(histogram == null ? Optional.empty() : Optional.of(histogram()));
        }
      }
      return new Sample(
          histogram == null ? bits() : SpecialValues.STALE_BITS,
          histogram,
          start,
          row,
          rowHistograms);
    }

    private long bits() {
      return switch (random.nextInt(8)) {
        case 0 -> SpecialValues.STALE_BITS;
        case 1 -> SpecialValues.NAN_BITS;
        case 2 -> Double.doubleToRawLongBits(-0.0);
        default -> Double.doubleToRawLongBits(random.nextInt());
      };
    }

    private Histogram histogram() {
      return histograms.get(random.nextInt(histograms.size()));
    }

    private TreeSet<Long> times(long start) {
      TreeSet<Long> times = new TreeSet<>(List.of(start));
      int more = random.nextInt(20);
      for (int i = 0; i < more; i++) {
        times.add(start + random.nextInt(600));
      }
      return times;
    }
  }

  private static Labels labels(int series) {
    return Labels.of("__name__", "m" + series / 40, "n", "%04d".formatted(series));
  }

  private static Samples read(SeriesCursor cursor) {
    Samples read = new Samples();
    SeriesBatch batch = new SeriesBatch();
    while (cursor.next(batch)) {
      readBatch(batch, read);
    }
    return read;
  }

  /** In any order. */
  private static Samples read(SeriesParts parts, SplittableRandom random) {
    List<Integer> order = new ArrayList<>();
    for (int part = 0; part < parts.count(); part++) {
      order.add(random.nextInt(order.size() + 1), part);
    }
    Samples read = new Samples();
    SeriesBatch batch = new SeriesBatch();
    SeriesParts.Reader reader = parts.newReader();
    for (int part : order) {
      reader.seek(part);
      while (reader.next(batch)) {
        readBatch(batch, read);
      }
    }
    return read;
  }

  private static void readBatch(SeriesBatch batch, Samples read) {
    for (int i = 0; i < batch.count(); i++) {
      boolean isTwice = read.series.containsKey(batch.labels(i));
      assertThat(isTwice).isFalse();
      for (int j = 0; j < batch.size(i); j++) {
        read.put(batch.labels(i), batch.timestamps(i)[j], sample(batch, i, j));
      }
    }
  }

  private static Sample sample(SeriesBatch batch, int i, int j) {
    @Nullable Histogram[] histograms = batch.histograms(i);
    long[] starts = batch.starts(i);
    BucketColumns buckets = batch.buckets(i);
    List<Long> row = new ArrayList<>();
    List<Optional<Histogram>> rowHistograms = new ArrayList<>();
    if (buckets != null) {
      for (BucketColumn column : BucketColumn.values()) {
        row.add(Double.doubleToRawLongBits(buckets.get(column)[j]));
      }
      row.add(buckets.firstMillis()[j]);
      for (BucketColumn column : BucketColumns.OF_HISTOGRAMS) {
        @Nullable Histogram[] of = buckets.histograms(column);
        rowHistograms.add(of == null ? Optional.empty() : Optional.ofNullable(of[j]));
      }
    }
    return new Sample(
        Double.doubleToRawLongBits(batch.values(i)[j]),
        histograms == null ? null : histograms[j],
        starts == null ? 0 : starts[j],
        row,
        rowHistograms);
  }

  /** Has one array for all timestamps of a batch's series that share them, used again and again. */
  private static final class Reusing extends ListedCursor {
    private final Samples samples;
    private final int most;
    private final Stretch whole;

    Reusing(Samples samples, int most) {
      super(List.copyOf(samples.series.keySet()));
      this.samples = samples;
      this.most = most;
      this.whole = newReader();
      whole.seek(0, size());
    }

    @Override
    public boolean next(SeriesBatch batch) {
      return whole.next(batch);
    }

    @Override
    public boolean isPaged() {
      return most % 2 == 0;
    }

    @Override
    public Stretch newReader() {
      return new Reader(this);
    }
  }

  private static final class Reader extends ListedCursor.Places {
    private final Reusing of;
    private final long[][] times = new long[SeriesBatch.CAPACITY][700];
    private final double[][] values = new double[SeriesBatch.CAPACITY][700];

    Reader(Reusing of) {
      this.of = of;
    }

    @Override
    public boolean next(SeriesBatch batch) {
      batch.clear();
      for (double[] column : values) {
        Arrays.fill(column, Double.NaN);
      }
      while (hasNext() && batch.count() < of.most) {
        Labels series = of.labels(next());
        add(batch, series, Objects.requireNonNull(of.samples.series.get(series)));
      }
      return batch.count() > 0;
    }

    private void add(SeriesBatch batch, Labels series, TreeMap<Long, Sample> run) {
      int slot = batch.count();
      int size = run.size();
      long[] own = run.keySet().stream().mapToLong(Long::longValue).toArray();
      List<Sample> samples = List.copyOf(run.values());
      @Nullable Histogram[] histograms = new Histogram[size];
      long[] starts = new long[size];
      for (int j = 0; j < size; j++) {
        values[slot][j] = Double.longBitsToDouble(samples.get(j).bits());
        histograms[j] = samples.get(j).histogram();
        starts[j] = samples.get(j).start();
      }
      boolean hasHistograms = samples.stream().anyMatch(sample -> sample.histogram() != null);
      batch.add(
          series,
          shared(batch, slot, own),
          values[slot],
          hasHistograms ? histograms : null,
          samples.stream().anyMatch(sample -> sample.start() != 0) ? starts : null,
          size);
      if (!samples.getFirst().row().isEmpty()) {
        batch.setBuckets(columns(samples, hasHistograms));
      }
    }

    private static BucketColumns columns(List<Sample> samples, boolean hasHistograms) {
      BucketColumns columns = new BucketColumns();
      for (BucketColumn column : BucketColumn.values()) {
        columns.set(
            column,
            samples.stream()
                .mapToDouble(sample -> Double.longBitsToDouble(sample.row().get(column.ordinal())))
                .toArray());
      }
      columns.setFirstMillis(
          samples.stream().mapToLong(sample -> sample.row().getLast()).toArray());
      for (int i = 0; hasHistograms && i < BucketColumns.OF_HISTOGRAMS.size(); i++) {
        @Nullable Histogram[] of = new Histogram[samples.size()];
        for (int j = 0; j < of.length; j++) {
          of[j] = samples.get(j).rowHistograms().get(i).orElse(null);
        }
        columns.setHistograms(BucketColumns.OF_HISTOGRAMS.get(i), of);
      }
      return columns;
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
  }
}
