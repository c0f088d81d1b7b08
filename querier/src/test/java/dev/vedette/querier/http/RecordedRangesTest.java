package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vedette.querier.QuerierConfig;
import dev.vedette.testkit.RecordedRanges;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Recorded range queries by way of HTTP, each asked twice, so that what was worked out before
 * answers a part of it the second time: it is the recorded answer both times.
 */
class RecordedRangesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  // Of the ten minutes that are asked for the first five do not change any more.
  private static final long SETTLED = 1_700_003_700;

  @Test
  void answersAreTheRecordedOnesWorkedOutOrKnown() throws Exception {
    Optional<RecordedRanges> recorded = RecordedRanges.find();
    assumeTrue(recorded.isPresent());
    HeldSeries source = new HeldSeries(recorded.get().series());
    source.letGo();
    source.history = new StubHistory(SETTLED * 1000);
    JsonNode cases = recorded.get().cases();
    assertThat(cases).hasSize(RecordedRanges.CASES);
    try (TestServer server = new TestServer(QuerierConfig.STOCK, source, Optional.empty())) {
      double few = knownOfAll(server, cases, "at first");
      double some = knownOfAll(server, cases, "with a part that is known");

      // Some expressions mean the same. Those with @ are worked out whole.
      assertThat(few).isLessThan(cases.size());
      assertThat(some).isGreaterThan(4.0 * cases.size());
    }
  }

  /** Asks for all; returns how many steps came from the cache. */
  private static double knownOfAll(TestServer server, JsonNode cases, String when)
      throws Exception {
    double before = knownSteps(server);
    Map<String, String> differences = new TreeMap<>();
    for (JsonNode item : cases) {
      String difference = difference(item, ask(server, item));
      if (!difference.isEmpty()) {
        differences.put(item.get("query").asText(), difference);
      }
    }
    assertThat(differences).as("answers that differ %s", when).isEmpty();
    return knownSteps(server) - before;
  }

  private static double knownSteps(TestServer server) throws IOException, InterruptedException {
    return server
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("vedette_querier_cache_hit_steps_total "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
        .sum();
  }

  private static HttpResponse<String> ask(TestServer server, JsonNode item)
      throws IOException, InterruptedException {
    return server.postForm(
        "/api/v1/query_range",
        "query=%s&start=%s&end=%s&step=%s"
            .formatted(
                URLEncoder.encode(item.get("query").asText(), StandardCharsets.UTF_8),
                item.get("start").asText(),
                item.get("end").asText(),
                item.get("step").asText()));
  }

  /** What differs between a recorded answer and one; empty where nothing does. */
  private static String difference(JsonNode item, HttpResponse<String> reply) throws IOException {
    if (reply.statusCode() != item.get("status").asInt()) {
      return "status %d: %s".formatted(reply.statusCode(), reply.body());
    }
    JsonNode answer = JSON.readTree(reply.body());
    if (item.get("should_fail").asBoolean()) {
      boolean same =
          answer.path("status").asText().equals("error")
              && answer.path("errorType").equals(item.get("errorType"))
              && answer.path("error").equals(item.get("error"));
      return same ? "" : reply.body();
    }
    boolean same =
        answer.path("status").asText().equals("success")
            && answer.at("/data/resultType").equals(item.get("resultType"))
            && warnings(answer).equals(warnings(item));
    return same ? difference(item.get("result"), answer.at("/data/result")) : reply.body();
  }

  /** In no order: Prometheus keeps them in a map. */
  private static Set<String> warnings(JsonNode answer) {
    Set<String> warnings = new TreeSet<>();
    answer.path("warnings").forEach(warning -> warnings.add(warning.asText()));
    return warnings;
  }

  /** Series come in the same order, too. */
  private static String difference(JsonNode recorded, JsonNode found) {
    if (found.size() != recorded.size()) {
      return "%d series, not %d".formatted(found.size(), recorded.size());
    }
    for (int i = 0; i < recorded.size(); i++) {
      JsonNode metric = found.get(i).get("metric");
      if (!metric.equals(recorded.get(i).get("metric")) || found.get(i).size() != 2) {
        return "series %s, not %s".formatted(metric, recorded.get(i).get("metric"));
      }
      String points = points(recorded.get(i).get("values"), found.get(i).get("values"));
      if (!points.isEmpty()) {
        return "%s: %s".formatted(metric, points);
      }
    }
    return "";
  }

  private static String points(JsonNode recorded, JsonNode found) {
    if (found.size() != recorded.size()) {
      return "%d points, not %d".formatted(found.size(), recorded.size());
    }
    for (int i = 0; i < recorded.size(); i++) {
      JsonNode wanted = recorded.get(i);
      JsonNode point = found.get(i);
      boolean same =
          point.get(0).asDouble() == wanted.get(0).asDouble()
              && point.get(1).isTextual()
              && RecordedRanges.isClose(
                  RecordedRanges.value(wanted.get(1)), RecordedRanges.value(point.get(1)));
      if (!same) {
        return "%s, not %s".formatted(point, wanted);
      }
    }
    return "";
  }
}
