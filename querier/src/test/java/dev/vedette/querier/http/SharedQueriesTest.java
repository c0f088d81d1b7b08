package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.promql.LanguageFeature;
import dev.vedette.querier.QuerierConfig;
import dev.vedette.testkit.InMemorySeries;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The same query asked by many at once runs once, for all of them. */
@Timeout(60)
class SharedQueriesTest {
  private static final String ACTIVE = "/api/v1/status/active_queries";
  private static final String COUNT = "/api/v1/query?time=100&query=count(held)";

  private final HeldSeries source = new HeldSeries(series());
  private final ExecutorService clients = Executors.newCachedThreadPool();
  private TestServer server;

  @BeforeEach
  void start() {
    server = new TestServer(QuerierConfig.STOCK, source, Optional.empty());
  }

  @AfterEach
  void stop() {
    source.letGo();
    clients.shutdown();
    server.close();
  }

  @Test
  void theSameQueryIsReadOnceAndAnsweredToAll() throws Exception {
    List<Future<HttpResponse<String>>> replies = new ArrayList<>();
    for (String path : List.of(COUNT, COUNT, "/api/v1/query?time=100&query=count%20(%20held)")) {
      replies.add(ask(path + "&stats=1"));
    }
    awaitAskers(3);

    source.letGo();

    for (Future<HttpResponse<String>> reply : replies) {
      assertThat(reply.get().body())
          .contains("\"result\":[{\"metric\":{},\"value\":[100,\"1\"]}]")
          .contains("\"askers\":3");
    }
    assertThat(source.opened()).isEqualTo(1);
    assertThat(server.get("/metrics").body())
        .contains("vedette_querier_shared_queries_total 2.0")
        .contains("vedette_querier_memory_reserved_bytes 0.0");
  }

  @Test
  void whatWouldBeAnsweredDifferentlyRunsByItself() throws Exception {
    List<Future<HttpResponse<String>>> replies = new ArrayList<>();
    List<String> different =
        List.of(
            COUNT,
            "/api/v1/query?time=101&query=count(held)",
            "/api/v1/query?time=100&query=sum(held)",
            COUNT + "&lookback_delta=1m",
            COUNT + "&tier=raw",
            COUNT + "&stats=all",
            COUNT + "&explain=1",
            "/api/v1/query_range?start=100&end=100&step=1&query=count(held)");
    for (String path : different) {
      replies.add(ask(path));
    }
    while (source.opened() < different.size()) {
      Thread.onSpinWait();
    }

    source.letGo();

    for (Future<HttpResponse<String>> reply : replies) {
      assertThat(reply.get().statusCode()).as(reply.get().body()).isEqualTo(200);
    }
    assertThat(server.get("/metrics").body()).contains("vedette_querier_shared_queries_total 0.0");
  }

  @Test
  void aQueryAfterAChangeOfSettingsDoesNotJoinARunFromBefore() throws Exception {
    Future<HttpResponse<String>> before = ask(COUNT);
    awaitAskers(1);
    server.settings(QuerierConfig.STOCK.withFeatures(Set.of(LanguageFeature.DELAYED_NAME_REMOVAL)));

    List<Future<HttpResponse<String>>> after = List.of(ask(COUNT), ask(COUNT));
    awaitAskers(2);
    source.letGo();

    for (Future<HttpResponse<String>> reply : after) {
      assertThat(reply.get().statusCode()).isEqualTo(200);
    }
    assertThat(before.get().statusCode()).isEqualTo(200);
    assertThat(source.opened()).isEqualTo(2);
    assertThat(server.get("/metrics").body()).contains("vedette_querier_shared_queries_total 1.0");
  }

  @Test
  void theRunGoesOnForWhoStays() throws Exception {
    Socket first = socket(COUNT);
    awaitAskers(1);
    Socket second = socket(COUNT);
    awaitAskers(2);
    Future<HttpResponse<String>> third = ask(COUNT);
    awaitAskers(3);

    first.close();
    awaitAskers(2);
    second.close();
    awaitAskers(1);
    source.letGo();

    assertThat(third.get().body()).contains("\"value\":[100,\"1\"]");
    assertThat(source.opened()).isEqualTo(1);
  }

