package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.promql.QueryLimits;
import dev.vedette.querier.QuerierConfig;
import java.net.Socket;
import java.net.http.HttpRequest;
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
  private static final String CONSTANT = "/api/v1/query?query=1%2B1";
  private static final String ACTIVE = "/api/v1/status/active_queries";
  // Longer than the test may take.
  private static final Duration WAIT = Duration.ofHours(1);

  private final EndlessSeries source = new EndlessSeries();

  @Test
  void aQueryEndsWhenItsClientLeaves() throws Exception {
    try (TestServer server = start(Long.MAX_VALUE)) {
      try (Socket _ = ask(server, ENDLESS)) {
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

      String list = server.get(ACTIVE).body();
      String id = list.replaceAll(".*\"id\":\"([0-9a-f]{16})\".*", "$1");
      HttpResponse<String> ended = server.postForm(ACTIVE + "/" + id + "/cancel", "");

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
      assertThat(server.get(ACTIVE).body()).endsWith("\"data\":[]}");
      assertThat(server.get("/metrics").body())
          .contains("vedette_querier_failed_queries_total{error=\"query-cancelled\"} 1.0");
    }
  }

  @Test
  void aWaitingQueryEndsWhenItIsToldThoughItReadsNothing() throws Exception {
    try (TestServer server = start(Long.MAX_VALUE, WAIT);
        Socket _ = ask(server, ENDLESS);
        ExecutorService asking = Executors.newSingleThreadExecutor()) {
      source.opened.await();
      Future<HttpResponse<String>> reply = asking.submit(() -> server.get(CONSTANT));
      String id =
          waiting(server).replaceAll(".*\"id\":\"([0-9a-f]{16})\",\"state\":\"wait.*", "$1");

      server.postForm(ACTIVE + "/" + id + "/cancel", "");

      assertThat(reply.get().statusCode()).isEqualTo(499);
      assertThat(reply.get().body())
          .contains("\"errorType\":\"canceled\"")
          .contains("query was canceled while it waited for its turn");
      assertThat(source.closed.getCount()).isEqualTo(1);
    }
  }

  @Test
  void aWaitingQueryEndsWhenItsClientLeaves() throws Exception {
    try (TestServer server = start(Long.MAX_VALUE, WAIT);
        Socket _ = ask(server, ENDLESS)) {
      source.opened.await();
      try (Socket _ = ask(server, CONSTANT)) {
        waiting(server);
      }

      while (server.get(ACTIVE).body().contains("\"state\":\"waiting\"")) {
        Thread.onSpinWait();
      }
      assertThat(source.closed.getCount()).isEqualTo(1);
    }
  }

  /** The list of queries, once one waits. */
  private static String waiting(TestServer server) throws Exception {
    String list = "";
    while (!list.contains("\"state\":\"waiting\"")) {
      list = server.get(ACTIVE).body();
    }
    return list;
  }

  @Test
  void noPageOfAnotherOriginMayEndAQuery() throws Exception {
    try (TestServer server = start(Long.MAX_VALUE)) {
      String own = server.address().host() + ":" + server.address().port();

      assertThat(cancelFrom("http://" + own, server).statusCode()).isEqualTo(404);
      for (String origin : List.of("https://elsewhere.example", "http://" + own + "0", "null")) {
        HttpResponse<String> reply = cancelFrom(origin, server);
        assertThat(reply.statusCode()).as(origin).isEqualTo(403);
        assertThat(reply.body()).contains("a page of " + origin + " may not end queries");
      }
    }
  }

  private static HttpResponse<String> cancelFrom(String origin, TestServer server)
      throws Exception {
    return server.send(
        server
            .to(ACTIVE + "/7/cancel")
            .header("Origin", origin)
            .POST(HttpRequest.BodyPublishers.noBody())
            .build());
  }

  @Test
  void onlyAQueryThatIsThereCanBeEnded() throws Exception {
    try (TestServer server = start(Long.MAX_VALUE)) {
      HttpResponse<String> reply = server.postForm(ACTIVE + "/7/cancel", "");

      assertThat(reply.statusCode()).isEqualTo(404);
      assertThat(reply.body()).contains("no query 7 waits or runs");
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
        Socket _ = ask(server, ENDLESS)) {
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
  void moreTurnsAreThereAsSoonAsTheyAreAllowed() throws Exception {
    try (TestServer server = start(Long.MAX_VALUE);
        Socket _ = ask(server, ENDLESS)) {
      source.opened.await();
      assertThat(server.get("/api/v1/query?query=1").statusCode()).isEqualTo(503);

      server.settings(config(2, Long.MAX_VALUE, Duration.ZERO));
      assertThat(server.get("/api/v1/query?query=1").statusCode()).isEqualTo(200);

      server.settings(config(1, Long.MAX_VALUE, Duration.ZERO));
      assertThat(server.get("/api/v1/query?query=1").body()).contains("1 run already");
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
    return start(maxSamples, Duration.ZERO);
  }

  private TestServer start(long maxSamples, Duration queueWait) {
    return new TestServer(config(1, maxSamples, queueWait), source, Optional.empty());
  }

  private static QuerierConfig config(int atOnce, long maxSamples, Duration queueWait) {
    QuerierConfig stock = QuerierConfig.STOCK;
    return new QuerierConfig(
        atOnce,
        queueWait,
        stock.timeout(),
        stock.lookback(),
        QueryLimits.DEFAULT.withMaxSamples(maxSamples),
        16 << 20,
        stock.cacheBytes(),
        stock.slowQuery(),
        stock.logAll(),
        stock.features());
  }

  private static Socket ask(TestServer server, String what) throws Exception {
    Socket socket = new Socket(server.address().host(), server.address().port());
    String request = "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(what);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }
}
