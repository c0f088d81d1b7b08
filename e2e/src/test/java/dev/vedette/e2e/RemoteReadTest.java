package dev.vedette.e2e;

import static dev.vedette.testkit.ReadMessages.query;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.testkit.ChunkDecoder.Sample;
import dev.vedette.testkit.ProtoFields;
import dev.vedette.testkit.ProtoMessage;
import dev.vedette.testkit.ReadMessages;
import dev.vedette.testkit.ReadMessages.Frame;
import dev.vedette.testkit.RemoteWriteRequest;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xerial.snappy.Snappy;

/** Floats and native histograms of each kind by remote read, wherever the engine has them. */
class RemoteReadTest {
  private static final long WINDOW = 7_200_000;
  private static final int SAMPLES = 60;
  private static final List<String> METRICS = List.of("floats", "latency", "weights", "sizes");
  private static final HistogramLayout LAYOUT =
      HistogramLayout.of(3, 0x1p-128, BucketSpans.of(-2, 2, 3, 1), BucketSpans.of(1, 1));
  private static final HistogramLayout CUSTOM =
      HistogramLayout.custom(BucketSpans.of(0, 2), 0.1, 0.25);

  @TempDir private Path data;

  // In a window that is over, so that it is merged.
  private final long start = System.currentTimeMillis() / WINDOW * WINDOW - 4 * WINDOW;
  private int written;

  @Test
  void allSamplesAreReadFromMemoryFromBlocksAndFromMergedOnes() throws Exception {
    try (Server server = Server.start(data)) {
      write(server);
      check(server);
      flush(server);
      check(server);
      write(server);
      flush(server);
      write(server);
      check(server);
      server.stop();
    }
    merge();
    try (Server server = Server.start(data)) {
      check(server);
      assertThat(levels(server)).as("a merged block").anyMatch(level -> level > 1);
      write(server);
      check(server);
      server.kill();
    }
    try (Server server = Server.start(data)) {
      check(server);
    }
  }

  @Test
  void exemplarsMetadataAndStartsStayBehind() throws Exception {
    try (Server server = Server.start(data)) {
      write(server);
      ProtoMessage request = new ProtoMessage();
      METRICS.forEach(metric -> request.field(1, query(metric)));

      byte[] answer = Snappy.uncompress(server.read(request).body());

      List<byte[]> results = ProtoFields.messages(answer, 1);
      assertThat(numbers(List.of(answer))).containsOnly(1);
      List<byte[]> series = results.stream().flatMap(one -> inside(one, 1)).toList();
      assertThat(series).hasSize(METRICS.size());
      // Labels, samples, histograms; 3 would be exemplars.
      assertThat(numbers(series)).containsExactly(1, 2, 4);
      // Value and time.
      assertThat(numbers(series.stream().flatMap(one -> inside(one, 2)).toList()))
          .containsExactly(1, 2);
      // Up to the time, 15, and custom bounds, 16.
      assertThat(numbers(series.stream().flatMap(one -> inside(one, 4)).toList()))
          .contains(15, 16)
          .allMatch(number -> number <= 16);
    }
  }

  private static Stream<byte[]> inside(byte[] message, int number) {
    return ProtoFields.messages(message, number).stream();
  }

  /** Numbers of the fields that any of the messages has. */
  private static List<Integer> numbers(List<byte[]> messages) {
    return messages.stream()
        .flatMap(message -> ProtoFields.of(message).stream())
        .map(ProtoFields.Field::number)
        .distinct()
        .sorted()
        .toList();
  }

  /** The next samples of each series. */
  private void write(Server server) throws Exception {
    RemoteWriteRequest request = new RemoteWriteRequest();
    int from = written;
    written += SAMPLES;
    for (String metric : METRICS) {
      request.series(labels(metric));
      for (int i = from; i < written; i++) {
        Histogram histogram = histogram(metric, i);
        if (histogram == null) {
          request.sample(time(i), start - 1, Double.doubleToRawLongBits(value(i)));
        } else {
          request.histogram(time(i), start - 1, histogram);
        }
      }
      request
          .exemplar(Labels.of("trace_id", "abc"), time(from), 1.5)
          .metadata(new MetricMetadata(metric, MetricType.HISTOGRAM, "", "Help."));
    }
    HttpResponse<String> answer =
        server.post(
            "/api/v1/write",
            Snappy.compress(request.v2()),
            "Content-Type",
            RemoteWriteRequest.V2_CONTENT_TYPE,
            "Content-Encoding",
            "snappy");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
  }

