package dev.vedette.ingester.relabel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vedette.model.Labels;
import dev.vedette.testkit.Conformance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Recorded input and output of Prometheus' own relabelling. */
class RelabelConformanceTest {
  @TestFactory
  Stream<DynamicTest> relabelsAsPrometheusDoes() {
    Optional<Path> file = Conformance.find("relabel/cases.json");
    return file.stream()
        .flatMap(path -> Conformance.json(path).valueStream())
        .map(one -> DynamicTest.dynamicTest(one.get("source").asText(), () -> check(one)));
  }

  private static void check(JsonNode one) {
    Relabeler relabeler = Relabeler.of(rules(one.get("relabel_configs")));

    Optional<Labels> result = relabeler.apply(labels(one.get("input")));

    if (one.get("drop").asBoolean()) {
      assertThat(result).isEmpty();
    } else {
      assertThat(result).contains(labels(one.get("output")));
    }
  }

  private static Labels labels(JsonNode node) {
    TreeMap<String, String> labels = new TreeMap<>();
    node.properties().forEach(field -> labels.put(field.getKey(), field.getValue().asText()));
    return Labels.of(labels);
  }

  private static List<RelabelRule> rules(JsonNode configs) {
    List<RelabelRule> rules = new ArrayList<>();
    configs.forEach(config -> rules.add(rule(config)));
    return rules;
  }

  private static RelabelRule rule(JsonNode config) {
    RelabelRule rule =
        RelabelRule.of(RelabelRule.Action.named(config.get("action").asText()).orElseThrow());
    List<String> sources = new ArrayList<>();
    config.path("source_labels").forEach(label -> sources.add(label.asText()));
    return rule.withSourceLabels(sources)
        .withSeparator(config.path("separator").asText(rule.separator()))
        .withRegex(config.path("regex").asText(rule.regex()))
        .withModulus(config.path("modulus").asLong(0))
        .withTargetLabel(config.path("target_label").asText(""))
        .withReplacement(config.path("replacement").asText(rule.replacement()));
  }
}
