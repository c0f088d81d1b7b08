package dev.vedette.crds;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * An API server refuses a CRD whose rules fail on the CRD's own defaults, and it asks them of a
 * default as it is written, its fields not filled in.
 */
class RulesTest {
  private static final Pattern FIELD = Pattern.compile("self\\.([A-Za-z]+)");

  @Test
  void rulesOfWhatMayBeAnEmptyDefaultAskFirstWhetherAFieldIsThere() throws IOException {
    List<String> rules = new ArrayList<>();
    for (String name : List.of("metricsclusters", "scrapetargets")) {
      collect(read(Path.of("src/main/resources/crds", name + ".vedette.dev-v1.yml")), rules);
    }

    assertThat(rules).as("rules beside a default").isNotEmpty();
    assertThat(rules)
        .allSatisfy(
            rule ->
                assertThat(FIELD.matcher(rule).results().map(MatchResult::group))
                    .allSatisfy(field -> assertThat(rule).contains("has(" + field + ")")));
  }

  private static JsonNode read(Path crd) throws IOException {
    try (InputStream in = Files.newInputStream(crd)) {
      Object yaml = new Load(LoadSettings.builder().build()).loadFromInputStream(in);
      return new ObjectMapper().valueToTree(yaml);
    }
  }

  private static void collect(JsonNode schema, List<String> rules) {
    if (schema.has("default")) {
      schema.path("x-kubernetes-validations").forEach(it -> rules.add(it.path("rule").asText()));
    }
    schema.forEach(part -> collect(part, rules));
  }
}
