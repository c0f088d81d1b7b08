package dev.vedette.crds.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vedette.crds.VedetteResources;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The kinds there are, each with its Java type and the schema of its CRD. Immutable. */
public final class Kinds {
  /** The schemas of all kinds by name: CRDs and object.yaml, joined by the build's tests. */
  static final String SCHEMAS = "/dev/vedette/crds/load/schemas.json";

  private final Map<String, Kind> byName = new LinkedHashMap<>();

  private Kinds() {}

  /** One kind. The schema is that of the whole object. */
  public record Kind(String name, Class<? extends CustomResource<?, ?>> type, Schema schema) {}

  /** Reads the schemas that are part of this program. */
  public static Kinds load() {
    JsonNode schemas = JsonResource.read(SCHEMAS);
    Kinds kinds = new Kinds();
    for (Class<? extends CustomResource<?, ?>> type : VedetteResources.KINDS) {
      String name = HasMetadata.getKind(type);
      JsonNode schema = schemas.get(name);
      if (schema == null) {
        throw new IllegalStateException("BUG: %s lacks %s".formatted(SCHEMAS, name));
      }
      kinds.byName.put(name, new Kind(name, type, Schema.of(schema)));
    }
    return kinds;
  }

  Optional<Kind> named(String kind) {
    return Optional.ofNullable(byName.get(kind));
  }

  /** All of them, in the order in which pages list them. */
  public List<Kind> all() {
    return List.copyOf(byName.values());
  }

  List<String> names() {
    return List.copyOf(byName.keySet());
  }
}
