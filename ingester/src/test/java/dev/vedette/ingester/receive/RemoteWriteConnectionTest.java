package dev.vedette.ingester.receive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import dev.vedette.model.SampleSink;
import dev.vedette.model.Ticker;
import dev.vedette.runtime.http.HttpServer;
import dev.vedette.runtime.http.HttpServerConfig;
import dev.vedette.runtime.http.ListenAddress;
import dev.vedette.runtime.http.Readiness;
import dev.vedette.runtime.http.TenantResolver;
import dev.vedette.testkit.RecordingSink;
import dev.vedette.testkit.RemoteWriteRequest;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xerial.snappy.Snappy;

/** What else happens on a connection that writes, byte by byte. */
@Timeout(30)
class RemoteWriteConnectionTest {
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3})");
  private static final String HEALTHY = "GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n";
  private static final String LAST =
      "GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

  private final RecordingSink recorded = new RecordingSink();
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private HttpServer server;

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void answersRequestsSentAheadInTheirOrder() throws Exception {
    start(recorded);

    String answers = exchange(HEALTHY, write(1), write(2), HEALTHY, write(3), LAST);

    assertThat(statuses(answers)).containsExactly("200", "204", "204", "200", "204", "200");
    assertThat(recorded.samples()).hasSize(3);
  }

  @Test
  void takesABodyThatComesByteByByte() throws Exception {
    start(recorded);
    try (Socket socket = connect()) {
      socket.setTcpNoDelay(true);
      for (byte b : write(1)) {
        socket.getOutputStream().write(b);
      }
      socket.getOutputStream().write(LAST.getBytes(StandardCharsets.US_ASCII));

      assertThat(statuses(rest(socket))).containsExactly("204", "200");
    }
  }

  @Test
  void takesUnusualRequestsAsWell() throws Exception {
    start(recorded);
    byte[] body = body(1);
    String chunked =
        head("Transfer-Encoding: chunked\r\n") + Integer.toHexString(body.length) + "\r\n";
    String asking = head("Expect: 100-continue\r\nContent-Length: " + body.length + "\r\n");

    String answers =
        exchange(chunked, body, "\r\n0\r\n\r\n", asking, body, write(2), write("?x=1", 3), LAST);

    assertThat(statuses(answers)).containsExactly("204", "204", "204", "204", "200");
  }

  @Test
  void answersAWriteUnderWayBeforeTheServerStops() throws Exception {
    start(
        (tenant, batch) -> {
          entered.countDown();
          try {
            release.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return recorded.write(tenant, batch);
        });
    try (Socket socket = connect()) {
      socket.getOutputStream().write(write(1));
      entered.await();

      CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
      release.countDown();

      assertThat(statuses(rest(socket))).containsExactly("204");
      closed.get();
    }
  }

  @Test
  void tellsNothingOfABugButItsIncidentAndGoesOn() throws Exception {
    start(
        (_, _) -> {
          throw new IllegalStateException("secret");
        });

    String answers = exchange(write(1), LAST);

    assertThat(statuses(answers)).containsExactly("500", "200");
    assertThat(answers).contains("internal error, incident").doesNotContain("secret");
  }

  @Test
  void countsWritesWithAllOtherRequests() throws Exception {
    start(recorded);

    exchange(write(1), write(2), LAST);
    String metrics = exchange(LAST.replace("/-/healthy", "/metrics"));

    assertThat(metrics)
        .contains("vedette_http_requests_total{code=\"204\",handler=\"/api/v1/write\"} 2")
        .contains("vedette_http_requests_in_flight 1");
  }

  private void start(SampleSink sink) {
    server =
        HttpServer.start(
            HttpServerConfig.on(ListenAddress.ANY_LOOPBACK_PORT),
            registry,
            new Readiness(),
            new RemoteWriteReceiver(RemoteWriteConfig.DEFAULT, sink, Ticker.system(), registry),
            TenantResolver.single());
  }

  private static String head(String headers) {
    return head("", headers);
  }

  private static String head(String query, String headers) {
    return "POST /api/v1/write"
        + query
        + " HTTP/1.1\r\nHost: localhost\r\n"
        + "Content-Type: application/x-protobuf\r\nContent-Encoding: snappy\r\n"
        + headers
        + "\r\n";
  }

  private static byte[] write(int value) throws IOException {
    return write("", value);
  }

  private static byte[] write(String query, int value) throws IOException {
    byte[] body = body(value);
    return joined(head(query, "Content-Length: " + body.length + "\r\n"), body);
  }

  private static byte[] body(int value) throws IOException {
    Labels labels = Labels.of("__name__", "connection");
    return Snappy.compress(RemoteWriteRequest.of(labels, 1_000L * value, value).v1());
  }

  private static byte[] joined(Object... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Object part : parts) {
      all.writeBytes(
          part instanceof String text ? text.getBytes(StandardCharsets.US_ASCII) : (byte[]) part);
    }
    return all.toByteArray();
  }

  /** Sends all of it at once and returns what comes until the server closes. */
  private String exchange(Object... parts) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(joined(parts));
      return rest(socket);
    }
  }

  private Socket connect() throws IOException {
    return new Socket(server.address().host(), server.address().port());
  }

  private static String rest(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static List<String> statuses(String answers) {
    return STATUS.matcher(answers).results().map(m -> m.group(1)).toList();
  }
}
