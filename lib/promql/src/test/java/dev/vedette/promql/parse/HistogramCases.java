package dev.vedette.promql.parse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.InvalidRequest;
import dev.vedette.promql.lex.Lexer;
import dev.vedette.promql.lex.TokenKind;
import dev.vedette.promql.script.HistogramLiteral;
import dev.vedette.promql.script.SeriesLexer;
import dev.vedette.promql.script.SeriesLine;
import java.util.ArrayList;
import java.util.List;

/** Cases of the histograms of test scripts. */
final class HistogramCases {
  private HistogramCases() {}

  static String series(JsonNode item) {
    String input = item.get("input").asText();
    SeriesLine line;
    try {
      line = SeriesLine.parse(input);
    } catch (InvalidRequest e) {
      String wanted = item.path("error_substring").asText("none");
      return String.valueOf(e.getMessage()).contains(wanted) ? "" : wanted + " but was " + e;
    }
    if (item.get("should_fail").asBoolean()) {
      return "read as " + line;
    }
    List<Histogram> expected = new ArrayList<>();
    item.get("expected").forEach(each -> expected.add(histogram(each)));
    List<Histogram> actual = new ArrayList<>();
    for (SeriesLine.Item each : line.items()) {
      actual.add(((SeriesLine.Item.Histogram) each).literal().histogram());
    }
    return expected.equals(actual) ? "" : "expected %s but was %s".formatted(expected, actual);
  }

  static String format(JsonNode item) {
    String actual = HistogramLiteral.text(histogram(item.get("input")));
    String expected = item.get("expected").asText();
    return expected.equals(actual) ? "" : "expected %s but was %s".formatted(expected, actual);
  }

  private static Histogram histogram(JsonNode node) {
    HistogramLayout layout =
        HistogramLayout.of(
            node.path("Schema").asInt(),
            node.path("ZeroThreshold").asDouble(),
            spans(node.path("PositiveSpans")),
            spans(node.path("NegativeSpans")));
    List<Double> counts = new ArrayList<>();
    counts.add(node.path("Count").asDouble());
    counts.add(node.path("ZeroCount").asDouble());
    node.path("PositiveBuckets").forEach(count -> counts.add(count.asDouble()));
    node.path("NegativeBuckets").forEach(count -> counts.add(count.asDouble()));
    CounterReset reset =
        switch (node.path("CounterResetHint").asText("")) {
          case "histogram.CounterReset" -> CounterReset.YES;
          case "histogram.NotCounterReset" -> CounterReset.NO;
          case "histogram.GaugeType" -> CounterReset.GAUGE;
          default -> CounterReset.UNKNOWN;
        };
    return Histogram.ofColumns(
        layout,
        true,
        reset,
        Double.doubleToRawLongBits(node.path("Sum").asDouble()),
        counts.stream().mapToLong(Double::doubleToRawLongBits).toArray());
  }

  private static BucketSpans spans(JsonNode spans) {
    List<Integer> all = new ArrayList<>();
    spans.forEach(
        span -> {
          all.add(span.get("Offset").asInt());
          all.add(span.get("Length").asInt());
        });
    return BucketSpans.of(all.stream().mapToInt(Integer::intValue).toArray());
  }

  /** Tokens of a whole line: those of the name and labels, then those of the values. */
  static String lex(JsonNode item) {
    String input = item.get("input").asText();
    List<String> expected = new ArrayList<>();
    for (JsonNode token : item.get("tokens")) {
      expected.add(token.get(0).asText() + token.get(1) + token.get(2).asText());
    }
    String head = input.substring(0, SeriesLine.headEnd(input));
    int end = Parser.parseSeriesHead(head).end();
    List<String> actual = new ArrayList<>();
    Lexer.tokens(head.substring(0, end)).stream()
        .filter(token -> token.kind() != TokenKind.END_OF_INPUT)
        .forEach(token -> actual.add(token.kind().name() + token.start() + token.text()));
    SeriesLexer.tokens(input, end)
        .forEach(token -> actual.add(token.kind().name() + token.start() + token.text()));
    return expected.equals(actual) ? "" : "expected %s but was %s".formatted(expected, actual);
  }
}
