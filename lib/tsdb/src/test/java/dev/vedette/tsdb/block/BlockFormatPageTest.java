package dev.vedette.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.block.TestSeries.One;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
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
  void theGoldenBlockOfCodecsIsRead() throws IOException {
    try (Block block = open(golden(GoldenBlocks.CODECS))) {
      assertThat(block.verify()).isEmpty();
      assertThat(block.meta().spec()).isEqualTo(GoldenBlocks.spec(GoldenBlocks.CODECS));
      TestSeries.assertSame(GoldenBlocks.codecs(), TestSeries.drain(block.readAll()));
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
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    boolean inside = false;
    for (String line : Files.readAllLines(PAGES.resolve(page))) {
      if (line.equals("example:")) {
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