  private static Labels labels(String metric) {
    return Labels.of("__name__", metric, "job", "api");
  }

  private long time(int sample) {
    return start + sample * 15_000L;
  }

  private static double value(int sample) {
    return Math.sin(sample) * 1e3;
  }

  /** Counts that grow, and begin anew now and then; null of floats. */
  private static @Nullable Histogram histogram(String metric, int sample) {
    long n = sample % 50 + 1L;
    return switch (metric) {
      case "latency" -> integers(LAYOUT, 8 * n, n, new long[] {n, 2 * n, 3 * n}, new long[] {n});
      case "weights" ->
          Histogram.ofFloats(
              LAYOUT,
              CounterReset.UNKNOWN,
              4.5 * n,
              0.5 * n,
              n * 1.25,
              new double[] {0.5 * n, n, n},
              new double[] {1.5 * n});
      case "sizes" -> integers(CUSTOM, 3 * n, 0, new long[] {n, 2 * n}, new long[0]);
      default -> null;
    };
  }

  private static Histogram integers(
      HistogramLayout layout, long count, long zeros, long[] positive, long[] negative) {
    return Histogram.ofIntegers(
        layout, CounterReset.UNKNOWN, count, zeros, count * 0.75, positive, negative);
  }

  /** Everything written so far, in chunks; and floats in one message. */
  private void check(Server server) throws Exception {
    ProtoMessage request = new ProtoMessage().varint(2, 1);
    METRICS.forEach(metric -> request.field(1, query(metric)));
    HttpResponse<byte[]> streamed = server.read(request);
    assertThat(streamed.statusCode()).isEqualTo(200);
    List<List<Sample>> found = new ArrayList<>();
    METRICS.forEach(_ -> found.add(new ArrayList<>()));
    for (Frame frame : ReadMessages.frames(streamed.body())) {
      assertThat((Object) frame.labels()).isEqualTo(labels(METRICS.get(frame.query())));
      frame.samples().forEach(sample -> found.get(frame.query()).add(withoutReset(sample)));
    }
    for (int m = 0; m < METRICS.size(); m++) {
      assertThat(found.get(m)).as(METRICS.get(m)).isEqualTo(expected(METRICS.get(m)));
    }

    HttpResponse<byte[]> sampled = server.read(new ProtoMessage().field(1, query("floats")));
    assertThat(ReadMessages.samples(Snappy.uncompress(sampled.body())))
        .isEqualTo(List.of(Map.of(labels("floats"), expected("floats"))));
  }

  private List<Sample> expected(String metric) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < written; i++) {
      Histogram histogram = histogram(metric, i);
      long bits = histogram == null ? Double.doubleToRawLongBits(value(i)) : 0;
      samples.add(new Sample(time(i), bits, histogram));
    }
    return samples;
  }

  /** Whether a counter began anew is worked out from what was stored, not what was sent. */
  private static Sample withoutReset(Sample sample) {
    Histogram histogram = sample.histogram();
    return histogram == null
        ? sample
        : new Sample(
            sample.timestampMillis(), sample.bits(), histogram.withReset(CounterReset.UNKNOWN));
  }

  private static void flush(Server server) throws Exception {
    HttpResponse<String> answer = server.post("/api/v1/admin/tsdb/flush", new byte[0]);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
  }

  private void merge() throws IOException, InterruptedException {
    Process merge =
        new ProcessBuilder(Server.command("tsdb", "merge", data.toString()))
            .redirectErrorStream(true)
            .redirectOutput(Redirect.DISCARD)
            .start();
    assertThat(merge.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(merge.exitValue()).isZero();
  }

  private static List<Integer> levels(Server server) throws Exception {
    HttpResponse<String> answer = server.get("/api/v1/status/tsdb/blocks");
    return new ObjectMapper()
        .readTree(answer.body()).findValues("level").stream().map(JsonNode::asInt).toList();
  }
}
