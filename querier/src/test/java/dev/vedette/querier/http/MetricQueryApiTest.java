package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Label;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.promql.parse.Parser;
import dev.vedette.querier.datadog.MetricQueryRequest;
import dev.vedette.testkit.InMemorySeries;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Datadog-style queries as clients send them. */
@Timeout(60)
class MetricQueryApiTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static TestServer server;
  private static String page;

  @BeforeAll
  static void start() throws IOException {
    page =
        Files.readString(
            Path.of(System.getProperty("vedette.root"), "docs/reference/datadog-query.md"));
    InMemorySeries series = new InMemorySeries();
    block("samples").lines().forEach(line -> append(series, line));
    for (int i = 0; i < 8; i++) {
      long time = 1_760_000_000_000L + i * 15_000L;
      append(series, Labels.of("__name__", "hits_total", "host", "a"), time, 300 + i * 30);
      append(series, Labels.of("__name__", "queue.depth", "k8s.pod", "p" + i % 2), time, i);
      append(series, Labels.of("__name__", "limit"), time, i < 4 ? 10 : 0);
    }
    for (int i = 0; i < 8; i++) {
      long time = 1_760_000_000_000L + i * 15_000L;
      for (CounterReset reset : List.of(CounterReset.UNKNOWN, CounterReset.GAUGE)) {
        String name = reset == CounterReset.GAUGE ? "pool_wait" : "http_request_latency";
        // What the one gained, the other had each time: 10 above 1 to 2, and 10 above 4 to 8.
        long count = reset == CounterReset.GAUGE ? 10 : 1000 + 10 * i;
        Labels.Builder labels = Labels.of("__name__", name).toBuilder();
        append(series, labels.set("host", "a").build(), time, histogram(reset, count, 1, 1.5));
        append(series, labels.set("host", "b").build(), time, histogram(reset, count, 3, 6));
      }
    }
    for (int i = 0; i < 8; i++) {
      long time = 1_760_000_000_000L + i * 15_000L;
      classic(series, "rpc_duration_seconds", new Label("host", "a"), time, i, 0, 6, 9, 10, 5);
      classic(series, "rpc_duration_seconds", new Label("host", "b"), time, i, 2, 2, 10, 10, 8);
      classic(series, "db.wait", new Label("db.system", "pg"), time, i, 2, 2, 10, 10, 8);
    }
    server = new TestServer(series);
  }

  /**
   * A classic histogram's series at one time.
   *
   * @param gains of the buckets up to 0.1, 0.5, 1 and without end in 15 s, and of the sum
   */
  private static void classic(
      InMemorySeries series, String name, Label tag, long time, int i, double... gains) {
    Labels.Builder labels = new Labels.Builder().set(tag.name(), tag.value());
    List<String> bounds = List.of("0.1", "0.5", "1.0", "+Inf");
    for (int bucket = 0; bucket < bounds.size(); bucket++) {
      labels.set("__name__", name + "_bucket").set("le", bounds.get(bucket));
      append(series, labels.build(), time, 1000 * (bucket + 1) + i * gains[bucket]);
    }
    labels.set("le", "");
    append(series, labels.set("__name__", name + "_count").build(), time, 4000 + i * gains[3]);
    append(series, labels.set("__name__", name + "_sum").build(), time, 5000 + i * gains[4]);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String block(String name) {
    Matcher block = Pattern.compile("```" + name + "\\n(.*?)```", Pattern.DOTALL).matcher(page);
    assertThat(block.find()).as(name).isTrue();
    return block.group(1);
  }

  private static void append(InMemorySeries series, String line) {
    int end = line.indexOf('}') + 1;
    String[] sample = line.substring(end).strip().split(" ", -1);
    Labels.Builder labels = new Labels.Builder();
    List<LabelMatcher> matchers = Parser.parseSelector(line.substring(0, end));
    matchers.forEach(matcher -> labels.set(matcher.name(), matcher.value()));
    append(series, labels.build(), Long.parseLong(sample[0]) * 1000, Double.parseDouble(sample[1]));
  }

  private static void append(InMemorySeries series, Labels labels, long millis, double value) {
    series.append(TenantId.DEFAULT, labels, millis, value);
  }

  private static void append(
      InMemorySeries series, Labels labels, long millis, Histogram histogram) {
    series.append(TenantId.DEFAULT, labels, millis, histogram, 0);
  }

  /** So many observations in one bucket, which ends at a power of two. */
  private static Histogram histogram(CounterReset reset, long count, int bucket, double mean) {
    HistogramLayout layout = HistogramLayout.of(0, 0, BucketSpans.of(bucket, 1), BucketSpans.NONE);
    return Histogram.ofIntegers(
        layout, reset, count, 0, count * mean, new long[] {count}, new long[0]);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // Of the observations of both hosts together, half are from 1 to 2.
        "p45:http.request.latency{*}|1.8660659830736148",
        "p75:http.request.latency|5.656854249492381",
        "p95:http.request.latency{host:a}|1.931872657849691",
        "median:http.request.latency{host:b}|5.656854249492381",
        "avg:http.request.latency|3.75",
        "sum:http.request.latency{host:a}|60",
        "count:http.request.latency|80",
        "min:http.request.latency|1",
        "max:http.request.latency|8",
        // A number of each host first.
        "avg:http.request.latency.rollup(p50)|3.5355339059327378",
        "max:http.request.latency.rollup(avg)|6",
        "count:http.request.latency.rollup(p99)|2",
        "sum:http.request.latency.as_count()|80",
        "count:http.request.latency.as_count()|80",
        "max:http.request.latency.as_count()|40",
        "sum:http.request.latency.as_rate()|1.3333333333333333",
        // Gauges say what they say each time.
        "p45:pool.wait|1.8660659830736148",
        "count:pool.wait{host:a}|40",
        "sum:pool.wait.as_rate()|1.3333333333333333",
      })
  void percentilesAndAllElseAreOfTheObservationsOfNativeHistograms(String query, double value)
      throws Exception {
    String body =
        JSON.createObjectNode()
            .put("query", query)
            .put("from", 1_760_000_000)
            .put("to", 1_760_000_120)
            .put("interval", 60)
            .toString();

    JsonNode series = JSON.readTree(post("application/json", body).body()).get("series");

    assertThat(series).as(query).hasSize(1);
    assertThat(series.get(0).get("points")).as(query).hasSize(2);
    for (JsonNode point : series.get(0).get("points")) {
      assertThat(point.get(1).asDouble()).as(query + " " + point).isCloseTo(value, within(1e-9));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // In a minute up to 0.1, 0.5, 1 and in all: of a 0, 24, 36, 40, of b 8, 8, 40, 40.
        "p5:rpc.duration.seconds|0.05",
        "p40:rpc.duration.seconds{*}|0.5",
        "p50:rpc.duration.seconds|0.59090909090909",
        "p95:rpc.duration.seconds|1",
        "p99.9:rpc.duration.seconds|1",
        "p50:rpc.duration.seconds{host:a}|0.43333333333333",
        "median:rpc.duration.seconds{host:b}|0.6875",
        "avg:rpc.duration.seconds|0.65",
        "avg:rpc.duration.seconds{host:a}|0.5",
        "sum:rpc.duration.seconds|52",
        "count:rpc.duration.seconds|80",
        "count:rpc_duration_seconds{host:a}|40",
        // Bounds of the buckets that have some; the last one has none.
        "min:rpc.duration.seconds|0",
        "min:rpc.duration.seconds{host:a}|0.1",
        "p0:rpc.duration.seconds{host:a}|0.1",
        "max:rpc.duration.seconds|1",
        "p100:rpc.duration.seconds{host:b}|1",
        // A number of each host first.
        "avg:rpc.duration.seconds.rollup(p50)|0.56041666666667",
        "max:rpc.duration.seconds.rollup(avg)|0.8",
        "count:rpc.duration.seconds.rollup(p99)|2",
        "sum:rpc.duration.seconds.as_count()|80",
        "count:rpc.duration.seconds.as_rate()|1.3333333333333333",
        "max:rpc.duration.seconds.as_rate()|0.66666666666667",
        // Stored as it is written, and so is its tag.
        "p50:db.wait{db.system:p*}|0.6875",
        "avg:db.wait * 10 - sum:rpc.duration.seconds / 26|6",
      })
  void percentilesAndAllElseAreOfTheObservationsOfClassicHistograms(String query, double value)
      throws Exception {
    percentilesAndAllElseAreOfTheObservationsOfNativeHistograms(query, value);
  }

  @Test
  void thePromqlOfTheDocumentationIsWhatRuns() {
    InMemorySeries stored = new InMemorySeries();
    append(stored, Labels.of("__name__", "http_request_duration_bucket", "le", "1.0"), 1000, 1);

    MetricQueryRequest request =
        MetricQueryRequest.of(
            "p95:http.request.duration{*} by {az}", 0, 60_000, OptionalLong.of(60_000));

    assertThat(request.promql(stored, TenantId.DEFAULT, (_, _) -> {}).text())
        .isEqualTo(block("promql").strip());
  }

  @Test
  void classicHistogramsAreByTagAndNotByBound() throws Exception {
    String body = "{\"query\":\"%s\",\"from\":1760000000,\"to\":1760000060,\"interval\":60}";

    JsonNode byHost =
        JSON.readTree(
                post("application/json", body.formatted("p50:rpc.duration.seconds by {host}"))
                    .body())
            .get("series");
    String bySystem =
        post("application/json", body.formatted("count:db.wait by {db.system}")).body();

    assertThat(byHost.findValuesAsText("host")).containsExactly("a", "b");
    assertThat(byHost.get(1).get("points").get(0).get(1).asDouble())
        .isCloseTo(0.6875, within(1e-9));
    assertThat(bySystem).contains("{\"tags\":{\"db.system\":\"pg\"},\"points\":[[1760000000,40");
  }

  @Test
  void histogramsThatCountGetBucketsThatHaveTwoSamplesToo() throws Exception {
    String body = "{\"query\":\"%s\",\"from\":1760000000,\"to\":1760000120}";

    for (String query : List.of("count:http.request.latency", "sum:rpc.duration.seconds")) {
      JsonNode series =
          JSON.readTree(post("application/json", body.formatted(query)).body()).get("series");
      assertThat(series.get(0).get("points")).as(query).hasSize(2);
      assertThat(series.get(0).get("points").get(1).get(0).asLong()).isEqualTo(1_760_000_060);
    }
    assertThat(post("application/json", body.formatted("max:pool.wait")).body())
        .contains("[[1760000000,8],[1760000015,8],");
  }

  @Test
  void whatIsCountedGetsBucketsThatHaveTwoSamples() throws Exception {
    String body = "{\"query\":\"%s\",\"from\":1760000000,\"to\":1760000120}";

    assertThat(post("application/json", body.formatted("-sum:hits.total.as_count() * -1")).body())
        .contains("[[1760000000,120],[1760000060,120]]");
    assertThat(post("application/json", body.formatted("last:hits.total")).body())
        .contains("[[1760000000,300],[1760000015,330],");
  }

  @Test
  void percentilesOfHistogramsAreByGroupAndJoinOthers() throws Exception {
    String body =
        """
        {"query": "(p50:http.request.latency by {host} - 0) * 2 / count:pool.wait by {host}",
         "from": 1760000000, "to": 1760000060, "interval": 60}
        """;

    JsonNode series = JSON.readTree(post("application/json", body).body()).get("series");

    assertThat(series.findValuesAsText("host")).containsExactly("a", "b");
    assertThat(series.get(0).get("points").get(0).get(1).asDouble())
        .isCloseTo(Math.sqrt(2) * 2 / 40, within(1e-9));
  }

  @Test
  void theLookAtWhatIsStoredIsListedAndEndsWhenItIsTold() throws Exception {
    String active = "/api/v1/status/active_queries";
    InMemorySeries stored = new InMemorySeries();
    append(stored, Labels.of("__name__", "held"), 1000, 1);
    HeldSeries held = new HeldSeries(stored);
    try (TestServer holding = new TestServer(held);
        ExecutorService asking = Executors.newSingleThreadExecutor()) {
      String body = "{\"query\":\"avg:held{*}\",\"from\":0,\"to\":60}";
      Future<HttpResponse<String>> reply =
          asking.submit(() -> holding.postForm("/api/v1/query", body));
      while (held.opened() == 0) {
        assertThat(reply).as("what has not begun to read").isNotDone();
        Thread.onSpinWait();
      }

      String list = holding.get(active).body();
      String id = list.replaceAll(".*\"id\":\"([0-9a-f]{16})\".*", "$1");
      HttpResponse<String> ended = holding.postForm(active + "/" + id + "/cancel", "");
      String reserved = "vedette_querier_memory_reserved_bytes ";
      String metrics = holding.get("/metrics").body();
      held.letGo();

      assertThat(list).contains("\"query\":\"avg:held{*}\"").contains("\"state\":\"running\"");
      assertThat(ended.statusCode()).as(ended.body()).isEqualTo(200);
      assertThat(metrics).doesNotContain(reserved + "0.0");
      assertThat(reply.get().statusCode()).isEqualTo(499);
      assertThat(held.opened()).isEqualTo(1);
      assertThat(holding.get("/metrics").body()).contains(reserved + "0.0");
    }
  }

  @Test
  void manyWhoAskTheSameAtTheSameTimeLookOnce() throws Exception {
    int askers = 8;
    InMemorySeries stored = new InMemorySeries();
    append(stored, Labels.of("__name__", "held"), 1000, 1);
    HeldSeries held = new HeldSeries(stored);
    try (TestServer holding = new TestServer(held);
        ExecutorService asking = Executors.newFixedThreadPool(askers)) {
      String body = "{\"query\":\"avg:held{*}\",\"from\":0,\"to\":60,\"interval\":60}";
      List<Future<HttpResponse<String>>> replies = new ArrayList<>();
      for (int i = 0; i < askers; i++) {
        replies.add(asking.submit(() -> holding.postForm("/api/v1/query", body)));
      }
      String list = "";
      while (!list.contains("\"askers\":" + askers) || held.opened() == 0) {
        list = holding.get("/api/v1/status/active_queries").body();
      }

      int looks = held.opened();
      held.letGo();

      assertThat(looks).isEqualTo(1);
      for (Future<HttpResponse<String>> reply : replies) {
        assertThat(reply.get().body()).isEqualTo("{\"series\":[{\"tags\":{},\"points\":[[0,1]]}]}");
      }
    }
  }

  @Test
  void whoAsksForAnIntervalGetsItThoughAnotherLeavesItOpenAtTheSameTime() throws Exception {
    InMemorySeries stored = new InMemorySeries();
    for (int i = 0; i < 8; i++) {
      Histogram held = histogram(CounterReset.UNKNOWN, 100 + i, 1, 1.5);
      append(stored, Labels.of("__name__", "held"), 960_000 + i * 15_000, held);
    }
    HeldSeries held = new HeldSeries(stored);
    try (TestServer holding = new TestServer(held);
        ExecutorService asking = Executors.newFixedThreadPool(2)) {
      String body = "{\"query\":\"count:held\",\"from\":960,\"to\":5460%s}";
      List<Future<HttpResponse<String>>> replies = new ArrayList<>();
      for (String interval : List.of("", ",\"interval\":15")) {
        replies.add(
            asking.submit(() -> holding.postForm("/api/v1/query", body.formatted(interval))));
      }
      while (held.opened() < 2) {
        assertThat(replies).as("none has its answer yet").noneMatch(Future::isDone);
        Thread.onSpinWait();
      }
      held.letGo();

      assertThat(replies.getFirst().get().body()).contains("[[960,4],[1020,4]]");
      // One sample in a bucket tells nothing.
      assertThat(replies.getLast().get().body()).isEqualTo("{\"series\":[]}");
    }
  }

  @Test
  void theExampleOfTheDocumentationIsTrue() throws Exception {
    HttpResponse<String> reply = post("application/json", block("request"));

    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
    assertThat(reply.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(numbers(JSON.readTree(reply.body())))
        .isEqualTo(numbers(JSON.readTree(block("answer"))));
  }

  private static String numbers(JsonNode node) {
    return node.toString().replaceAll("\\.0([],])", "$1");
  }

  @Test
  void anObjectIsAQueryInJsonWhateverTheClientCallsIt() throws Exception {
    String body = "\n " + block("request");

    for (String type :
        List.of(
            "application/x-www-form-urlencoded", "text/plain", "Application/JSON; charset=utf-8")) {
      assertThat(post(type, body).body()).startsWith("{\"series\":[{\"tags\":{\"host\":\"a\"}");
    }
    assertThat(server.postForm("/api/v1/query", "query=1%2B1&time=4").body())
        .contains("\"resultType\":\"scalar\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "sum:hits.total{*}.as_count()|{\"tags\":{},\"points\":[[1760000000,120],[1760000060,120]]}",
        "last:hits.total{host:a}|{\"tags\":{},\"points\":[[1760000000,390],[1760000060,510]]}",
        "count:hits.total{host:a}|{\"tags\":{},\"points\":[[1760000000,4],[1760000060,4]]}",
        "max:queue.depth by {k8s.pod}|{\"tags\":{\"k8s.pod\":\"p0\"},\"points\":[[1760000000,2],[1760000060,6]]},{\"tags\":{\"k8s.pod\":\"p1\"},\"points\":[[1760000000,3],[1760000060,7]]}",
        "sum:queue.depth{k8s.pod:p1}.rollup(min)|{\"tags\":{},\"points\":[[1760000000,1],[1760000060,5]]}",
        "max:hits.total / max:limit|{\"tags\":{},\"points\":[[1760000000,39]]}",
        "max:queue.depth by {k8s.pod} + max:limit * 2|{\"tags\":{\"k8s.pod\":\"p0\"},\"points\":[[1760000000,22],[1760000060,6]]},{\"tags\":{\"k8s.pod\":\"p1\"},\"points\":[[1760000000,23],[1760000060,7]]}",
        "avg:hits.total{*}.rollup(120)|{\"tags\":{},\"points\":[[1760000000,405]]}",
        "avg:nothing.there{*}|``",
        "1 + 1|{\"tags\":{},\"points\":[[1760000000,2],[1760000060,2]]}",
      })
  void queriesAreAnswered(String query, String series) throws Exception {
    String body =
        JSON.createObjectNode()
            .put("query", query)
            .put("from", 1_760_000_000)
            .put("to", "1760000120")
            .put("interval", "1m")
            .toString();

    HttpResponse<String> reply = post("application/json", body);

    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
    assertThat(reply.body()).isEqualTo("{\"series\":[" + series + "]}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{|1:2: invalid JSON: Unexpected end-of-input",
        "[]|1:1: invalid JSON: expected a JSON object",
        "``|1:1: invalid JSON: expected a JSON object",
        "{} {}|1:4: invalid JSON: expected nothing behind the object",
        "{\"query\":[1]}|1:10: invalid JSON: expected a string or a number for \\\"query\\\"",
        "{\"query\":null}|1:10: invalid JSON: expected a string or a number",
        "{\"query\":\"a\",\"query\":\"b\"}|invalid JSON: Duplicate field 'query'",
        "{}|missing \\\"query\\\"",
        "{\"query\":\"a\",\"to\":1}|missing \\\"from\\\"",
        "{\"query\":\"a\",\"from\":1}|missing \\\"to\\\"",
        "{\"query\":\"a\",\"from\":1,\"to\":2,\"step\":3}|unknown member \\\"step\\\"",
        "{\"query\":\"a\",\"from\":\"x\",\"to\":2}|invalid parameter \\\"from\\\": cannot parse \\\"x\\\"",
        "{\"query\":\"a\",\"from\":1,\"to\":1e15}|invalid parameter \\\"to\\\": cannot parse",
        "{\"query\":\"a\",\"from\":2,\"to\":1}|\\\"to\\\" has to be behind \\\"from\\\"",
        "{\"query\":\"a\",\"from\":1,\"to\":2,\"interval\":0}|invalid parameter \\\"interval\\\"",
        "{\"query\":\"a\",\"from\":1,\"to\":2,\"interval\":-1}|invalid parameter \\\"interval\\\"",
        "{\"query\":\"a\",\"from\":1,\"to\":2,\"interval\":1e9}|invalid parameter \\\"interval\\\"",
        "{\"query\":\"a\",\"from\":0,\"to\":11001,\"interval\":1}|more than 11000 buckets",
        "{\"query\":\"a\",\"from\":1,\"to\":2,\"timeout\":\"x\"}|invalid parameter \\\"timeout\\\"",
        "{\"query\":\"last:pool.wait\",\"from\":1760000000,\"to\":1760000060}|the samples of \\\"pool.wait\\\" are histograms, of which no observation is the last",
        "{\"query\":\"last:rpc.duration.seconds\",\"from\":1760000000,\"to\":1760000060}|the samples of \\\"rpc.duration.seconds\\\" are histograms, of which no observation is the last",
        "{\"query\":\"p95:rpc.duration.seconds by {le}\",\"from\":1760000000,\"to\":1760000060}|\\\"le\\\" is no tag of \\\"rpc.duration.seconds\\\", which is a histogram",
        "{\"query\":\"count:rpc.duration.seconds{le:1}\",\"from\":1760000000,\"to\":1760000060}|sum:rpc.duration.seconds_bucket.as_count()",
        "{\"query\":\"a{\",\"from\":1,\"to\":2}|invalid parameter \\\"query\\\": 1:3: parse error: unexpected the end of the query",
      })
  void whatIsWrongIsRefusedByName(String body, String error) throws Exception {
    HttpResponse<String> reply = post("application/json", body);

    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(400);
    assertThat(reply.body()).contains("\"errorType\":\"bad_data\"").contains(error);
  }

  private static HttpResponse<String> post(String type, String body) throws Exception {
    return server.send(
        server
            .to("/api/v1/query")
            .header("Content-Type", type)
            .POST(BodyPublishers.ofString(body))
            .build());
  }
}
