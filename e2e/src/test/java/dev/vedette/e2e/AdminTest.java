package dev.vedette.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vedette.model.Labels;
import dev.vedette.testkit.RemoteWriteRequest;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Deleting, cleaning, snapshots, reload and quit over a real process, ended with SIGKILL now and
 * then. {@code -Dseed=…} repeats a run's choices, {@code -Dkills=…} sets how often.
 */
class AdminTest {
  private static final String ADMIN = "/api/v1/admin/tsdb/";
  private static final long MINUTE = 60_000;
  private static final int KILLS = Integer.getInteger("kills", 4);

  @TempDir private Path data;

  private final long now = System.currentTimeMillis() / MINUTE * MINUTE;

  @Test
  void whatIsDeletedStaysGoneAndASnapshotServesByItself() throws Exception {
    String snapshot;
    try (Server server = start(data)) {
      write(server, "gone", 10);
      write(server, "kept", 10);
      assertThat(delete(server, "gone", 0, now).statusCode()).isEqualTo(204);
      assertThat(count(server, "gone")).isZero();
      server.kill();
    }
    try (Server server = start(data)) {
      assertThat(count(server, "gone")).isZero();
      assertThat(count(server, "kept")).isEqualTo(10);
      assertThat(post(server, ADMIN + "clean_tombstones").statusCode()).isEqualTo(204);
      HttpResponse<String> answer = post(server, ADMIN + "snapshot");
      snapshot = new ObjectMapper().readTree(answer.body()).at("/data/name").asText();
      assertThat(delete(server, "kept", 0, now).statusCode()).isEqualTo(204);

      assertThat(post(server, "/-/reload").statusCode()).isEqualTo(200);
      HttpResponse<String> quit = post(server, "/-/quit");
      assertThat(quit.body()).isEqualTo("Requesting termination... Goodbye!");
      assertThat(server.awaitEnd()).isZero();
    }
    try (Server server = start(data.resolve("snapshots").resolve(snapshot))) {
      assertThat(count(server, "kept")).isEqualTo(10);
      assertThat(count(server, "gone")).isZero();
    }
  }

  @Test
  void switchedOffNothingIsDoneAndPrometheusWordsSaySo() throws Exception {
    try (Server server = Server.start(data)) {
      HttpResponse<String> delete = post(server, ADMIN + "delete_series?match%5B%5D=up");
      assertThat(delete.statusCode()).isEqualTo(500);
      assertThat(delete.body()).contains("admin APIs disabled");
      assertThat(post(server, "/-/quit").statusCode()).isEqualTo(403);
      assertThat(server.stop()).isEqualTo(143);
    }
  }

  @Test
  void deletionsSurviveKillsAtRandomPoints() throws Exception {
    long seed = Long.getLong("seed", 1);
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    TreeSet<Integer> present = new TreeSet<>();
    try (Server server = start(data)) {
      write(server, "m", 600);
      for (int i = 0; i < 600; i++) {
        present.add(i);
      }
    }
    Files.createDirectories(data.resolve("snapshots"));
    // Minutes that may be gone or not: what was under way when the process was killed.
    TreeSet<Integer> unknown = new TreeSet<>();
    for (int kill = 0; kill < KILLS; kill++) {
      try (Server server = start(data);
          ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        check(server, present, unknown, seed);
        Random choices = new Random(random.nextLong());
        CountDownLatch deleted = new CountDownLatch(1);
        Future<?> deleting =
            threads.submit(() -> deleteUntilKilled(server, choices, present, unknown, deleted));
        assertThat(deleted.await(30, TimeUnit.SECONDS)).as("a deletion was acknowledged").isTrue();
        // The kill is to meet the server in the middle of whatever it does by then.
        Thread.sleep(random.nextInt(1000));
        server.kill();
        deleting.get();
      }
    }
    try (Server server = start(data)) {
      check(server, present, unknown, seed);
      assertThat(post(server, ADMIN + "clean_tombstones").statusCode()).isEqualTo(204);
      check(server, present, unknown, seed);
    }
    try (var snapshots = Files.list(data.resolve("snapshots"))) {
      assertThat(snapshots).noneMatch(path -> path.toString().endsWith(".tmp"));
    }
  }

  private Object deleteUntilKilled(
      Server server,
      Random random,
      TreeSet<Integer> present,
      TreeSet<Integer> unknown,
      CountDownLatch deleted)
      throws InterruptedException {
    try {
      while (true) {
        switch (random.nextInt(6)) {
          case 0 -> post(server, ADMIN + "clean_tombstones");
          case 1 -> post(server, ADMIN + "snapshot");
          case 2 -> post(server, ADMIN + "flush");
          default -> {
            int from = random.nextInt(600);
            int to = Math.min(599, from + random.nextInt(5));
            TreeSet<Integer> gone = new TreeSet<>(present.subSet(from, true, to, true));
            present.removeAll(gone);
            unknown.addAll(gone);
            assertThat(delete(server, "m", minute(to), minute(from)).statusCode()).isEqualTo(204);
            unknown.removeAll(gone);
            deleted.countDown();
          }
        }
      }
    } catch (IOException e) {
      return e; // The server is gone, as it should be.
    }
  }

  private void check(Server server, TreeSet<Integer> present, TreeSet<Integer> unknown, long seed)
      throws Exception {
    TreeSet<Integer> found = new TreeSet<>();
    for (var sample : server.query("m[11h]", now).path(0).path("values")) {
      found.add((int) ((now - Math.round(sample.get(0).asDouble() * 1000)) / MINUTE));
    }
    assertThat(found).as("seed %d", seed).containsAll(present);
    found.removeAll(present);
    assertThat(unknown).as("seed %d: what came back", seed).containsAll(found);
  }

  private long minute(int index) {
    return now - index * MINUTE;
  }

  private static Server start(Path data) throws IOException {
    return Server.start(data, "--enable-admin-api", "--enable-lifecycle");
  }

  private void write(Server server, String metric, int samples) throws Exception {
    RemoteWriteRequest request = new RemoteWriteRequest().series(Labels.of("__name__", metric));
    for (int i = samples - 1; i >= 0; i--) {
      request.sample(minute(i), i);
    }
    assertThat(server.write(request).statusCode()).isEqualTo(204);
  }

  private int count(Server server, String metric) throws Exception {
    return server.query(metric + "[11h]", now).path(0).path("values").size();
  }

  private static HttpResponse<String> delete(
      Server server, String metric, long startMillis, long endMillis)
      throws IOException, InterruptedException {
    return post(
        server,
        ADMIN
            + "delete_series?%s=%s&start=%d&end=%d"
                .formatted(
                    URLEncoder.encode("match[]", StandardCharsets.UTF_8),
                    metric,
                    startMillis / 1000,
                    endMillis / 1000));
  }

  private static HttpResponse<String> post(Server server, String path)
      throws IOException, InterruptedException {
    return server.post(path, new byte[0]);
  }
}