  @Test
  void nobodyLeftEndsTheRun() throws Exception {
    try (Socket _ = socket(COUNT);
        Socket _ = socket(COUNT)) {
      awaitAskers(2);
    }
    source.goOnWithoutEnd();
    while (!server.get(ACTIVE).body().endsWith("\"data\":[]}")) {
      Thread.onSpinWait();
    }
    assertThat(server.get("/metrics").body())
        .contains("vedette_querier_failed_queries_total{error=\"query-cancelled\"} 1.0");
  }

  @Test
  void eachAskerHasATimeoutOfItsOwn() throws Exception {
    Future<HttpResponse<String>> patient = ask(COUNT);
    awaitAskers(1);

    HttpResponse<String> hasty = server.get(COUNT + "&timeout=20ms");
    source.letGo();

    assertThat(hasty.statusCode()).isEqualTo(503);
    assertThat(hasty.body()).contains("\"errorType\":\"timeout\"").contains("after 20ms");
    assertThat(patient.get().statusCode()).isEqualTo(200);
  }

  @Test
  void whoHasTimeLeftWhenTheOthersIsUpAsksAgain() throws Exception {
    Future<HttpResponse<String>> hasty = ask(COUNT + "&timeout=1ms");
    awaitAskers(1);
    Future<HttpResponse<String>> patient = ask(COUNT);
    awaitAskers(2);

    source.letGo();

    assertThat(hasty.get().body()).contains("\"errorType\":\"timeout\"");
    assertThat(patient.get().body()).contains("\"value\":[100,\"1\"]");
    assertThat(source.opened()).isEqualTo(2);
  }

  @Test
  void anErrorIsSharedToo() throws Exception {
    String conflicting =
        "/api/v1/query?time=100&query=label_replace(held,%22n%22,%22%22,%22%22,%22%22)";
    source.inner = series("a", "b");
    List<Future<HttpResponse<String>>> replies = List.of(ask(conflicting), ask(conflicting));
    awaitAskers(2);

    source.letGo();

    for (Future<HttpResponse<String>> reply : replies) {
      assertThat(reply.get().statusCode()).isEqualTo(422);
      assertThat(reply.get().body()).contains("same labelset");
    }
    assertThat(source.opened()).isEqualTo(1);
  }

  @Test
  void endingARunEndsItForAll() throws Exception {
    List<Future<HttpResponse<String>>> replies = List.of(ask(COUNT), ask(COUNT));
    String list = awaitAskers(2);
    String id = list.replaceAll(".*\"id\":\"([0-9a-f]{16})\".*", "$1");

    server.postForm(ACTIVE + "/" + id + "/cancel", "");
    source.letGo();

    for (Future<HttpResponse<String>> reply : replies) {
      assertThat(reply.get().statusCode()).isEqualTo(499);
    }
  }

  @Test
  void warningsPointIntoTheTextThatWasAsked() throws Exception {
    source.inner = series("x");
    Future<HttpResponse<String>> first = ask("/api/v1/query?time=100&query=rate(held[1m])");
    awaitAskers(1);
    Future<HttpResponse<String>> second = ask("/api/v1/query?time=100&query=rate(%20%20held[1m])");
    awaitAskers(2);

    source.letGo();

    assertThat(first.get().body()).contains("might not be a counter").contains("(1:6)");
    assertThat(second.get().body()).contains("might not be a counter").contains("(1:8)");
  }

  private Future<HttpResponse<String>> ask(String path) {
    String escaped = path.replace("[", "%5B").replace("]", "%5D");
    return clients.submit(() -> server.get(escaped));
  }

  /** The list of queries, once one of them has so many askers. */
  private String awaitAskers(int askers) throws Exception {
    String list = "";
    while (!list.contains("\"askers\":" + askers) || source.opened() == 0) {
      list = server.get(ACTIVE).body();
    }
    return list;
  }

  private Socket socket(String what) throws Exception {
    Socket socket = new Socket(server.address().host(), server.address().port());
    String request = "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(what);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** Series {@code held} with two samples each. */
  private static InMemorySeries series(String... names) {
    InMemorySeries series = new InMemorySeries();
    for (String name : names.length == 0 ? new String[] {"a"} : names) {
      byte[] labels = LabelBytes.encode(Labels.of("__name__", "held", "n", name));
      WriteBatch batch = new WriteBatch();
      batch.reset(labels);
      batch.addSeries(0, labels.length);
      batch.addSample(60_000, Double.doubleToRawLongBits(1));
      batch.addSample(90_000, Double.doubleToRawLongBits(2));
      series.write(TenantId.DEFAULT, batch);
    }
    return series;
  }
}
