package dev.vedette.e2e;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process with SIGKILL the moment the temporary file appears that a merge, the building of
 * a tier, the cleaning of tombstones or a snapshot writes. {@code -Dkills=…} sets how often; while
 * none of them left such a file behind, it is tried on fresh copies of the data, and skipped where
 * none does at all.
 */
class AimedKillTest {
  private static final String ADMIN = "/api/v1/admin/tsdb/";
  private static final String GONE = "bench_7";
  private static final int KILLS = Integer.getInteger("kills", 2);
  private static final int MORE_TRIES = 15;
  private static final List<String> TIERS = List.of("1m", "5m", "1h");
  // Where columns of the list of blocks begin.
  private static final int WINDOW = 28;
  private static final int TIER = 80;
  private static final int BYTES = 122;

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

    killAgainAndAgain(
        this::copyIt,
        kill -> {
          boolean met = killDuringMerge(kill);
          tool("verify", data.toString());
          return met;
        });

    assertThat(dump(data)).isEqualTo(before);
    tool("merge", data.toString());
    tool("verify", data.toString());
    assertThat(names(blocks)).noneMatch(name -> name.endsWith(".tmp"));
    assertThat(dump(data)).isEqualTo(before);
  }

  @Test
  void tiersAreBuiltOnWhereTheyWereCut() throws Exception {
    String before = dump(data);
    buildTiers();
    List<String> whole = tiers();
    assertThat(whole).hasSizeGreaterThan(TIERS.size());
    copyIt();

    killAgainAndAgain(
        this::copyIt,
        kill -> {
          if (tiers().size() == whole.size()) {
            copyIt();
          }
          int left = whole.size() - tiers().size();
          boolean met = killDuringTiers(Math.min(kill, left)) && tiers().size() < whole.size();
          tool("verify", data.toString());
          return met;
        });

    assertThat(dump(data)).isEqualTo(before);
    buildTiers();
    tool("verify", data.toString());
    assertThat(names(blocks)).noneMatch(name -> name.endsWith(".tmp"));
    assertThat(tiers()).isEqualTo(whole);
    assertThat(dump(data)).isEqualTo(before);
  }

  @Test
  void whatIsDeletedStaysGoneWhereverItsCleaningIsCut() throws Exception {
    String others = dump(data, "{job=\"bench\",__name__!=\"" + GONE + "\"}");
    delete();

    killAgainAndAgain(
        () -> {
          copyIt();
          delete();
        },
        kill -> killDuring("clean_tombstones", blocks, kill));

    assertThat(dump(data)).isEqualTo(others);
    try (Server server = start()) {
      assertThat(post(server, "clean_tombstones").statusCode()).isEqualTo(204);
      assertThat(server.stop()).isEqualTo(143);
    }
    assertThat(names(blocks)).noneMatch(name -> name.endsWith(".tmp"));
    tool("verify", data.toString());
    assertThat(dump(data)).isEqualTo(others);
  }

  @Test
  void aSnapshotIsWholeOrNotThere() throws Exception {
    String before = dump(data);
    Path snapshots = Files.createDirectories(data.resolve("snapshots"));

    killAgainAndAgain(() -> {}, _ -> killDuring("snapshot", snapshots, 1));

    try (Server server = start()) {
      assertThat(post(server, "snapshot").statusCode()).isEqualTo(200);
      assertThat(server.stop()).isEqualTo(143);
    }

    assertThat(names(snapshots)).isNotEmpty().noneMatch(name -> name.endsWith(".tmp"));
    for (String name : names(snapshots)) {
      tool("verify", snapshots.resolve(name).toString());
      assertThat(dump(snapshots.resolve(name))).as(name).isEqualTo(before);
    }
    assertThat(dump(data)).isEqualTo(before);
  }

  private void delete() throws Exception {
    try (Server server = start()) {
      HttpResponse<String> deleted =
          post(server, "delete_series?match%5B%5D=" + GONE + "&start=0&end=99999999999");
      assertThat(deleted.statusCode()).as(deleted.body()).isEqualTo(204);
      server.kill();
    }
  }

  private interface Anew {
    void prepare() throws Exception;
  }

  private interface Try {
    /** Whether something unfinished was left when it was killed at so many temporary files. */
    boolean kill(int files) throws Exception;
  }

  /** The work may be done before the kill; where it always is, there is nothing to see here. */
  private static void killAgainAndAgain(Anew anew, Try once) throws Exception {
    int met = 0;
    for (int kill = 1; kill <= KILLS; kill++) {
      met += once.kill(kill) ? 1 : 0;
    }
    for (int more = 0; more < MORE_TRIES && met == 0; more++) {
      anew.prepare();
      met += once.kill(1) ? 1 : 0;
    }
    assumeTrue(met > 0, "no kill left a temporary file: this machine is too quick for the test");
  }

  private boolean killDuringMerge(int files) throws Exception {
    try (Watch unfinished = new Watch(blocks)) {
      Process merge = start(temp.resolve("merge.txt"), "merge", data.toString());
      // There may be less to do than there were kills before.
      merge.onExit().thenRun(() -> unfinished.isOver = true);
      unfinished.await(files);
      merge.destroyForcibly().waitFor();
      return unfinished.isLeft();
    }
  }

  /** A server builds tiers as soon as it has its data, maybe before it is ready. */
  private boolean killDuringTiers(int files) throws Exception {
    try (Watch unfinished = new Watch(blocks)) {
      Process server = process(temp.resolve("server.txt"), serverCommand());
      try {
        unfinished.await(files);
      } finally {
        server.destroyForcibly().waitFor();
      }
      return unfinished.isLeft();
    }
  }

  /** A server until there is something of each tier, and then the tool, until nothing is due. */
  private void buildTiers() throws Exception {
    try (Watch watch = new Watch(blocks);
        Server server = start()) {
      watch.await(
          () -> {
            String there = server.get("/api/v1/status/tsdb/blocks").body();
            return TIERS.stream().allMatch(tier -> there.contains("\"tier\":\"" + tier + "\""));
          });
      server.kill();
    }
    tool("merge", data.toString());
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

  /** Asks for something, and kills the server once so many temporary files of it were there. */
  private boolean killDuring(String asked, Path folder, int files) throws Exception {
    try (Watch unfinished = new Watch(folder);
        Server server = start();
        ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> answer =
          thread.submit(
              () -> {
                try {
                  return post(server, asked);
                } catch (IOException e) {
                  return e; // The server is gone, as it should be.
                } finally {
                  // There may be less to do than there were kills before.
                  unfinished.isOver = true;
                }
              });
      unfinished.await(files);
      server.kill();
      answer.get();
      return unfinished.isLeft();
    }
  }

  /** Temporary files and folders as they appear. */
  private static final class Watch implements AutoCloseable {
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(2);

    private final Path folder;
    private final WatchService service;
    private final List<Path> seen = new ArrayList<>();
    private volatile boolean isOver;

    Watch(Path folder) throws IOException {
      this.folder = folder;
      service = folder.getFileSystem().newWatchService();
      folder.register(service, ENTRY_CREATE);
    }

    /** Returns once there were so many, or none comes any more. */
    void await(int files) throws InterruptedException {
      long end = System.nanoTime() + LONGEST_NANOS;
      while (seen.size() < files && !isOver && System.nanoTime() < end) {
        note(service.poll(100, TimeUnit.MILLISECONDS));
      }
    }

    /** Returns once it is so; looks now and then, and where files appear. */
    void await(Callable<Boolean> condition) throws Exception {
      long end = System.nanoTime() + LONGEST_NANOS;
      while (!condition.call()) {
        assertThat(System.nanoTime()).isLessThan(end);
        note(service.poll(100, TimeUnit.MILLISECONDS));
      }
    }

    private void note(@Nullable WatchKey key) {
      if (key != null) {
        for (WatchEvent<?> event : key.pollEvents()) {
          if (String.valueOf(event.context()).endsWith(".tmp")) {
            seen.add(folder.resolve(String.valueOf(event.context())));
          }
        }
        key.reset();
      }
    }

    /** Whether one that appeared is there now, when its process is no more. */
    boolean isLeft() {
      return seen.stream().anyMatch(Files::exists);
    }

    @Override
    public void close() throws IOException {
      service.close();
    }
  }

  private List<String> serverCommand() {
    return Server.command("run", "--data", data.toString(), "--listen", "127.0.0.1:0");
  }

  private Server start() throws IOException {
    return Server.start(data, "--enable-admin-api");
  }

  private static HttpResponse<String> post(Server server, String what)
      throws IOException, InterruptedException {
    return server.post(ADMIN + what, new byte[0]);
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  /** A checksum of all samples that were there at first as text, and their size. */
  private String dump(Path folder) throws Exception {
    return dump(folder, "{job=\"bench\"}");
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
    Process process = start(out, arguments);
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(String.join(" ", arguments)).isZero();
  }

  private static Process start(Path out, String... arguments) throws IOException {
    List<String> command = Server.command("tsdb");
    command.addAll(List.of(arguments));
    return process(out, command);
  }

  private static Process process(Path out, List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectOutput(out.toFile())
        .redirectError(Redirect.DISCARD)
        .start();
  }
}
