package dev.vedette.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reload and quit against what Prometheus 3.5.3 answered, over real HTTP. */
@Timeout(30)
class LifecycleTest {
  private static final HttpServerConfig CONFIG =
      new HttpServerConfig(ListenAddress.ANY_LOOPBACK_PORT, 100_000, Duration.ofSeconds(5));

  private final List<String> calls = new ArrayList<>();
  private String problems = "";

  private final Lifecycle lifecycle =
      new Lifecycle() {
        @Override
        public String reload() {
          calls.add("reload");
          return problems;
        }

        @Override
        public void quit() {
          calls.add("quit");
        }
      };

  @Test
  void switchedOffItIsForbidden() throws Exception {
    try (HttpServer server = HttpServer.start(CONFIG, new PrometheusRegistry(), new Readiness())) {
      for (String path : List.of("/-/reload", "/-/quit")) {
        for (String method : List.of("POST", "PUT")) {
          HttpResponse<String> response = send(server, method, path);

          assertThat(response.statusCode()).isEqualTo(403);
          assertThat(response.body()).isEqualTo("Lifecycle API is not enabled.");
        }
        HttpResponse<String> get = send(server, "GET", path);
        assertThat(get.statusCode()).isEqualTo(405);
        assertThat(get.body()).isEqualTo("Only POST or PUT requests allowed\n");
      }
    }
  }

  @Test
  void switchedOnItReloadsAndQuits() throws Exception {
    try (HttpServer server =
        HttpServer.start(CONFIG, new PrometheusRegistry(), new Readiness(), lifecycle)) {
      HttpResponse<String> reload = send(server, "POST", "/-/reload");
      assertThat(reload.statusCode()).isEqualTo(200);
      assertThat(reload.body()).isEmpty();

      HttpResponse<String> quit = send(server, "PUT", "/-/quit");
      assertThat(quit.statusCode()).isEqualTo(200);
      assertThat(quit.body()).isEqualTo("Requesting termination... Goodbye!");

      assertThat(send(server, "GET", "/-/quit").statusCode()).isEqualTo(405);
      assertThat(calls).containsExactly("reload", "quit");
    }
  }

  @Test
  void aReloadOfBadFilesSaysWhatIsWrong() throws Exception {
    problems = "x.yaml:3:1 spec: there is no such field";
    try (HttpServer server =
        HttpServer.start(CONFIG, new PrometheusRegistry(), new Readiness(), lifecycle)) {
      HttpResponse<String> response = send(server, "POST", "/-/reload");

      assertThat(response.statusCode()).isEqualTo(500);
      assertThat(response.body()).isEqualTo("failed to reload config: " + problems + "\n");
    }
  }

  private static HttpResponse<String> send(HttpServer server, String method, String path)
      throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(server.url() + path))
              .method(method, HttpRequest.BodyPublishers.noBody())
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
