package dev.vedette.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Corruption;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.testkit.FakeTicker;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.block.TestSeries.One;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pages that stay decoded; {@code -Dseed=…} tries others. */
class DecodedPagesTest {
  private static final Path FOLDER = Path.of("/blocks");
  private static final long PLENTY = 1 << 30;
  // One of those of wavering series.
  private static final long PAGE_BYTES = 400 + 64 * (48 + 100L * Double.BYTES) + 100L * Long.BYTES;

  private final SimFiles files = SimFiles.seeded(1);
  private final FakeTicker ticker = new FakeTicker();

  @BeforeEach
  void createFolder() throws IOException {
    files.createFolders(FOLDER);
  }

  @Test
  void whatIsReadIsTheSameToTheBitWhetherItIsDecodedOrKept() throws IOException {
    long first = Long.getLong("seed", 1);
    for (long seed = first; seed < first + 25; seed++) {
      System.out.println("whatIsReadIsTheSame -Dseed=" + seed);
      SplittableRandom random = new SplittableRandom(seed);
      List<One> series = new RandomSeries(random).series(1 + random.nextInt(250), 60);
      long most = random.nextBoolean() ? PLENTY : 1 + random.nextInt(60_000);
      DecodedPages kept = new DecodedPages(most, ticker);

      try (Block plain = TestSeries.write(files, FOLDER, TestSeries.spec(seed), series);
          Block block = open(plain, kept)) {
        for (int round = 0; round < 25; round++) {
          if (random.nextInt(10) == 0) {
            List<Deletion> deletions = List.of(deletion(random));
            plain.delete(deletions);
            block.delete(deletions);
          }
          Selection selection = selection(random);
          TestSeries.assertSame(
              TestSeries.drain(new CursorSeries(plain.select(selection))),
              TestSeries.drain(new CursorSeries(block.select(selection))));
          assertThat(kept.bytes()).isBetween(0L, most);
        }
        assertThat(most < PLENTY || kept.found() > 0).isTrue();
      }
      assertThat(kept.bytes()).isZero();
    }
  }

  @Test
  void pagesAreKeptOnceTheyAreReadAgain() throws IOException {
    DecodedPages kept = new DecodedPages(PLENTY, ticker);
    try (Block plain = TestSeries.write(files, FOLDER, TestSeries.spec(), wavering(128));
        Block block = open(plain, kept)) {
      read(block.select(TestSeries.all()));
      assertThat(kept.bytes()).isZero();

      read(block.select(TestSeries.all()));
      assertThat(kept.found()).isZero();
      assertThat(kept.decoded()).isEqualTo(4);
      assertThat(kept.bytes()).isGreaterThan(128 * 100 * Double.BYTES);

      read(block.select(TestSeries.all()));
      assertThat(kept.found()).isEqualTo(2);
      assertThat(kept.decoded()).isEqualTo(4);
    }
  }

  @Test
  void whatIsReadToBeWrittenAgainIsNotKept() throws IOException {
    DecodedPages kept = new DecodedPages(PLENTY, ticker);
    try (Block plain = TestSeries.write(files, FOLDER, TestSeries.spec(), wavering(64));
        Block block = open(plain, kept)) {
      for (int i = 0; i < 3; i++) {
        TestSeries.drain(block.readAll());
        read(block.select(TestSeries.all(), DamageListener.STRICT));
      }
    }

    assertThat(kept.decoded()).isZero();
  }

