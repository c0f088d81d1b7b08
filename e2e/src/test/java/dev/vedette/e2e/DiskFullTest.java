package dev.vedette.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vedette.model.Labels;
import dev.vedette.testkit.RemoteWriteRequest;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is really full: a small one in memory, where this machine lets us mount one. */
class DiskFullTest {
  private static final int SERIES = 100;
  private static final int SAMPLES = 100;
  private static final long STEP_MILLIS = 500;
  private static final long ROOM_BYTES = 1_500_000;
  // Far more than there is room for.
  private static final int MOST_REQUESTS = 60;
  private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(1);

  @TempDir private Path temp;
  private Path disk = Path.of("");
  private boolean isMounted;

  private final long start = System.currentTimeMillis() / 60_000 * 60_000 - 3_600_000;
  private int acknowledged;

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectory(temp.resolve("disk"));
    isMounted = runs("mount", "-t", "tmpfs", "-o", "size=16m", "vedette-test", disk.toString());
    if (!isMounted) {
      System.out.println("skipped: no disk of 16 MB can be mounted here, which takes root");
    }
    assumeTrue(isMounted, "no disk can be mounted");
  }

  @AfterEach
  void unmount() throws Exception {
    if (isMounted) {
      assertThat(runs("umount", "-l", disk.toString())).isTrue();
    }
  }

  private static boolean runs(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false; // There is no such program.
    }
  }

  @Test
  void writesAreRefusedWhileTheDiskIsFullAndGoOnByThemselvesAndNothingIsLost() throws Exception {
    Path data = disk.resolve("data");
    Path ballast = disk.resolve("ballast");
    try (Server server = Server.start(data)) {
      long free = Files.getFileStore(disk).getUsableSpace();
      Files.write(ballast, new byte[Math.toIntExact(free - ROOM_BYTES)]);

      HttpResponse<String> refusal = writeUntilRefused(server);

      assertThat(acknowledged).isPositive();
      assertThat(refusal.statusCode()).as(refusal.body()).isEqualTo(503);
      assertThat(refusal.body()).contains("the disk of", "is full");
      check(server);
      assertThat(write(server, acknowledged).statusCode()).isEqualTo(503);
      check(server);
      server.kill();
    }
    try (Server server = Server.start(data)) {
      check(server);
      // A start may have found room: what it cut off a torn end.
      assertThat(writeUntilRefused(server).body()).contains("is full");
      check(server);

      Files.delete(ballast);
      writeUntilTaken(server);
      check(server);
      writeUntilTaken(server);
      check(server);
      assertThat(server.stop()).isEqualTo(143);
    }
    assertThat(runs(Server.command("tsdb", "verify", data.toString()).toArray(String[]::new)))
        .isTrue();
    try (Server server = Server.start(data)) {
      check(server);
    }
  }

  private HttpResponse<String> writeUntilRefused(Server server) throws Exception {
    while (acknowledged < MOST_REQUESTS) {
      HttpResponse<String> answer = write(server, acknowledged);
      if (answer.statusCode() != 204) {
        return answer;
      }
      acknowledged++;
    }
    throw new AssertionError("%d requests found room".formatted(MOST_REQUESTS));
  }

  /** The log is tried again now and then, so it may take a moment. */
  private void writeUntilTaken(Server server) throws Exception {
    long end = System.nanoTime() + LONGEST_NANOS;
    HttpResponse<String> answer = write(server, acknowledged);
    while (answer.statusCode() == 503 && System.nanoTime() < end) {
      answer = write(server, acknowledged);
    }
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
    acknowledged++;
  }

  private HttpResponse<String> write(Server server, int request) throws Exception {
    RemoteWriteRequest body = new RemoteWriteRequest();
    for (int s = 0; s < SERIES; s++) {
      body.series(labels(s));
      for (int i = request * SAMPLES; i < (request + 1) * SAMPLES; i++) {
        body.sample(time(i), value(s, i));
      }
    }
    return server.write(body);
  }

  private static Labels labels(int series) {
    return Labels.of("__name__", "full_disk", "series", "s" + series);
  }

  private long time(int sample) {
    return start + sample * STEP_MILLIS;
  }

  // Nothing that could be packed.
  private static double value(int series, int sample) {
    return Math.sin(series * 31.0 + sample);
  }

  /** All that was acknowledged is there, and of what was refused nothing that was not sent. */
  private void check(Server server) throws Exception {
    long from = time(0) - 1;
    for (int s = 0; s < SERIES; s += 9) {
      JsonNode found = server.query(labels(s) + "[1h]", from + 3_600_000);
      Map<Long, Double> samples = new HashMap<>();
      for (JsonNode sample : found.path(0).path("values")) {
        long millis = Math.round(sample.get(0).asDouble() * 1000);
        samples.put(millis, Double.parseDouble(sample.get(1).asText()));
      }
      for (int i = 0; i < acknowledged * SAMPLES; i++) {
        assertThat(samples.remove(time(i)))
            .as("%s, sample %d", labels(s), i)
            .isEqualTo(value(s, i));
      }
      for (int i = acknowledged * SAMPLES; i < (acknowledged + 1) * SAMPLES; i++) {
        assertThat(samples.remove(time(i))).isIn(null, value(s, i));
      }
      assertThat(samples).isEmpty();
    }
    String count = "count(count_over_time(full_disk[1h]) >= %d)".formatted(acknowledged * SAMPLES);
    JsonNode series = server.query(count, from + 3_600_000);
    assertThat(series.at("/0/value/1").asInt()).isEqualTo(SERIES);
  }
}
