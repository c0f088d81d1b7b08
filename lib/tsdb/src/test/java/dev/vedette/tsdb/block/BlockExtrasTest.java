package dev.vedette.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Corruption;
import dev.vedette.model.Selection;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.block.MixedSeries.One;
import dev.vedette.tsdb.block.MixedSeries.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Histograms and start timestamps in blocks; {@code -Dseed} repeats a run. */
class BlockExtrasTest {
  private static final Path FOLDER = Path.of("/blocks");
  private static final Selection ALL = new Selection(List.of(), Long.MIN_VALUE, Long.MAX_VALUE);

  private final long seed = Long.getLong("seed", 1);
  private final SplittableRandom random = new SplittableRandom(seed);
  private final SimFiles files = SimFiles.seeded(seed);

  @Test
  void anySeriesComeBackBitByBit() throws IOException {
    System.out.println("seed " + seed);
    for (int round = 0; round < 6; round++) {
      List<One> series = series(40, 120);
      try (Block block = write(round, series)) {
        assertThat(block.verify()).isEmpty();
        MixedSeries.assertSame(MixedSeries.drain(block.select(ALL)), series);
        BlockStats stats = block.stats();
        assertThat(stats.histograms()).isEqualTo(histograms(series));
        assertThat(stats.extras()).isPositive();
        assertThat(stats.directories()).isBetween(0L, 2000L);
      }
    }
  }

  @Test
  void aSelectionIsThePartOfTheSeriesInItsRange() throws IOException {
    System.out.println("seed " + seed);
    for (int round = 0; round < 12; round++) {
      List<One> series = series(10, 100);
      long start = TestSeries.START + random.nextLong(1_500_000);
      long end = start + random.nextLong(300_000);
      List<One> expected = new ArrayList<>();
      series.forEach(one -> expected.add(one.between(start, end)));
      expected.removeIf(one -> one.samples().isEmpty());

      try (Block block = write(round, series)) {
        Selection selection = new Selection(List.of(), start, end);
        MixedSeries.assertSame(MixedSeries.drain(block.select(selection)), expected);
      }
    }
  }

  @Test
  void aMergeKeepsTheSampleOfTheLaterBlock() throws IOException {
    System.out.println("seed " + seed);
    for (int round = 0; round < 6; round++) {
      List<One> first = series(20, 50);
      List<One> second = series(30, 60);
      try (Block a = write(1, first);
          Block b = write(2, second)) {
        BlockSpec spec = TestSeries.spec(3);
        BlockWriter writer = new BlockWriter(files);
        writer.publish(
            new BlockMerger(writer)
                .merge(FOLDER, spec, List.of(a, b), BlockProgress.NONE)
                .orElseThrow());
      }
      try (Block merged =
          TestSeries.open(files, BlockFiles.file(FOLDER, TestSeries.spec(3).id()))) {
        MixedSeries.assertSame(MixedSeries.drain(merged.select(ALL)), merged(first, second));
      }
    }
  }

  private static List<One> merged(List<One> first, List<One> second) {
    List<One> all = new ArrayList<>();
    for (One two : second) {
      TreeMap<Long, Sample> samples = new TreeMap<>();
      first.stream()
          .filter(one -> one.labels().equals(two.labels()))
          .forEach(one -> samples.putAll(one.samples()));
      samples.putAll(two.samples());
      all.add(new One(two.labels(), samples));
    }
    return all;
  }

  @Test
  void aBlockWithoutThemHasNothingOfThem() throws IOException {
    List<TestSeries.One> floats = new RandomSeries(new SplittableRandom(1)).series(50, 50);
    files.createFolders(FOLDER);
    try (Block block = TestSeries.write(files, FOLDER, TestSeries.spec(), floats)) {
      assertThat(block.stats().extras()).isZero();
    }
  }

  @Test
  void aFlippedBitIsFoundAndCostsNoWrongAnswer() throws IOException {
    System.out.println("seed " + seed);
    List<One> series = series(30, 60);
    write(1, series).close();
    Path file = BlockFiles.file(FOLDER, TestSeries.spec(1).id());
    byte[] sound = files.bytes(file);
    for (int round = 0; round < 80; round++) {
      byte[] damaged = sound.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      files.put(file, damaged);
      assertNoWrongAnswer(file, series);
    }
  }

  private void assertNoWrongAnswer(Path file, List<One> series) throws IOException {
    List<Corruption> told = new ArrayList<>();
    try (Block block = Block.open(files, file, told::add)) {
      assertThat(block.verify()).as("-Dseed=%d", seed).isNotEmpty();
      List<One> found = MixedSeries.drain(block.select(ALL));
      assertThat(series).containsAll(found);
      assertThat(found.size() == series.size() || !told.isEmpty()).isTrue();
    } catch (Corruption corruption) {
      assertThat(corruption.file()).isEqualTo(file.toString());
    }
  }

  private List<One> series(int count, int size) {
    return MixedSeries.random(random, count, 1 + random.nextInt(size));
  }

  private static long histograms(List<One> series) {
    return series.stream()
        .flatMap(one -> one.samples().values().stream())
        .filter(sample -> sample.histogram() != null)
        .count();
  }

  private Block write(long number, List<One> series) throws IOException {
    files.createFolders(FOLDER);
    BlockSpec spec = TestSeries.spec(number);
    assertThat(spec.tenant()).isEqualTo(TenantId.DEFAULT);
    new BlockWriter(files).write(FOLDER, spec, MixedSeries.source(series), BlockProgress.NONE);
    return TestSeries.open(files, BlockFiles.file(FOLDER, spec.id()));
  }
}
