package dev.vedette.querier.http;

import static dev.vedette.testkit.ReadMessages.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.ChunkDecoder.Sample;
import dev.vedette.testkit.InMemorySeries;
import dev.vedette.testkit.ProtoMessage;
import dev.vedette.testkit.ReadMessages;
import dev.vedette.testkit.ReadMessages.Frame;
import dev.vedette.testkit.RealProgram;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xerial.snappy.Snappy;

@Timeout(60)
class RemoteReadTest {
  private static final long START = 1_700_000_000_000L;
  private static final Labels UP_A = Labels.of("__name__", "up", "job", "a");
  // Before the other by its labels, behind it in the source.
  private static final Labels UP_B = Labels.of("A", "b", "__name__", "up");

  @TempDir Path temp;

  @Test
  void samplesComeInOneMessageQueryByQuery() throws Exception {
    try (TestServer server = new TestServer(source())) {
      HttpResponse<byte[]> answer =
          new ReadClient(server)
              .ask(new ProtoMessage().field(1, query("none")).field(1, query("up")));

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/x-protobuf");
      assertThat(answer.headers().firstValue("Content-Encoding")).hasValue("snappy");
      List<Map<Labels, List<Sample>>> results =
          ReadMessages.samples(Snappy.uncompress(answer.body()));
      assertThat(results).hasSize(2);
      assertThat(results.get(0)).isEmpty();
      assertThat(results.get(1).get(UP_A))
          .containsExactly(sample(START, 1), sample(START + 15_000, 0));
      assertThat(results.get(1)).containsOnlyKeys(UP_A, UP_B);
    }
  }

  @Test
  void chunksAreStreamedInTheOrderOfTheLabels() throws Exception {
    try (TestServer server = new TestServer(source())) {
      HttpResponse<byte[]> answer =
          new ReadClient(server)
              .ask(
                  new ProtoMessage()
                      .field(1, query("latency"))
                      .field(1, query("up"))
                      .varint(2, 1)
                      .varint(2, 0));

      assertThat(answer.headers().firstValue("Content-Type"))
          .hasValue("application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse");
      List<Frame> frames = ReadMessages.frames(answer.body());
      assertThat(frames).map(Frame::query).containsExactly(0, 1, 1);
      assertThat(frames.get(0).samples()).map(Sample::histogram).isEqualTo(histograms());
      assertThat((Object) frames.get(1).labels()).isEqualTo(UP_B);
      assertThat(frames.get(2).samples())
          .containsExactly(sample(START, 1), sample(START + 15_000, 0));
    }
  }

  @Test
  void aLongSeriesIsCutIntoFramesOfAMegabyteWithNothingMissing() throws Exception {
    double[] values = new double[400_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.sin(i);
    }
    Labels labels = Labels.of("__name__", "long");
    InMemorySeries source = new InMemorySeries();
    for (int i = 0; i < values.length; i++) {
      source.append(TenantId.DEFAULT, labels, START + i, values[i]);
    }
    try (TestServer server = new TestServer(source)) {
      HttpResponse<byte[]> answer =
          new ReadClient(server).ask(new ProtoMessage().field(1, query("long")).varint(2, 1));

      List<Frame> frames = ReadMessages.frames(answer.body());
      assertThat(frames).hasSizeGreaterThan(2);
      assertThat(frames).allMatch(frame -> frame.bytes() < (1 << 20) + 100);
      List<Sample> all = new ArrayList<>();
      frames.forEach(frame -> all.addAll(frame.samples()));
      assertThat(all).hasSize(values.length);
      assertThat(all.get(399_999)).isEqualTo(sample(START + 399_999, values[399_999]));
    }
  }

  @Test
  void whatCannotBeReadIsARequestError() throws Exception {
    try (TestServer server = new TestServer(source())) {
      ReadClient client = new ReadClient(server);

      HttpResponse<byte[]> damaged = client.send(new byte[] {9, 9, 9});
      HttpResponse<byte[]> noForm =
          client.ask(new ProtoMessage().field(1, query("up")).varint(2, 9));

      assertThat(damaged.statusCode()).isEqualTo(400);
      assertThat(noForm.statusCode()).isEqualTo(400);
      assertThat(new String(noForm.body(), StandardCharsets.UTF_8))
          .contains("accepted_response_types [9]");
    }
  }

