package dev.vedette.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process with SIGKILL in the middle of a merge, of the building of a tier, of a deletion,
 * of its cleaning and of a snapshot: where a file of it is begun, where it is whole and nobody
 * knows it, and where it is in force and what it replaces is there still. {@link Halt} holds the
 * process there, so none of it is a matter of luck.
 */
class AimedKillTest {
  private static final String ADMIN = "/api/v1/admin/tsdb/";
  private static final String GONE = "bench_7";
  private static final String DELETION =
      "delete_series?match%5B%5D=" + GONE + "&start=0&end=99999999999";
  private static final List<String> TIERS = List.of("1m", "5m", "1h");
  // Where columns of the list of blocks begin.
  private static final int WINDOW = 28;
  private static final int TIER = 80;
  private static final int BYTES = 122;

  // A block's file is begun; it is whole and has its temporary name; it is in force, and the files
  // of those that it replaces are about to go.
  private static final String INDEX_BEGINS = "dev.vedette.tsdb.index.IndexWriter.write";
  private static final String BLOCK_IS_WHOLE = "dev.vedette.tsdb.block.BlockWriter.publish";
  private static final String OTHERS_GO = "dev.vedette.tsdb.BlockStore.delete";
  // The same of a tier's block, and where all that are due are there.
  private static final String COLUMNS_END = "dev.vedette.tsdb.block.BucketsWriter.finish";
  private static final String TIER_IS_WHOLE = "dev.vedette.tsdb.TierBuilder.isStillRight";
  private static final String TIER_IS_BUILT = "dev.vedette.tsdb.TierBuilder.logBuilt";
  private static final String TIERS_ARE_BUILT = "dev.vedette.tsdb.Compactor.mergeOne";
  // The cleaning, and one block of it.
  private static final String CLEANING = "dev.vedette.tsdb.Compactor.clean";
  private static final String ONE_BLOCK = "dev.vedette.tsdb.MergePlan.again";
  private static final String DELETING = "dev.vedette.tsdb.block.TombstoneFile.write";
  private static final String DELETED = "dev.vedette.tsdb.block.Block.delete";
  private static final String COPYING = "dev.vedette.tsdb.Snapshots.take";
  private static final String COPIED = "dev.vedette.tsdb.Snapshots.publish";
  private static final String LINK = "dev.vedette.model.RealFiles.link";
  private static final String RENAME = "dev.vedette.model.RealFiles.rename";

  @TempDir private static Path filled;
  @TempDir private Path temp;
  private Path data = Path.of("");
  private Path blocks = Path.of("");

  /** A day and a half in blocks of two hours, none of them merged; some half day of it is whole. */
  @BeforeAll
  static void fillAFolder() throws Exception {
    run(
        filled.resolve("bench.txt"),
        "bench",
        filled.resolve("data").toString(),
        "--series",
        "20",
        "--samples",
        "8700");
  }

