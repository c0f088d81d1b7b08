package dev.vedette.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vedette tsdb}, as processes over a folder that {@code tsdb bench} filled. */
class TsdbToolsTest {
  private static final int SERIES = 300;
  private static final int SAMPLES = 40;

  @TempDir private static Path filled;
  @TempDir private Path temp;
  private Path data = Path.of("");

  private record Output(int exit, String out, String err) {}

  @BeforeAll
  static void fillAFolder() throws Exception {
    Output bench =
        run("bench", filled.toString(), "--series", "" + SERIES, "--samples", "" + SAMPLES);
    assertThat(bench.exit).as(bench.err).isZero();
    assertThat(bench.out).contains("ns a sample").contains("bytes a sample").contains("12,000");
  }

  @BeforeEach
  void copyIt() throws IOException {
    data = temp.resolve("data");
    try (Stream<Path> files = Files.walk(filled)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, data.resolve(filled.relativize(file).toString()));
      }
    }
  }

  private static Output run(String... arguments) throws IOException, InterruptedException {
    List<String> command = Server.command("tsdb");
    command.addAll(List.of(arguments));
    Path err = Files.createTempFile("vedette", ".err");
    Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    String errors = Files.readString(err);
    Files.delete(err);
    return new Output(process.exitValue(), out, errors);
  }

  private List<Path> blocks() throws IOException {
    try (Stream<Path> files = Files.list(data.resolve("blocks/default"))) {
      return files.filter(file -> file.toString().endsWith(".tsb")).sorted().toList();
    }
  }

  @Test
  void whatIsThereIsListedAnalysedAndDumped() throws Exception {
    Output list = run("list", data.toString());
    Output analysis = run("analyze", data.toString(), "--match", "{instance=\"host-1\"}");
    Output dump = run("dump", data.toString(), "--match", "bench_7");

    assertThat(list.exit).isZero();
    assertThat(list.out).contains(blocks().getFirst().getFileName().toString().substring(0, 26));
    assertThat(analysis.exit).as(analysis.err).isZero();
    assertThat(analysis.out)
        .contains("100 metrics")
        .contains("bench_7")
        .containsPattern("instance +3");
    assertThat(dump.exit).as(dump.err).isZero();
    assertThat(dump.out)
        .startsWith("# TYPE bench_7 unknown\nbench_7{instance=\"host-0\",job=\"bench\"} ")
        .endsWith("# EOF\n");
    assertThat(dump.out.lines()).hasSize(2 + 3 * SAMPLES);
    assertThat(dump.err).contains("3 series, 120 samples");
  }

  @Test
  void aDumpHoldsOnlyTheTimeAskedForAndSaysWhatAWrongTimeIs() throws Exception {
    Output none = run("dump", data.toString(), "--end", "2020-01-01T00:00:00Z");
    Output wrong = run("dump", data.toString(), "--start", "yesterday");
    Output selector = run("dump", data.toString(), "--match", "{");

    assertThat(none.out).isEqualTo("# EOF\n");
    assertThat(wrong.exit).isEqualTo(1);
    assertThat(wrong.err).contains("--start \"yesterday\" is no time");
    assertThat(selector.exit).isEqualTo(1);
    assertThat(selector.err).startsWith("vedette: ");
  }

  @Test
  void repairRescuesWhatIsReadableAndKeepsTheDamagedFile() throws Exception {
    String allSamples = "%,d samples".formatted(SERIES * SAMPLES);
    assertThat(run("dump", data.toString()).err).contains(allSamples);
    Path block = blocks().getFirst();
    byte[] damaged = Files.readAllBytes(block);
    // Among the values, which come first in the file.
    damaged[200] ^= 0x10;
    Files.write(block, damaged);

    assertThat(run("verify", data.toString()).exit).isEqualTo(1);
    Output repair = run("repair", data.toString());

    assertThat(repair.exit).as(repair.err).isEqualTo(1);
    assertThat(repair.out).contains("rescued into").contains("lost: ").contains("bench_");
    assertThat(data.resolve("damaged/blocks/default").resolve(block.getFileName()))
        .hasBinaryContent(damaged);
    assertThat(block).doesNotExist();
    Output verify = run("verify", data.toString());
    assertThat(verify.exit).as(verify.out).isZero();
    // Series that have all of a page here may have more in another block.
    assertThat(run("dump", data.toString()).err).doesNotContain(allSamples).contains(" samples");
  }

  @Test
  void mergeLeavesEverythingThereInFewerBlocks() throws Exception {
    Output before = run("dump", data.toString());

    Output merge = run("merge", "--longest-block", "24h", data.toString());

    assertThat(merge.exit).as(merge.err).isZero();
    assertThat(merge.out).containsPattern("before: [0-9]+ blocks").contains("after: ");
    assertThat(run("dump", data.toString()).out).isEqualTo(before.out);
    assertThat(run("merge", "--longest-block", "long", data.toString()).err).contains("a duration");
  }

  @Test
  void aFolderInUseIsRefused() throws Exception {
    try (FileChannel lock = FileChannel.open(data.resolve("lock"), StandardOpenOption.WRITE)) {
      lock.lock();
      Output refused = run("repair", data.toString());
      assertThat(refused.exit).isEqualTo(1);
      assertThat(refused.err).contains("in use");
    }
  }

  @Test
  void wrongUsageIsExplained() throws Exception {
    assertThat(run("repair").exit).isEqualTo(2);
    assertThat(run("bench", data.toString()).err).contains("is not empty");
    assertThat(run("list", temp.resolve("nothing").toString()).err).contains("holds no data");
    assertThat(run("repair", "--help").out)
        .contains("Usage: vedette tsdb repair")
        .contains("Exit code");
  }
}
