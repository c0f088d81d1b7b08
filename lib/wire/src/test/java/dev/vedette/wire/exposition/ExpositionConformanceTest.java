package dev.vedette.wire.exposition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Labels;
import dev.vedette.model.SpecialValues;
import dev.vedette.testkit.Conformance;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every recorded exposition is taken or refused, and read, as Prometheus 3 does. */
class ExpositionConformanceTest {
  /**
   * Prometheus' parser lets a repeated label name through and its scrape refuses the body later;
   * here making the labels refuses it.
   */
  private static final Set<String> REPEATED_NAMES =
      Set.of("om/bad_invalid_labels_2", "om/bad_invalid_labels_5");

  @TestFactory
  Stream<DynamicTest> readsWhatPrometheusReads() {
    return Conformance.find("exposition/cases.json").stream()
        .flatMap(path -> Conformance.json(path).valueStream())
        .map(one -> DynamicTest.dynamicTest(one.get("id").asText(), () -> check(one)));
  }

  private static void check(JsonNode one) {
    byte[] body = one.get("input").asText().getBytes(StandardCharsets.UTF_8);
    ExpositionFormat format =
        one.get("format").asText().equals("text")
            ? ExpositionFormat.TEXT
            : ExpositionFormat.OPENMETRICS;
    boolean refused =
        !one.get("prometheus_parses").asBoolean()
            || REPEATED_NAMES.contains(one.get("id").asText());
    if (refused) {
      assertThatThrownBy(() -> read(format, body))
          .isInstanceOfSatisfying(
              InvalidRequest.class, e -> assertThat(e.id()).isEqualTo(ErrorId.INVALID_EXPOSITION))
          .hasMessageStartingWith("line ");
      return;
    }
    List<String> expected = new ArrayList<>();
    one.get("prometheus_entries").forEach(entry -> expected.add(expected(entry)));
    assertThat(read(format, body)).containsExactlyElementsOf(expected);
  }

  private static String expected(JsonNode entry) {
    if (entry.has("series")) {
      return "series %s %s %s start %s exemplar %s"
          .formatted(
              labels(entry.get("series")),
              value(entry),
              entry.path("timestamp_ms").asText("-"),
              entry.path("start_timestamp_ms").asText("-"),
              entry.has("exemplars") ? exemplar(entry.get("exemplars").get(0)) : "-");
    }
    for (String kind : List.of("type", "help", "unit")) {
      if (entry.has(kind)) {
        return kind + " " + entry.get(kind).asText() + " " + entry.get("text").asText();
      }
    }
    return "comment " + entry.get("comment").asText();
  }

  private static String exemplar(JsonNode exemplar) {
    return "%s %s %s"
        .formatted(
            labels(exemplar.get("labels")),
            value(exemplar),
            exemplar.path("timestamp_ms").asText("-"));
  }

  private static Labels labels(JsonNode node) {
    Map<String, String> labels = new TreeMap<>();
    node.properties().forEach(field -> labels.put(field.getKey(), field.getValue().asText()));
    return Labels.of(labels);
  }

  private static long value(JsonNode node) {
    return switch (node.get("value").asText()) {
      case "NaN" -> SpecialValues.NAN_BITS;
      case "+Inf" -> Double.doubleToRawLongBits(Double.POSITIVE_INFINITY);
      case "-Inf" -> Double.doubleToRawLongBits(Double.NEGATIVE_INFINITY);
      case String text -> Double.doubleToRawLongBits(Double.parseDouble(text));
    };
  }

  private static List<String> read(ExpositionFormat format, byte[] body) {
    ExpositionParser parser = format.parser();
    parser.foldCreated(format == ExpositionFormat.OPENMETRICS);
    parser.reset(body, body.length);
    List<String> entries = new ArrayList<>();
    while (true) {
      switch (parser.next()) {
        case END -> {
          return entries;
        }
        case SERIES -> entries.add(series(parser));
        case TYPE -> entries.add("type " + rawFamily(parser) + " " + parser.type().text());
        case HELP -> entries.add("help " + rawFamily(parser) + " " + parser.text());
        case UNIT -> entries.add("unit " + rawFamily(parser) + " " + parser.text());
        case COMMENT -> entries.add("comment " + parser.text());
      }
    }
  }

  /** Prometheus reports the name as written, escapes and all; ours are resolved in family(). */
  private static String rawFamily(ExpositionParser parser) {
    return ((TextualParser) parser).writtenFamily();
  }

  private static String series(ExpositionParser parser) {
    String exemplar =
        parser.nextExemplar()
            ? "%s %s %s"
                .formatted(
                    parser.exemplarLabels(),
                    parser.exemplarValueBits(),
                    parser.exemplarHasTimestamp() ? parser.exemplarTimestampMillis() : "-")
            : "-";
    return "series %s %s %s start %s exemplar %s"
        .formatted(
            parser.labels(),
            parser.valueBits(),
            parser.hasTimestamp() ? parser.timestampMillis() : "-",
            parser.hasStart() ? parser.startMillis() : "-",
            exemplar);
  }
}
