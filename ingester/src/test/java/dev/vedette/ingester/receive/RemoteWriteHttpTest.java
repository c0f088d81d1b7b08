package dev.vedette.ingester.receive;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.runtime.http.HttpServer;
import dev.vedette.runtime.http.HttpServerConfig;
import dev.vedette.runtime.http.ListenAddress;
import dev.vedette.runtime.http.Readiness;
import dev.vedette.testkit.Conformance;
import dev.vedette.testkit.InMemorySeries;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.xerial.snappy.Snappy;

/** Remote write over a real server, from the socket to the store. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(30)
class RemoteWriteHttpTest {
  private static final String V2 = "io.prometheus.write.v2.Request";

  private final InMemorySeries store = new InMemorySeries();
  private final HttpClient client = HttpClient.newHttpClient();
  private final LeakWatch leaks = new LeakWatch();
  private HttpServer server;

  @BeforeAll
  void start() {
    leaks.start();
    RemoteWriteReceiver receiver =
        new RemoteWriteReceiver(
            RemoteWriteConfig.DEFAULT, store, Ticker.system(), new PrometheusRegistry());
    server =
        HttpServer.start(
            HttpServerConfig.on(ListenAddress.ANY_LOOPBACK_PORT),
            new PrometheusRegistry(),
            new Readiness(),
            receiver,
            TenantResolver.single());
  }

  @AfterAll
  void stop() {
    client.close();
    leaks.stop();
    server.close();
  }

  @TestFactory
  Stream<DynamicTest> answersRecordedRequestsOfVersion1AsExpected() {
    return Conformance.find("remote-write/receiver-requests.json").stream()
        .flatMap(path -> Conformance.json(path).valueStream())
        .filter(one -> !one.get("headers").get("Content-Type").asText().contains(V2))
        .map(one -> DynamicTest.dynamicTest(one.get("test").asText(), () -> replay(one)));
  }

  private void replay(JsonNode one) throws Exception {
    byte[] body = Base64.getDecoder().decode(one.get("body_base64").asText());
    JsonNode headers = one.get("headers");

    HttpResponse<String> response =
        send(headers.get("Content-Type").asText(), headers.get("Content-Encoding").asText(), body);

    JsonNode expect = one.get("expect");
    int exact = expect.get("exactReponseCode").asInt();
    if (exact != 0) {
      assertThat(response.statusCode()).isEqualTo(exact);
    }
    assertThat(response.statusCode() / 100).isEqualTo(expect.get("success").asBoolean() ? 2 : 4);
    assertThat(response.statusCode()).isEqualTo(one.get("prometheus_3_5_3").get("status").asInt());
  }

  @Test
  void refusesVersion2AndNamesWhatIsSupported() throws Exception {
    HttpResponse<String> response =
        send("application/x-protobuf;proto=" + V2, "snappy", new byte[] {0});

    assertThat(response.statusCode()).isEqualTo(415);
    assertThat(response.body())
        .contains(V2)
        .contains("proto=prometheus.WriteRequest")
        .contains("(unsupported-content)");
  }

  @Test
  void storesWhatItAnswers204() throws Exception {
    byte[] request =
        Requests.write(Requests.series(Labels.of("__name__", "stored"), 1_000, 42.5, 2_000, 43));

    HttpResponse<String> response =
        send("application/x-protobuf", "snappy", Snappy.compress(request));

    assertThat(response.statusCode()).isEqualTo(204);
    assertThat(response.body()).isEmpty();
    assertThat(storedNames("stored")).containsExactly(Labels.of("__name__", "stored"));
  }

  @Test
  void takesLargeBodiesAndReleasesEveryBuffer() throws Exception {
    byte[] request =
        Requests.write(
            Requests.series(Labels.of("__name__", "large", "pad", "x".repeat(3 << 20)), 1_000, 1));

    for (int i = 0; i < 20; i++) {
      assertThat(send("application/x-protobuf", "identity", request).statusCode()).isEqualTo(204);
    }
    assertThat(
            leaks.reportedAfterCollection(
                () -> send("application/x-protobuf", "identity", request)))
        .isEmpty();
  }

  @Test
  void emptyBodyIsARequestErrorNotAServerError() throws Exception {
    HttpResponse<String> response = send("application/x-protobuf", "snappy", new byte[0]);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("it is empty");
  }

  private List<Labels> storedNames(String metric) {
    return store.series(
        TenantId.DEFAULT,
        new Selection(List.of(LabelMatcher.equal(Labels.METRIC_NAME, metric)), 0, Long.MAX_VALUE),
        0);
  }

  private HttpResponse<String> send(String contentType, String encoding, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.url() + "/api/v1/write"))
            .header("Content-Type", contentType)
            .header("Content-Encoding", encoding)
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    return client.send(request, BodyHandlers.ofString());
  }
}
