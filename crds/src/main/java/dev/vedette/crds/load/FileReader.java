package dev.vedette.crds.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vedette.crds.MetricsCluster;
import dev.vedette.crds.ScrapeTarget;
import dev.vedette.crds.VedetteResources;
import dev.vedette.crds.load.Kinds.Kind;
import dev.vedette.crds.load.Tree.Field;
import dev.vedette.crds.load.Tree.Mapping;
import dev.vedette.crds.load.Tree.Scalar;
import dev.vedette.crds.load.Tree.Sequence;
import dev.vedette.model.InvalidRequest;
import io.fabric8.kubernetes.client.CustomResource;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the text of one file: its documents, their objects, all that is wrong. Used once. */
final class FileReader {
  /** Larger files are refused; Kubernetes takes no object above 1.5 MB. */
  static final int MAX_BYTES = 3 << 20;

  private static final String MARK = "---";

  private final String file;
  private final Kinds kinds;
  private final Problems problems;
  private final List<Loaded.Source> objects = new ArrayList<>();
  private final Map<ObjectKey, Position> seen = new HashMap<>();
  private final Set<ObjectKey> refused = new HashSet<>();
  private boolean unnamed;

  FileReader(String file, Kinds kinds) {
    this.file = file;
    this.kinds = kinds;
    this.problems = new Problems(file);
  }

