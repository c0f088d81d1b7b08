package dev.vedette.crds.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vedette.crds.MetricsClusterSpec.TenantOverride;
import dev.vedette.crds.load.Tree.Field;
import dev.vedette.crds.load.Tree.Mapping;
import dev.vedette.crds.load.Tree.Scalar;
import dev.vedette.crds.load.Tree.Sequence;
import dev.vedette.crds.value.DurationText;
import dev.vedette.crds.value.SizeText;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Compares a value with a schema, notes everything that differs, and fills in defaults, as the
 * Kubernetes API server does with an object of the same kind. Cross-field rules are not its job.
 */
final class SchemaCheck {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Older YAML, and so kubectl, takes these for booleans where they stand without quotes. */
  private static final Pattern OLD_BOOLEAN =
      Pattern.compile("y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF");

  /** What the patterns of our schemas say, for people. */
  private static final Map<String, String> IN_WORDS =
      Map.of(
          TenantOverride.PATTERN,
          TenantOverride.EXPECTED,
          DurationText.PATTERN,
          DurationText.EXPECTED,
          SizeText.PATTERN,
          SizeText.EXPECTED,
          "^/.*$",
          "a path that begins with /",
          "^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
          "a name of lower-case letters, digits, - and .",
          "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
          "a name of lower-case letters, digits and -");

  private final Schema root;
  private final Problems problems;
  private final Map<String, Pattern> patterns = new ConcurrentHashMap<>();

  SchemaCheck(Schema root, Problems problems) {
    this.root = root;
    this.problems = problems;
  }

  /**
   * The value with defaults filled in and without what is wrong: such a field counts as left out, a
   * list with such an item, and an object that then lacks a required field, do so as a whole. A
   * missing node where nothing is left. So what depends on several fields can be checked as well.
   */
  JsonNode check(Tree tree, Schema schema, FieldPath path) {
    return switch (schema.type()) {
      case "object" ->
          tree instanceof Mapping mapping
              ? object(mapping, schema, path)
              : mismatch(tree, path, "a mapping of fields");
      case "array" ->
          tree instanceof Sequence sequence
              ? array(sequence, schema, path)
              : mismatch(tree, path, "a list (lines that begin with - or [a, b])");
      default ->
          tree instanceof Scalar scalar
              ? scalar(scalar, schema, path)
              : mismatch(tree, path, expectation(schema));
    };
  }

  private JsonNode object(Mapping mapping, Schema schema, FieldPath path) {
    ObjectNode object = JSON.objectNode();
    for (Field field : mapping.fields()) {
      FieldPath at = path.field(field.name());
      Optional<Schema> known =
          Optional.ofNullable(schema.properties().get(field.name())).or(schema::values);
      if (known.isEmpty()) {
        unknown(field, schema, at);
      } else if (!isNothing(field.value()) || known.get().standard().isEmpty()) {
        JsonNode value = check(field.value(), known.get(), at);
        if (!value.isMissingNode()) {
          object.set(field.name(), value);
        }
      }
    }
    for (String name : schema.required()) {
      if (mapping.field(name).isEmpty()) {
        Schema missing = schema.properties().get(name);
        String expected = missing == null ? "" : expectation(missing);
        problems.add(
            mapping.at(), path.field(name).toString(), "the field is missing", expected, "add it");
      }
    }
    checkSize(mapping, mapping.fields().size(), schema, path, "fields");
    fillIn(object, schema);
    return schema.required().stream().allMatch(object::has) ? object : JSON.missingNode();
  }

  /** Defaults of fields that are not there, and below them. */
  private static void fillIn(ObjectNode object, Schema schema) {
    schema
        .properties()
        .forEach(
            (name, property) -> {
              if (!object.has(name) && property.standard().isPresent()) {
                JsonNode value = property.standard().get().deepCopy();
                if (value instanceof ObjectNode child) {
                  fillIn(child, property);
                }
                object.set(name, value);
              }
            });
  }

  @SuppressWarnings("ReferenceEquality") // That very place of the schema, not one like it.
  private void unknown(Field field, Schema schema, FieldPath path) {
    // What older kubectl versions and the API server leave behind is not the author's business.
    if (schema.properties().isEmpty() && schema == root.properties().get("status")) {
      return;
    }
    problems.add(
        field.at(),
        path.toString(),
        "there is no such field",
        "one of " + String.join(", ", schema.properties().keySet()),
        meant(field, schema));
  }

  private String meant(Field field, Schema schema) {
    Optional<String> near = Suggestions.nearest(field.name(), schema.properties().keySet());
    if (near.isPresent()) {
      return "did you mean %s?".formatted(near.get());
    }
    List<String> elsewhere =
        Suggestions.elsewhere(field.name(), root, "").stream()
            .filter(path -> !path.startsWith("status"))
            .toList();
    return elsewhere.isEmpty()
        ? "remove it"
        : "did you mean %s?".formatted(String.join(" or ", elsewhere));
  }

  private JsonNode array(Sequence sequence, Schema schema, FieldPath path) {
    ArrayNode array = JSON.arrayNode();
    Optional<Schema> items = schema.items();
    boolean whole = true;
    for (int i = 0; i < sequence.items().size(); i++) {
      Tree item = sequence.items().get(i);
      FieldPath at = path.item(i);
      JsonNode value = items.map(each -> check(item, each, at)).orElseGet(() -> Trees.toJson(item));
      whole &= !value.isMissingNode();
      array.add(value);
    }
    checkSize(sequence, sequence.items().size(), schema, path, "items");
    return whole ? array : JSON.missingNode();
  }

