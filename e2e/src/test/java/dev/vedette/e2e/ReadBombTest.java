package dev.vedette.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Utf8;
import dev.vedette.testkit.ProtoMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xerial.snappy.Snappy;

/** All other ways to ask for more than the process has: none of them ends it. */
class ReadBombTest {
  private static final int AT_ONCE = 16;
  private static final int ROUNDS = 3;
  private static final int SELECTORS = 20;
  // What one request may not hold, and what is too much just now.
  private static final List<Integer> REFUSED = List.of(400, 422, 503);
  private static final List<Integer> ANSWERED_OR_REFUSED = List.of(200, 400, 422, 503);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** A request, and whether it is too much even when nothing else is asked. */
  private record Bomb(String name, HttpRequest request, boolean isAlwaysTooMuch) {}

  private record Outcome(Bomb bomb, int status, String error) {}

  @Test
  @Timeout(300)
  void readsAreAnsweredOrRefusedAndTheProcessGoesOn(@TempDir Path temp) throws Exception {
    long now = System.currentTimeMillis() - 60_000;
    try (Server server = Server.start(temp.resolve("data"))) {
      QueryBombTest.fill(server, now);

      List<Outcome> outcomes = drop(bombs(server.address(), now), server);

      assertThat(outcomes)
          .allSatisfy(
              outcome -> {
                assertThat(outcome.status)
                    .as("%s: %s", outcome.bomb.name, outcome.error)
                    .isIn(outcome.bomb.isAlwaysTooMuch ? REFUSED : ANSWERED_OR_REFUSED);
                if (outcome.status != 200) {
                  assertThat(outcome.error).as(outcome.bomb.name).contains("query-limit");
                }
              });
      awaitThatNothingIsReserved(server);
      assertSmallOnesAreAnswered(server, now);
      assertThat(server.output()).doesNotContain("OutOfMemoryError");
    }
  }

  private static List<Bomb> bombs(URI server, long now) {
    String many =
        IntStream.range(0, SELECTORS)
            .mapToObj(i -> "match[]=" + encode("fill{i!=\"%d\"}".formatted(i)))
            .collect(Collectors.joining("&"))
            .replace("[]", "%5B%5D");
    String all = "match%5B%5D=fill";
    return List.of(
        new Bomb("read samples", read(server, now, SELECTORS, false), true),
        // Of several queries a later one may be refused once the answer has begun, which breaks it
        // off.
        new Bomb("read chunks", read(server, now, 1, true), false),
        new Bomb("federate", get(server, "/federate?" + all), false),
        new Bomb("federate many", get(server, "/federate?" + many), false),
        new Bomb(
            "federate messages",
            to(server, "/federate?" + many)
                .header(
                    "Accept",
                    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")
                .build(),
            false),
        new Bomb("series", get(server, "/api/v1/series?" + all), false),
        new Bomb("series of many", form(server, "/api/v1/series", many), true),
        new Bomb("label values", get(server, "/api/v1/label/i/values?" + many), false),
        new Bomb("labels", get(server, "/api/v1/labels?" + many), false),
        new Bomb("metric query", metricQuery(server, now, "avg:fill{*} by {i,rack}"), true),
        new Bomb(
            "metric query of two",
            metricQuery(server, now, "sum:fill{*} by {rack,i} / max:fill{*} by {rack,i}"),
            true));
  }

  private static HttpRequest.Builder to(URI server, String path) {
    return HttpRequest.newBuilder(server.resolve(path));
  }

  private static HttpRequest get(URI server, String path) {
    return to(server, path).build();
  }

  private static HttpRequest form(URI server, String path, String form) {
    return to(server, path)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(BodyPublishers.ofString(form))
        .build();
  }

  /** In 10,000 buckets. */
  private static HttpRequest metricQuery(URI server, long now, String query) {
    long to = now / 1000 + 60;
    return to(server, "/api/v1/query")
        .header("Content-Type", "application/json")
        .POST(
            BodyPublishers.ofString(
                "{\"query\": \"%s\", \"from\": %d, \"to\": %d, \"interval\": 1}"
                    .formatted(query, to - 10_000, to)))
        .build();
  }

  /** All series, so many times. */
  private static HttpRequest read(URI server, long now, int times, boolean isStreamed) {
    ProtoMessage matcher =
        new ProtoMessage().field(2, Utf8.encode("__name__")).field(3, Utf8.encode("fill"));
    ProtoMessage query = new ProtoMessage().varint(1, 0).varint(2, now).field(3, matcher);
    ProtoMessage request = new ProtoMessage();
    for (int i = 0; i < times; i++) {
      request.field(1, query);
    }
    request.varint(2, isStreamed ? 1 : 0);
    return to(server, "/api/v1/read")
        .header("Content-Type", "application/x-protobuf")
        .header("Content-Encoding", "snappy")
        .header("X-Prometheus-Remote-Read-Version", "0.1.0")
        .POST(BodyPublishers.ofByteArray(compress(request.bytes())))
        .build();
  }

  private static byte[] compress(byte[] request) {
    try {
      return Snappy.compress(request);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Drops each several times, many at once; the server says meanwhile that it is well. */
  private static List<Outcome> drop(List<Bomb> bombs, Server server) throws Exception {
    List<Outcome> outcomes = new ArrayList<>();
    try (ExecutorService clients = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<Outcome>> dropped = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        bombs.forEach(bomb -> dropped.add(clients.submit(() -> ask(bomb))));
      }
      do {
        assertThat(server.get("/-/healthy").statusCode()).isEqualTo(200);
      } while (!dropped.stream().allMatch(Future::isDone));
      for (Future<Outcome> one : dropped) {
        outcomes.add(one.get());
      }
    }
    return outcomes;
  }

  /** Reads an answer to its end, and keeps what is none. */
  private static Outcome ask(Bomb bomb) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        HTTP.send(
            bomb.request,
            head ->
                head.statusCode() == 200
                    ? BodySubscribers.replacing("")
                    : BodySubscribers.ofString(StandardCharsets.UTF_8));
    return new Outcome(bomb, answer.statusCode(), answer.body());
  }

  // Given back once the answer is written, which whoever read it may be ahead of.
  private static void awaitThatNothingIsReserved(Server server) throws Exception {
    while (!server.get("/metrics").body().contains("vedette_querier_memory_reserved_bytes 0.0")) {
      Thread.onSpinWait();
    }
  }

  private static void assertSmallOnesAreAnswered(Server server, long now) throws Exception {
    String one = "match%5B%5D=" + encode("fill{i=\"7\"}");
    int few = QueryBombTest.SERIES / 6000;

    assertThat(server.get("/federate?" + one).statusCode()).isEqualTo(200);
    assertThat(server.get("/api/v1/series?" + one).body().split("\"rack\"", -1)).hasSize(few + 1);
    assertThat(server.get("/api/v1/label/i/values?" + one).body()).contains("[\"7\"]");
    assertThat(server.query("count(fill)", now).at("/0/value/1").asInt())
        .isEqualTo(QueryBombTest.SERIES);
    HttpResponse<String> metricQuery =
        HTTP.send(
            metricQuery(server.address(), now, "count:fill{rack:r3}"),
            HttpResponse.BodyHandlers.ofString());
    assertThat(metricQuery.statusCode()).as(metricQuery.body()).isEqualTo(200);
  }
}
