package dev.vedette.app;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The queries of {@link WarmUpCommand}: the kinds that dashboards ask, over and over, as forms on
 * one connection, as Grafana sends them. So the first queries of a server run as its later ones.
 */
final class WarmUpQueries {
  private static final long SPAN_SECONDS = 1800;

  private static final List<String> QUERIES =
      List.of(
          "warm_up_0",
          "warm_up_1{instance=~\"host-[1-5]\"}",
          "sum(rate(warm_up_1[5m]))",
          "sum by (instance) (rate(warm_up_1{job!=\"idle\"}[5m]))",
          "100 * (1 - avg by (instance) (rate(warm_up_1[1m])))",
          "avg(warm_up_2) by (job)",
          "avg_over_time(warm_up_2[2m])",
          "max_over_time(warm_up_3[10m])",
          "topk(3, changes(warm_up_2[5m]))",
          "quantile(0.9, irate(warm_up_5[5m]))",
          "sum by (instance) ({__name__=~\"warm_up_.*\"})",
          "warm_up_2 / warm_up_6",
          "count by (instance) (warm_up_2 > 10 or warm_up_3)",
          "histogram_quantile(0.99, sum by (le) (rate(warm_up_9[5m])))",
          "sum(increase(warm_up_1[10m])) without (instance)");

  private WarmUpQueries() {}

  /** Asks all of them, each for half an hour and for its end, so many times. */
  static void ask(URI address, long endMillis, int rounds) throws IOException {
    for (int round = 0; round < rounds; round++) {
      try (Socket socket = new Socket(address.getHost(), address.getPort())) {
        socket.getOutputStream().write(requests(endMillis / 1000 - round));
        String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int answered = answers.split("HTTP/1.1 200 ", -1).length - 1;
        if (answered != 2 * QUERIES.size()) {
          throw new IllegalStateException(
              "%d of %d queries were answered: %s"
                  .formatted(answered, 2 * QUERIES.size(), answers));
        }
      }
    }
  }

  private static byte[] requests(long end) {
    ByteArrayOutputStream requests = new ByteArrayOutputStream();
    String span = "start=%d&end=%d&step=15".formatted(end - SPAN_SECONDS, end);
    for (int i = 0; i < QUERIES.size(); i++) {
      String query = "&query=" + URLEncoder.encode(QUERIES.get(i), StandardCharsets.UTF_8);
      boolean last = i == QUERIES.size() - 1;
      requests.writeBytes(request("query_range", span + query, false));
      requests.writeBytes(request("query", "time=" + end + query, last));
    }
    return requests.toByteArray();
  }

  private static byte[] request(String endpoint, String form, boolean isLast) {
    return """
    POST /api/v1/%s HTTP/1.1\r
    Host: localhost\r
    %sContent-Type: application/x-www-form-urlencoded\r
    Content-Length: %d\r
    \r
    %s"""
        .formatted(endpoint, isLast ? "Connection: close\r\n" : "", form.length(), form)
        .getBytes(StandardCharsets.US_ASCII);
  }
}
