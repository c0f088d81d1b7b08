package dev.vedette.ingester.receive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import dev.vedette.model.Ticker;
import dev.vedette.runtime.http.HttpServer;
import dev.vedette.runtime.http.HttpServerConfig;
import dev.vedette.runtime.http.ListenAddress;
import dev.vedette.runtime.http.Readiness;
import dev.vedette.runtime.http.TenantResolver;
import dev.vedette.testkit.RecordedWrite;
import dev.vedette.testkit.RecordingSink;
import dev.vedette.testkit.RemoteWriteRequest;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
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

/** Remote write over a real server, from the socket to the sink. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(30)
class RemoteWriteHttpTest {
  private static final String V2 = "io.prometheus.write.v2.Request";

  private final RecordingSink sink = new RecordingSink();
  private final HttpClient client = HttpClient.newHttpClient();
  private final LeakWatch leaks = new LeakWatch();
  private HttpServer server;

  @BeforeAll
  void start() {
    leaks.start();
    RemoteWriteReceiver receiver =
        new RemoteWriteReceiver(
            RemoteWriteConfig.DEFAULT, sink, Ticker.system(), new PrometheusRegistry());
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
  Stream<DynamicTest> answersRecordedRequestsAsExpected() {
    return RecordedWrite.all()
        .map(
            one ->
                DynamicTest.dynamicTest(
                    one.name(),
                    () -> one.check(send(one.contentType(), one.encoding(), one.body()))));
  }

  @Test
  void storesWhatVersion2Sends() throws Exception {
    byte[] request = RemoteWriteRequest.of(Labels.of("__name__", "second"), 1_000, 42.5).v2();

    HttpResponse<String> response =
        send("application/x-protobuf;proto=" + V2, "snappy", Snappy.compress(request));

    assertThat(response.statusCode()).as(response.body()).isEqualTo(204);
    assertThat(response.headers().firstValue("X-Prometheus-Remote-Write-Samples-Written"))
        .hasValue("1");
    assertThat(sink.samples())
        .contains(RecordingSink.Sample.of(Labels.of("__name__", "second"), 1_000, 42.5));
  }

  @Test
  void storesWhatItAnswers204() throws Exception {
    byte[] request =
        new RemoteWriteRequest()
            .series(Labels.of("__name__", "stored"))
            .sample(1_000, 42.5)
            .sample(2_000, 43)
            .v1();

    HttpResponse<String> response =
        send("application/x-protobuf", "snappy", Snappy.compress(request));

    assertThat(response.statusCode()).isEqualTo(204);
    assertThat(response.body()).isEmpty();
    assertThat(sink.samples())
        .contains(
            RecordingSink.Sample.of(Labels.of("__name__", "stored"), 1_000, 42.5),
            RecordingSink.Sample.of(Labels.of("__name__", "stored"), 2_000, 43));
  }

  @Test
  void takesLargeBodiesAndReleasesEveryBuffer() throws Exception {
    byte[] request =
        RemoteWriteRequest.of(Labels.of("__name__", "large", "pad", "x".repeat(3 << 20)), 1_000, 1)
            .v1();

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
