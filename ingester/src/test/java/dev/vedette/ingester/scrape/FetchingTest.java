package dev.vedette.ingester.scrape;

import static dev.vedette.ingester.scrape.ScrapeFixture.at;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How pages are asked for, and what targets may do to us. */
class FetchingTest extends OneTarget {
  @TempDir Path folder;

  @Test
  void basicAuthIsSent() {
    scraping.apply(at(target), "basicAuth: {username: me, password: 'pass:word'}");

    scraping.scrape();

    String pair = Base64.getEncoder().encodeToString("me:pass:word".getBytes(UTF_8));
    assertThat(authorization(0)).isEqualTo("Basic " + pair);
  }

  @Test
  void aTokenFileIsReadForEachScrape() throws IOException {
    Path file = Files.writeString(folder.resolve("token"), "first\n");
    scraping.apply(at(target), "authorization: {credentialsFile: '%s'}".formatted(file));
    scraping.scrape();

    Files.writeString(file, "second\n");
    scraping.scrape();

    assertThat(authorization(0)).isEqualTo("Bearer first");
    assertThat(authorization(1)).isEqualTo("Bearer second");
  }

  @Test
  void aSecretThatCannotBeReadFailsTheScrapeAndIsNamed() {
    Path missing = folder.resolve("missing");
    scraping.apply(at(target), "basicAuth: {username: me, passwordFile: '%s'}".formatted(missing));

    scraping.scrape();

    assertThat(scraping.values("up")).containsExactly("0");
    assertThat(scraping.lastError()).contains(missing.toString());
    assertThat(target.requests()).isEmpty();
  }

  @Test
  void secretsAreInNoTextWeMake() {
    Secrets secrets =
        new Secrets(
            new dev.vedette.crds.ScrapeTargetSpec.BasicAuth("me", "hidden", null),
            new dev.vedette.crds.ScrapeTargetSpec.Authorization("Bearer", "hidden", null));

    assertThat(secrets.toString()).doesNotContain("hidden");
    assertThat(
            new PoolConfig.Http(
                    secrets.basicAuth(),
                    secrets.authorization(),
                    null,
                    true,
                    true,
                    "",
                    dev.vedette.wire.exposition.ExpositionFormat.TEXT)
                .toString())
        .doesNotContain("hidden");
  }

  @Test
  void redirectsAreFollowedAndTheSecretStaysBehind() throws IOException {
    try (TestTarget other = TestTarget.start()) {
      other.shows("a 1");
      target.redirectsTo("http://" + other.address() + "/there");
      scraping.apply(at(target), "authorization: {credentials: secret}");

      scraping.scrape();

      assertThat(scraping.values("a")).containsExactly("1");
      assertThat(authorization(0)).isEqualTo("Bearer secret");
      assertThat(other.requests().getFirst().header("Authorization")).isNull();
      assertThat(other.requests().getFirst().uri()).isEqualTo("/there");
    }
  }

  @Test
  void redirectsOfTheTargetToItselfKeepTheSecret() {
    target.answers(
        exchange -> {
          if (exchange.getRequestURI().getPath().equals("/metrics")) {
            exchange.getResponseHeaders().set("Location", "/other");
            exchange.sendResponseHeaders(308, -1);
          } else {
            TestTarget.send(exchange, 200, TestTarget.TEXT, "a 1\n");
          }
        });
    scraping.apply(at(target), "authorization: {credentials: secret}");

    scraping.scrape();

    assertThat(scraping.values("a")).containsExactly("1");
    assertThat(authorization(1)).isEqualTo("Bearer secret");
  }

  @Test
  void redirectsFailWhereTheyAreNotToBeFollowed() {
    target.redirectsTo("/other");
    scraping.apply(at(target), "followRedirects: false");

    scraping.scrape();

    assertThat(scraping.lastError()).contains("HTTP status 302");
    assertThat(target.requests()).hasSize(1);
  }

  @Test
  void redirectsInACircleEnd() {
    target.redirectsTo("/metrics");
    scraping.apply(at(target));

    scraping.scrape();

    assertThat(scraping.lastError()).contains("redirects more than 10 times");
  }

  @Test
  void redirectsToSomethingElseThanHttpFail() {
    target.redirectsTo("file:///etc/passwd");
    scraping.apply(at(target));

    scraping.scrape();

    assertThat(scraping.lastError()).contains("file:///etc/passwd");
  }

  @Test
  void aTargetThatAnswersTooLateTimesOut() {
    target.answers(
        exchange -> {
          scraping.time.advance(Duration.ofSeconds(10));
          awaitEnd(exchange);
        });
    scraping.apply(at(target));

    scraping.scrape();

    assertThat(scraping.values("up")).containsExactly("0");
    assertThat(scraping.values("scrape_duration_seconds")).containsExactly("10");
    assertThat(scraping.lastError()).contains("no whole page within 10.0 s");
  }

  @Test
  void aPageThatTricklesTimesOutAsAWhole() {
    target.answers(
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", TestTarget.TEXT);
          exchange.sendResponseHeaders(200, 0);
          OutputStream out = exchange.getResponseBody();
          for (int second = 0; second < 10; second++) {
            out.write("a 1\n".getBytes(UTF_8));
            out.flush();
            scraping.time.advance(Duration.ofSeconds(1));
          }
          awaitEnd(exchange);
        });
    scraping.apply(at(target));

    scraping.scrape();

