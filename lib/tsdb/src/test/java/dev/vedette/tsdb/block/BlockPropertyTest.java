package dev.vedette.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.block.TestSeries.One;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What random series, odd ones among them, look like after a block; {@code -Dseed} repeats one. */
class BlockPropertyTest {
  private static final Path FOLDER = Path.of("/blocks");

  @Test
  void anySeriesComeBackBitByBit() throws IOException {
    long first = Long.getLong("seed", 1);
    for (long seed = first; seed < first + 40; seed++) {
      System.out.println("anySeriesComeBackBitByBit -Dseed=" + seed);
      SplittableRandom random = new SplittableRandom(seed);
      List<One> series =
          new RandomSeries(random).series(1 + random.nextInt(200), 1 + random.nextInt(300));

      try (Block block = write(series)) {
        assertThat(block.verify()).isEmpty();
        TestSeries.assertSame(TestSeries.sorted(series), TestSeries.drain(block.readAll()));
      }
    }
  }

  @Test
  void aSelectionIsThePartOfTheSeriesInItsRange() throws IOException {
    long first = Long.getLong("seed", 1);
    for (long seed = first; seed < first + 30; seed++) {
      System.out.println("aSelectionIsThePartOfTheSeriesInItsRange -Dseed=" + seed);
      SplittableRandom random = new SplittableRandom(seed);
      List<One> series = TestSeries.sorted(new RandomSeries(random).series(150, 100));
      long start = TestSeries.START + random.nextLong(2_500_000);
      long end = start + random.nextLong(1_000_000);
      LabelMatcher matcher = LabelMatcher.equal("x", "" + random.nextInt(3));

      try (Block block = write(series)) {
        TestSeries.assertSame(
            cut(series, matcher, start, end),
            drain(block.select(new Selection(List.of(matcher), start, end))));
      }
    }
  }

  @Test
  void largePagesEndEarlyAndSeriesOfAnyLengthPass() throws IOException {
    RandomSeries random = new RandomSeries(new SplittableRandom(7));
    List<One> series = random.series(12, 100_000);

    try (Block block = write(series)) {
      TestSeries.assertSame(TestSeries.sorted(series), TestSeries.drain(block.readAll()));
    }
  }

  private static Block write(List<One> series) throws IOException {
    SimFiles files = SimFiles.seeded(1);
    files.createFolders(FOLDER);
    return TestSeries.write(files, FOLDER, TestSeries.spec(), series);
  }

  private static List<One> cut(List<One> series, LabelMatcher matcher, long start, long end) {
    List<One> cut = new ArrayList<>();
    for (One one : series) {
      int from = 0;
      int to = one.timestamps().length;
      while (from < to && one.timestamps()[from] < start) {
        from++;
      }
      while (to > from && one.timestamps()[to - 1] > end) {
        to--;
      }
      if (from < to && matcher.matches(one.labels())) {
        cut.add(
            new One(
                one.labels(),
                Arrays.copyOfRange(one.timestamps(), from, to),
                Arrays.copyOfRange(one.bits(), from, to)));
      }
    }
    return cut;
  }

  private static List<One> drain(SeriesCursor cursor) {
    List<One> all = new ArrayList<>();
    SeriesBatch batch = new SeriesBatch();
    try (cursor) {
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          all.add(
              One.of(
                  batch.labels(i),
                  Arrays.copyOf(batch.timestamps(i), batch.size(i)),
                  Arrays.copyOf(batch.values(i), batch.size(i))));
        }
      }
    }
    return all;
  }
}
