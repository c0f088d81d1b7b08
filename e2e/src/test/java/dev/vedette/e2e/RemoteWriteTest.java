package dev.vedette.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.testkit.RealProgram;
import dev.vedette.testkit.RecordedWrite;
import dev.vedette.testkit.RemoteWriteRequest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.xerial.snappy.Snappy;

/** Remote write 2.0 and its histograms, exemplars and metadata, from the socket to the answer. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RemoteWriteTest {
  // The recorded requests carry the time of their recording.
  private static final String CLUSTER =
      """
      apiVersion: vedette.dev/v1alpha1
      kind: MetricsCluster
      metadata:
        name: test
      spec:
        storage:
          retention: 36500d
        selfMonitoring:
          enabled: false
      """;

  private static final HistogramLayout LAYOUT =
      HistogramLayout.of(0, 0.5, BucketSpans.of(0, 3), BucketSpans.of());

  private Path temp = Path.of("");
  private Server server;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    temp = folder;
    server = startOver("data");
  }

  private Server startOver(String data) throws IOException {
    Path resources = Files.createDirectories(temp.resolve("resources"));
    Files.writeString(resources.resolve("cluster.yaml"), CLUSTER);
    return Server.start(temp.resolve(data), "--resources", resources.toString());
  }

  @AfterAll
  void stop() throws InterruptedException {
    server.close();
  }

  @TestFactory
  Stream<DynamicTest> recordedRequestsAreAnsweredAsExpected() {
    return RecordedWrite.all()
        .map(
            one ->
                DynamicTest.dynamicTest(
                    one.name(),
                    () -> one.check(write(server, one.contentType(), one.encoding(), one.body()))));
  }

  @Test
  void histogramsAndExemplarsAreAnsweredFromMemoryFromTheLogAndFromBlocks() throws Exception {
    long now = System.currentTimeMillis();
    Server current = startOver("histograms");
    try {
      HttpResponse<String> answer =
          write(current, RemoteWriteRequest.V2_CONTENT_TYPE, "snappy", latencies(now));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
      checkLatencies(current, now);

      current.kill();
      current = startOver("histograms");
      checkLatencies(current, now);

      assertThat(current.post("/api/v1/admin/tsdb/flush", new byte[0]).statusCode())
          .isBetween(200, 299);
      checkLatencies(current, now);

      current.stop();
      current = startOver("histograms");
      checkLatencies(current, now);
    } finally {
      current.close();
    }
  }

  @Test
  void whatPromtoolPushesIsStored() throws Exception {
    Optional<Path> promtool = RealProgram.find("promtool");
    if (promtool.isEmpty()) {
      System.out.println("skipped: no promtool on the PATH");
    }
    assumeTrue(promtool.isPresent());
    Path page = temp.resolve("page.txt");
    Files.writeString(
        page,
        """
        # HELP pushed_total How many.
        # TYPE pushed_total counter
        pushed_total{path="/"} 42
        # TYPE waits_seconds histogram
        waits_seconds_bucket{le="1"} 3
        waits_seconds_bucket{le="+Inf"} 4
        waits_seconds_sum 7.5
        waits_seconds_count 4
        """);

    Process process =
        new ProcessBuilder(
                promtool.get().toString(),
                "push",
                "metrics",
                "--label=job=by-hand",
                server.address().resolve("/api/v1/write").toString(),
                page.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isZero();
    long now = System.currentTimeMillis();
    assertThat(value(server, "pushed_total{job=\"by-hand\",path=\"/\"}", now)).isEqualTo(42);
    assertThat(value(server, "waits_seconds_bucket{le=\"1\"}", now)).isEqualTo(3);
    assertThat(value(server, "waits_seconds_sum{job=\"by-hand\"}", now)).isEqualTo(7.5);
    assertThat(value(server, "histogram_quantile(0.75, waits_seconds_bucket)", now)).isEqualTo(1);
  }

  private static byte[] latencies(long now) throws IOException {
    RemoteWriteRequest request =
        new RemoteWriteRequest()
            .series(Labels.of("__name__", "latency", "path", "/"))
            .histogram(now - 30_000, now - 90_000, counts(10, 4, 4, 2))
            .histogram(now, now - 90_000, counts(40, 16, 16, 8))
            .exemplar(Labels.of("trace_id", "abc"), now, 1.5)
            .metadata(new MetricMetadata("latency", MetricType.HISTOGRAM, "s", "How long."));
    return Snappy.compress(request.v2());
  }

  /** Of buckets up to 1, 2 and 4; half of all in the middle of each. */
  private static Histogram counts(long count, long... buckets) {
    return Histogram.ofIntegers(
        LAYOUT, CounterReset.UNKNOWN, count, 0, count * 1.5, buckets, new long[0]);
  }

  private static void checkLatencies(Server server, long now) throws Exception {
    assertThat(value(server, "histogram_count(latency)", now)).isEqualTo(40);
    assertThat(value(server, "histogram_sum(latency)", now)).isEqualTo(60);
    assertThat(value(server, "histogram_fraction(0.5, 2, latency)", now)).isEqualTo(0.8);
    assertThat(value(server, "histogram_count(latency - latency offset 30s)", now)).isEqualTo(30);
    JsonNode buckets = server.query("latency", now).at("/0/histogram/1/buckets");
    assertThat(buckets.toString())
        .isEqualTo("[[0,\"0.5\",\"1\",\"16\"],[0,\"1\",\"2\",\"16\"],[0,\"2\",\"4\",\"8\"]]");
    String exemplars =
        server
            .get(
                "/api/v1/query_exemplars?query=latency&start=%d&end=%d"
                    .formatted(now / 1000 - 60, now / 1000 + 60))
            .body();
    assertThat(new ObjectMapper().readTree(exemplars).at("/data/0/exemplars/0/labels/trace_id"))
        .as(exemplars)
        .hasToString("\"abc\"");
    assertThat(server.get("/api/v1/metadata?metric=latency").body()).contains("How long.");
  }

  private static double value(Server server, String expression, long now) throws Exception {
    return server.query(expression, now).at("/0/value/1").asDouble(Double.NaN);
  }

  private static HttpResponse<String> write(
      Server server, String contentType, String encoding, byte[] body)
      throws IOException, InterruptedException {
    return server.post(
        "/api/v1/write", body, "Content-Type", contentType, "Content-Encoding", encoding);
  }
}
