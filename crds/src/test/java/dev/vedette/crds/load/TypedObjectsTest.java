package dev.vedette.crds.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vedette.crds.load.Kinds.Kind;
import dev.vedette.crds.value.DurationText;
import dev.vedette.crds.value.SizeText;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jackson, which looks at the types' annotations, is the oracle of the reading by hand. */
class TypedObjectsTest {
  private static final ObjectMapper ORACLE = new ObjectMapper();
  private static final Kinds KINDS = Kinds.load();

  @ParameterizedTest
  @ValueSource(strings = {"MetricsCluster", "ScrapeTarget"})
  void anObjectWithEveryFieldIsReadAsItsAnnotationsSay(String name) throws Exception {
    Kind kind = KINDS.named(name).orElseThrow();
    ObjectNode full = (ObjectNode) example(kind.schema(), 7);
    full.remove("status");
    ((ObjectNode) full.get("metadata")).retain("name", "namespace", "labels", "annotations");

    CustomResource<?, ?> read = read(kind, full);

    assertThat(read.getSpec()).isEqualTo(ORACLE.treeToValue(full, kind.type()).getSpec());
    assertThat(read.getMetadata()).isEqualTo(ORACLE.treeToValue(full, kind.type()).getMetadata());
    // Every field has a value of its own, so none can stand in for another.
    assertThat(full.get("spec").toString()).doesNotContain("null");
  }

  @ParameterizedTest
  @ValueSource(strings = {"MetricsCluster", "ScrapeTarget"})
  void anObjectWithNothingButDefaultsIsReadAsItsAnnotationsSay(String name) throws Exception {
    Kind kind = KINDS.named(name).orElseThrow();
    String head = "apiVersion: a\nkind: b\nmetadata: {name: x}\n";
    String spec = name.equals("ScrapeTarget") ? "spec: {static: {targets: [a]}}\n" : "";
    Tree tree = TreeReader.read(head + spec, 1, new Problems("x")).orElseThrow();
    Problems problems = new Problems("x");
    JsonNode json =
        new SchemaCheck(kind.schema(), problems).check(tree, kind.schema(), FieldPath.ROOT);

    CustomResource<?, ?> read = read(kind, json);

    assertThat(read.getSpec()).isEqualTo(ORACLE.treeToValue(json, kind.type()).getSpec());
  }

  private static CustomResource<?, ?> read(Kind kind, JsonNode json) {
    return kind.name().equals("ScrapeTarget")
        ? TypedObjects.target(json)
        : TypedObjects.cluster(json);
  }

  /** A value with every field there is; numbers and texts differ from field to field. */
  private static JsonNode example(Schema schema, int seed) {
    if (schema.isMap()) {
      ObjectNode map = ORACLE.createObjectNode();
      map.set("key" + seed, example(schema.values().orElseThrow(), seed + 1));
      return map;
    }
    return switch (schema.type()) {
      case "object" -> {
        ObjectNode object = ORACLE.createObjectNode();
        int next = seed;
        for (Map.Entry<String, Schema> property : schema.properties().entrySet()) {
          next += 3;
          object.set(property.getKey(), example(property.getValue(), next));
        }
        yield object;
      }
      case "array" ->
          schema.items().isPresent()
              ? ORACLE
                  .createArrayNode()
                  .add(example(schema.items().get(), seed + 1))
                  .add(example(schema.items().get(), seed + 2))
              : ORACLE.createArrayNode();
      case "integer" -> ORACLE.getNodeFactory().numberNode(seed + 1000L);
      // The opposite of the default.
      case "boolean" ->
          ORACLE
              .getNodeFactory()
              .booleanNode(!schema.standard().map(JsonNode::booleanValue).orElse(false));
      default -> ORACLE.getNodeFactory().textNode(text(schema, seed));
    };
  }

  private static String text(Schema schema, int seed) {
    if (!schema.allowed().isEmpty()) {
      return schema.allowed().get(seed % schema.allowed().size());
    }
    String pattern = schema.pattern().orElse("");
    if (pattern.equals(DurationText.PATTERN)) {
      return seed + "m";
    }
    if (pattern.equals(SizeText.PATTERN)) {
      return seed + "KB";
    }
    return "text" + seed;
  }
}
