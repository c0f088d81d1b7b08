package dev.vedette.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.http.MutableHttpResponse;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExchangeRouteTest {
  private static final int LONG = 3_000_000;

  private final Lines route = new Lines();
  private final HttpClient client = HttpClient.newHttpClient();
  private final HttpServer server = startServer();

  /** Answers as many bytes as the body asks for. */
  private static final class Lines implements ExchangeRoute {
    final CountDownLatch left = new CountDownLatch(1);

    @Override
    public String path() {
      return "/lines";
    }

    @Override
    public long mostBytes() {
      return 100;
    }

    @Override
    public void answer(Exchange exchange, byte[] body) throws IOException {
      int bytes = Integer.parseInt(new String(body, StandardCharsets.UTF_8));
      MutableHttpResponse<?> head =
          io.micronaut.http.HttpResponse.ok()
              .header("Content-Type", exchange.request().getHeaders().get("Content-Type"));
      OutputStream out = exchange.reply(head);
      if (bytes >= 0) {
        out.write(text(bytes).getBytes(StandardCharsets.UTF_8));
        return;
      }
      try (Exchange.Watch _ = exchange.onDisconnect(left::countDown)) {
        while (true) {
          out.write(new byte[1000]);
        }
      }
    }
  }

  private static String text(int bytes) {
    return "0123456789\n".repeat(bytes / 11 + 1).substring(0, bytes);
  }

  private HttpServer startServer() {
    return HttpServer.start(
        HttpServerConfig.on(ListenAddress.ANY_LOOPBACK_PORT),
        new PrometheusRegistry(),
        new Readiness(),
        route);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private HttpRequest.Builder ask(String body) {
    return HttpRequest.newBuilder(URI.create(server.url() + "/lines"))
        .header("content-type", "text/sample")
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  @Test
  void aShortAnswerIsSentWithItsLength() throws Exception {
    HttpResponse<byte[]> answer = send(ask("20"));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Length")).contains("20");
    assertThat(answer.headers().firstValue("Content-Type")).contains("text/sample");
    assertThat(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo(text(20));
  }

  @Test
  void aLongAnswerComesWholeAndTheConnectionGoesOn() throws Exception {
    for (int round = 0; round < 3; round++) {
      HttpResponse<byte[]> answer = send(ask(Integer.toString(LONG)));
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo(text(LONG));
      assertThat(send(ask("0")).body()).isEmpty();
    }
  }

  @Test
  void requestsSentAheadAreAnsweredInTurn() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", server.address().port())) {
      socket
          .getOutputStream()
          .write((raw("5", "") + raw("200000", "")).getBytes(StandardCharsets.US_ASCII));
      String end = raw("7", "Connection: close\r\n");
      socket.getOutputStream().write(end.getBytes(StandardCharsets.US_ASCII));
      String answers =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      // The last one asks for the connection's end, which is the framework's; it has no such path.
      assertThat(answers).startsWith("HTTP/1.1 200").contains("HTTP/1.1 404");
      assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(3);
    }
  }

  private static String raw(String body, String headers) {
    return "POST /lines HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\n%sContent-Length: %d\r\n\r\n%s"
        .formatted(headers, body.length(), body);
  }

  @Test
  void longAnswersAreCompressedWhereThatIsAskedFor() throws Exception {
    HttpResponse<byte[]> small = send(ask("500").header("Accept-Encoding", "gzip"));
    assertThat(small.headers().firstValue("Content-Encoding")).isEmpty();
    assertThat(new String(small.body(), StandardCharsets.UTF_8)).isEqualTo(text(500));
    for (int bytes : new int[] {GzipBody.THRESHOLD, 5_000, LONG}) {
      HttpResponse<byte[]> large =
          send(ask(Integer.toString(bytes)).header("accept-encoding", "gzip"));
      assertThat(large.headers().firstValue("Content-Encoding")).contains("gzip");
      byte[] body = new GZIPInputStream(new ByteArrayInputStream(large.body())).readAllBytes();
      assertThat(new String(body, StandardCharsets.UTF_8)).isEqualTo(text(bytes));
    }
  }

  @Test
  void whatIsNotOrdinaryIsLeftToTheController() throws Exception {
    assertThat(send(ask("1").header("Origin", "http://a")).statusCode()).isEqualTo(404);
    assertThat(send(ask("1").header("Accept-Encoding", "br, gzip")).statusCode()).isEqualTo(404);
    assertThat(send(ask("0".repeat(101))).statusCode()).isEqualTo(404);
    assertThat(send(ask("1").GET()).statusCode()).isEqualTo(404);
  }

  @Test
  void aBugIsAnsweredAndTheConnectionGoesOn() throws Exception {
    HttpResponse<byte[]> answer = send(ask("no number"));
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("incident");
    assertThat(send(ask("3")).statusCode()).isEqualTo(200);
  }

  @Test
  void aClientThatLeavesEndsItsAnswer() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", server.address().port())) {
      socket.getOutputStream().write(raw("-1", "").getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().read()).isEqualTo('H');
    }
    assertThat(route.left.await(60, TimeUnit.SECONDS)).isTrue();
  }
}
