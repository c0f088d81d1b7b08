package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.promql.QueryLimits;
import dev.vedette.querier.QuerierConfig;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What ends a query that does not end by itself, and what others are told meanwhile. */
@Timeout(60)
class QueryLimitsTest {
  private static final String ENDLESS = "/api/v1/query?query=count(endless)";

  private final EndlessSeries source = new EndlessSeries();

  @Test
  void aQueryEndsWhenItsClientLeaves() throws Exception {
    try (TestServer server = start(Long.MAX_VALUE)) {
      try (Socket _ = ask(server)) {
        source.opened.await();
      }

      source.closed.await();
    }
  }

  @Test
  void aRunningQueryIsListedWithWhatItCostAndEndsWhenItIsTold() throws Exception {
    try (TestServer server = start(Long.MAX_VALUE);
        ExecutorService asking = Executors.newSingleThreadExecutor()) {
      Future<HttpResponse<String>> reply = asking.submit(() -> server.get(ENDLESS));
      source.opened.await();

      String list = server.get("/api/v1/status/active_queries").body();
      String id = list.replaceAll(".*\"id\":\"([0-9]+)\".*", "$1");
      HttpResponse<String> ended =
          server.postForm("/api/v1/status/active_queries/" + id + "/cancel", "");

      assertThat(list)
          .contains("\"state\":\"running\"")
          .contains("\"query\":\"count(endless)\"")
          .contains("\"kind\":\"instant\"")
          .contains("\"samplesRead\":");
      assertThat(ended.body())
          .isEqualTo("{\"status\":\"success\",\"data\":{\"canceled\":\"" + id + "\"}}");
      assertThat(reply.get().statusCode()).isEqualTo(499);
      assertThat(reply.get().body())
          .contains("\"errorType\":\"canceled\"")
          .contains("query was canceled in query execution");
      assertThat(server.get("/api/v1/status/active_queries").body()).endsWith("\"data\":[]}");
      assertThat(server.get("/metrics").body())
          .contains("vedette_querier_failed_queries_total{error=\"query-cancelled\"} 1.0");
    }
  }

  @Test
  void onlyAQueryThatIsThereCanBeEnded() throws Exception {
    try (TestServer server = start(Long.MAX_VALUE)) {
      assertThat(server.postForm("/api/v1/status/active_queries/7/cancel", "").statusCode())
          .isEqualTo(404);
      assertThat(server.postForm("/api/v1/status/active_queries/x/cancel", "").body())
          .contains("cannot parse \\\"x\\\" to the id of a query");
    }
  }

  @Test
  void aQueryEndsWhenItsTimeIsUp() throws Exception {
    try (TestServer server = start(Long.MAX_VALUE)) {
      HttpResponse<String> reply = server.get(ENDLESS + "&timeout=20ms");

      assertThat(reply.statusCode()).isEqualTo(503);
      assertThat(reply.body())
          .startsWith(
              "{\"status\":\"error\",\"errorType\":\"timeout\",\"error\":\"query timed out");
    }
  }

  @Test
  void aQueryEndsWhenItHasReadTooMuch() throws Exception {
    try (TestServer server = start(10_000)) {
      HttpResponse<String> reply = server.get(ENDLESS);

      assertThat(reply.statusCode()).isEqualTo(422);
      assertThat(reply.body())
          .contains("\"errorType\":\"execution\"")
          .contains("too many samples")
          .contains("the limit is 10000")
          .contains("(query-limit)");
    }
  }

  @Test
  void aQueryThatWouldHoldTooMuchMemoryIsRefused() throws Exception {
    try (TestServer server = start(Long.MAX_VALUE)) {
      HttpResponse<String> reply =
          server.postForm("/api/v1/query", "query=label_replace(endless,\"a\",\"\",\"n\",\"\")");

      assertThat(reply.statusCode()).isEqualTo(422);
      assertThat(reply.body())
          .contains("\"errorType\":\"execution\"")
          .contains("the query would hold")
          .contains("spec.query.memory of the MetricsCluster (query-limit)");
      assertThat(server.get("/metrics").body())
          .contains("vedette_querier_memory_reserved_bytes 0.0");
    }
  }

  @Test
  void listsThatWouldHoldTooMuchMemoryAreRefused() throws Exception {
    try (TestServer server = start(Long.MAX_VALUE)) {
      for (String path : List.of("series?match[]=endless", "label/n/values")) {
        HttpResponse<String> reply =
            server.get("/api/v1/" + path.replace("[", "%5B").replace("]", "%5D"));

        assertThat(reply.statusCode()).as(path).isEqualTo(422);
        assertThat(reply.body()).contains("spec.query.memory of the MetricsCluster");
      }
      assertThat(server.get("/api/v1/label/n/values?limit=3").body())
          .contains("\"data\":[\"0\",\"1\",\"2\"],\"warnings\":[\"results truncated");
      assertThat(server.get("/metrics").body())
          .contains("vedette_querier_memory_reserved_bytes 0.0");
    }
  }

  @Test
  void aQueryThatWouldWaitTooLongForItsTurnIsRefused() throws Exception {
    try (TestServer server = start(Long.MAX_VALUE);
        Socket _ = ask(server)) {
      source.opened.await();

      HttpResponse<String> reply = server.get("/api/v1/query?query=1");

      assertThat(reply.statusCode()).isEqualTo(503);
      assertThat(reply.headers().firstValue("Retry-After")).isPresent();
      assertThat(reply.body())
          .contains("\"errorType\":\"unavailable\"")
          .contains("too many queries: 1 run already");
      assertThat(server.get("/metrics").body())
          .contains("vedette_querier_rejected_queries_total 1.0")
          .contains("vedette_querier_queries_running 1.0");
    }
  }

  @Test
  void aBugIsToldAsAnIncidentInTheApisOwnFormat() throws Exception {
    try (TestServer server = start(10_000)) {
      HttpResponse<String> reply = server.get("/api/v1/labels");

      assertThat(reply.statusCode()).isEqualTo(500);
      assertThat(reply.body())
          .startsWith("{\"status\":\"error\",\"errorType\":\"internal\",\"error\":\"internal error")
          .doesNotContain("secret");
    }
  }

  /** One query at a time, and none waits. */
  private TestServer start(long maxSamples) {
    QuerierConfig stock = QuerierConfig.STOCK;
    QuerierConfig config =
        new QuerierConfig(
            1,
            Duration.ZERO,
            stock.timeout(),
            stock.lookback(),
            QueryLimits.DEFAULT.withMaxSamples(maxSamples),
            16 << 20,
            stock.slowQuery(),
            stock.logAll());
    return new TestServer(config, source, Optional.empty());
  }

  private static Socket ask(TestServer server) throws Exception {
    Socket socket = new Socket(server.address().host(), server.address().port());
    String request = "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(ENDLESS);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }
}
