package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.ZstdInputStream;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.testkit.GrafanaClient;
import dev.vedette.testkit.GrafanaClient.Form;
import dev.vedette.testkit.GrafanaClient.Reply;
import dev.vedette.testkit.InMemorySeries;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The calls of Grafana's Prometheus data source, as it sends them, and what it reads of them. */
@Timeout(60)
class GrafanaCallsTest {
  private static final long FIRST = 1_700_000_000;
  private static final Form HOUR = Form.of("start", FIRST).and("end", FIRST + 3600);

  private static TestServer server;
  private static GrafanaClient grafana;

  @BeforeAll
  static void start() {
    InMemorySeries series = new InMemorySeries();
    for (long time = FIRST * 1000; time < (FIRST + 600) * 1000; time += 15_000) {
      series.append(TenantId.DEFAULT, Labels.of("__name__", "up", "job", "node"), time, 1);
      series.append(TenantId.DEFAULT, Labels.of("__name__", "up", "host.name", "a"), time, 0);
      for (int i = 0; i < 50; i++) {
        Labels cpu = Labels.of("__name__", "cpu_seconds_total", "cpu", "c%02d".formatted(i));
        series.append(TenantId.DEFAULT, cpu, time, (time - FIRST * 1000) / 1000.0 * i);
      }
    }
    exemplar(series);
    server = new TestServer(series);
    grafana = new GrafanaClient(URI.create("http://" + server.address() + "/"));
  }

  private static void exemplar(InMemorySeries series) {
    byte[] labels = LabelBytes.encode(Labels.of("__name__", "hits", "job", "node"));
    byte[] trace = LabelBytes.encode(Labels.of("traceID", "4bf92f35"));
    WriteBatch batch = new WriteBatch();
    batch.reset(Arrays.copyOf(labels, labels.length + trace.length));
    System.arraycopy(trace, 0, batch.bytes(), labels.length, trace.length);
    batch.addSeries(0, labels.length);
    batch.addSample(FIRST * 1000, Double.doubleToRawLongBits(1));
    batch.addExemplar(
        labels.length,
        labels.length + trace.length,
        FIRST * 1000 + 250,
        Double.doubleToRawLongBits(0.5));
    batch.addMetadata(new MetricMetadata("up", MetricType.GAUGE, "Whether it is.", ""));
    series.write(TenantId.DEFAULT, batch);
  }

  @AfterAll
  static void stop() {
    grafana.close();
    server.close();
  }

