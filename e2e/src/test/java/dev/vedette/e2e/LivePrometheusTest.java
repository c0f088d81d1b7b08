package dev.vedette.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vedette.testkit.RealProgram;
import dev.vedette.testkit.RemoteWriteRequest;
import dev.vedette.testkit.oracle.OracleData;
import dev.vedette.testkit.oracle.Point;
import dev.vedette.testkit.oracle.RandomPromql;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xerial.snappy.Snappy;

/**
 * Random expressions over random samples, asked of a Prometheus and of us: both were sent the same
 * by remote write, and both have to say the same, warnings included. {@code -Dseed=…} begins with
 * the seed that was printed, {@code -Dlive=10m} goes on for so long and tells all differences.
 *
 * <p>Every round has its own data, two hours behind that of the last round.
 */
class LivePrometheusTest {
  private static final long ORIGIN = 1_760_000_400_000L;
  private static final long ROUND_MILLIS = Duration.ofHours(2).toMillis();
  private static final int ROUNDS = 2;
  private static final int EXPRESSIONS = 75;
  private static final int STEPS = 9;
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path temp;
  private final LiveDifferences differences = new LiveDifferences();

  @Test
  void thisServerSaysWhatPrometheusSays() throws Exception {
    Optional<Path> binary = RealProgram.find("prometheus");
    if (binary.isEmpty()) {
      System.out.println("skipped: no prometheus on the path");
    }
    assumeTrue(binary.isPresent(), "no prometheus on the path");
    Path config = Files.writeString(temp.resolve("prometheus.yml"), "global: {}\n");
    Path resources = Files.createDirectory(temp.resolve("resources"));
    Files.writeString(
        resources.resolve("resources.yaml"),
        """
        apiVersion: vedette.dev/v1alpha1
        kind: MetricsCluster
        metadata:
          name: test
        spec:
          storage:
            retention: 10y
        """);
    try (Server ours = Server.start(temp.resolve("ours"), "--resources", resources.toString());
        RealProgram theirs =
            RealProgram.start(
                binary.get(),
                "--config.file=" + config,
                "--storage.tsdb.path=" + temp.resolve("theirs"),
                "--storage.tsdb.retention.time=10y",
                "--web.enable-remote-write-receiver",
                "--enable-feature=native-histograms,promql-experimental-functions")) {
      URI other = URI.create("http://" + theirs.address());
      awaitReady(other);
      String version = ask(other, "status/buildinfo").at("/data/version").asText();
      boolean isKnown = version.startsWith(LiveDifferences.VERSION);
      if (!isKnown) {
        System.out.println("skipped: what differs is known of 3.5 alone, and this is " + version);
      }
      assumeTrue(isKnown, version);
      compare(ours.address(), other);
    }
  }

  private void compare(URI ours, URI theirs) throws Exception {
    long seed = Long.getLong("seed", 1);
    String live = System.getProperty("live", "");
    long end = System.nanoTime() + (live.isEmpty() ? 0 : Duration.parse("PT" + live).toNanos());
    System.out.println("LivePrometheusTest seed " + seed);
    for (int i = 0; i < ROUNDS || System.nanoTime() < end; i++) {
      // A round is the same whatever came before it.
      SplittableRandom random = new SplittableRandom(seed + i);
      long start = ORIGIN + (seed + i) % 4000 * ROUND_MILLIS;
      RandomPromql promql = new RandomPromql(random, start);
      for (RemoteWriteRequest request : requests(promql.data())) {
        write(theirs, request);
        write(ours, request);
      }
      String everything =
          "query?time=%d&query=%s"
              .formatted(
                  (start + RandomPromql.SPAN) / 1000,
                  URLEncoder.encode("{__name__!=\"\"}[45m]", StandardCharsets.UTF_8));
      differences.compare(
          "seed " + (seed + i), ask(ours, everything), ask(theirs, everything), everything);
      for (int j = 0; j < EXPRESSIONS; j++) {
        String query = query(promql.next(random.nextInt(1, 4)), random, start);
        differences.compare(
            "seed " + (seed + i),
            ask(ours, query),
            ask(theirs, query),
            URLDecoder.decode(query, StandardCharsets.UTF_8));
      }
    }
    System.out.println(differences.counts());
    assertThat(differences.all()).as("answers that differ").isEmpty();
  }

  private static String query(String expression, SplittableRandom random, long start) {
    long seconds = start / 1000 + 300 + random.nextInt(1800);
    String text = "query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8);
    if (random.nextInt(4) == 0) {
      return "query?time=%d&%s".formatted(seconds, text);
    }
    int step = random.nextInt(5, 100);
    return "query_range?start=%d&end=%d&step=%d&%s"
        .formatted(seconds, seconds + step * (STEPS - 1L), step, text);
  }

  /**
   * The data in an order that both take: of a request's samples, numbers are stored before
   * histograms, so each request has of a series only what is of one kind.
   */
  private static List<RemoteWriteRequest> requests(OracleData data) {
    List<RemoteWriteRequest> requests = new ArrayList<>();
    data.forEach(
        (labels, points) -> {
          int run = 0;
          for (int i = 0; i < points.size(); i++) {
            boolean begins = i == 0 || isHistogram(points, i) != isHistogram(points, i - 1);
            run += begins && i > 0 ? 1 : 0;
            if (requests.size() == run) {
              requests.add(new RemoteWriteRequest());
            }
            RemoteWriteRequest request = requests.get(run);
            if (begins) {
              request.series(labels);
            }
            add(request, points.get(i));
          }
        });
    return requests;
  }

  private static boolean isHistogram(List<Point> points, int at) {
    return points.get(at).histogram() != null;
  }

  private static void add(RemoteWriteRequest request, Point point) {
    if (point.histogram() == null) {
      request.sample(point.millis(), point.value());
    } else {
      request.histogram(point.millis(), point.histogram());
    }
  }

  private static void write(URI server, RemoteWriteRequest request) throws Exception {
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(server.resolve("/api/v1/write"))
                .header("Content-Type", RemoteWriteRequest.V1_CONTENT_TYPE)
                .header("Content-Encoding", "snappy")
                .header("X-Prometheus-Remote-Write-Version", "0.1.0")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Snappy.compress(request.v1())))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
  }

  /** A Prometheus listens before it can answer; another process's work, so for a minute at most. */
  private static void awaitReady(URI server) throws Exception {
    HttpRequest ready = HttpRequest.newBuilder(server.resolve("/-/ready")).build();
    int status = 0;
    for (int i = 0; i < 300 && status != 200; i++) {
      status = HTTP.send(ready, BodyHandlers.discarding()).statusCode();
      Thread.sleep(status == 200 ? 0 : 200);
    }
    assertThat(status).as("status of /-/ready after a minute").isEqualTo(200);
  }

  private static JsonNode ask(URI server, String query) throws Exception {
    return JSON.readTree(
        HTTP.send(
                HttpRequest.newBuilder(server.resolve("/api/v1/" + query)).build(),
                BodyHandlers.ofString())
            .body());
  }
}
