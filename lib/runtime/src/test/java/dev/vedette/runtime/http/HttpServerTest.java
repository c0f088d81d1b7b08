package dev.vedette.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdInputStream;
import dev.vedette.model.Corruption;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.Unavailable;
import dev.vedette.model.VedetteException;
import dev.vedette.wire.exposition.ExpositionFormat;
import dev.vedette.wire.exposition.ExpositionParser;
import dev.vedette.wire.exposition.ExpositionParser.Entry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The server with a role of the test's, over real HTTP on a free loopback port. */
@Timeout(30)
class HttpServerTest {
  private static final HttpServerConfig CONFIG =
      new HttpServerConfig(ListenAddress.ANY_LOOPBACK_PORT, 100_000, Duration.ofSeconds(5));

  private static HttpServer server;
  private static HttpClient client;
  private static Readiness readiness;
  private static final SampleRole ROLE = new SampleRole();

  @BeforeAll
  static void start() {
    readiness = new Readiness();
    server = HttpServer.start(CONFIG, new PrometheusRegistry(), readiness, ROLE);
    client = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @BeforeEach
  void reset() {
    ROLE.error = null;
  }

  @Test
  @EnabledOnOs(
      value = OS.LINUX,
      architectures = {"amd64", "aarch64"})
  void waitsForSocketsInLinuxsOwnWay() throws Exception {
    assertThat(get("/-/healthy").statusCode()).isEqualTo(200);

    assertThat(Files.readString(Path.of("/proc/self/maps")))
        .contains("netty_transport_native_epoll");
  }

  @Test
  void saysHealthyAndReadyInPrometheusWords() throws Exception {
    assertThat(get("/-/healthy").body()).isEqualTo("Prometheus Server is Healthy.\n");
    assertThat(get("/-/ready").body()).isEqualTo("Prometheus Server is Ready.\n");
  }

  @Test
  void isNotReadyWhileAGateIsClosedAndSaysWhy() throws Exception {
    Readiness.Gate gate = readiness.gate("storage", "replaying the log");

    HttpResponse<String> closed = get("/-/ready");
    gate.open();

    assertThat(closed.statusCode()).isEqualTo(503);
    assertThat(closed.body()).isEqualTo("Service Unavailable\nstorage: replaying the log\n");
    assertThat(get("/-/ready").statusCode()).isEqualTo(200);
  }

  @Test
  void mapsEachKindOfErrorToItsStatus() throws Exception {
    assertThat(statusOf(new InvalidRequest(ErrorId.INVALID_REQUEST, "bad", "fix"))).isEqualTo(400);
    assertThat(statusOf(new InvalidRequest(ErrorId.BODY_TOO_LARGE, "big", "fix"))).isEqualTo(413);
    assertThat(statusOf(new LimitExceeded(ErrorId.SERIES_LIMIT, "many", "", false))).isEqualTo(400);
    assertThat(statusOf(new LimitExceeded(ErrorId.SERIES_LIMIT, "many", "", true))).isEqualTo(429);
    assertThat(statusOf(new Unavailable(ErrorId.DISK_FULL, "full", "free"))).isEqualTo(503);
    assertThat(statusOf(new Corruption("file", 3, "a", "b"))).isEqualTo(500);
  }

  private static int statusOf(VedetteException error) throws Exception {
    ROLE.error = error;
    int blocking = get("/sample/error").statusCode();
    assertThat(get("/sample/exchange-error").statusCode()).isEqualTo(blocking);
    return blocking;
  }

  @Test
  void explainsAnErrorWithItsWayOutAndId() throws Exception {
    ROLE.error = new Unavailable(ErrorId.DISK_FULL, "the disk is full", "free some space");

    HttpResponse<String> reply = get("/sample/error");

    assertThat(reply.body()).isEqualTo("the disk is full; free some space (disk-full)\n");
    assertThat(reply.headers().firstValue("Retry-After")).contains("5");
    assertThat(reply.headers().firstValue("Content-Type")).contains("text/plain; charset=utf-8");
  }

  @Test
  void tellsNothingOfABugButItsIncident() throws Exception {
    for (String path : new String[] {"/sample/error", "/sample/exchange-error"}) {
      HttpResponse<String> reply = get(path);

      assertThat(reply.statusCode()).isEqualTo(500);
      assertThat(reply.body())
          .matches("internal error, incident [0-9a-f]{8}; its stack trace is in the server's log\n")
          .doesNotContain("secret");
    }
  }

  @Test
  void answersUnknownPathsAndWrongMethodsInPlainText() throws Exception {
    HttpResponse<String> unknown = get("/nope");
    HttpResponse<String> wrongMethod =
        client.send(to("/metrics").DELETE().build(), HttpResponse.BodyHandlers.ofString());

    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(unknown.body()).isEqualTo("404 page not found\n");
    assertThat(wrongMethod.statusCode()).isEqualTo(405);
    assertThat(wrongMethod.body()).isEqualTo("Method Not Allowed\n");
  }

  @Test
  void refusesABodyOverTheLimitWithTheLimit() throws Exception {
    HttpRequest request =
        to("/sample/form").POST(HttpRequest.BodyPublishers.ofString("q".repeat(100_001))).build();

    HttpResponse<String> reply = client.send(request, HttpResponse.BodyHandlers.ofString());

    assertThat(reply.statusCode()).isEqualTo(413);
    assertThat(reply.body()).contains("larger than 100000 bytes");
  }

  @Test
  void sendsAShortReplyWithItsLengthAndALongOneInChunks() throws Exception {
    HttpResponse<String> small = get("/sample/lines/10");
    HttpResponse<String> large = get("/sample/lines/200000");

    assertThat(small.body()).isEqualTo(lines(10));
    assertThat(small.headers().firstValue("Content-Length")).contains("20");
    assertThat(large.body().equals(lines(200_000))).isTrue();
    assertThat(large.headers().firstValue("Content-Length")).isEmpty();
    assertThat(large.headers().firstValue("Content-Type")).contains("application/json");
  }

  @Test
  void compressesAsTheClientAccepts() throws Exception {
    for (int count : new int[] {1_000, 200_000}) {
      HttpResponse<byte[]> gzip = getEncoded("/sample/lines/" + count, "gzip");
      HttpResponse<byte[]> zstd = getEncoded("/sample/lines/" + count, "zstd");

      assertThat(gzip.headers().firstValue("Content-Encoding")).contains("gzip");
      assertThat(text(new GZIPInputStream(new ByteArrayInputStream(gzip.body()))))
          .satisfies(body -> assertThat(body.equals(lines(count))).isTrue());
      assertThat(zstd.headers().firstValue("Content-Encoding")).contains("zstd");
      assertThat(text(new ZstdInputStream(new ByteArrayInputStream(zstd.body()))))
          .satisfies(body -> assertThat(body.equals(lines(count))).isTrue());
    }
  }

  @Test
  void breaksTheConnectionWhenAReplyFailsHalfWay() {
    assertThatThrownBy(() -> get("/sample/broken")).isInstanceOf(IOException.class);
  }

  @Test
  void stopsTheWriterWhenTheClientLeaves() throws Exception {
    try (Socket socket = open("/sample/endless")) {
      ROLE.entered.await();
      assertThat(socket.getInputStream().read()).isPositive();
    }
    ROLE.writerStopped.await();

    assertThat(ROLE.writerFailure.get()).isInstanceOf(ClientGone.class);
  }

  @Test
  void tellsAHandlerThatItsClientLeft() throws Exception {
    SampleRole role = new SampleRole();
    try (HttpServer own = HttpServer.start(CONFIG, new PrometheusRegistry(), role)) {
      try (Socket _ = open(own, "/sample/wait")) {
        role.entered.await();
      }
      role.disconnected.await();
      role.release.countDown();
    }
  }

  @Test
  void takesCharactersInAQueryThatShouldHaveBeenEscaped() throws Exception {
    assertThat(rawGet("/sample/params?q=up{job=\"a|b\"}&q=%7B+x")).endsWith("up{job=\"a|b\"}|{ x");
  }

  @Test
  void readsAFormBeforeTheQueryString() throws Exception {
    HttpRequest request =
        to("/sample/form?q=3")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString("q=1&q=%E2%82%AC+2"))
            .build();

    assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).body())
        .isEqualTo("1|€ 2|3");
  }

  @Test
  void showsItsMetricsInTheFormatAskedFor() throws Exception {
    assertThat(get("/-/healthy").statusCode()).isEqualTo(200);
    get("/nothing/here");

    HttpResponse<String> text = get("/metrics");
    HttpResponse<String> openMetrics =
        client.send(
            to("/metrics").header("Accept", "application/openmetrics-text; version=1.0.0").build(),
            HttpResponse.BodyHandlers.ofString());

    assertThat(text.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
    assertThat(text.body())
        .contains("vedette_http_requests_total{code=\"200\",handler=\"/-/healthy\"}")
        .contains("vedette_http_requests_total{code=\"404\",handler=\"unmatched\"}")
        .contains("vedette_http_request_seconds_bucket{handler=\"/-/healthy\"");
    assertThat(openMetrics.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("application/openmetrics-text; version=1.0.0");
    assertThat(openMetrics.body()).endsWith("# EOF\n");
  }

  @Test
  void showsItsMetricsToThoseWhoPreferProtobuf() throws Exception {
    // As a Prometheus sends it that scrapes native histograms.
    String accept =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
            + ";q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.2";

    HttpResponse<byte[]> reply =
        client.send(
            to("/metrics").header("Accept", accept).build(),
            HttpResponse.BodyHandlers.ofByteArray());

    assertThat(reply.statusCode()).isEqualTo(200);
    assertThat(reply.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("application/vnd.google.protobuf");
    byte[] page = reply.body();
    ExpositionParser parser = ExpositionFormat.PROTOBUF.parser();
    parser.reset(page, page.length);
    Set<String> families = new HashSet<>();
    for (Entry entry = parser.next(); entry != Entry.END; entry = parser.next()) {
      if (entry == Entry.TYPE) {
        families.add(parser.family());
      }
    }
    assertThat(families).contains("vedette_http_requests_total", "vedette_http_request_seconds");
  }

  @Test
  void namesThePortThatIsInUse() {
    HttpServerConfig same = HttpServerConfig.on(server.address());

    assertThatThrownBy(() -> HttpServer.start(same))
        .isInstanceOfSatisfying(
            Unavailable.class, e -> assertThat(e.id()).isEqualTo(ErrorId.PORT_IN_USE))
        .hasMessageContaining(server.address().toString());
  }

  @Test
  void finishesARunningRequestBeforeItStops() throws Exception {
    SampleRole role = new SampleRole();
    HttpServer own = HttpServer.start(CONFIG, new PrometheusRegistry(), role);
    CompletableFuture<HttpResponse<String>> reply =
        client.sendAsync(
            HttpRequest.newBuilder(URI.create(own.url() + "/sample/wait")).build(),
            HttpResponse.BodyHandlers.ofString());
    role.entered.await();

    CompletableFuture<Void> closed = CompletableFuture.runAsync(own::close);
    role.release.countDown();

    assertThat(reply.get().body()).isEqualTo("waited");
    closed.get();
  }

  private static HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create(server.url() + path));
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return client.send(to(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<byte[]> getEncoded(String path, String encoding) throws Exception {
    return client.send(
        to(path).header("Accept-Encoding", encoding).build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private static String rawGet(String pathAndQuery) throws Exception {
    try (Socket socket = open(pathAndQuery)) {
      return text(socket.getInputStream());
    }
  }

  private static Socket open(String pathAndQuery) throws IOException {
    return open(server, pathAndQuery);
  }

  private static Socket open(HttpServer to, String pathAndQuery) throws IOException {
    Socket socket = new Socket(to.address().host(), to.address().port());
    String request =
        "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".formatted(pathAndQuery);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  private static String text(InputStream in) throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  private static String lines(int count) {
    return IntStream.range(0, count).mapToObj(i -> i + "\n").collect(Collectors.joining());
  }
}
