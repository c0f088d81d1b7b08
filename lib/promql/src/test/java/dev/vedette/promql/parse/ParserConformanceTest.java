package dev.vedette.promql.parse;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vedette.model.InvalidRequest;
import dev.vedette.promql.KnownFailures;
import dev.vedette.promql.lex.Lexer;
import dev.vedette.promql.lex.Token;
import dev.vedette.promql.lex.TokenKind;
import dev.vedette.testkit.Conformance;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ParserConformanceTest {
  private static final int CASES = 713;

  private final ObjectMapper json = new ObjectMapper();

  @Test
  void recordedParserCasesAgree() {
    Optional<Path> file = Conformance.find("promql/parser-cases.json");
    assumeTrue(file.isPresent(), "no recorded cases");
    KnownFailures known = new KnownFailures("parser-known-failures.txt");
    for (JsonNode item : Conformance.json(file.get())) {
      String id = item.get("kind").asText() + " " + item.get("id").asText();
      String difference;
      try {
        difference = differenceOf(item);
      } catch (RuntimeException | StackOverflowError e) {
        difference = e.toString();
      }
      if (difference.isEmpty()) {
        known.passed();
      } else {
        known.failed(id, item.get("input") + " -> " + difference);
      }
    }
    known.check(CASES);
  }

  private String differenceOf(JsonNode item) {
    return switch (item.get("kind").asText()) {
      case "expr" -> expr(item);
      case "to_string" -> print(item, item.get("expected").asText());
      case "pretty_width_10" -> pretty(item);
      case "lex" -> lex(item);
      default -> SeriesCases.difference(item);
    };
  }

  private String expr(JsonNode item) {
    String input = item.get("input").asText();
    if (item.get("should_fail").asBoolean()) {
      try {
        return "parsed as " + Printer.print(Parser.parse(input, features(item)));
      } catch (InvalidRequest e) {
        return compare(item.get("error_full").asText(), String.valueOf(e.getMessage()));
      }
    }
    Expr expr = Parser.parse(input, features(item));
    String difference = compare(item.get("value_type").asText(), expr.type().text());
    if (difference.isEmpty()) {
      difference = position(item.get("ast").get("PosRange"), expr, input);
    }
    return difference.isEmpty() ? print(item, null) : difference;
  }

  private static String position(JsonNode range, Expr expr, String input) {
    if (range == null) {
      return "";
    }
    String actual = bytes(input, expr.source().start()) + ".." + bytes(input, expr.source().end());
    return compare(range.get(0).asInt() + ".." + range.get(1).asInt(), actual);
  }

  private static int bytes(String input, int chars) {
    return input.substring(0, chars).getBytes(StandardCharsets.UTF_8).length;
  }

  private String print(JsonNode item, String expected) {
    Expr expr = Parser.parse(item.get("input").asText(), features(item));
    String difference = expected == null ? "" : compare(expected, Printer.print(expr));
    if (difference.isEmpty()) {
      difference = compare(item.get("api_format_query_data").asText(), Printer.pretty(expr));
    }
    if (difference.isEmpty()) {
      JsonNode tree = json.valueToTree(ParseTree.of(expr));
      JsonNode wanted = item.get("api_parse_query_data");
      difference = sameJson(wanted, tree) ? "" : wanted + " but was " + tree;
    }
    return difference;
  }

  private boolean sameJson(JsonNode wanted, JsonNode actual) {
    return wanted.equals(
        (a, b) ->
            a.isNumber() && b.isNumber() && a.asDouble() == b.asDouble() ? 0 : a.equals(b) ? 0 : 1,
        actual);
  }

  private String pretty(JsonNode item) {
    Expr expr = Parser.parse(item.get("input").asText(), Features.ALL);
    String difference = compare(item.get("expected").asText(), Printer.pretty(expr, 10));
    return difference.isEmpty() ? print(item, null) : difference;
  }

  private static String lex(JsonNode item) {
    if (item.get("series_desc").asBoolean()) {
      return SeriesCases.difference(item);
    }
    List<Token> tokens = Lexer.tokens(item.get("input").asText());
    boolean failed = tokens.getLast().kind() == TokenKind.ERROR;
    if (item.get("should_fail").asBoolean()) {
      return failed ? "" : "no error but " + tokens;
    }
    List<String> expected = new ArrayList<>();
    for (JsonNode token : item.get("tokens")) {
      expected.add(token.get(0).asText() + token.get(1) + token.get(2).asText());
      if (token.get(0).asText().equals("ERROR")) {
        break;
      }
    }
    List<String> actual = new ArrayList<>();
    for (Token token : tokens) {
      if (token.kind() != TokenKind.END_OF_INPUT) {
        actual.add(token.kind().name() + token.start() + token.text());
      }
    }
    return compare(expected.toString(), actual.toString());
  }

  private static String compare(String expected, String actual) {
    return expected.equals(actual) ? "" : "expected " + expected + " but was " + actual;
  }

  private static Features features(JsonNode item) {
    Set<String> flags = new HashSet<>();
    if (item.has("feature_flags")) {
      item.get("feature_flags").forEach(flag -> flags.add(flag.asText()));
    }
    return new Features(
        flags.contains("experimental-functions"),
        true,
        flags.contains("extended-range-selectors"),
        flags.contains("binop-fill-modifiers"));
  }
}
