package dev.vedette.crds.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/**
 * The part of a CRD's schema that says what one value may be; the same schema that the Kubernetes
 * API server checks and takes defaults from. Immutable.
 *
 * @param type object, array, string, integer, number or boolean
 * @param properties fields of an object by name, sorted; empty for a map
 * @param values what every value of a map is
 * @param items what every item of an array is
 * @param minimum the least that a number may be, a whole number
 */
public record Schema(
    String type,
    String description,
    Map<String, Schema> properties,
    List<String> required,
    Optional<Schema> values,
    Optional<Schema> items,
    List<String> allowed,
    Optional<String> pattern,
    Optional<Long> minimum,
    Optional<Long> maximum,
    Optional<Integer> minSize,
    Optional<Integer> maxSize,
    Optional<JsonNode> standard,
    List<Rule> rules) {

  /** A condition over several fields, in CEL, and what to say where it does not hold. */
  public record Rule(String expression, String message, String fieldPath) {}

  /** Reads a schema as a CRD holds it. */
  static Schema of(JsonNode node) {
    Map<String, Schema> properties = new TreeMap<>();
    node.path("properties").properties().forEach(e -> properties.put(e.getKey(), of(e.getValue())));
    return new Schema(
        node.path("type").asText("object"),
        node.path("description").asText(""),
        properties,
        texts(node.path("required")),
        schema(node, "additionalProperties"),
        schema(node, "items"),
        texts(node.path("enum")),
        Optional.ofNullable(node.get("pattern")).map(JsonNode::asText),
        bound(node, "minimum"),
        bound(node, "maximum"),
        size(node, "min"),
        size(node, "max"),
        Optional.ofNullable(node.get("default")),
        rules(node));
  }

  private static Optional<Schema> schema(JsonNode node, String field) {
    return Optional.ofNullable(node.get(field)).filter(JsonNode::isObject).map(Schema::of);
  }

  /** All bounds of ours are whole numbers. */
  private static Optional<Long> bound(JsonNode node, String name) {
    JsonNode bound = node.get(name);
    if (bound != null && !bound.canConvertToExactIntegral()) {
      throw new IllegalStateException("BUG: %s %s is no whole number".formatted(name, bound));
    }
    return Optional.ofNullable(bound).map(JsonNode::longValue);
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  /** Bounds of a text, a list and a map are named differently and mean the same. */
  private static Optional<Integer> size(JsonNode node, String bound) {
    for (String suffix : List.of("Length", "Items", "Properties")) {
      JsonNode value = node.get(bound + suffix);
      if (value != null) {
        return Optional.of(value.intValue());
      }
    }
    return Optional.empty();
  }

  private static List<Rule> rules(JsonNode node) {
    List<Rule> rules = new ArrayList<>();
    for (JsonNode rule : node.path("x-kubernetes-validations")) {
      rules.add(
          new Rule(
              rule.path("rule").asText(),
              rule.path("message").asText(),
              rule.path("fieldPath").asText("")));
    }
    return rules;
  }

  /** Whether any field may be in it, as in labels. */
  boolean isMap() {
    return values.isPresent();
  }
}