  static Stream<GrafanaClient> waysToAsk() {
    return Stream.of(
        grafana,
        grafana.byGet(),
        grafana.withCustomParameters("timeout=30s&dedup=true"),
        grafana.withBasicAuth("grafana", "pässword:"));
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("waysToAsk")
  void saveAndTestTakesUsForAPrometheusWithEveryFeature(GrafanaClient client) {
    JsonNode build = client.saveAndTest();

    // Without features it is no Mimir; by the version labels may be limited and matched.
    assertThat(build.path("features").isMissingNode()).isTrue();
    assertThat(build.get("version").asText()).startsWith("3.");
    for (String member : List.of("revision", "branch", "buildUser", "buildDate", "goVersion")) {
      assertThat(build.get(member).isTextual()).as(member).isTrue();
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("waysToAsk")
  void aPanelReadsNamesAndPairsOfTimeAndText(GrafanaClient client) {
    JsonNode data = client.range("sum by (job) (up)", FIRST, FIRST + 300, 15).data();

    assertThat(data.get("resultType").asText()).isEqualTo("matrix");
    assertThat(data.at("/result/1/metric")).hasToString("{\"job\":\"node\"}");
    assertThat(data.at("/result/1/values")).hasSize(21);
    assertThat(data.at("/result/1/values/20")).hasToString("[1700000300,\"1\"]");
  }

  @Test
  void credentialsForAProxyBeforeUsChangeNothing() {
    for (GrafanaClient client : List.of(grafana, grafana.byGet())) {
      GrafanaClient known = client.withBasicAuth("grafana", "secret");
      Form labels = Form.of("match[]", "up").and("start", FIRST).and("end", FIRST + 60);

      assertThat(said(known.range("up", FIRST, FIRST + 300, 15)))
          .isEqualTo(said(client.range("up", FIRST, FIRST + 300, 15)));
      assertThat(said(known.instant("sum(", FIRST))).isEqualTo(said(client.instant("sum(", FIRST)));
      assertThat(said(known.list("/api/v1/labels", labels)))
          .isEqualTo(said(client.list("/api/v1/labels", labels)));
      assertThat(said(known.resource("/api/v1/status/buildinfo", "")))
          .isEqualTo(said(client.resource("/api/v1/status/buildinfo", "")));
    }
  }

  private static String said(Reply reply) {
    return reply.status() + " " + reply.text();
  }

  @Test
  void intervalsBelowASecondAndTimesBetweenMillisecondsAreTaken() {
    JsonNode data = grafana.range("vector(1)", FIRST + 0.1, FIRST + 1.0999, 0.5).data();

    assertThat(data.at("/result/0/values")).hasSize(3);
    assertThat(data.at("/result/0/values/1/0").asDouble()).isEqualTo(FIRST + 0.6);
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("waysToAsk")
  void alertRulesAskForOneTime(GrafanaClient client) {
    JsonNode data = client.instant("up{job=\"node\"}", FIRST + 300.123).data();

    assertThat(data.get("resultType").asText()).isEqualTo("vector");
    assertThat(data.at("/result/0/value/0").asDouble()).isEqualTo(FIRST + 300.123);
    assertThat(data.at("/result/0/value/1").asText()).isEqualTo("1");
    assertThat(client.instant("absent_metric > 0", FIRST).data().get("result")).isEmpty();
    assertThat(client.instant("\"text\"", FIRST).data().get("resultType").asText())
        .isEqualTo("string");
  }

  @Test
  void annotationsAreRangesWithAStepOfAMinute() {
    JsonNode data =
        grafana.range("changes(up{job=\"node\"}[1m]) >= 0", FIRST, FIRST + 600, 60).data();

    assertThat(data.at("/result/0/metric/job").asText()).isEqualTo("node");
    assertThat(data.at("/result/0/values").size()).isEqualTo(11);
  }

  @Test
  void warningsAndInfosStandBesideTheData() {
    Reply reply = grafana.instant("rate(up[5m])", FIRST + 300);

    assertThat(reply.data().get("result")).hasSize(2);
    assertThat(reply.body().get("infos").toString())
        .contains("metric might not be a counter, name does not end in");
  }

  @Test
  void exemplarsComeWithTheirTrace() {
    JsonNode data = grafana.exemplars("rate(hits[5m])", FIRST, FIRST + 60).data();

    assertThat(data.at("/0/seriesLabels/job").asText()).isEqualTo("node");
    assertThat(data.at("/0/exemplars/0/labels/traceID").asText()).isEqualTo("4bf92f35");
    assertThat(data.at("/0/exemplars/0/timestamp").asDouble()).isEqualTo(FIRST + 0.25);
    assertThat(data.at("/0/exemplars/0/value").asText()).isEqualTo("0.5");
  }

  @Test
  void theProbeForExemplarsSendsMilliseconds() {
    JsonNode data = grafana.exemplars("test", 1_699_998_200_000d, 1_700_000_000_000d).data();

    assertThat(data.isArray()).isTrue();
    assertThat(data).isEmpty();
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("waysToAsk")
  void theQueryBuilderListsLabelsAndValues(GrafanaClient client) {
    Form all = Form.of("start", FIRST).and("end", FIRST + 3600).and("limit", 40_000);
    Form some = Form.of("start", FIRST).and("end", FIRST + 3600).and("match[]", "up{job=\"node\"}");

    assertThat(client.list("/api/v1/labels", all).data())
        .hasToString("[\"__name__\",\"cpu\",\"host.name\",\"job\"]");
    assertThat(client.list("/api/v1/labels", some).data()).hasToString("[\"__name__\",\"job\"]");
    assertThat(client.resource("/api/v1/label/__name__/values", all + "").data())
        .hasToString("[\"cpu_seconds_total\",\"hits\",\"up\"]");
    assertThat(client.resource("/api/v1/label/U__host_2e_name/values", HOUR + "").data())
        .hasToString("[\"a\"]");
    assertThat(client.resource("/api/v1/label/host.name/values", HOUR + "").data())
        .hasToString("[\"a\"]");
    assertThat(client.resource("/api/v1/label/job/values", some + "").data())
        .hasToString("[\"node\"]");
  }

  @Test
  void aListThatIsCutSaysSo() {
    Form one = Form.of("start", FIRST).and("end", FIRST + 3600).and("limit", 1);

    Reply reply = grafana.list("/api/v1/labels", one);

    assertThat(reply.data()).hasSize(1);
    assertThat(reply.body().get("warnings")).hasToString("[\"results truncated due to limit\"]");
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("waysToAsk")
  void variablesAskForSeries(GrafanaClient client) {
    Form form =
        Form.of("match[]", "{__name__!=\"\",job=~\".+\"}")
            .and("start", FIRST)
            .and("end", FIRST + 3600)
            .and("limit", 40_000);

    assertThat(client.list("/api/v1/series", form).data())
        .hasToString(
            "[{\"__name__\":\"hits\",\"job\":\"node\"},{\"__name__\":\"up\",\"job\":\"node\"}]");
  }

  @Test
  void metricsAreExplainedByTheirMetadata() {
    JsonNode data = grafana.resource("/api/v1/metadata", "limit=40000").data();

    assertThat(data.at("/up/0"))
        .hasToString("{\"type\":\"gauge\",\"help\":\"Whether it is.\",\"unit\":\"\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/api/v1/rules|/groups|ARRAY",
        "/api/v1/rules?type=alert|/groups|ARRAY",
        "/api/v1/alerts|/alerts|ARRAY",
        "/api/v1/alertmanagers|/activeAlertmanagers|ARRAY",
        "/api/v1/targets|/activeTargets|ARRAY",
        "/api/v1/targets/metadata|''|ARRAY",
        "/api/v1/notifications|''|ARRAY",
        "/api/v1/status/config|/yaml|STRING",
        "/api/v1/status/flags|/query.timeout|STRING",
        "/api/v1/status/runtimeinfo|/storageRetention|STRING",
        "/api/v1/status/tsdb|/seriesCountByMetricName|ARRAY",
        "/api/v1/status/walreplay|/current|NUMBER",
        "/api/v1/features|/promql/at_modifier|BOOLEAN",
      })
  void itsOtherResourcesHaveWhatItReads(String path, String pointer, String type) {
    JsonNode data = grafana.resource(path, "").data();

    assertThat(data.at(pointer).getNodeType()).hasToString(type);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/label/job/values",
        "/api/v1/metadata",
        "/api/v1/targets",
        "/api/v1/rules",
        "/api/v1/status/buildinfo"
      })
  void whatMayOnlyBeReadSaysSoToAFormAndIsThenAskedForByUrl(String path) throws Exception {
    assertThat(server.postForm(path, "start=0").statusCode()).isEqualTo(405);
    assertThat(grafana.list(path, HOUR).status()).isEqualTo(200);
  }

  @Test
  void anErrorIsShownWithItsWords() {
    Reply reply = grafana.range("sum(", FIRST, FIRST + 60, 15);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.body().get("errorType").asText()).isEqualTo("bad_data");
    assertThat(reply.body().get("error").asText())
        .isEqualTo("invalid parameter \"query\": 1:5: parse error: unclosed left parenthesis");
  }

  @Test
  void aFormGoesBeforeTheUrlAndMatchersOfBothCount() {
    GrafanaClient custom = grafana.withCustomParameters("query=vector(7)&match%5B%5D=hits");

    assertThat(custom.instant("vector(3)", FIRST).data().at("/result/0/value/1").asText())
        .isEqualTo("3");
    Form up = Form.of("match[]", "up{job=\"node\"}").and("start", FIRST).and("end", FIRST + 60);
    assertThat(custom.list("/api/v1/series", up).data()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({"gzip,gzip", "'gzip, deflate, br, zstd',?", "zstd,zstd", "identity,''", "'',''"})
  void answersComeInTheEncodingThatIsAskedFor(String accepted, String encoding) throws Exception {
    String path =
        "/api/v1/query_range?query=cpu_seconds_total&start=%d&end=%d&step=15"
            .formatted(FIRST, FIRST + 600);
    HttpRequest.Builder request = server.to(path);
    if (!accepted.isEmpty()) {
      request.header("Accept-Encoding", accepted);
    }

    HttpResponse<byte[]> reply =
        server.client().send(request.build(), HttpResponse.BodyHandlers.ofByteArray());

    String used = reply.headers().firstValue("Content-Encoding").orElse("");
    if (encoding.equals("?")) {
      assertThat(used).isIn("gzip", "zstd");
    } else {
      assertThat(used).isEqualTo(encoding);
    }
    assertThat(plain(used, reply.body())).startsWith("{\"status\":\"success\"").endsWith("]]}]}}");
  }

  private static String plain(String encoding, byte[] body) throws Exception {
    byte[] plain =
        switch (encoding) {
          case "zstd" -> new ZstdInputStream(new ByteArrayInputStream(body)).readAllBytes();
          case "gzip" ->
              new java.util.zip.GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
          default -> body;
        };
    return new String(plain, StandardCharsets.UTF_8);
  }

  @Test
  void aHeadRequestAnswersWithoutABody() throws Exception {
    HttpResponse<String> reply =
        server.send(
            server
                .to("/api/v1/status/buildinfo")
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build());

    assertThat(reply.statusCode()).isEqualTo(200);
    assertThat(reply.body()).isEmpty();
  }

  @Test
  void aBrowserThatAsksByItselfIsAllowedTo() throws Exception {
    HttpResponse<String> preflight =
        server.send(
            server
                .to("/api/v1/query_range")
                .header("Origin", "http://grafana.example")
                .header("Access-Control-Request-Method", "POST")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .build());
    HttpResponse<String> error =
        server.send(
            server.to("/api/v1/query?query=(").header("Origin", "http://grafana.example").build());

    assertThat(preflight.statusCode()).isEqualTo(204);
    for (HttpResponse<String> reply : List.of(preflight, error)) {
      assertThat(reply.headers().firstValue("Access-Control-Allow-Origin"))
          .contains("http://grafana.example");
    }
  }
}
