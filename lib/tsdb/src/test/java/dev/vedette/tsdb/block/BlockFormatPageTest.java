package dev.vedette.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketColumns;
import dev.vedette.model.BucketSpans;
import dev.vedette.model.Corruption;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.block.TestSeries.One;
import dev.vedette.tsdb.tier.BucketCursor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The worked examples of the format pages and the golden blocks hold what is said of them. */
class BlockFormatPageTest {
  private static final Path PAGES = Path.of("docs/format");
  private static final Path FOLDER = Path.of("/blocks");
  private static final BlockId ID = new BlockId("01K73GZ8G0VEDETTEB10CK0001");
  private static final long START = 1_760_000_400_000L;
  private static final long[] TIMES = {START, START + 15_000, START + 30_000, START + 45_000};
  private static final List<One> EXAMPLE =
      List.of(
          One.of(labels("load1"), TIMES, 0.25, 0.5, 0.5, 2.25),
          One.of(labels("up"), TIMES, 1, 1, 1, Double.longBitsToDouble(SpecialValues.STALE_BITS)));

  private final SimFiles disk = SimFiles.seeded(1);

  @Test
  void theExampleBlockIsRead() throws IOException {
    try (Block block = open(example("block.md"))) {
      assertThat(block.verify()).isEmpty();
      assertThat(block.meta().id()).isEqualTo(ID);
      assertThat(block.meta().spec()).isEqualTo(spec());
      TestSeries.assertSame(EXAMPLE, TestSeries.drain(block.readAll()));
    }
  }

  @Test
  void theExampleBlockIsWritten() throws IOException {
    assertThat(hex(written())).isEqualTo(hex(example("block.md")));
  }

  @Test
  void examplesOfPageAndIndexArePiecesOfTheExampleBlock() throws IOException {
    assertThat(hex(example("block.md"))).contains(hex(example("page.md")));
    assertThat(hex(example("block.md"))).contains(hex(example("index.md")));
  }

  @Test
  void theExampleOfHistogramsIsReadAndWritten() throws IOException {
    HistogramLayout two = layout(BucketSpans.of(0, 2));
    HistogramLayout three = layout(BucketSpans.of(0, 2, 1, 1));
    TreeMap<Long, MixedSeries.Sample> samples = new TreeMap<>();
    samples.put(START, sample(histogram(two, 6, 4.5, 2, 3)));
    samples.put(START + 15_000, sample(histogram(three, 8, 13, 3, 3, 1)));
    samples.put(START + 30_000, sample(Histogram.STALE));
    List<MixedSeries.One> series =
        List.of(new MixedSeries.One(Labels.of("__name__", "t"), samples));
    disk.createFolders(FOLDER);
    new BlockWriter(disk).write(FOLDER, spec(), MixedSeries.source(series), BlockProgress.NONE);

    assertThat(hex(disk.bytes(BlockFiles.file(FOLDER, ID))))
        .isEqualTo(hex(example("histograms.md")));
    try (Block block = TestSeries.open(disk, BlockFiles.file(FOLDER, ID))) {
      Selection all = new Selection(List.of(), START, START + 30_000);
      MixedSeries.assertSame(MixedSeries.drain(block.select(all)), series);
    }
  }

