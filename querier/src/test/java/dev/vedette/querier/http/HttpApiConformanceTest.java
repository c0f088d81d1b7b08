package dev.vedette.querier.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.Conformance;
import dev.vedette.testkit.InMemorySeries;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Requests recorded from a real Prometheus, sent to a real server over the same data. Cases that do
 * not pass are listed with their reason in {@code http-api-open.properties}; the test fails when
 * one of those begins to pass, and when any other does not. Where a later version only has more
 * members, the rest has to be as recorded.
 */
class HttpApiConformanceTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NEWER = "newer members: ";
  private static final int CASES = 243;

  @Test
  void answersAsPrometheusDidExceptForTheListedCases() throws Exception {
    Optional<Path> folder = Conformance.find("http-api");
    assumeTrue(folder.isPresent());
    JsonNode cases = Conformance.json(folder.get().resolve("cases.json"));
    assertThat(cases).as("recorded cases").hasSize(CASES);
    Map<Integer, String> failures = new TreeMap<>();
    try (TestServer server =
        new TestServer(load(Conformance.json(folder.get().resolve("data.json"))))) {
      for (JsonNode testCase : cases) {
        String difference = difference(server, testCase, Set.of());
        if (!difference.isEmpty()) {
          int id = testCase.get("id").asInt();
          failures.put(id, difference);
          Set<String> newer = newer(id);
          if (!newer.isEmpty()) {
            assertThat(difference(server, testCase, newer)).as("case %d", id).isEmpty();
          }
        }
      }
    }
    System.out.printf("%d passed, %d failed%n", cases.size() - failures.size(), failures.size());
    assertThat(failures.keySet()).as(describe(failures)).isEqualTo(open());
  }

  private static InMemorySeries load(JsonNode data) {
    InMemorySeries series = new InMemorySeries();
    for (JsonNode one : data) {
      Labels.Builder labels = new Labels.Builder();
      one.get("labels").properties().forEach(l -> labels.set(l.getKey(), l.getValue().asText()));
      for (JsonNode sample : one.get("samples")) {
        series.append(
            TenantId.DEFAULT, labels.build(), sample.get(0).asLong(), sample.get(1).asDouble());
      }
    }
    return series;
  }

  /** Members that came after the recording, where those are all that differs. */
  private static Set<String> newer(int id) throws IOException {
    String reason = openCases().getProperty(Integer.toString(id), "");
    return reason.startsWith(NEWER)
        ? Set.of(reason.substring(NEWER.length()).split(", ", -1))
        : Set.of();
  }

  private static Set<Integer> open() throws IOException {
    return openCases().stringPropertyNames().stream()
        .map(Integer::valueOf)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Properties openCases() throws IOException {
    Properties open = new Properties();
    try (InputStream in =
        HttpApiConformanceTest.class.getResourceAsStream("http-api-open.properties")) {
      open.load(in);
    }
    return open;
  }

  private static String describe(Map<Integer, String> failures) throws IOException {
    Set<Integer> open = open();
    StringBuilder text = new StringBuilder("cases that failed; new ones:\n");
    failures.forEach(
        (id, difference) -> {
          if (!open.contains(id)) {
            text.append(id).append(": ").append(difference).append('\n');
          }
        });
    return text.toString().replace("%", "%%");
  }

  /** What differs between the answer and the recording; empty where nothing does. */
  private static String difference(TestServer server, JsonNode testCase, Set<String> ignored)
      throws Exception {
    HttpResponse<String> reply = server.send(request(server, testCase));
    if (reply.statusCode() != testCase.get("status").asInt()) {
      return "status %d: %s".formatted(reply.statusCode(), reply.body());
    }
    String headers = headerDifference(reply, testCase.path("response_headers"));
    if (!headers.isEmpty()) {
      return headers;
    }
    if (testCase.has("text")) {
      return reply.body().equals(testCase.get("text").asText()) ? "" : "text " + reply.body();
    }
    return bodyDifference(testCase, without(ignored, JSON.readTree(reply.body())));
  }

  private static JsonNode without(Set<String> members, JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.remove(members);
    }
    node.forEach(child -> without(members, child));
    return node;
  }

  private static HttpRequest request(TestServer server, JsonNode testCase) {
    String encoded = encode(testCase.get("params"));
    String path = testCase.get("path").asText();
    String method = testCase.get("method").asText();
    boolean post = method.equals("POST");
    HttpRequest.Builder request =
        server.to(post || encoded.isEmpty() ? path : path + "?" + encoded);
    if (post) {
      request.header("Content-Type", "application/x-www-form-urlencoded");
    }
    testCase.path("headers").properties().stream()
        .forEach(h -> request.header(h.getKey(), h.getValue().asText()));
    return request
        .method(
            method,
            post
                ? HttpRequest.BodyPublishers.ofString(encoded)
                : HttpRequest.BodyPublishers.noBody())
        .build();
  }

  private static String encode(JsonNode params) {
    List<String> pairs = new ArrayList<>();
    params
        .properties()
        .forEach(
            param -> {
              JsonNode value = param.getValue();
              for (JsonNode one : value.isArray() ? value : JSON.createArrayNode().add(value)) {
                pairs.add(encode(param.getKey()) + "=" + encode(one.asText()));
              }
            });
    return String.join("&", pairs);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String headerDifference(HttpResponse<String> reply, JsonNode expected) {
    for (Map.Entry<String, JsonNode> header : expected.properties()) {
      String actual = reply.headers().firstValue(header.getKey()).orElse("");
      if (!actual.equals(header.getValue().asText())) {
        return "header %s: %s".formatted(header.getKey(), actual);
      }
    }
    return "";
  }

  private static String bodyDifference(JsonNode testCase, JsonNode actual) {
    JsonNode expected = testCase.get("json");
    boolean same =
        switch (testCase.get("compare").asText()) {
          case "exact" -> canonical(actual, testCase).equals(canonical(expected, testCase));
          case "status" -> actual.path("errorType").equals(expected.path("errorType"));
          case "shape" -> shape(actual).equals(shape(expected));
          default -> throw new IllegalStateException("unknown comparison in " + testCase);
        };
    return same ? "" : actual.toString();
  }

  /** Numbers as doubles, and series in one order, unless the query gives them one. */
  private static JsonNode canonical(JsonNode body, JsonNode testCase) {
    JsonNode copy = numbersAsDoubles(body);
    JsonNode result = copy.path("data").path("result");
    JsonNode series = result.isArray() ? result : copy.path("data");
    String query = testCase.path("params").path("query").toString();
    boolean ordered = query.contains("topk") || query.contains("sort");
    if (series instanceof ArrayNode array
        && !array.isEmpty()
        && array.get(0).isObject()
        && !ordered) {
      List<JsonNode> sorted = new ArrayList<>();
      array.forEach(sorted::add);
      sorted.sort(java.util.Comparator.comparing(JsonNode::toString));
      array.removeAll();
      array.addAll(sorted);
    }
    return copy;
  }

  private static JsonNode numbersAsDoubles(JsonNode node) {
    if (node.isNumber()) {
      return JsonNodeFactory.instance.numberNode(node.asDouble());
    }
    if (node.isArray()) {
      ArrayNode out = JSON.createArrayNode();
      node.forEach(element -> out.add(numbersAsDoubles(element)));
      return out;
    }
    if (node.isObject()) {
      ObjectNode out = JSON.createObjectNode();
      new TreeMap<>(
              node.properties().stream()
                  .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)))
          .forEach((name, value) -> out.set(name, numbersAsDoubles(value)));
      return out;
    }
    return node;
  }

  /** Keys and types only; of an array its first element's. */
  private static String shape(JsonNode node) {
    if (node.isObject()) {
      return node.properties().stream()
          .map(member -> member.getKey() + ":" + shape(member.getValue()))
          .sorted()
          .collect(Collectors.joining(",", "{", "}"));
    }
    if (node.isArray()) {
      return node.isEmpty() ? "[]" : "[" + shape(node.get(0)) + "]";
    }
    return node.getNodeType().toString();
  }
}
