package dev.vedette.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.block.TestSeries.One;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeletionTest {
  private static final Path FOLDER = Path.of("/blocks");

  private final SimFiles files = SimFiles.seeded(1);

  @BeforeEach
  void createFolder() throws IOException {
    files.createFolders(FOLDER);
  }

  @Test
  void whatIsLeftIsWhatNoDeletionTookAndAMergeWritesJustThat() throws IOException {
    long first = Long.getLong("seed", 1);
    for (long seed = first; seed < first + 20; seed++) {
      System.out.println("whatIsLeftIsWhatNoDeletionTook -Dseed=" + seed);
      SplittableRandom random = new SplittableRandom(seed);
      List<One> series = TestSeries.sorted(series(random));
      List<Deletion> deletions = new ArrayList<>();
      for (int i = random.nextInt(1, 5); i > 0; i--) {
        deletions.add(deletion(random));
      }
      BlockSpec again = TestSeries.spec(seed * 3 + 1);
      try (Block block = TestSeries.write(files, FOLDER, TestSeries.spec(seed * 3), series)) {
        block.delete(deletions);

        List<One> left = TestSeries.drain(block.readAll());

        TestSeries.assertSame(without(series, deletions), left);
        long from = TestSeries.START + random.nextInt(100) * 15_000L;
        Selection part = new Selection(List.of(), from, from + random.nextInt(50) * 15_000L);
        TestSeries.assertSame(
            within(without(series, deletions), part),
            TestSeries.drain(new CursorSeries(block.select(part))));
        merge(again, block);
      }
      Path merged = BlockFiles.file(FOLDER, again.id());
      if (without(series, deletions).isEmpty()) {
        assertThat(files.exists(merged)).isFalse();
      } else {
        try (Block block = TestSeries.open(files, merged)) {
          TestSeries.assertSame(without(series, deletions), TestSeries.drain(block.readAll()));
        }
      }
    }
  }

  @Test
  void histogramsAndStartTimestampsAreDeletedWithTheirSamples() throws IOException {
    long first = Long.getLong("seed", 1);
    for (long seed = first; seed < first + 10; seed++) {
      System.out.println("histogramsAndStartTimestampsAreDeleted -Dseed=" + seed);
      SplittableRandom random = new SplittableRandom(seed);
      List<MixedSeries.One> series = MixedSeries.random(random, 40, 60);
      long start = TestSeries.START + random.nextInt(60) * 15_000L;
      long end = start + random.nextInt(30) * 15_000L;
      LabelMatcher matcher = LabelMatcher.equal("__name__", "m1");
      List<MixedSeries.One> left = new ArrayList<>();
      for (MixedSeries.One one : series) {
        if (matcher.matches(one.labels())) {
          one.samples().subMap(start, true, end, true).clear();
        }
      }
      // A copy was not kept, so the same series are made again to be written.
      List<MixedSeries.One> whole = MixedSeries.random(new SplittableRandom(seed), 40, 60);
      series.stream().filter(one -> !one.samples().isEmpty()).forEach(left::add);
      BlockSpec spec = TestSeries.spec(seed * 3);
      BlockSpec again = TestSeries.spec(seed * 3 + 1);
      new BlockWriter(files).write(FOLDER, spec, MixedSeries.source(whole), BlockProgress.NONE);
      try (Block block = TestSeries.open(files, BlockFiles.file(FOLDER, spec.id()))) {
        block.delete(List.of(new Deletion(List.of(matcher), start, end)));

        MixedSeries.assertSame(MixedSeries.drain(block.select(TestSeries.all())), left);
        merge(again, block);
      }
      try (Block merged = TestSeries.open(files, BlockFiles.file(FOLDER, again.id()))) {
        MixedSeries.assertSame(MixedSeries.drain(merged.select(TestSeries.all())), left);
      }
    }
  }

  @Test
  void seriesThatAreGoneAreInNoListing() throws IOException {
    List<One> series = new ArrayList<>();
    for (String pod : List.of("a", "b", "c")) {
      Labels labels = Labels.of("__name__", "up", "pod", pod, "only" + pod, "x");
      series.add(One.of(labels, TestSeries.regular(4), 1, 2, 3, 4));
    }
    try (Block block = TestSeries.write(files, FOLDER, TestSeries.spec(), series)) {
      block.delete(
          List.of(new Deletion(List.of(LabelMatcher.equal("pod", "b")), 0, Long.MAX_VALUE)));

      assertThat(block.labelValues("pod", TestSeries.all())).containsExactly("a", "c");
      assertThat(block.labelNames(TestSeries.all()))
          .containsExactly("__name__", "onlya", "onlyc", "pod");
      assertThat(block.series(TestSeries.all(), 0)).hasSize(2);
      assertThat(block.deletedSeries()).isEqualTo(1);

      // A series of which a part is left is listed where that part is asked for.
      block.delete(
          List.of(
              new Deletion(List.of(LabelMatcher.equal("pod", "b")), 0, TestSeries.START + 15_000)));
      assertThat(block.series(TestSeries.all(), 0)).hasSize(3);
      Selection early = new Selection(List.of(), TestSeries.START, TestSeries.START + 15_000);
      assertThat(block.series(early, 0)).hasSize(2);
    }
  }

  private void merge(BlockSpec spec, Block block) throws IOException {
    BlockWriter writer = new BlockWriter(files);
    var merged = new BlockMerger(writer).merge(FOLDER, spec, List.of(block), BlockProgress.NONE);
    if (merged.isPresent()) {
      writer.publish(merged.get());
    }
  }

  private static List<One> series(SplittableRandom random) {
    List<One> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      if (random.nextInt(3) > 0) {
        int size = random.nextInt(1, 120);
        long[] bits = new RandomSeries(random).bits(size);
        Labels labels = Labels.of("__name__", "m" + i % 5, "i", "" + i);
        all.add(new One(labels, TestSeries.regular(size), bits));
      }
    }
    return all;
  }

  private static Deletion deletion(SplittableRandom random) {
    LabelMatcher matcher =
        switch (random.nextInt(4)) {
          case 0 -> LabelMatcher.equal("__name__", "m" + random.nextInt(6));
          case 1 -> new LabelMatcher(LabelMatcher.Type.REGEX, "i", ".*" + random.nextInt(10));
          case 2 -> new LabelMatcher(LabelMatcher.Type.NOT_EQUAL, "__name__", "m1");
          default -> new LabelMatcher(LabelMatcher.Type.NOT_REGEX, "i", "1.*");
        };
    long start = TestSeries.START + random.nextInt(-20, 120) * 15_000L + random.nextInt(3) - 1;
    long end = start + random.nextInt(100) * 15_000L;
    return switch (random.nextInt(6)) {
      case 0 -> new Deletion(List.of(matcher), Long.MIN_VALUE, Long.MAX_VALUE);
      case 1 -> new Deletion(List.of(matcher), start, Long.MAX_VALUE);
      default -> new Deletion(List.of(matcher), start, end);
    };
  }

  private static List<One> without(List<One> series, List<Deletion> deletions) {
    List<One> left = new ArrayList<>();
    for (One one : series) {
      List<Integer> kept = new ArrayList<>();
      for (int i = 0; i < one.bits().length; i++) {
        long time = one.timestamps()[i];
        boolean gone =
            deletions.stream()
                .anyMatch(
                    deletion ->
                        deletion.startMillis() <= time
                            && time <= deletion.endMillis()
                            && deletion.matchers().stream().allMatch(m -> m.matches(one.labels())));
        if (!gone) {
          kept.add(i);
        }
      }
      addKept(left, one, kept);
    }
    return left;
  }

  private static List<One> within(List<One> series, Selection part) {
    List<One> left = new ArrayList<>();
    for (One one : series) {
      List<Integer> kept = new ArrayList<>();
      for (int i = 0; i < one.bits().length; i++) {
        long time = one.timestamps()[i];
        if (part.startMillis() <= time && time <= part.endMillis()) {
          kept.add(i);
        }
      }
      addKept(left, one, kept);
    }
    return left;
  }

  private static void addKept(List<One> left, One one, List<Integer> kept) {
    if (!kept.isEmpty()) {
      left.add(
          new One(
              one.labels(),
              kept.stream().mapToLong(i -> one.timestamps()[i]).toArray(),
              kept.stream().mapToLong(i -> one.bits()[i]).toArray()));
    }
  }
}
