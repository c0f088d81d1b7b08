package dev.vedette.e2e;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.security.MessageDigest;
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
 * Kills a process with SIGKILL the moment the temporary file appears that a merge, the cleaning of
 * tombstones or a snapshot writes. {@code -Dkills=…} sets how often.
 */
class AimedKillTest {
  private static final String ADMIN = "/api/v1/admin/tsdb/";
  private static final String GONE = "bench_7";
  private static final int KILLS = Integer.getInteger("kills", 2);

  @TempDir private static Path filled;
  @TempDir private Path temp;
  private Path data = Path.of("");
  private Path blocks = Path.of("");

  /** Half a day in blocks of two hours, none of them merged. */
  @BeforeAll
  static void fillAFolder() throws Exception {
    run(
        filled.resolve("bench.txt"),
        "bench",
        filled.resolve("data").toString(),
        "--series",
        "20",
        "--samples",
        "2900");
  }

  @BeforeEach
  void copyIt() throws IOException {
    data = temp.resolve("data");
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
    for (int kill = 1; kill <= KILLS; kill++) {
      try (Watch unfinished = new Watch(blocks)) {
        Process merge = start(temp.resolve("merge.txt"), "merge", data.toString());
        // There may be less to do than there were kills before.
        merge.onExit().thenRun(() -> unfinished.isOver = true);
        unfinished.await(kill);
        merge.destroyForcibly().waitFor();
      }
      tool("verify", data.toString());
    }

    assertThat(dump(data)).isEqualTo(before);
    tool("merge", data.toString());
    tool("verify", data.toString());
    assertThat(names(blocks)).noneMatch(name -> name.endsWith(".tmp"));
    assertThat(dump(data)).isEqualTo(before);
  }

  @Test
  void whatIsDeletedStaysGoneWhereverItsCleaningIsCut() throws Exception {
    String others = dump(data, "{job=\"bench\",__name__!=\"" + GONE + "\"}");
    try (Server server = start()) {
      HttpResponse<String> deleted =
          post(server, "delete_series?match%5B%5D=" + GONE + "&start=0&end=99999999999");
      assertThat(deleted.statusCode()).as(deleted.body()).isEqualTo(204);
      server.kill();
    }
    for (int kill = 1; kill <= KILLS; kill++) {
      killDuring("clean_tombstones", blocks, kill);
    }

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
    for (int kill = 1; kill <= KILLS; kill++) {
      killDuring("snapshot", snapshots, 1);
    }
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

  /** Asks for something, and kills the server once so many temporary files of it were there. */
  private void killDuring(String asked, Path folder, int files) throws Exception {
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
    }
  }

  /** Temporary files and folders as they appear. */
  private static final class Watch implements AutoCloseable {
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final WatchService service;
    private volatile boolean isOver;

    Watch(Path folder) throws IOException {
      service = folder.getFileSystem().newWatchService();
      folder.register(service, ENTRY_CREATE);
    }

    /** Returns once there were so many, or none comes any more. */
    void await(int files) throws InterruptedException {
      long end = System.nanoTime() + LONGEST_NANOS;
      for (int seen = 0; seen < files && !isOver && System.nanoTime() < end; ) {
        WatchKey key = service.poll(100, TimeUnit.MILLISECONDS);
        if (key != null) {
          for (WatchEvent<?> event : key.pollEvents()) {
            seen += String.valueOf(event.context()).endsWith(".tmp") ? 1 : 0;
          }
          key.reset();
        }
      }
    }

    @Override
    public void close() throws IOException {
      service.close();
    }
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
    return new ProcessBuilder(command)
        .redirectOutput(out.toFile())
        .redirectError(Redirect.DISCARD)
        .start();
  }
}
