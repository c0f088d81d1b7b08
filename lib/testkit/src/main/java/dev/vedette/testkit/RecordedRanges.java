package dev.vedette.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vedette.model.Labels;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * Range queries that a real Prometheus answered, with the samples that it had. A case has the
 * members {@code id}, {@code query}, {@code start}, {@code end} and {@code step} in seconds, {@code
 * should_fail}, and what the API said: {@code status} as HTTP has it, {@code result} and {@code
 * warnings}, or {@code errorType} and {@code error}.
 *
 * @param cases an array of them
 */
public record RecordedRanges(InMemorySeries series, JsonNode cases) {
  /** How many there are. */
  public static final int CASES = 539;

  private static final double TOLERANCE = 1e-9;

  /** Empty where there are no recorded cases, which is said. */
  public static Optional<RecordedRanges> find() {
    return Conformance.find("promql-http")
        .map(
            folder ->
                new RecordedRanges(
                    load(folder.resolve("demo-data.jsonl.gz")),
                    Conformance.json(folder.resolve("range-queries.json"))));
  }

  private static InMemorySeries load(Path file) {
    InMemorySeries store = new InMemorySeries();
    ObjectMapper json = new ObjectMapper();
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
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return store;
  }

  public static Labels labels(JsonNode node) {
    Labels.Builder labels = new Labels.Builder();
    node.properties().forEach(label -> labels.set(label.getKey(), label.getValue().asText()));
    return labels.build();
  }

  /** The value of a sample, a number or its text. */
  public static double value(JsonNode node) {
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

  /** Whether a value is the recorded one, up to a relative error of 1e-9. */
  public static boolean isClose(double recorded, double actual) {
    return recorded == actual
        || Double.isNaN(recorded) && Double.isNaN(actual)
        || Math.abs(recorded - actual)
            <= TOLERANCE * Math.max(Math.abs(recorded), Math.abs(actual));
  }
}
