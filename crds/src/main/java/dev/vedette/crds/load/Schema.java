package dev.vedette.crds.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
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
    Optional<BigDecimal> minimum,
    Optional<BigDecimal> maximum,
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
        Optional.ofNullable(node.get("minimum")).map(JsonNode::decimalValue),
        Optional.ofNullable(node.get("maximum")).map(JsonNode::decimalValue),
        size(node, "min"),
        size(node, "max"),
        Optional.ofNullable(node.get("default")),
        rules(node));
  }

  private static Optional<Schema> schema(JsonNode node, String field) {
    return Optional.ofNullable(node.get(field)).filter(JsonNode::isObject).map(Schema::of);
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

  /** This object with the fields of another beside its own. */
  Schema with(Schema other) {
    Map<String, Schema> all = new TreeMap<>(other.properties);
    all.putAll(properties);
    List<String> needed = new ArrayList<>(other.required);
    needed.addAll(required);
    return new Schema(
        type,
        description,
        all,
        needed,
        values,
        items,
        allowed,
        pattern,
        minimum,
        maximum,
        minSize,
        maxSize,
        standard,
        rules);
  }

  /** Whether any field may be in it, as in labels. */
  boolean isMap() {
    return values.isPresent();
  }
}
