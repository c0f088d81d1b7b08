package dev.vedette.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import dev.vedette.model.SeriesOrder;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.block.TestSeries.One;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BlockMergerTest {
  private static final Path FOLDER = Path.of("/blocks");

  private final SimFiles files = SimFiles.seeded(1);

  @Test
  void aMergedBlockHasEverySampleOnceAndTheLaterBlockWins() throws IOException {
    long first = Long.getLong("seed", 1);
    files.createFolders(FOLDER);
    for (long seed = first; seed < first + 10; seed++) {
      System.out.println("aMergedBlockHasEverySampleOnceAndTheLaterBlockWins -Dseed=" + seed);
      SplittableRandom random = new SplittableRandom(seed);
      Map<Labels, TreeMap<Long, Long>> expected = new TreeMap<>(SeriesOrder.INSTANCE);
      List<Block> sources = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        List<One> series = overlapping(random);
        for (One one : series) {
          TreeMap<Long, Long> samples =
              expected.computeIfAbsent(one.labels(), labels -> new TreeMap<>());
          for (int j = 0; j < one.bits().length; j++) {
            samples.put(one.timestamps()[j], one.bits()[j]);
          }
        }
        sources.add(TestSeries.write(files, FOLDER, TestSeries.spec(seed * 10 + i), series));
      }
      BlockSpec spec = TestSeries.spec(seed * 10 + 9);

      merge(spec, sources);

      try (Block merged = TestSeries.open(files, BlockFiles.file(FOLDER, spec.id()))) {
        TestSeries.assertSame(flat(expected), TestSeries.drain(merged.readAll()));
      }
      sources.forEach(Block::close);
    }
  }

  @Test
  void sourcesAreGivenBackWhenAMergeEnds() throws IOException {
    files.createFolders(FOLDER);
    Block source =
        TestSeries.write(files, FOLDER, TestSeries.spec(1), overlapping(new SplittableRandom(1)));
    merge(TestSeries.spec(2), List.of(source, source));

    source.close();

    // The last owner unmaps, after which not even a retained read could go on.
    assertThat(source.isOpen()).isFalse();
  }

  private void merge(BlockSpec spec, List<Block> sources) throws IOException {
    BlockWriter writer = new BlockWriter(files);
    writer.publish(
        new BlockMerger(writer).merge(FOLDER, spec, sources, BlockProgress.NONE).orElseThrow());
  }

  /** Some series of which other blocks have some too, each with a random part of the times. */
  private static List<One> overlapping(SplittableRandom random) {
    List<One> all = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      List<Long> times = new ArrayList<>();
      for (long time : TestSeries.regular(50)) {
        if (random.nextInt(3) == 0) {
          times.add(time);
        }
      }
      if (times.isEmpty() || random.nextInt(3) == 0) {
        continue;
      }
      long[] bits = new RandomSeries(random).bits(times.size());
      long[] timestamps = times.stream().mapToLong(Long::longValue).toArray();
      all.add(new One(Labels.of("__name__", "m" + i % 7, "i", "" + i), timestamps, bits));
    }
    return all;
  }

  private static List<One> flat(Map<Labels, TreeMap<Long, Long>> expected) {
    List<One> all = new ArrayList<>();
    expected.forEach(
        (labels, samples) ->
            all.add(
                new One(
                    labels,
                    samples.keySet().stream().mapToLong(Long::longValue).toArray(),
                    samples.values().stream().mapToLong(Long::longValue).toArray())));
    return all;
  }
}