  @Test
  void theExampleOfATierIsReadAndWritten() throws IOException {
    long minute = 60_000;
    long[] times = {START + 1, START + 20_000, START + minute, START + 65_000, START + 80_000};
    double stale = Double.longBitsToDouble(SpecialValues.STALE_BITS);
    List<One> series = List.of(One.of(Labels.of("__name__", "t"), times, 5, 7, 2, 1, stale));
    BlockSpec raw = TestSeries.spec();
    BlockSpec spec =
        new BlockSpec(ID, TenantId.DEFAULT, START + 1, START + 720 * minute, 1, List.of(), minute);
    disk.createFolders(FOLDER);
    Selection all =
        new Selection(List.of(), 0, Long.MAX_VALUE, minute, EnumSet.allOf(BucketColumn.class));
    try (Block samples = TestSeries.write(disk, FOLDER, raw, series)) {
      new BlockWriter(disk)
          .write(
              FOLDER,
              spec,
              new CursorSeries(new BucketCursor(samples.select(all.raw()), minute, all.columns())),
              BlockProgress.NONE);
    }

    assertThat(hex(disk.bytes(BlockFiles.file(FOLDER, ID)))).isEqualTo(hex(example("tier.md")));
    try (Block block = TestSeries.open(disk, BlockFiles.file(FOLDER, ID));
        SeriesCursor cursor = block.select(all)) {
      assertThat(block.meta().spec()).isEqualTo(spec);
      assertThat(block.verify()).isEmpty();
      SeriesBatch batch = new SeriesBatch();
      assertThat(cursor.next(batch)).isTrue();
      BucketColumns columns = Objects.requireNonNull(batch.buckets(0));
      assertThat(batch.timestamps(0)).startsWith(START + minute, START + 65_000, START + 80_000);
      assertThat(columns.firstMillis()).startsWith(START + 1, START + 65_000, START + 80_000);
      assertThat(columns.get(BucketColumn.COUNT)).startsWith(3, 1);
      assertThat(columns.get(BucketColumn.SUM)).startsWith(14, 1);
      assertThat(columns.get(BucketColumn.RESETS)).startsWith(7, 0);
    }
  }

  @Test
  void theExampleOfATierOfHistogramsIsReadAndWritten() throws IOException {
    long minute = 60_000;
    HistogramLayout two = layout(BucketSpans.of(0, 2));
    Histogram first = histogram(two, 6, 4.5, 2, 3);
    Histogram second = histogram(two, 8, 9.25, 3, 4);
    TreeMap<Long, MixedSeries.Sample> samples = new TreeMap<>();
    samples.put(START + 15_000, new MixedSeries.Sample(SpecialValues.STALE_BITS, first, 0));
    samples.put(START + 30_000, new MixedSeries.Sample(SpecialValues.STALE_BITS, second, 0));
    List<MixedSeries.One> series =
        List.of(new MixedSeries.One(Labels.of("__name__", "t"), samples));
    BlockSpec spec =
        new BlockSpec(ID, TenantId.DEFAULT, START + 1, START + 720 * minute, 1, List.of(), minute);
    Selection all =
        new Selection(List.of(), 0, Long.MAX_VALUE, minute, EnumSet.allOf(BucketColumn.class));
    disk.createFolders(FOLDER);
    new BlockWriter(disk)
        .write(FOLDER, TestSeries.spec(), MixedSeries.source(series), BlockProgress.NONE);
    Path raw = BlockFiles.file(FOLDER, TestSeries.spec().id());
    try (Block block = TestSeries.open(disk, raw)) {
      new BlockWriter(disk)
          .write(
              FOLDER,
              spec,
              new CursorSeries(new BucketCursor(block.select(all.raw()), minute, all.columns())),
              BlockProgress.NONE);
    }

    assertThat(hex(disk.bytes(BlockFiles.file(FOLDER, ID))))
        .isEqualTo(hex(example("tier.md", "example of histograms:")));
    try (Block block = TestSeries.open(disk, BlockFiles.file(FOLDER, ID));
        SeriesCursor cursor = block.select(all)) {
      assertThat(block.verify()).isEmpty();
      SeriesBatch batch = new SeriesBatch();
      assertThat(cursor.next(batch)).isTrue();
      BucketColumns columns = Objects.requireNonNull(batch.buckets(0));
      assertThat(columns.get(BucketColumn.COUNT)).startsWith(2);
      assertThat(Objects.requireNonNull(batch.histograms(0))[0]).isEqualTo(second);
      assertThat(Objects.requireNonNull(columns.histograms(BucketColumn.FIRST))[0])
          .isEqualTo(first);
      Histogram sum = Objects.requireNonNull(columns.histograms(BucketColumn.SUM))[0];
      assertThat(sum)
          .isEqualTo(
              Histogram.ofIntegers(
                  two, CounterReset.UNKNOWN, 14, 2, 13.75, new long[] {5, 7}, new long[0]));
    }
  }

  @Test
  void theExampleOfKeptTimesIsReadAndWritten() throws IOException {
    Map<Long, Long> times = Map.of(0L, START, 60_000L, 1_750_000_020_000L);

    assertThat(hex(KeptFile.encode(times))).isEqualTo(hex(example("kept.md")));
    assertThat(KeptFile.decode(example("kept.md"), Path.of("kept"))).isEqualTo(times);
  }

