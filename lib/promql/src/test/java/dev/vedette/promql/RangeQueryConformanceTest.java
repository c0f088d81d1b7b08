package dev.vedette.promql;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.VedetteException;
import dev.vedette.testkit.RecordedRanges;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RangeQueryConformanceTest {
  @Test
  void recordedRangeQueriesAgree() {
    Optional<RecordedRanges> recorded = RecordedRanges.find();
    assumeTrue(recorded.isPresent(), "no recorded cases");
    PromqlEngine engine =
        new PromqlEngine(EngineConfig.DEFAULT, recorded.get().series(), Ticker.system());
    KnownFailures known = new KnownFailures("range-query-known-failures.txt");
    for (JsonNode item : recorded.get().cases()) {
      String difference = difference(engine, item);
      if (difference.isEmpty()) {
        known.passed();
      } else {
        known.failed(item.get("id").asText(), item.get("query").asText() + " -> " + difference);
      }
    }
    known.check(RecordedRanges.CASES);
  }

  private static String difference(PromqlEngine engine, JsonNode item) {
    boolean shouldFail = item.get("should_fail").asBoolean();
    QueryResult.Matrix result;
    try {
      result =
          (QueryResult.Matrix)
              engine.range(
                  TenantId.DEFAULT,
                  item.get("query").asText(),
                  item.get("start").asLong() * 1000,
                  item.get("end").asLong() * 1000,
                  item.get("step").asLong() * 1000,
                  QueryOptions.DEFAULT);
    } catch (VedetteException e) {
      return shouldFail ? "" : "failed: " + e.getMessage();
    }
    if (shouldFail) {
      return "did not fail";
    }
    Map<Labels, JsonNode> expected = new HashMap<>();
    item.get("result")
        .forEach(
            series ->
                expected.put(RecordedRanges.labels(series.get("metric")), series.get("values")));
    for (QueryResult.Column column : result.series()) {
      JsonNode values = expected.remove(column.labels());
      String difference =
          values == null ? "unexpected series " + column.labels() : difference(column, values);
      if (!difference.isEmpty()) {
        return difference;
      }
    }
    return expected.isEmpty() ? "" : "missing series " + expected.keySet();
  }

  private static String difference(QueryResult.Column column, JsonNode values) {
    if (values.size() != column.values().length) {
      return "%s: expected %d points but found %d"
          .formatted(column.labels(), values.size(), column.values().length);
    }
    for (int i = 0; i < values.size(); i++) {
      double wanted = RecordedRanges.value(values.get(i).get(1));
      double actual = column.values()[i];
      if (values.get(i).get(0).asLong() * 1000 != column.timestamps()[i]
          || !RecordedRanges.isClose(wanted, actual)) {
        return "%s at %d: expected %s but was %s"
            .formatted(column.labels(), column.timestamps()[i], wanted, actual);
      }
    }
    return "";
  }
}
