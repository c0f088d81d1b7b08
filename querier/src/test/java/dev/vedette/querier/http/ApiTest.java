package dev.vedette.querier.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.TargetSource;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.querier.QuerierConfig;
import dev.vedette.testkit.InMemorySeries;
import java.io.ByteArrayInputStream;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The API beyond what the recorded requests cover. */
@Timeout(60)
class ApiTest {
  private static final int SERIES = 300;
  private static final int STEPS = 500;

  private static TestServer server;

  @BeforeAll
  static void start() {
    InMemorySeries series = new InMemorySeries();
    for (int i = 0; i < SERIES; i++) {
      Labels labels = Labels.of("__name__", "load", "instance", "host-%03d".formatted(i));
      for (int step = 0; step < STEPS; step += 20) {
        series.append(TenantId.DEFAULT, labels, step * 15_000L, i + step / 8.0);
      }
    }
    HistogramLayout layout =
        HistogramLayout.of(1, 0.25, BucketSpans.of(0, 3), BucketSpans.of(1, 1));
    Histogram sizes =
        Histogram.ofIntegers(
            layout, CounterReset.UNKNOWN, 9, 2, -4.5, new long[] {1, 0, 3}, new long[] {3});
    Labels labels = Labels.of("__name__", "sizes");
    series.append(TenantId.DEFAULT, labels, 60_000, 7);
    series.append(TenantId.DEFAULT, labels, 120_000, sizes, 0);
    exemplars(series);
    server = new TestServer(QuerierConfig.STOCK, series, Optional.of(new FixedTargets()));
  }

  private static void exemplars(InMemorySeries series) {
    for (String path : List.of("/a", "/b")) {
      byte[] labels = LabelBytes.encode(Labels.of("__name__", "hits", "path", path));
      byte[] trace = LabelBytes.encode(Labels.of("trace_id", "abc" + path));
      WriteBatch batch = new WriteBatch();
      batch.reset(Arrays.copyOf(labels, labels.length + trace.length));
      System.arraycopy(trace, 0, batch.bytes(), labels.length, trace.length);
      batch.addSeries(0, labels.length);
      batch.addSample(10_000, Double.doubleToRawLongBits(1));
      int end = labels.length + trace.length;
      batch.addExemplar(labels.length, end, 9_500, Double.doubleToRawLongBits(0.25));
      batch.addExemplar(labels.length, end, 10_000, Double.doubleToRawLongBits(2));
      series.write(TenantId.DEFAULT, batch);
    }
  }

  @Test
  void exemplarsOfEverySelectorOfAnExpressionAreShown() throws Exception {
    String first =
        """
        {"seriesLabels":{"__name__":"hits","path":"/a"},"exemplars":[\
        {"labels":{"trace_id":"abc/a"},"value":"0.25","timestamp":9.500},\
        {"labels":{"trace_id":"abc/a"},"value":"2","timestamp":10}]}""";
    String query = "sum(rate(hits{path=\"/a\"}[5m])) / vector(2) + hits{path=\"/b\"} * 3";

    String all = exemplars(query, "0", "20");
    String some = exemplars("hits{path=~\".*\"}", "9.6", "20");

    assertThat(all).contains("\"data\":[" + first + ",").contains("abc/b");
    assertThat(some).contains("\"timestamp\":10").doesNotContain("9.5");
    assertThat(exemplars("hits", "11", "20")).contains("\"data\":[]");
  }

  @Test
  void statsAreToldAsPrometheusTellsThemAndByStepIfAllAreAsked() throws Exception {
    String query = "/api/v1/query_range?query=count(load)&start=300&end=330&step=15";

    String some = server.get(query + "&stats=1").body();
    String all = server.get(query + "&stats=all").body();

    assertThat(some)
        .contains("\"stats\":{\"timings\":{\"evalTotalTime\":")
        .contains("\"execQueueTime\":")
        .doesNotContain("PerStep");
    assertThat(all).containsPattern("PerStep\":\\[\\[300,\\d+],\\[315,\\d+],\\[330,\\d+]]");
    assertThat(server.get(query).body()).doesNotContain("stats");
  }

  @Test
  void aPlanIsExplained() throws Exception {
    String query = "/api/v1/query?query=count(load)&time=300&explain=";

    String plan = server.get(query + "1").body();

    assertThat(plan)
        .contains("\"explain\":{\"kind\":\"query\",\"expression\":\"count(load)\"")
        .contains("\"parts\":[{\"kind\":\"count\"")
        .contains("\"selector\":\"{__name__=\\\"load\\\"}\"")
        .contains("\"tier\":\"raw\"")
        .contains("\"pushedDown\":[\"matchers\",\"time\"]");
    assertThat(server.get(query + "0").body()).doesNotContain("explain");
    assertThat(server.get(query + "maybe").statusCode()).isEqualTo(400);
  }

