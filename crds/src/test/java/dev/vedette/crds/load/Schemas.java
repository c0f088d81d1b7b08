package dev.vedette.crds.load;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vedette.crds.VedetteResources;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes {@code schemas.json} of a folder of CRDs: of each the schema, with the fields that every
 * object has.
 */
public final class Schemas {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final Path OBJECT =
      Path.of("src/main/resources/dev/vedette/crds/load/object.yaml");

  private Schemas() {}

  public static String of(Path crds) throws IOException {
    JsonNode every = yaml(OBJECT);
    ObjectNode schemas = MAPPER.createObjectNode();
    for (Class<? extends CustomResource<?, ?>> type : VedetteResources.KINDS) {
      JsonNode crd = yaml(crds.resolve(CustomResource.getCRDName(type) + "-v1.yml"));
      ObjectNode own = crd.at("/spec/versions/0/schema/openAPIV3Schema").deepCopy();
      schemas.set(HasMetadata.getKind(type), joined(every, own));
    }
    DefaultPrettyPrinter oneFieldALine =
        new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
    return MAPPER.writer(oneFieldALine).writeValueAsString(schemas) + "\n";
  }

  private static ObjectNode joined(JsonNode every, ObjectNode own) {
    ObjectNode properties = every.get("properties").deepCopy();
    properties.setAll((ObjectNode) own.get("properties"));
    ArrayNode required = every.get("required").deepCopy();
    own.path("required").forEach(required::add);
    own.set("properties", properties);
    own.set("required", required);
    return own;
  }

  private static JsonNode yaml(Path file) throws IOException {
    String text = Files.readString(file);
    return Trees.toJson(TreeReader.read(text, 1, new Problems(file.toString())).orElseThrow());
  }
}
