package dev.vedette.crds;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vedette.crds.load.Kinds.Kind;
import dev.vedette.crds.load.Schema;
import dev.vedette.crds.value.DurationText;
import dev.vedette.crds.value.SizeText;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Writes the page of {@code docs/reference} that lists every field of a kind. */
final class ReferencePage {
  @SuppressWarnings("InlineFormatString") // Reads better as a page.
  private static final String HEAD =
      """
      # %s

      %s

      `apiVersion: %s`. Generated from the types in `crds/`; do not edit. A complete example is in
      [examples/quickstart](../../examples/quickstart); `vedette check FILE…` says what is wrong with a file.

      A duration is written as `30s`, `5m`, `1h30m` or `15d` (units `ms`, `s`, `m`, `h`, `d`, `w`, `y`, largest first), a size as `512KB`,
      `10MB` or `1.5GB` (1 KB is 1024 bytes).
      """;

  private final StringBuilder page = new StringBuilder();

  private ReferencePage() {}

  static String of(Kind kind) {
    ReferencePage reference = new ReferencePage();
    Schema spec = kind.schema().properties().get("spec");
    reference.page.append(
        HEAD.formatted(kind.name(), spec.description(), VedetteResources.API_VERSION));
    reference.section("spec", spec, Optional.empty());
    Schema status = kind.schema().properties().get("status");
    if (!status.properties().isEmpty()) {
      reference.section(
          "status", status, Optional.of("Written by Vedette where objects live in Kubernetes."));
    }
    return reference.page.toString();
  }

  private void section(String path, Schema schema, Optional<String> introduction) {
    page.append("\n## ").append(path).append("\n\n");
    introduction.ifPresent(text -> page.append(text).append("\n\n"));
    page.append("| field | value | default | meaning |\n|---|---|---|---|\n");
    schema
        .properties()
        .forEach(
            (name, field) ->
                page.append(
                    "| `%s` | %s | %s | %s |\n"
                        .formatted(
                            name,
                            value(path + "." + name, field),
                            standard(schema, name, field),
                            field.description().replace("|", "\\|"))));
    for (Schema.Rule rule : schema.rules()) {
      page.append("\n- ").append(rule.message()).append('.');
    }
    page.append(schema.rules().isEmpty() ? "" : "\n");
    schema.properties().forEach((name, field) -> below(path + "." + name, field));
  }

  private void below(String path, Schema schema) {
    Schema inner = schema.items().orElse(schema);
    if (!inner.properties().isEmpty()) {
      section(
          schema.items().isPresent() ? path + "[]" : path,
          inner,
          Optional.of(schema.description()));
    }
  }

  private static String standard(Schema parent, String name, Schema field) {
    if (parent.required().contains(name)) {
      return "required";
    }
    return field.standard().filter(value -> !value.isObject()).map(ReferencePage::shown).orElse("");
  }

  private static String shown(JsonNode value) {
    return "`%s`".formatted(value.isTextual() ? value.asText() : value.toString());
  }

  private static String value(String path, Schema schema) {
    if (!schema.allowed().isEmpty()) {
      return "`" + String.join("`, `", schema.allowed()) + "`";
    }
    return switch (schema.type()) {
      case "object" ->
          schema
              .values()
              .map(value -> "map of " + plural(value))
              .orElse("[fields](#%s)".formatted(anchor(path)));
      case "array" -> {
        Schema item = schema.items().orElseThrow();
        yield item.properties().isEmpty()
            ? "list of " + plural(item)
            : "list of [fields](#%s)".formatted(anchor(path));
      }
      case "integer" -> "number" + range(schema);
      case "boolean" -> "`true`, `false`";
      default -> text(schema);
    };
  }

  private static String plural(Schema schema) {
    if (!schema.allowed().isEmpty()) {
      return "`" + String.join("`, `", schema.allowed()) + "`";
    }
    return schema.type().equals("array") ? "lists of texts" : "texts";
  }

  private static String text(Schema schema) {
    Map<String, String> forms = Map.of(DurationText.PATTERN, "duration", SizeText.PATTERN, "size");
    return schema.pattern().map(pattern -> forms.getOrDefault(pattern, "text")).orElse("text");
  }

  private static String range(Schema schema) {
    String least = schema.minimum().map(Object::toString).orElse("");
    Optional<Long> most = schema.maximum().filter(bound -> bound < 2_000_000_000);
    if (most.isPresent()) {
      return ", %s to %d".formatted(least, most.get());
    }
    return least.isEmpty() ? "" : ", from " + least;
  }

  /** As GitHub names the anchor of a heading. */
  private static String anchor(String path) {
    return path.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "");
  }
}