  @Test
  void aPrometheusReadsFloatsAndHistogramsFromUs() throws Exception {
    Optional<Path> binary = RealProgram.find("prometheus");
    if (binary.isEmpty()) {
      System.out.println("skipped: no prometheus on the path");
    }
    assumeTrue(binary.isPresent(), "no prometheus on the path");
    try (TestServer server = new TestServer(source())) {
      Path config = temp.resolve("prometheus.yml");
      Files.writeString(
          config,
          "remote_read: [{url: 'http://%s/api/v1/read', read_recent: true}]\n"
              .formatted(server.address()));
      try (RealProgram prometheus =
          RealProgram.start(
              binary.get(),
              "--config.file=" + config,
              "--storage.tsdb.path=" + temp.resolve("data"))) {
        assertThat(ask(prometheus, "sum(up)")).isEqualTo("7");
        assertThat(ask(prometheus, "histogram_count(latency)")).isEqualTo("11");
        assertThat(ask(prometheus, "histogram_sum(latency)")).isEqualTo("3.5");
        assertThat(ask(prometheus, "histogram_count(float_latency)")).isEqualTo("6.5");
        assertThat(ask(prometheus, "histogram_quantile(1, custom)")).isEqualTo("0.25");
        assertThat(ask(prometheus, "resets(latency[1h])")).isEqualTo("1");
      }
    }
  }

  /** The only value of an instant query, a minute after the start. */
  private static String ask(RealProgram prometheus, String expression) throws Exception {
    URI uri =
        URI.create(
            "http://%s/api/v1/query?time=%d&query=%s"
                .formatted(
                    prometheus.address(),
                    START / 1000 + 60,
                    URLEncoder.encode(expression, StandardCharsets.UTF_8)));
    try (java.net.http.HttpClient client = java.net.http.HttpClient.newHttpClient()) {
      while (true) {
        HttpResponse<String> answer =
            client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        // Until it is ready, a Prometheus answers 503; the test's timeout ends this if it never is.
        if (answer.statusCode() != 503) {
          JsonNode json = new ObjectMapper().readTree(answer.body());
          assertThat(json.at("/data/result")).as(answer.body()).hasSize(1);
          return json.at("/data/result/0/value/1").asText();
        }
      }
    }
  }

  private static Sample sample(long millis, double value) {
    return new Sample(millis, Double.doubleToRawLongBits(value), null);
  }

  private static InMemorySeries source() {
    HistogramLayout layout =
        HistogramLayout.of(3, 0x1p-128, BucketSpans.of(-2, 2), BucketSpans.NONE);
    Histogram floats =
        Histogram.ofFloats(
            layout, CounterReset.UNKNOWN, 6.5, 0.5, 2, new double[] {2, 4}, new double[0]);
    Histogram custom =
        Histogram.ofIntegers(
            HistogramLayout.custom(BucketSpans.of(0, 2), 0.1, 0.25),
            CounterReset.UNKNOWN,
            3,
            0,
            1,
            new long[] {1, 2},
            new long[0]);
    InMemorySeries source = new InMemorySeries();
    source.append(TenantId.DEFAULT, UP_A, START, 1);
    source.append(TenantId.DEFAULT, UP_A, START + 15_000, 0);
    source.append(TenantId.DEFAULT, UP_B, START, 3);
    source.append(TenantId.DEFAULT, UP_B, START + 15_000, 7);
    append(source, "latency", histograms());
    append(source, "float_latency", List.of(floats, floats));
    append(source, "custom", List.of(custom, custom));
    return source;
  }

  private static void append(InMemorySeries source, String name, List<Histogram> samples) {
    for (int i = 0; i < samples.size(); i++) {
      Labels labels = Labels.of("__name__", name);
      source.append(TenantId.DEFAULT, labels, START + 15_000L * i, samples.get(i), 0);
    }
  }

  /** Three samples of which the last but one begins anew. */
  private static List<Histogram> histograms() {
    HistogramLayout layout =
        HistogramLayout.of(3, 0x1p-128, BucketSpans.of(-2, 2), BucketSpans.NONE);
    return List.of(
        Histogram.ofIntegers(
            layout, CounterReset.UNKNOWN, 9, 1, 2.5, new long[] {5, 3}, new long[0]),
        Histogram.ofIntegers(layout, CounterReset.YES, 4, 1, 2.5, new long[] {1, 2}, new long[0]),
        Histogram.ofIntegers(layout, CounterReset.NO, 11, 1, 3.5, new long[] {6, 4}, new long[0]));
  }
}