  FileContent read(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      String what = "the file has more than %d bytes".formatted(MAX_BYTES);
      problems.add(Position.START, "", what, "", "split it");
      unnamed = true;
    } else {
      decode(bytes).ifPresent(this::documents);
    }
    return new FileContent(objects, refused, unnamed, problems.list());
  }

  private Optional<String> decode(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      String unmarked = text.startsWith("\uFEFF") ? text.substring(1) : text;
      // JSON may be indented by tabs, YAML may not; in both, no tab means anything inside JSON.
      return Optional.of(file.endsWith(".json") ? unmarked.replace('\t', ' ') : unmarked);
    } catch (CharacterCodingException _) {
      problems.add(Position.START, "", "the file is not UTF-8 text", "", "save it as UTF-8");
      unnamed = true;
      return Optional.empty();
    }
  }

  /**
   * Reads what is between lines of {@code ---} on its own, so that one error spoils only its own.
   */
  private void documents(String text) {
    StringBuilder document = new StringBuilder();
    int firstLine = 1;
    int line = 1;
    for (String content : text.split("\n", -1)) {
      if (startsDocument(content)) {
        document(document.toString(), firstLine);
        document.setLength(0);
        firstLine = line;
        document.append("   ").append(content.substring(MARK.length())).append('\n');
      } else {
        document.append(content).append('\n');
      }
      line++;
    }
    document(document.toString(), firstLine);
  }

  private static boolean startsDocument(String line) {
    return line.startsWith(MARK)
        && (line.length() == MARK.length() || Character.isWhitespace(line.charAt(MARK.length())));
  }

  private void document(String text, int firstLine) {
    int before = problems.size();
    Optional<Tree> tree = TreeReader.read(text, firstLine, problems);
    boolean whole = problems.size() == before;
    tree.ifPresent(root -> object(root, whole));
    unnamed |= tree.isEmpty() && !whole;
  }

  private void object(Tree root, boolean whole) {
    if (!(root instanceof Mapping mapping)) {
      problems.add(
          root.at(),
          "",
          "found " + root.describe(),
          "an object with apiVersion, kind, metadata and spec",
          "");
      unnamed = true;
      return;
    }
    if (text(mapping, "kind").equals("List") && text(mapping, "apiVersion").equals("v1")) {
      list(mapping, whole);
    } else {
      kind(mapping).ifPresentOrElse(kind -> typed(kind, mapping, whole), () -> unnamed = true);
    }
  }

  private void list(Mapping list, boolean whole) {
    Optional<Field> items = list.field("items");
    if (items.isPresent() && items.get().value() instanceof Sequence sequence) {
      sequence.items().forEach(item -> object(item, whole));
    } else {
      problems.add(list.at(), "items", "the field is missing", "a list of objects", "");
      unnamed = true;
    }
  }

  private Optional<Kind> kind(Mapping mapping) {
    String name = text(mapping, "kind");
    String version = text(mapping, "apiVersion");
    Optional<Kind> kind = kinds.named(name);
    if (kind.isEmpty()) {
      String meant =
          Suggestions.nearest(name, kinds.names()).map("did you mean %s?"::formatted).orElse("");
      problem(mapping, "kind", name, "one of " + String.join(", ", kinds.names()), meant);
    }
    if (!version.equals(VedetteResources.API_VERSION)) {
      problem(mapping, "apiVersion", version, VedetteResources.API_VERSION, "");
      return Optional.empty();
    }
    return kind;
  }

  private void problem(
      Mapping mapping, String field, String found, String expected, String wayOut) {
    String what = found.isEmpty() ? "the field is missing" : "found \"%s\"".formatted(found);
    Position at = mapping.field(field).map(Field::at).orElse(mapping.at());
    problems.add(at, field, what, expected, wayOut);
  }

  private void typed(Kind kind, Mapping tree, boolean whole) {
    ObjectKey key = key(kind, tree);
    Position first = seen.putIfAbsent(key, tree.at());
    if (first != null && !key.name().isEmpty()) {
      String what = "%s is given twice, first at %s:%s".formatted(key, file, first);
      problems.add(tree.at(), "metadata.name", what, "", "rename or remove one");
      return;
    }
    Optional<CustomResource<?, ?>> object = convert(kind, tree);
    if (object.isPresent() && whole) {
      objects.add(new Loaded.Source(object.get(), file, tree.at()));
    } else {
      refused.add(key);
      unnamed |= key.name().isEmpty();
    }
  }

  private Optional<CustomResource<?, ?>> convert(Kind kind, Mapping tree) {
    int before = problems.size();
    JsonNode json =
        new SchemaCheck(kind.schema(), problems).check(tree, kind.schema(), FieldPath.ROOT);
    if (json.isMissingNode()) {
      return Optional.empty();
    }
    try {
      CustomResource<?, ?> object = checked(kind, json, new Findings(tree, problems));
      return problems.size() > before ? Optional.empty() : Optional.of(object);
    } catch (InvalidRequest e) {
      problems.add(tree.at(), "", String.valueOf(e.getMessage()), "", e.wayOut());
      return Optional.empty();
    }
  }

  private static CustomResource<?, ?> checked(Kind kind, JsonNode json, Findings findings) {
    // By name: a switch over types is compiled anew at each start, and files are read by all.
    switch (kind.name()) {
      case "MetricsCluster" -> {
        MetricsCluster cluster = TypedObjects.cluster(json);
        ClusterChecks.check(cluster.getSpec(), findings);
        return cluster;
      }
      case "ScrapeTarget" -> {
        ScrapeTarget target = TypedObjects.target(json);
        TargetChecks.check(target.getSpec(), findings);
        return target;
      }
      default -> throw new IllegalStateException("BUG: no checks for " + kind.name());
    }
  }

  @SuppressWarnings("ReferenceEquality") // The tree stands for metadata that are not there.
  private static ObjectKey key(Kind kind, Mapping tree) {
    Tree metadata = tree.field("metadata").map(Field::value).orElse(tree);
    boolean given = metadata != tree && metadata instanceof Mapping;
    String name = given ? text((Mapping) metadata, "name") : "";
    String namespace = given ? text((Mapping) metadata, "namespace") : "";
    return new ObjectKey(kind.name(), namespace.isEmpty() ? "default" : namespace, name);
  }

  private static String text(Mapping mapping, String field) {
    return mapping.field(field).map(Field::value).orElse(mapping) instanceof Scalar scalar
        ? scalar.text()
        : "";
  }
}
