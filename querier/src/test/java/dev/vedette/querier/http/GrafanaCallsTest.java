package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.InMemorySeries;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The calls of Grafana's Prometheus data source, as it sends them. */
@Timeout(60)
class GrafanaCallsTest {
  private static TestServer server;

  @BeforeAll
  static void start() {
    InMemorySeries series = new InMemorySeries();
    for (long time = 1_700_000_000_000L; time < 1_700_000_600_000L; time += 15_000) {
      series.append(TenantId.DEFAULT, Labels.of("__name__", "up", "job", "node"), time, 1);
      series.append(TenantId.DEFAULT, Labels.of("__name__", "up", "host.name", "a"), time, 0);
    }
    server = new TestServer(series);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void itsHealthCheckAddsOneAndOne() throws Exception {
    JsonNode data = post("/api/v1/query", "query=1%2B1&time=4");

    assertThat(data.toString()).isEqualTo("{\"resultType\":\"scalar\",\"result\":[4,\"2\"]}");
  }

  @Test
  void itsHealthCheckTakesUsForAPrometheusOfAVersionWithEveryFeature() throws Exception {
    JsonNode data = get("/api/v1/status/buildinfo");

    assertThat(data.path("features").isMissingNode()).isTrue();
    assertThat(data.get("version").asText()).startsWith("3.");
  }

  @Test
  void aPanelAsksForARangeByForm() throws Exception {
    JsonNode data =
        post(
            "/api/v1/query_range",
            "query=sum+by+%28job%29+%28up%29&start=1700000000&end=1700000300&step=15&timeout=60s");

    assertThat(data.get("resultType").asText()).isEqualTo("matrix");
    assertThat(data.at("/result/0/values")).hasSize(21);
  }

  @Test
  void alertingAsksForOneTime() throws Exception {
    JsonNode data = post("/api/v1/query", "query=up%7Bjob%3D%22node%22%7D&time=1700000300.123");

    assertThat(data.at("/result/0/value/0").asDouble()).isEqualTo(1700000300.123);
    assertThat(data.at("/result/0/value/1").asText()).isEqualTo("1");
  }

  @Test
  void theExemplarProbeSendsMilliseconds() throws Exception {
    JsonNode data = get("/api/v1/query_exemplars?query=test&start=1699998200000&end=1700000000000");

    assertThat(data).isEmpty();
  }

  @Test
  void theQueryBuilderListsLabelsAndValues() throws Exception {
    String range = "start=1700000000&end=1700003600";

    assertThat(get("/api/v1/labels?limit=40000&" + range).toString())
        .isEqualTo("[\"__name__\",\"host.name\",\"job\"]");
    assertThat(post("/api/v1/labels", range + "&match%5B%5D=up%7Bjob%3D%22node%22%7D").toString())
        .isEqualTo("[\"__name__\",\"job\"]");
    assertThat(get("/api/v1/label/__name__/values?limit=40000&" + range).toString())
        .isEqualTo("[\"up\"]");
    assertThat(get("/api/v1/label/U__host_2e_name/values?" + range).toString())
        .isEqualTo("[\"a\"]");
    assertThat(
            get("/api/v1/label/job/values?match%5B%5D=%7B__name__%3D%22up%22%7D&" + range)
                .toString())
        .isEqualTo("[\"node\"]");
  }

  @Test
  void seriesAreAskedForByFormWithADefaultMatcher() throws Exception {
    JsonNode data =
        post(
            "/api/v1/series",
            "match%5B%5D=%7B__name__%21%3D%22%22%7D&start=1700000000&end=1700003600&limit=40000");

    assertThat(data).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/metadata",
        "/api/v1/metadata?limit=5000",
        "/api/v1/rules",
        "/api/v1/alerts",
        "/api/v1/alertmanagers",
        "/api/v1/targets",
        "/api/v1/targets/metadata",
        "/api/v1/notifications",
        "/api/v1/status/config",
        "/api/v1/status/flags",
        "/api/v1/status/runtimeinfo",
        "/api/v1/status/tsdb",
        "/api/v1/status/walreplay",
      })
  void itsOtherResourcesAnswer(String path) throws Exception {
    assertThat(get(path).isMissingNode()).isFalse();
  }

  @Test
  void whatMayOnlyBeReadSaysSoToAForm() throws Exception {
    HttpResponse<String> reply = server.postForm("/api/v1/label/job/values", "start=0");

    assertThat(reply.statusCode()).isEqualTo(405);
  }

  private static JsonNode get(String path) throws Exception {
    return data(server.send(withHeaders(server.to(path)).build()));
  }

  private static JsonNode post(String path, String form) throws Exception {
    return data(
        server.send(
            withHeaders(server.to(path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build()));
  }

  private static HttpRequest.Builder withHeaders(HttpRequest.Builder request) {
    return request
        .header("User-Agent", "Grafana/12.3.0")
        .header("X-Dashboard-Uid", "abc")
        .header("X-Panel-Id", "2")
        .header("Accept-Encoding", "identity");
  }

  private static JsonNode data(HttpResponse<String> reply) throws Exception {
    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
    JsonNode body = new ObjectMapper().readTree(reply.body());
    assertThat(body.get("status").asText()).isEqualTo("success");
    return body.path("data");
  }
}