  @BeforeEach
  void copyIt() throws IOException {
    // One folder each: of those before, something may still be there.
    data = Files.createTempDirectory(temp, "copy").resolve("data");
    blocks = data.resolve("blocks/default");
    Path from = filled.resolve("data");
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, data.resolve(from.relativize(file).toString()));
      }
    }
  }

  @Test
  void mergesGoOnWhereTheyWereCut() throws Exception {
    String before = dump(data);
    int count = names(blocks, ".tsb").size();

    killMergeAt(INDEX_BEGINS);
    assertThat(names(blocks, ".tsb.tmp")).hasSize(1);
    check(before);
    killMergeAt(BLOCK_IS_WHOLE);
    assertThat(names(blocks, ".tsb.tmp")).hasSize(1);
    check(before);
    killMergeAt(BLOCK_IS_WHOLE, OTHERS_GO);
    assertThat(names(blocks, ".tsb")).as("with the merged one").hasSize(count + 1);
    check(before);

    tool("merge", data.toString());
    assertThat(names(blocks, ".tmp")).isEmpty();
    assertThat(names(blocks, ".tsb")).hasSizeLessThan(count);
    check(before);
  }

  @Test
  void tiersAreBuiltOnWhereTheyWereCut() throws Exception {
    String before = dump(data);
    killServerAt(TIERS_ARE_BUILT);
    List<String> built = tiers();
    assertThat(built).hasSizeGreaterThan(TIERS.size());
    assertThat(TIERS).allMatch(tier -> built.stream().anyMatch(line -> line.contains(tier)));
    copyIt();

    killServerAt(COLUMNS_END);
    assertThat(names(blocks, ".tsb.tmp")).hasSize(1);
    assertThat(tiers()).isEmpty();
    check(before);
    killServerAt(TIER_IS_WHOLE);
    assertThat(names(blocks, ".tsb.tmp")).hasSize(1);
    assertThat(tiers()).isEmpty();
    check(before);
    killServerAt(TIER_IS_BUILT);
    assertThat(tiers()).hasSize(1);
    check(before);
    // The last of them, which has the longest buckets.
    killServerAt(Collections.nCopies(built.size() - 1, TIER_IS_WHOLE).toArray(String[]::new));
    assertThat(names(blocks, ".tsb.tmp")).hasSize(1);
    assertThat(tiers()).hasSizeBetween(2, built.size() - 1);
    check(before);

    killServerAt(TIERS_ARE_BUILT);
    assertThat(names(blocks, ".tmp")).isEmpty();
    assertThat(tiers()).containsAll(built);
    check(before);
    tool("merge", data.toString());
    assertThat(tiers()).containsAll(built);
    check(before);
  }

  @Test
  void aDeletionThatIsCutIsDoneOrNot() throws Exception {
    String before = dump(data);
    String others = dumpOfOthers();

    killServerAsked(DELETION, DELETING, RENAME);
    assertThat(names(blocks, "")).contains("tombstones.tmp").doesNotContain("tombstones");
    check(before);
    killServerAsked(DELETION, DELETING, DELETED);
    assertThat(names(blocks, "")).contains("tombstones");
    check(others);
  }

  @Test
  void whatIsDeletedStaysGoneWhereverItsCleaningIsCut() throws Exception {
    String others = dumpOfOthers();
    try (Server server = Server.start(serverCommand())) {
      HttpResponse<String> deleted = post(server, DELETION);
      assertThat(deleted.statusCode()).as(deleted.body()).isEqualTo(204);
      server.kill();
    }

    killServerAsked("clean_tombstones", CLEANING, ONE_BLOCK, INDEX_BEGINS);
    assertThat(names(blocks, ".tsb.tmp")).hasSize(1);
    check(others);
    killServerAsked("clean_tombstones", CLEANING, ONE_BLOCK, BLOCK_IS_WHOLE);
    assertThat(names(blocks, ".tsb.tmp")).hasSize(1);
    check(others);
    killServerAsked("clean_tombstones", CLEANING, ONE_BLOCK, BLOCK_IS_WHOLE, OTHERS_GO);
    assertThat(names(blocks, "")).contains("tombstones");
    check(others);

    try (Server server = Server.start(serverCommand())) {
      assertThat(post(server, "clean_tombstones").statusCode()).isEqualTo(204);
      assertThat(server.stop()).isEqualTo(143);
    }
    assertThat(names(blocks, ".tmp")).isEmpty();
    check(others);
  }

  @Test
  void aSnapshotIsWholeOrNotThere() throws Exception {
    String before = dump(data);
    Path snapshots = Files.createDirectories(data.resolve("snapshots"));

    killServerAsked("snapshot", COPYING, LINK, LINK);
    assertThat(names(snapshots, "")).hasSize(1).allMatch(name -> name.endsWith(".tmp"));
    check(before);
    assertThat(names(snapshots, "")).as("after a start").isEmpty();
    killServerAsked("snapshot", COPIED);
    assertThat(names(snapshots, "")).hasSize(1).allMatch(name -> name.endsWith(".tmp"));
    check(before);

    try (Server server = Server.start(serverCommand())) {
      assertThat(post(server, "snapshot").statusCode()).isEqualTo(200);
      assertThat(server.stop()).isEqualTo(143);
    }
    assertThat(names(snapshots, "")).hasSize(1).noneMatch(name -> name.endsWith(".tmp"));
    Path snapshot = snapshots.resolve(names(snapshots, "").getFirst());
    tool("verify", snapshot.toString());
    assertThat(dump(snapshot)).isEqualTo(before);
    check(before);
  }

  private void killMergeAt(String... places) throws Exception {
    List<String> command = Server.command("tsdb", "merge", data.toString());
    killAt(List.of(places), command);
  }

  /** A server builds tiers by itself, maybe before it is ready. */
  private void killServerAt(String... places) throws Exception {
    killAt(List.of(places), serverCommand());
  }

  private void killAt(List<String> places, List<String> command) throws Exception {
    try (Halt halt = Halt.at(places)) {
      Process process = process(temp.resolve("killed.txt"), halt.in(command));
      try {
        halt.await();
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  /** The same of what is done because somebody asks for it. */
  private void killServerAsked(String what, String... places) throws Exception {
    try (Halt halt = Halt.at(List.of(places));
        Server server = Server.start(halt.in(serverCommand()));
        ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> answer =
          thread.submit(
              () -> {
                try {
                  return post(server, what);
                } catch (IOException e) {
                  return e; // The server is gone, as it should be.
                }
              });
      try {
        halt.await();
      } finally {
        server.kill();
      }
      assertThat(answer.get()).isInstanceOf(IOException.class);
    }
  }

  /** Nothing is damaged, and what is there is what it has to be; then a start has cleaned up. */
  private void check(String expected) throws Exception {
    tool("verify", data.toString());
    assertThat(dump(data)).isEqualTo(expected);
  }

  /** Window, tier, level, series and samples of each block of a tier. */
  private List<String> tiers() throws Exception {
    Path list = Files.createTempFile(temp, "list", ".txt");
    run(list, "list", data.toString());
    return Files.readAllLines(list).stream()
        .filter(line -> TIERS.contains(line.substring(TIER, TIER + 4).strip()))
        .map(line -> line.substring(WINDOW, BYTES))
        .sorted()
        .toList();
  }

  private List<String> serverCommand() {
    return Server.command(
        "run", "--data", data.toString(), "--listen", "127.0.0.1:0", "--enable-admin-api");
  }

  private static HttpResponse<String> post(Server server, String what)
      throws IOException, InterruptedException {
    return server.post(ADMIN + what, new byte[0]);
  }

  private static List<String> names(Path folder, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(suffix))
          .toList();
    }
  }

  /** A checksum of all samples that were there at first as text, and their size. */
  private String dump(Path folder) throws Exception {
    return dump(folder, "{job=\"bench\"}");
  }

  private String dumpOfOthers() throws Exception {
    return dump(data, "{job=\"bench\",__name__!=\"" + GONE + "\"}");
  }

  private String dump(Path folder, String selector) throws Exception {
    Path text = Files.createTempFile(temp, "dump", ".txt");
    run(text, "dump", folder.toString(), "--match", selector);
    byte[] bytes = Files.readAllBytes(text);
    assertThat(bytes).hasSizeGreaterThan(1_000_000);
    byte[] sum = MessageDigest.getInstance("SHA-256").digest(bytes);
    return HexFormat.of().formatHex(sum) + " of " + bytes.length;
  }

  private void tool(String... arguments) throws Exception {
    Path out = Files.createTempFile(temp, "tool", ".txt");
    run(out, arguments);
  }

  /** A tool, which has to succeed. */
  private static void run(Path out, String... arguments) throws Exception {
    List<String> command = Server.command("tsdb");
    command.addAll(List.of(arguments));
    Process process = process(out, command);
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(String.join(" ", arguments)).isZero();
  }

  private static Process process(Path out, List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectOutput(out.toFile())
        .redirectError(Redirect.DISCARD)
        .start();
  }
}
