package dev.vedette.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import dev.vedette.testkit.RemoteWriteRequest;
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
  private static final int SERIES = 60_000;
  private static final int AT_ONCE = 24;

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

  private static void fill(Server server, long now) throws Exception {
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