  @Test
  void seriesThatDoNotChangeTakeNoRoom() throws IOException {
    DecodedPages kept = new DecodedPages(PLENTY, ticker);
    List<One> series = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      double[] values = new double[100];
      Arrays.fill(values, i);
      series.add(One.of(labels(i), TestSeries.regular(100), values));
    }
    try (Block plain = TestSeries.write(files, FOLDER, TestSeries.spec(), series);
        Block block = open(plain, kept)) {
      read(block.select(TestSeries.all()));
      read(block.select(TestSeries.all()));

      assertThat(kept.bytes()).isBetween(1L, 400 + 64 * 48 + 100L * Long.BYTES);
      TestSeries.assertSame(
          series, TestSeries.drain(new CursorSeries(block.select(TestSeries.all()))));
    }
  }

  @Test
  void pagesThatAreReadStayAndOthersGo() throws IOException {
    DecodedPages kept = new DecodedPages(64 * 101L * Double.BYTES * 2, ticker);
    try (Block plain = TestSeries.write(files, FOLDER, TestSeries.spec(), wavering(256));
        Block block = open(plain, kept)) {
      LabelMatcher often = LabelMatcher.equal("page", "0");
      for (int page = 0; page < 4; page++) {
        read(block.select(TestSeries.all(often)));
        LabelMatcher once = LabelMatcher.equal("page", "" + page);
        read(block.select(TestSeries.all(once)));
        read(block.select(TestSeries.all(once)));
      }
      long found = kept.found();

      read(block.select(TestSeries.all(often)));

      assertThat(kept.found()).isEqualTo(found + 1);
    }
  }

  @Test
  void whatDoesNotFitIsFoundAsFarAsThereIsRoomHoweverOftenItIsReadInTurn() throws IOException {
    DecodedPages kept = new DecodedPages(4 * PAGE_BYTES, ticker);
    try (Block plain = TestSeries.write(files, FOLDER, TestSeries.spec(), wavering(12 * 64));
        Block block = open(plain, kept)) {
      for (int pass = 0; pass < 20; pass++) {
        long found = kept.found();
        read(block.select(TestSeries.all()));

        assertThat(kept.found() - found).isEqualTo(pass < 2 ? 0 : 4);
      }
    }
  }

  @Test
  void pagesThatNobodyReadsAnyMoreMakeRoomWithinMinutes() throws IOException {
    DecodedPages kept = new DecodedPages(PAGE_BYTES, ticker);
    try (Block plain = TestSeries.write(files, FOLDER, TestSeries.spec(), wavering(128));
        Block block = open(plain, kept)) {
      for (int i = 0; i < 30; i++) {
        read(block.select(TestSeries.all(LabelMatcher.equal("page", "0"))));
      }
      for (int i = 0; i < 5; i++) {
        read(block.select(TestSeries.all(LabelMatcher.equal("page", "1"))));
      }
      assertThat(kept.found()).isEqualTo(28);

      ticker.advance(Duration.ofMinutes(15));
      for (int i = 0; i < 4; i++) {
        read(block.select(TestSeries.all(LabelMatcher.equal("page", "1"))));
      }

      assertThat(kept.found()).isEqualTo(30);
    }
  }

  @Test
  void nothingIsKeptWhileMemoryIsNeededForSomethingElse() throws IOException {
    DecodedPages kept = new DecodedPages(PLENTY, ticker);
    try (Block plain = TestSeries.write(files, FOLDER, TestSeries.spec(), wavering(128));
        Block block = open(plain, kept)) {
      read(block.select(TestSeries.all()));
      read(block.select(TestSeries.all()));
      assertThat(kept.bytes()).isEqualTo(2 * PAGE_BYTES);

      kept.giveWay(true);
      assertThat(kept.bytes()).isZero();
      read(block.select(TestSeries.all()));
      assertThat(kept.bytes()).isZero();

      kept.giveWay(false);
      read(block.select(TestSeries.all()));
      assertThat(kept.bytes()).isEqualTo(2 * PAGE_BYTES);
    }
  }

  @Test
  void arraysOfAFewSamplesAreNotLongerForPagesThatAreKept() throws IOException {
    DecodedPages kept = new DecodedPages(PLENTY, ticker);
    Selection fewFirst =
        new Selection(List.of(), Long.MIN_VALUE, TestSeries.START + 15_000L * 10 - 1);
    try (Block plain = TestSeries.write(files, FOLDER, TestSeries.spec(), wavering(64));
        Block block = open(plain, kept)) {
      for (int i = 0; i < 3; i++) {
        SeriesBatch batch = new SeriesBatch();
        try (SeriesCursor cursor = block.select(fewFirst)) {
          assertThat(cursor.next(batch)).isTrue();
          assertThat(batch.size(0)).isEqualTo(10);
          assertThat(batch.values(0)).hasSize(10);
        }
      }
      assertThat(kept.found()).isEqualTo(1);
    }
  }

  @Test
  void aDamagedPageCostsTheSameBesideKeptOnes() throws IOException {
    List<One> series = new RandomSeries(new SplittableRandom(3)).series(200, 20);
    Path file;
    try (Block written = TestSeries.write(files, FOLDER, TestSeries.spec(), series)) {
      file = written.file();
    }
    byte[] sound = files.bytes(file);
    long found = 0;
    for (int offset = 0; offset < sound.length; offset += 97) {
      byte[] damaged = sound.clone();
      damaged[offset] ^= 1;
      files.put(file, damaged);
      DecodedPages kept = new DecodedPages(PLENTY, ticker);
      try (Block plain = Block.open(files, file, _ -> {});
          Block block = Block.open(files, file, _ -> {}, kept)) {
        List<One> expected = TestSeries.drain(new CursorSeries(plain.select(TestSeries.all())));
        for (int i = 0; i < 4; i++) {
          TestSeries.assertSame(
              expected, TestSeries.drain(new CursorSeries(block.select(TestSeries.all()))));
        }
        assertThat(block.isDamaged()).isEqualTo(plain.isDamaged());
        found += plain.isDamaged() ? kept.found() : 0;
      } catch (Corruption notOpened) {
        assertThat(notOpened.file()).isEqualTo(file.toString());
      }
      assertThat(kept.bytes()).isZero();
    }
    assertThat(found).isPositive();
  }

  @Test
  void threadsThatFillAndDropTheSamePagesReadWhatIsThere() throws Exception {
    SplittableRandom random = new SplittableRandom(Long.getLong("seed", 1));
    List<One> series = TestSeries.sorted(new RandomSeries(random).series(400, 60));
    for (long most : new long[] {PLENTY, 40_000, 150_000}) {
      DecodedPages kept = new DecodedPages(most, ticker);
      try (Block plain = TestSeries.write(files, FOLDER, TestSeries.spec(most), series);
          ExecutorService threads = Executors.newFixedThreadPool(4)) {
        Block block = open(plain, kept);
        CountDownLatch begun = new CountDownLatch(4);
        CountDownLatch closed = new CountDownLatch(1);
        List<Future<?>> readers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          SplittableRandom own = random.split();
          readers.add(
              threads.submit(
                  () -> {
                    for (int round = 0; round < 40; round++) {
                      Selection selection = selection(own);
                      compare(plain.select(selection), block.select(selection));
                    }
                    // The last of all who read it drops what is kept.
                    SeriesCursor last = block.select(TestSeries.all());
                    begun.countDown();
                    closed.await();
                    compare(plain.select(TestSeries.all()), last);
                    return null;
                  }));
        }
        begun.await();
        block.close();
        closed.countDown();
        for (Future<?> reader : readers) {
          reader.get();
        }
        assertThat(block.isOpen()).isFalse();
      }
      assertThat(kept.bytes()).isZero();
    }
  }

  private static void compare(SeriesCursor expected, SeriesCursor found) {
    TestSeries.assertSame(
        TestSeries.drain(new CursorSeries(expected)), TestSeries.drain(new CursorSeries(found)));
  }

  private Block open(Block written, DecodedPages kept) throws IOException {
    return Block.open(
        files,
        written.file(),
        corruption -> {
          throw corruption;
        },
        kept);
  }

  private static List<One> wavering(int count) {
    SplittableRandom random = new SplittableRandom(1);
    List<One> series = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double[] values = random.doubles(100).toArray();
      series.add(One.of(labels(i), TestSeries.regular(100), values));
    }
    return series;
  }

  private static Labels labels(int series) {
    return Labels.of("__name__", "m", "n", "%04d".formatted(series), "page", "" + series / 64);
  }

  private static Selection selection(SplittableRandom random) {
    List<LabelMatcher> matchers =
        switch (random.nextInt(3)) {
          case 0 -> List.of();
          case 1 -> List.of(LabelMatcher.equal("x", "" + random.nextInt(3)));
          default -> List.of(LabelMatcher.equal("__name__", "m" + random.nextInt(4)));
        };
    if (random.nextBoolean()) {
      return new Selection(matchers, Long.MIN_VALUE, Long.MAX_VALUE);
    }
    long start = TestSeries.START + random.nextLong(900_000);
    return new Selection(matchers, start, start + random.nextLong(900_000));
  }

  private static Deletion deletion(SplittableRandom random) {
    long start = TestSeries.START + random.nextLong(900_000);
    return new Deletion(
        List.of(LabelMatcher.equal("x", "" + random.nextInt(3))),
        start,
        start + random.nextLong(300_000));
  }

  private static void read(SeriesCursor cursor) {
    SeriesBatch batch = new SeriesBatch();
    try (cursor) {
      while (cursor.next(batch)) {
        assertThat(batch.count()).isPositive();
      }
    }
  }
}
