package dev.vedette.e2e;

import static java.lang.ProcessBuilder.Redirect.DISCARD;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vedette.model.Labels;
import dev.vedette.testkit.RemoteWriteRequest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the server with SIGKILL at random points of a write load, over and over on the same data,
 * and looks for every sample it had acknowledged: in every other round also at random points of
 * flushes, and in the end when what they left has been merged and made into tiers. {@link
 * AimedKillTest} kills in the middle of those. {@code -Dseed=…} repeats a run's choices, {@code
 * -Dkills=…} sets how often.
 */
class KillTest {
  private static final int WRITERS = 3;
  private static final int SERIES = 40;
  private static final long STEP_MILLIS = 5_000;
  private static final int KILLS = Integer.getInteger("kills", 8);
  // Where all tiers that are due have been built.
  private static final String TIERS_ARE_BUILT = "dev.vedette.tsdb.Compactor.mergeOne";

  @TempDir private Path data;

  private final long seed = Long.getLong("seed", 1);
  private final Random random = new Random(seed);
  // So far back that the windows are over of which tiers are built, however far the load gets.
  private final long origin = System.currentTimeMillis() / 60_000 * 60_000 - 40 * 3_600_000L;

  @Test
  void everyAcknowledgedSampleSurvivesKillsAtRandomPoints() throws Exception {
    System.out.println("seed " + seed);
    List<Writer> writers = new ArrayList<>();
    for (int w = 0; w < WRITERS; w++) {
      writers.add(new Writer(w));
    }
    for (int kill = 0; kill < KILLS; kill++) {
      try (Server server = Server.start(data)) {
        verify(server, writers);
        writeUntilKilled(server, writers, kill % 2 == 0);
      }
    }
    try (Server server = Server.start(data)) {
      verify(server, writers);
      assertThat(server.stop()).as("exit code on SIGTERM").isEqualTo(143);
    }
    try (Server server = Server.start(data)) {
      verify(server, writers);
    }
    assertThat(toolExit("verify")).as("damage after kills, seed %d", seed).isZero();
    assertThat(toolExit("merge")).isZero();
    assertThat(toolExit("verify")).isZero();
    killOnceTiersAreBuilt();
    try (Server server = Server.start(data)) {
      verify(server, writers);
      assertBlocksWereMergedAndTiersBuilt(server);
    }
    assertThat(writers).allMatch(writer -> writer.acknowledged >= KILLS);
  }

  private void killOnceTiersAreBuilt() throws Exception {
    try (Halt halt = Halt.at(List.of(TIERS_ARE_BUILT))) {
      List<String> command =
          halt.in(Server.command("run", "--data", data.toString(), "--listen", "127.0.0.1:0"));
      Process process =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(DISCARD).start();
      try {
        halt.await();
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private static void assertBlocksWereMergedAndTiersBuilt(Server server) throws Exception {
    HttpResponse<String> answer = server.get("/api/v1/status/tsdb/blocks");
    JsonNode blocks = new ObjectMapper().readTree(answer.body());
    assertThat(blocks.findValues("level")).as(answer.body()).anyMatch(level -> level.asInt() > 1);
    assertThat(blocks.findValuesAsText("tier")).as(answer.body()).contains("1m", "5m", "1h");
  }

  private int toolExit(String tool) throws IOException, InterruptedException {
    List<String> command = Server.command("tsdb", tool, data.toString());
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(DISCARD).start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }

  private void writeUntilKilled(Server server, List<Writer> writers, boolean isFlushed)
      throws Exception {
    CountDownLatch written = new CountDownLatch(WRITERS);
    CountDownLatch flushed = new CountDownLatch(isFlushed ? 1 : 0);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (Writer writer : writers) {
        running.add(threads.submit(() -> writer.run(server, written)));
      }
      try {
        assertThat(written.await(1, TimeUnit.MINUTES)).as("all writers got through").isTrue();
        if (isFlushed) {
          running.add(
              threads.submit(
                  () -> {
                    flushUntilKilled(server, flushed);
                    return null;
                  }));
        }
        assertThat(flushed.await(1, TimeUnit.MINUTES)).as("a flush got through").isTrue();
        // The kill is to meet the server in the middle of whatever it does by then.
        Thread.sleep(100 + random.nextInt(1_200));
      } finally {
        server.kill();
      }
      for (Future<?> each : running) {
        each.get();
      }
    }
  }

  private static void flushUntilKilled(Server server, CountDownLatch flushed)
      throws InterruptedException {
    try {
      while (true) {
        HttpResponse<String> answer = server.post("/api/v1/admin/tsdb/flush", new byte[0]);
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        flushed.countDown();
      }
    } catch (IOException e) {
      // The server is gone, as it should be.
    }
  }

  private void verify(Server server, List<Writer> writers) throws Exception {
    for (Writer writer : writers) {
      for (int s = 0; s < SERIES; s++) {
        Map<Long, Double> stored = samples(server, writer.labels(s));
        for (int i = 0; i < writer.acknowledged; i++) {
          long at = origin + i * STEP_MILLIS;
          assertThat(stored.get(at))
              .as(
                  "seed %d, %s at %d, sample %d of %d acknowledged",
                  seed, writer.labels(s), at, i, writer.acknowledged)
              .isEqualTo(value(writer.id, s, i));
        }
        // What was under way when the server died may be there, but only as it was sent.
        for (Map.Entry<Long, Double> sample : stored.entrySet()) {
          int i = (int) ((sample.getKey() - origin) / STEP_MILLIS);
          assertThat(i).as("samples nobody sent").isLessThan(writer.sent);
          assertThat(sample.getValue()).isEqualTo(value(writer.id, s, i));
        }
      }
    }
  }

  private Map<Long, Double> samples(Server server, Labels labels) throws Exception {
    Map<Long, Double> samples = new HashMap<>();
    JsonNode result = server.query(labels + "[11h]", origin + 11 * 3_600_000L - 1);
    assertThat(result.size()).isLessThanOrEqualTo(1);
    for (JsonNode sample : result.path(0).path("values")) {
      samples.put(
          Math.round(sample.get(0).asDouble() * 1000), Double.parseDouble(sample.get(1).asText()));
    }
    return samples;
  }

  // Some series constant, some counting, some noise: the engine stores each kind another way.
  private static double value(int writer, int series, int index) {
    return switch (series % 4) {
      case 0 -> writer + series;
      case 1 -> index * 3.0 + writer;
      case 2 -> Math.sin(index * 0.1 + series) * 1e3;
      default -> new Random(series * 31L + index).nextInt(1000) / 10.0;
    };
  }

  /** One sender; the next step is sent only once the last was acknowledged. */
  private final class Writer {
    private final int id;
    private int acknowledged;
    private int sent;

    Writer(int id) {
      this.id = id;
    }

    Labels labels(int series) {
      return Labels.of("__name__", "kill_test", "writer", "w" + id, "series", "s" + series);
    }

    void run(Server server, CountDownLatch written) {
      boolean isFirst = true;
      try {
        while (true) {
          RemoteWriteRequest request = new RemoteWriteRequest();
          for (int s = 0; s < SERIES; s++) {
            request
                .series(labels(s))
                .sample(origin + acknowledged * STEP_MILLIS, value(id, s, acknowledged));
          }
          sent = Math.max(sent, acknowledged + 1);
          HttpResponse<String> answer = server.write(request);
          assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
          acknowledged++;
          if (isFirst) {
            written.countDown();
            isFirst = false;
          }
        }
      } catch (IOException e) {
        // The server is gone, as it should be.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
