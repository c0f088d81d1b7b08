package dev.vedette.e2e;

import static java.lang.ProcessBuilder.Redirect.DISCARD;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the server with SIGKILL at random points of a write load, over and over on the same data,
 * and looks for every sample it had acknowledged. The load crosses windows, so that flushes, merges
 * and the building of tiers are met as well. {@code -Dseed=…} repeats a run's choices, {@code
 * -Dkills=…} sets how often.
 */
class KillTest {
  private static final int WRITERS = 3;
  private static final int SERIES = 40;
  private static final long STEP_MILLIS = 5_000;
  private static final int KILLS = Integer.getInteger("kills", 8);

  @TempDir private Path data;

  private final long seed = Long.getLong("seed", 1);
  private final Random random = new Random(seed);
  // Far enough back that the load crosses several block windows.
  private final long origin = System.currentTimeMillis() / 60_000 * 60_000 - 10 * 3_600_000L;

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
        writeUntilKilled(server, writers);
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
    try (Server server = Server.start(data)) {
      verify(server, writers);
    }
    assertThat(writers)
        .as("writers that got through at all")
        .allMatch(writer -> writer.acknowledged > 0);
  }

  private int toolExit(String tool) throws IOException, InterruptedException {
    List<String> command = Server.command("tsdb", tool, data.toString());
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(DISCARD).start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }

  private void writeUntilKilled(Server server, List<Writer> writers) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (Writer writer : writers) {
        running.add(threads.submit(() -> writer.run(server)));
      }
      if (random.nextBoolean()) {
        running.add(
            threads.submit(
                () -> {
                  flushUntilKilled(server);
                  return null;
                }));
      }
      Thread.sleep(100 + random.nextInt(1_200));
      server.kill();
      for (Future<?> each : running) {
        each.get();
      }
    }
  }

  private static void flushUntilKilled(Server server) throws InterruptedException {
    try {
      while (true) {
        HttpResponse<String> answer = server.post("/api/v1/admin/tsdb/flush", new byte[0]);
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
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

    void run(Server server) {
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
        }
      } catch (IOException e) {
        // The server is gone, as it should be.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
