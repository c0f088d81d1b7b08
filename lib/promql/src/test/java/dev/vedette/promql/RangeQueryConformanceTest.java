package dev.vedette.promql;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vedette.model.Labels;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.VedetteException;
import dev.vedette.testkit.Conformance;
import dev.vedette.testkit.InMemorySeries;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class RangeQueryConformanceTest {
  private static final double TOLERANCE = 1e-9;

  private final ObjectMapper json = new ObjectMapper();

  @Test
  void recordedRangeQueriesAgree() throws IOException {
    Optional<Path> folder = Conformance.find("promql-http");
    assumeTrue(folder.isPresent(), "no recorded cases");
    PromqlEngine engine =
        new PromqlEngine(
            EngineConfig.DEFAULT,
            load(folder.get().resolve("demo-data.jsonl.gz")),
            Ticker.system());
    KnownFailures known = new KnownFailures("range-query-known-failures.txt");
    for (JsonNode item : Conformance.json(folder.get().resolve("range-queries.json"))) {
      String difference = difference(engine, item);
      if (difference.isEmpty()) {
        known.passed();
      } else {
        known.failed(item.get("id").asText(), item.get("query").asText() + " -> " + difference);
      }
    }
    known.check();
  }

  private InMemorySeries load(Path file) throws IOException {
    InMemorySeries store = new InMemorySeries();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode series = json.readTree(line);
        Labels labels = labels(series.get("labels"));
        for (JsonNode sample : series.get("samples")) {
          store.append(TenantId.DEFAULT, labels, sample.get(0).asLong(), value(sample.get(1)));
        }
      }
    }
    return store;
  }

  private static Labels labels(JsonNode node) {
    Labels.Builder labels = new Labels.Builder();
    node.properties().forEach(label -> labels.set(label.getKey(), label.getValue().asText()));
    return labels.build();
  }

  private static double value(JsonNode node) {
    if (node.isNumber()) {
      return node.asDouble();
    }
    return switch (node.asText()) {
      case "stale" -> Double.longBitsToDouble(SpecialValues.STALE_BITS);
      case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(node.asText());
    };
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
        .forEach(series -> expected.put(labels(series.get("metric")), series.get("values")));
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
      double wanted = value(values.get(i).get(1));
      double actual = column.values()[i];
      boolean same =
          wanted == actual
              || Double.isNaN(wanted) && Double.isNaN(actual)
              || Math.abs(wanted - actual)
                  <= TOLERANCE * Math.max(Math.abs(wanted), Math.abs(actual));
      if (values.get(i).get(0).asLong() * 1000 != column.timestamps()[i] || !same) {
        return "%s at %d: expected %s but was %s"
            .formatted(column.labels(), column.timestamps()[i], wanted, actual);
      }
    }
    return "";
  }
}