  @Test
  void damagedKeptTimesAreNoticedAtEveryBit() throws IOException {
    byte[] good = example("kept.md");
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> KeptFile.decode(bad, Path.of("kept")))
          .isInstanceOf(Corruption.class);
    }
  }

  private static HistogramLayout layout(BucketSpans spans) {
    return HistogramLayout.of(0, 0, spans, BucketSpans.NONE);
  }

  private static Histogram histogram(
      HistogramLayout layout, long count, double sum, long... buckets) {
    return Histogram.ofIntegers(layout, CounterReset.UNKNOWN, count, 1, sum, buckets, new long[0]);
  }

  private static MixedSeries.Sample sample(Histogram histogram) {
    return new MixedSeries.Sample(SpecialValues.STALE_BITS, histogram, 1_760_000_000_000L);
  }

  @Test
  void theGoldenBlockOfCodecsIsRead() throws IOException {
    try (Block block = open(golden(GoldenBlocks.CODECS))) {
      assertThat(block.verify()).isEmpty();
      assertThat(block.meta().spec()).isEqualTo(GoldenBlocks.spec(GoldenBlocks.CODECS));
      TestSeries.assertSame(GoldenBlocks.codecs(), TestSeries.drain(block.readAll()));
    }
  }

  @Test
  void theGoldenBlockOfHistogramsIsRead() throws IOException {
    try (Block block = open(golden(GoldenBlocks.HISTOGRAMS))) {
      assertThat(block.verify()).isEmpty();
      MixedSeries.assertSame(
          MixedSeries.drain(block.select(TestSeries.all())), GoldenBlocks.histograms());
    }
  }

  @Test
  void theGoldenBlockWithPostingsIsRead() throws IOException {
    List<One> expected = GoldenBlocks.postings();
    try (Block block = open(golden(GoldenBlocks.POSTINGS))) {
      assertThat(block.verify()).isEmpty();
      assertThat(block.stats().postings()).isPositive();
      TestSeries.assertSame(expected, TestSeries.drain(block.readAll()));
      for (LabelMatcher matcher :
          List.of(
              LabelMatcher.equal("a", "7"),
              LabelMatcher.equal("__name__", "m1"),
              new LabelMatcher(LabelMatcher.Type.REGEX, "c", "1.?"))) {
        assertThat(block.seriesCount(List.of(matcher)))
            .isEqualTo(expected.stream().filter(one -> matcher.matches(one.labels())).count());
      }
    }
  }

  private static Labels labels(String name) {
    return Labels.of("__name__", name, "job", "node");
  }

  private static BlockSpec spec() {
    return new BlockSpec(ID, TenantId.DEFAULT, START, START + 7_199_999, 1, List.of());
  }

  private byte[] written() throws IOException {
    disk.createFolders(FOLDER);
    new BlockWriter(disk).write(FOLDER, spec(), TestSeries.source(EXAMPLE), BlockProgress.NONE);
    return disk.bytes(BlockFiles.file(FOLDER, ID));
  }

  private Block open(byte[] bytes) throws IOException {
    Path file = FOLDER.resolve("example.tsb");
    disk.createFolders(FOLDER);
    disk.put(file, bytes);
    return TestSeries.open(disk, file);
  }

  private static byte[] golden(BlockId id) throws IOException {
    String name = "/golden/block-v1/" + id + ".tsb";
    try (InputStream golden = BlockFormatPageTest.class.getResourceAsStream(name)) {
      assertThat(golden).as(name).isNotNull();
      return golden.readAllBytes();
    }
  }

  /** Bytes of the lines of a page's first block that begins with {@code example:}. */
  private static byte[] example(String page) throws IOException {
    return example(page, "example:");
  }

  private static byte[] example(String page, String title) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    boolean inside = false;
    for (String line : Files.readAllLines(PAGES.resolve(page))) {
      if (line.equals(title)) {
        inside = true;
      } else if (inside && line.startsWith("```")) {
        return bytes.toByteArray();
      } else if (inside) {
        String digits = line.replaceAll("#.*", "").replaceAll("[ |]", "");
        bytes.writeBytes(HexFormat.of().parseHex(digits));
      }
    }
    throw new AssertionError("no example in " + page);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.ofDelimiter(" ").formatHex(bytes);
  }
}
