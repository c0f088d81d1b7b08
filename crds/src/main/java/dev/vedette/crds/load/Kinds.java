package dev.vedette.crds.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vedette.crds.VedetteResources;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The kinds there are, each with its Java type and the schema of its CRD. Immutable. */
public final class Kinds {
  private final Map<String, Kind> byName = new LinkedHashMap<>();

  private Kinds() {}

  /** One kind. The schema is that of the whole object. */
  public record Kind(String name, Class<? extends CustomResource<?, ?>> type, Schema schema) {}

  /** Reads the CRDs that are part of this program. */
  public static Kinds load() {
    Schema object = Schema.of(read("/dev/vedette/crds/load/object.yaml"));
    Kinds kinds = new Kinds();
    for (Class<? extends CustomResource<?, ?>> type : VedetteResources.KINDS) {
      String name = HasMetadata.getKind(type);
      JsonNode crd = read("/crds/" + CustomResource.getCRDName(type) + "-v1.yml");
      Schema own = Schema.of(crd.at("/spec/versions/0/schema/openAPIV3Schema"));
      kinds.byName.put(name, new Kind(name, type, own.with(object)));
    }
    return kinds;
  }

  private static JsonNode read(String resource) {
    try (InputStream in = Kinds.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("BUG: the program lacks " + resource);
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Problems problems = new Problems(resource);
      Optional<Tree> tree = TreeReader.read(text, 1, problems);
      return Trees.toJson(
          tree.orElseThrow(
              () -> new IllegalStateException("BUG: unreadable schema: " + problems.list())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