  private static String exemplars(String query, String start, String end) throws Exception {
    return server
        .get(
            "/api/v1/query_exemplars?query=%s&start=%s&end=%s"
                .formatted(URLEncoder.encode(query, StandardCharsets.UTF_8), start, end))
        .body();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** One target of each kind. */
  private static final class FixedTargets implements TargetSource {
    @Override
    public List<Target> active() {
      return List.of(
          new Target(
              "default/node/0",
              "http://10.0.0.1:9100/metrics",
              Labels.of("__address__", "10.0.0.1:9100"),
              Labels.of("instance", "10.0.0.1:9100", "job", "node"),
              Duration.ofSeconds(15),
              Duration.ofSeconds(10),
              Health.DOWN,
              "connection refused",
              Optional.of(Instant.parse("2026-11-21T08:00:00.125Z")),
              Duration.ofMillis(1500)));
    }

    @Override
    public List<Dropped> dropped() {
      return List.of(new Dropped("default/pods/0", Labels.of("__address__", "10.0.0.2:80")));
    }
  }

  @Test
  void streamsALargeRangeWholeAndCompressed() throws Exception {
    String query = "/api/v1/query_range?query=load&start=0&end=7485&step=15";

    HttpResponse<byte[]> reply =
        server
            .client()
            .send(
                server.to(query).header("Accept-Encoding", "gzip").build(),
                HttpResponse.BodyHandlers.ofByteArray());

    assertThat(reply.headers().firstValue("Content-Encoding")).contains("gzip");
    JsonNode data =
        new ObjectMapper()
            .readTree(new GZIPInputStream(new ByteArrayInputStream(reply.body())))
            .get("data");
    assertThat(data.get("result")).hasSize(SERIES);
    assertThat(data.at("/result/7/values")).hasSize(STEPS);
    assertThat(data.at("/result/7/metric/instance").asText()).isEqualTo("host-007");
    assertThat(data.at("/result/7/values/20/1").asText()).isEqualTo("9.5");
  }

  @Test
  void tellsTheCostOfAQueryWhenAsked() throws Exception {
    JsonNode data = data("/api/v1/query?query=load&time=0&stats=all");

    assertThat(data.at("/stats/samples/totalQueryableSamples").asInt()).isEqualTo(SERIES);
    assertThat(data.at("/stats/timings/evalTotalTime").isNumber()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/query", "/api/v1/query_range", "/api/v1/series"})
  void anEmptyFormIsABadRequestLikeAnyOther(String path) throws Exception {
    HttpResponse<String> reply = server.postForm(path, "");

    assertThat(reply.statusCode()).isEqualTo(400);
    assertThat(reply.body()).contains("\"errorType\":\"bad_data\"");
  }

  private static final String SIZES =
      """
      {"count":"9","sum":"-4.5","buckets":[\
      [1,"-1.414213562373095","-1","3"],[3,"-0.25","0.25","2"],\
      [0,"0.7071067811865475","1","1"],[0,"1.414213562373095","2","3"]]}""";

  @Test
  void nativeHistogramsAreShownWithTheirBuckets() throws Exception {
    JsonNode data = data("/api/v1/query?query=sizes&time=120");

    assertThat(data.at("/result/0/histogram")).hasToString("[120," + SIZES + "]");
    assertThat(data.at("/result/0").has("value")).isFalse();
  }

  @Test
  void numbersAndHistogramsOfOneSeriesAreShownApart() throws Exception {
    JsonNode data = data("/api/v1/query_range?query=sizes&start=60&end=120&step=60");

    assertThat(data.at("/result/0/values")).hasToString("[[60,\"7\"]]");
    assertThat(data.at("/result/0/histograms")).hasToString("[[120," + SIZES + "]]");
    JsonNode counts = data("/api/v1/query_range?query=sizes*2&start=120&end=120&step=60");
    assertThat(counts.at("/result/0").has("values")).isFalse();
    assertThat(counts.at("/result/0/histograms/0/1/count").asText()).isEqualTo("18");
  }

  @Test
  void aFormOverTheLimitIsRefusedWithTheLimit() throws Exception {
    HttpResponse<String> reply = server.postForm("/api/v1/query", "q".repeat((1 << 20) + 1));

    assertThat(reply.statusCode()).isEqualTo(413);
    assertThat(reply.body())
        .startsWith("{\"status\":\"error\",\"errorType\":\"bad_data\"")
        .contains("more than 1048576 bytes");
  }

  @Test
  void aFormThatDoesNotSayHowLongItIsIsRefusedToo() throws Exception {
    byte[] form = "q".repeat((1 << 20) + 1).getBytes(UTF_8);

    HttpResponse<String> reply =
        server.send(
            server
                .to("/api/v1/query")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(form)))
                .build());

    assertThat(reply.statusCode()).isEqualTo(413);
    assertThat(reply.body()).contains("more than 1048576 bytes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0|0",
        "1.5|1.5",
        "-1.25e1|-12.5",
        "1e3|1000",
        ".5|0.5",
        "1970-01-01T00:00:01.5Z|1.5",
        "1970-01-01T01:00:00+01:00|0",
        "1969-12-31T23:59:59.999Z|-0.001",
      })
  void readsTimesAsSecondsOrAsDates(String time, double seconds) throws Exception {
    JsonNode data = data("/api/v1/query?query=1&time=" + encode(time));

    assertThat(data.at("/result/0").asDouble()).isEqualTo(seconds);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NaN",
        "Inf",
        "-Inf",
        "0x10",
        "1e400",
        "1e30",
        "1_000",
        "yesterday",
        "2026-11-21",
        "1.2.3",
        "１",
        "9223372036854775808000"
      })
  void refusesWhatIsNoTime(String time) throws Exception {
    HttpResponse<String> reply = server.get("/api/v1/query?query=1&time=" + encode(time));

    assertThat(reply.statusCode()).isEqualTo(400);
    assertThat(reply.body())
        .contains("invalid time value for 'time': cannot parse \\\"%s\\\"".formatted(time));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "step=1e400|invalid parameter \\\"step\\\": cannot parse",
        "step=1e12|invalid parameter \\\"step\\\": cannot parse",
        "step=NaN|invalid parameter \\\"step\\\": cannot parse",
        "step=1h1d|invalid parameter \\\"step\\\": cannot parse",
        "step=1&limit=99999999999|strconv.Atoi: parsing \\\"99999999999\\\": value out of range",
        "step=1&limit=1.5|strconv.Atoi: parsing \\\"1.5\\\": invalid syntax",
        "step=1&timeout=-|invalid parameter \\\"timeout\\\": cannot parse",
        "step=0.0001|zero or negative query resolution step widths",
      })
  void refusesBadNumbersByName(String params, String error) throws Exception {
    HttpResponse<String> reply = server.get("/api/v1/query_range?query=1&start=0&end=10&" + params);

    assertThat(reply.statusCode()).isEqualTo(400);
    assertThat(reply.body()).contains(error);
  }

  @Test
  void refusesARangeTooWideToCount() throws Exception {
    HttpResponse<String> reply =
        server.get(
            "/api/v1/query_range?query=1&step=1&start=-9223372036854775&end=9223372036854775");

    assertThat(reply.statusCode()).isEqualTo(400);
    assertThat(reply.body()).contains("exceeded maximum resolution of 11,000 points");
  }

  @Test
  void showsTargetsAsPrometheusDoes() throws Exception {
    JsonNode all = data("/api/v1/targets");
    JsonNode active = data("/api/v1/targets?state=active");
    JsonNode dropped = data("/api/v1/targets?state=dropped");

    assertThat(all.at("/activeTargets/0/labels/job").asText()).isEqualTo("node");
    assertThat(all.at("/activeTargets/0/health").asText()).isEqualTo("down");
    assertThat(all.at("/activeTargets/0/lastError").asText()).isEqualTo("connection refused");
    assertThat(all.at("/activeTargets/0/lastScrapeDuration").asDouble()).isEqualTo(1.5);
    assertThat(all.at("/activeTargets/0/scrapeInterval").asText()).isEqualTo("15s");
    assertThat(all.at("/activeTargets/0/lastScrape").asText())
        .isEqualTo("2026-11-21T08:00:00.125Z");
    assertThat(all.at("/droppedTargetCounts").toString()).isEqualTo("{\"default/pods/0\":1}");
    assertThat(active.get("droppedTargets")).isEmpty();
    assertThat(dropped.get("activeTargets")).isEmpty();
    assertThat(data("/api/v1/targets?scrapePool=none").get("activeTargets")).isEmpty();
    assertThat(data("/api/v1/scrape_pools").toString())
        .isEqualTo("{\"scrapePools\":[\"default/node/0\",\"default/pods/0\"]}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "x", "10001"})
  void refusesALimitOfTheCardinalityReportThatMakesNoSense(String limit) throws Exception {
    assertThat(server.get("/api/v1/status/tsdb?limit=" + limit).statusCode()).isEqualTo(400);
  }

  private static JsonNode data(String path) throws Exception {
    HttpResponse<String> reply = server.get(path);
    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
    return new ObjectMapper().readTree(reply.body()).get("data");
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