    assertThat(scraping.values("up")).containsExactly("0");
    assertThat(scraping.has("a")).isFalse();
    assertThat(scraping.metric("vedette_ingester_scrape_failures")).isEqualTo(1);
  }

  /** Returns when the scraper has closed the connection: writing fails then. */
  private static void awaitEnd(HttpExchange exchange) throws IOException {
    byte[] much = new byte[64 * 1024];
    exchange.sendResponseHeaders(200, 0);
    while (true) {
      exchange.getResponseBody().write(much);
    }
  }

  @Test
  void aPageWithoutEndIsCutOffAtTheLimit() {
    target.neverEnds();
    scraping.apply(at(target), "limits: {bodySize: 1MB}");

    scraping.scrape();

    assertThat(scraping.values("up")).containsExactly("0");
    assertThat(scraping.lastError()).contains("spec.limits.bodySize");
    assertThat(scraping.has("endless")).isFalse();
  }

  @Test
  void aSmallGzipBombIsCutOffToo() throws IOException {
    target.showsGzipped("a 1\n".repeat(1_000_000));
    scraping.apply(at(target), "limits: {bodySize: 1MB}");

    scraping.scrape();

    assertThat(scraping.lastError()).contains("spec.limits.bodySize");
  }

  @Test
  void aBrokenGzipStreamFails() {
    target.answers(
        exchange -> {
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          TestTarget.send(exchange, 200, TestTarget.TEXT, "this is not gzip at all");
        });
    scraping.apply(at(target));

    scraping.scrape();

    assertThat(scraping.values("up")).containsExactly("0");
  }

  @Test
  void anEncodingNobodyAskedForIsNamed() {
    target.answers(
        exchange -> {
          exchange.getResponseHeaders().set("Content-Encoding", "br");
          TestTarget.send(exchange, 200, TestTarget.TEXT, "a 1\n");
        });
    scraping.apply(at(target));

    scraping.scrape();

    assertThat(scraping.lastError()).contains("\"br\"").contains("gzip");
  }

  @Test
  void aConnectionCutInTheMiddleOfThePageFails() {
    target.answers(
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", TestTarget.TEXT);
          exchange.sendResponseHeaders(200, 1000);
          exchange.getResponseBody().write("a 1\n".getBytes(UTF_8));
          exchange.getResponseBody().flush();
          throw new IOException("cut");
        });
    scraping.apply(at(target));

    scraping.scrape();

    assertThat(scraping.values("up")).containsExactly("0");
    assertThat(scraping.has("a")).isFalse();
  }

  @Test
  void nobodyListeningIsDown() {
    String address = target.address();
    target.close();
    scraping.apply("static: {targets: ['%s']}".formatted(address));

    scraping.scrape();

    assertThat(scraping.values("up")).containsExactly("0");
    assertThat(scraping.lastError())
        .startsWith("the connection to %s failed: ".formatted(address))
        .endsWith("Connection refused")
        .containsOnlyOnce(address);
  }

  @Test
  void aNameThatNobodyKnowsIsDown() {
    scraping.apply("static: {targets: ['nobody.invalid:80']}");

    scraping.scrape();

    assertThat(scraping.lastError())
        .isEqualTo(
            "the connection to nobody.invalid:80 failed: the name nobody.invalid is not known;"
                + " correct it, or see to DNS");
  }

  @Test
  void aTargetThatHangsUpWithoutAWordIsDown() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> says(server, "", 2));
      scraping.apply("static: {targets: ['127.0.0.1:%d']}".formatted(server.getLocalPort()));

      scraping.scrape();

      assertThat(scraping.lastError()).endsWith("closed without an answer; is the scheme right?");
    }
  }

  @Test
  void whatIsNoHttpIsDown() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> says(server, "220 smtp at your service\r\n\r\n", 1));
      scraping.apply("static: {targets: ['127.0.0.1:%d']}".formatted(server.getLocalPort()));

      scraping.scrape();

      assertThat(scraping.values("up")).containsExactly("0");
    }
  }

  @Test
  void headersWithoutEndAreCutOff() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String headers = "HTTP/1.1 200 OK\r\n" + "x-header: value\r\n".repeat(1000);
      Thread.ofVirtual().start(() -> says(server, headers, Integer.MAX_VALUE));
      scraping.apply("static: {targets: ['127.0.0.1:%d']}".formatted(server.getLocalPort()));

      scraping.scrape();

      assertThat(scraping.values("up")).containsExactly("0");
      assertThat(scraping.lastError()).contains("header");
    }
  }

  /** Says the same to everybody who connects, over and over until they hang up. */
  private static void says(ServerSocket server, String text, int times) {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        for (int i = 0; i < times; i++) {
          socket.getOutputStream().write(text.getBytes(UTF_8));
        }
      } catch (IOException e) {
        // They hung up, or the test is over.
      }
    }
  }

  @Test
  void aConnectionTheTargetClosedBetweenScrapesIsNoFailure() {
    target.answers(
        exchange -> {
          TestTarget.send(exchange, 200, TestTarget.TEXT, "a 1\n");
        });
    scraping.apply(at(target));
    scraping.scrape();
    int port = target.port();
    target.close();

    try (TestTarget again = TestTarget.restart(port)) {
      again.shows("a 2");
      scraping.scrape();
    } catch (IOException e) {
      throw new AssertionError(e);
    }

    assertThat(scraping.values("up")).containsExactly("1", "1");
  }

  @Test
  void closingCutsOffWhatIsUnderWay() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    target.answers(
        exchange -> {
          asked.countDown();
          awaitEnd(exchange);
        });
    scraping.apply(at(target), "limits: {bodySize: 1000GB}");
    Thread scrape = Thread.ofVirtual().start(scraping::scrape);
    asked.await();

    scraping.pools.close();
    scrape.join();

    assertThat(scraping.pools.active()).isEmpty();
    assertThat(scraping.has("a")).isFalse();
  }

  private String authorization(int request) {
    return target.requests().get(request).header("Authorization");
  }
}