  private JsonNode scalar(Scalar scalar, Schema schema, FieldPath path) {
    return switch (schema.type()) {
      case "string" -> text(scalar, schema, path);
      case "boolean" ->
          scalar.type() == Tree.Type.BOOLEAN
              ? Trees.toJson(scalar)
              : mismatch(scalar, path, "true or false");
      case "integer", "number" -> number(scalar, schema, path);
      default -> throw new IllegalStateException("BUG: schema type " + schema.type());
    };
  }

  private JsonNode text(Scalar scalar, Schema schema, FieldPath path) {
    String text = scalar.text();
    boolean oldBoolean = scalar.plain() && OLD_BOOLEAN.matcher(text).matches();
    if (isNothing(scalar)) {
      return mismatch(scalar, path, expectation(schema));
    }
    if (scalar.type() != Tree.Type.STRING || oldBoolean) {
      String quoted = "write it in quotes: \"%s\"".formatted(scalar.shown());
      String found = oldBoolean ? "the boolean " + text : scalar.describe();
      problems.add(scalar.at(), path.toString(), "found " + found, expectation(schema), quoted);
      return JSON.missingNode();
    }
    if (!schema.allowed().isEmpty() && !schema.allowed().contains(text)) {
      String meant =
          Suggestions.nearest(text, schema.allowed()).map("did you mean %s?"::formatted).orElse("");
      problems.add(
          scalar.at(), path.toString(), "found " + scalar.describe(), expectation(schema), meant);
      return JSON.missingNode();
    }
    if (schema.pattern().isPresent() && !matches(schema.pattern().get(), text)) {
      return mismatch(scalar, path, expectation(schema));
    }
    checkSize(scalar, text.length(), schema, path, "characters");
    return JSON.textNode(text);
  }

  private boolean matches(String pattern, String text) {
    return patterns.computeIfAbsent(pattern, Pattern::compile).matcher(text).matches();
  }

  private JsonNode number(Scalar scalar, Schema schema, FieldPath path) {
    boolean whole = schema.type().equals("integer");
    boolean fits =
        scalar.type() == Tree.Type.INTEGER || (!whole && scalar.type() == Tree.Type.NUMBER);
    if (!fits || scalar.text().length() > Trees.MAX_DIGITS) {
      return mismatch(scalar, path, expectation(schema));
    }
    JsonNode value = Trees.toJson(scalar);
    return inRange(value, schema, whole) ? value : mismatch(scalar, path, expectation(schema));
  }

  private static boolean inRange(JsonNode value, Schema schema, boolean whole) {
    if (value.isLong()) {
      long number = value.longValue();
      return schema.minimum().orElse(Long.MIN_VALUE) <= number
          && number <= schema.maximum().orElse(Long.MAX_VALUE);
    }
    if (whole && !value.canConvertToLong()) {
      return false;
    }
    BigDecimal number = value.decimalValue();
    return schema
            .minimum()
            .filter(least -> BigDecimal.valueOf(least).compareTo(number) > 0)
            .isEmpty()
        && schema
            .maximum()
            .filter(most -> BigDecimal.valueOf(most).compareTo(number) < 0)
            .isEmpty();
  }

  private void checkSize(Tree tree, int size, Schema schema, FieldPath path, String what) {
    int least = schema.minSize().orElse(0);
    int most = schema.maxSize().orElse(Integer.MAX_VALUE);
    if (size < least || size > most) {
      String expected =
          most == Integer.MAX_VALUE
              ? "at least %d".formatted(least)
              : "%d to %d".formatted(least, most);
      problems.add(tree.at(), path.toString(), "found %d %s".formatted(size, what), expected, "");
    }
  }

  private JsonNode mismatch(Tree tree, FieldPath path, String expected) {
    problems.add(tree.at(), path.toString(), "found " + tree.describe(), expected, "");
    return JSON.missingNode();
  }

  private static boolean isNothing(Tree tree) {
    return tree instanceof Scalar(_, Tree.Type type, _, _) && type == Tree.Type.NULL;
  }

  /** What a schema wants, in words. */
  static String expectation(Schema schema) {
    if (!schema.allowed().isEmpty()) {
      return "one of " + String.join(", ", schema.allowed());
    }
    return switch (schema.type()) {
      case "object" -> "a mapping of fields";
      case "array" -> "a list (lines that begin with - or [a, b])";
      case "boolean" -> "true or false";
      case "integer" -> "a whole number" + range(schema);
      case "number" -> "a number" + range(schema);
      default ->
          schema
              .pattern()
              .map(pattern -> IN_WORDS.getOrDefault(pattern, "a text that matches " + pattern))
              .orElse("a text");
    };
  }

  private static String range(Schema schema) {
    String least = schema.minimum().map(Object::toString).orElse("");
    String most = schema.maximum().map(Object::toString).orElse("");
    if (!least.isEmpty() && !most.isEmpty()) {
      return " from %s to %s".formatted(least, most);
    }
    return least.isEmpty() ? "" : " of at least " + least;
  }
}
