package dev.vedette.ui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.runtime.http.HttpServer;
import dev.vedette.runtime.http.HttpServerConfig;
import dev.vedette.runtime.http.ListenAddress;
import dev.vedette.runtime.http.Readiness;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How pages and their files are sent. What they do, the tests in a browser tell ({@code e2e}). */
class ServingTest {
  private static HttpServer server;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @BeforeAll
  static void start() {
    server =
        HttpServer.start(
            HttpServerConfig.on(ListenAddress.ANY_LOOPBACK_PORT),
            new PrometheusRegistry(),
            new Readiness(),
            new Ui());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static HttpResponse<byte[]> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return CLIENT.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static String page() throws IOException, InterruptedException {
    return text(get("/graph"));
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static String first(String text, String pattern) {
    return Pattern.compile(pattern).matcher(text).results().findFirst().orElseThrow().group(1);
  }

  @Test
  void theRootLeadsToExploreForNow() throws Exception {
    HttpResponse<byte[]> response = get("/");

    assertThat(response.statusCode()).isEqualTo(302);
    assertThat(header(response, "Location")).isEqualTo("graph");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/graph", "/query", "/cardinality", "/targets"})
  void pagesForbidWhatTheyDoNotBring(String path) throws Exception {
    HttpResponse<byte[]> response = get(path + "?g0.expr=up");
    String policy = header(response, "Content-Security-Policy");
    String nonce = first(text(response), "data-nonce=\"([^\"]+)\"");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(header(response, "Content-Type")).isEqualTo("text/html; charset=utf-8");
    assertThat(policy).contains("default-src 'none'").doesNotContain("unsafe");
    assertThat(policy).contains("script-src 'self' 'nonce-%s'".formatted(nonce));
    assertThat(text(response)).doesNotContain("{{").doesNotContainPattern("(?i) on\\w+=|style=");
    assertThat(header(response, "X-Content-Type-Options")).isEqualTo("nosniff");
  }

  @Test
  void noTwoAnswersHaveTheSameNonce() throws Exception {
    assertThat(first(page(), "data-nonce=\"([^\"]+)\""))
        .isNotEqualTo(first(page(), "data-nonce=\"([^\"]+)\""));
  }

  @Test
  void everyFileThatThePageNamesIsThere() throws Exception {
    List<String> files =
        Pattern.compile("ui/[0-9a-f]{16}/[^\"]+")
            .matcher(page())
            .results()
            .map(MatchResult::group)
            .distinct()
            .toList();

    assertThat(files).hasSizeGreaterThan(30);
    for (String file : files) {
      HttpResponse<byte[]> response = get("/" + file);
      assertThat(response.statusCode()).as(file).isEqualTo(200);
      assertThat(header(response, "Content-Type")).as(file).matches("(text|image)/.*");
    }
  }

  @Test
  void filesAreKeptForEverAndCompressedForWhoeverTakesThat() throws Exception {
    String file = "/" + first(page(), "(ui/[0-9a-f]{16}/js/main.js)");

    HttpResponse<byte[]> plain = get(file);
    HttpResponse<byte[]> compressed = get(file, "Accept-Encoding", "br, gzip");

    assertThat(header(plain, "Cache-Control")).contains("immutable").contains("max-age=31536000");
    assertThat(header(plain, "Content-Encoding")).isEmpty();
    assertThat(header(compressed, "Content-Encoding")).isEqualTo("gzip");
    assertThat(header(compressed, "Vary")).isEqualToIgnoringCase("accept-encoding");
    assertThat(compressed.body().length).isLessThan(plain.body().length / 2);
    assertThat(Assets.inflate(compressed.body())).isEqualTo(plain.body());
  }

  @Test
  void aPageOfAnOlderBuildGetsFilesThatItMustNotKeep() throws Exception {
    HttpResponse<byte[]> response = get("/ui/0123456789abcdef/js/main.js");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(header(response, "Cache-Control")).isEqualTo("no-store");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/ui/x/nothing.js",
        "/ui/x/index.txt",
        "/ui/x/../Ui.class",
        "/ui/x/%2e%2e/Ui.class"
      })
  void whatIsNotOfThePagesIsNotServed(String path) throws Exception {
    assertThat(get(path).statusCode()).isEqualTo(404);
  }

  @Test
  void theLicencesOfTheLibrariesComeWithThem() throws Exception {
    String folder = "/" + first(page(), "(ui/[0-9a-f]{16}/)");

    assertThat(text(get(folder + "lib/view.LICENSE.txt"))).contains("MIT License");
    assertThat(text(get(folder + "lib/echarts.LICENSE.txt"))).contains("Apache License");
  }

  @Test
  void theIconIsWhereBrowsersLookForIt() throws Exception {
    HttpResponse<byte[]> response = get("/favicon.ico");

    assertThat(response.statusCode()).isEqualTo(302);
    assertThat(header(get("/" + header(response, "Location")), "Content-Type"))
        .isEqualTo("image/svg+xml");
  }
}
