package dev.vedette.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import dev.vedette.testkit.RemoteWriteRequest;
import java.io.IOException;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many queries at once, each of which would take more memory than the whole process has. */
class QueryBombTest {
  static final int SERIES = 60_000;
  private static final int AT_ONCE = 24;
  // Leaves turns to small ones.
  private static final int OTHERS_AT_ONCE = 12;
  private static final int SLOW_READERS = 6;

  private static final List<String> BOMBS =
      List.of(
          "fill",
          "fill + fill",
          "sort(fill)",
          "quantile(0.5, fill)",
          "count_values(\"v\", fill)",
          "label_replace(fill, \"x\", \"$1\", \"i\", \"(.*)\")",
          "max_over_time(fill[20m:1ms])",
          "sum by (i) (rate(fill[5m]))");

  @Test
  void heavyQueriesAreRefusedAndTheProcessGoesOn(@TempDir Path temp) throws Exception {
    long now = System.currentTimeMillis() - 60_000;
    try (Server server = Server.start(temp.resolve("data"))) {
      fill(server, now);

      List<HttpResponse<String>> answers = drop(server, now);

      assertThat(answers)
          .allSatisfy(
              answer -> {
                assertThat(answer.statusCode()).as(answer.body()).isIn(422, 503);
                assertThat(answer.body()).contains("(query-limit)");
              });
      assertThat(answers).extracting(HttpResponse::statusCode).contains(422);
      assertThat(server.query("count(fill)", now).at("/0/value/1").asInt()).isEqualTo(SERIES);
      assertThat(server.query("vedette_querier_memory_limit_bytes", now + 60_000)).isNotNull();
      assertThat(server.get("/metrics").body())
          .contains("vedette_querier_memory_reserved_bytes 0.0");
      assertThat(server.output()).doesNotContain("OutOfMemoryError");
    }
  }

  /** Whatever is asked, by however many, and whether or not they read what they asked for. */
  @Test
  void smallQueriesAndHealthAreAnsweredThroughout(@TempDir Path temp) throws Exception {
    long now = System.currentTimeMillis() - 60_000;
    List<Socket> slowReaders = new ArrayList<>();
    try (Server server = Server.start(temp.resolve("data"));
        ExecutorService clients = Executors.newFixedThreadPool(OTHERS_AT_ONCE)) {
      fill(server, now);
      for (int i = 0; i < SLOW_READERS; i++) {
        slowReaders.add(askAndReadNothing(server, wide("fill{rack=\"r" + i + "\"}", now)));
      }
      List<Future<HttpResponse<String>>> asked = new ArrayList<>();
      for (String bomb : otherBombs()) {
        asked.add(clients.submit(() -> server.get(path(bomb, now))));
        asked.add(clients.submit(() -> server.get(instant(bomb, now))));
      }

      do {
        assertThat(server.get("/-/healthy").statusCode()).isEqualTo(200);
        HttpResponse<String> small = server.get(instant("count(fill{i=\"7\"})", now));
        assertThat(small.statusCode()).as(small.body()).isEqualTo(200);
        assertThat(small.body()).contains("\"10\"");
      } while (!asked.stream().allMatch(Future::isDone));

      for (Future<HttpResponse<String>> one : asked) {
        HttpResponse<String> answer = one.get();
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 400, 422, 503);
        assertThat(answer.body()).doesNotContain("internal error");
      }
      assertThat(server.output()).doesNotContain("OutOfMemoryError");
    } finally {
      for (Socket socket : slowReaders) {
        socket.close();
      }
    }
  }

  private static List<String> otherBombs() {
    String grown = "fill";
    for (int i = 0; i < 12; i++) {
      grown = "label_replace(%s,\"i\",\"$1$1$1$1$1$1$1$1\",\"i\",\"(.*)\")".formatted(grown);
    }
    return List.of(
        "fill * on (rack) group_left fill",
        "fill * on (i, rack) group_left fill * on (i, rack) group_left fill",
        "topk(100000, fill)",
        "topk(3, fill)",
        "bottomk by (rack) (1000, fill)",
        "sort_desc(fill or fill offset 1m)",
        grown,
        "label_join(" + grown + ",\"x\",\"-\",\"i\",\"i\",\"i\",\"i\")",
        "fill{i=~\"((((0|1)*.*)*x*)*)*\"}",
        "fill{i=~\"(((a{1,100}){1,100}){1,100}){1,100}\"}",
        "sum(".repeat(290) + "fill" + ")".repeat(290),
        "(".repeat(1000) + "1" + ")".repeat(1000),
        "max_over_time(max_over_time(max_over_time(fill[1h:1s])[1h:1s])[1h:1s])",
        "sum(quantile_over_time(0.5, fill[20m:1ms]))",
        "count_values(\"v\", fill * time())",
        "stddev by (i) (fill) / on (i) group_right sum by (i, rack) (fill)",
        "absent_over_time(fill[30d:1ms])",
        "{__name__=~\".+\"}");
  }

  private static String instant(String expression, long now) {
    return "/api/v1/query?time=%d.%03d&query=%s"
        .formatted(now / 1000, now % 1000, URLEncoder.encode(expression, StandardCharsets.UTF_8));
  }

  /** Of a few thousand series at 300 steps, which is an answer of tens of megabytes. */
  private static String wide(String expression, long now) {
    return "/api/v1/query_range?start=%d&end=%d&step=1&query=%s"
        .formatted(
            now / 1000 - 60,
            now / 1000 + 240,
            URLEncoder.encode(expression, StandardCharsets.UTF_8));
  }

  private static Socket askAndReadNothing(Server server, String path) throws IOException {
    Socket socket = new Socket(server.address().getHost(), server.address().getPort());
    String request = "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(path);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** {@link #SERIES} of a metric {@code fill}, with a sample now and one a minute ago. */
  static void fill(Server server, long now) throws Exception {
    for (int from = 0; from < SERIES; from += 10_000) {
      RemoteWriteRequest request = new RemoteWriteRequest();
      for (int i = from; i < from + 10_000; i++) {
        // Below the limit of values of one label.
        request.series(Labels.of("__name__", "fill", "i", "" + i % 6000, "rack", "r" + i / 6000));
        request.sample(now - 60_000, i);
        request.sample(now, i);
      }
      HttpResponse<String> answer = server.write(request);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
    }
  }

  private static List<HttpResponse<String>> drop(Server server, long now) throws Exception {
    List<HttpResponse<String>> answers = new ArrayList<>();
    try (ExecutorService clients = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<HttpResponse<String>>> asked = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        String path = path(BOMBS.get(i % BOMBS.size()), now);
        asked.add(clients.submit(() -> server.get(path)));
      }
      for (Future<HttpResponse<String>> one : asked) {
        answers.add(one.get());
      }
    }
    return answers;
  }

  /** 10,000 steps within the time that samples are looked back for. */
  private static String path(String expression, long now) {
    return "/api/v1/query_range?start=%d.%03d&end=%d.%03d&step=0.01&query=%s"
        .formatted(
            now / 1000,
            now % 1000,
            (now + 100_000) / 1000,
            (now + 100_000) % 1000,
            URLEncoder.encode(expression, StandardCharsets.UTF_8));
  }
}
