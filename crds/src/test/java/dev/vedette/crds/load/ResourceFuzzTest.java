package dev.vedette.crds.load;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.testkit.Fuzz;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever a resource file holds ends in objects and problems. */
class ResourceFuzzTest {
  private static final String RELABELING =
      """
      apiVersion: vedette.dev/v1alpha1
      kind: ScrapeTarget
      metadata: {name: a}
      spec:
        static: [{targets: ["localhost:9100"], labels: {a: b}}]
        interval: 15s
        relabelings:
          - {sourceLabels: [a, b], separator: ";", regex: "(.+);(.*)", targetLabel: c, replacement: "$1-${2}"}
          - {action: HashMod, sourceLabels: [a], modulus: 8, targetLabel: d}
          - action: LabelMap
            regex: __meta_(.+)
        metricRelabelings:
          - {action: Drop, sourceLabels: [__name__], regex: "go_.*"}
      """;

  @Test
  void files() throws Exception {
    ResourceLoader loader = new ResourceLoader();
    Fuzz fuzz = Fuzz.of("resource").seed(RELABELING);
    Path examples = Path.of(System.getProperty("vedette.root")).resolve("examples/quickstart");
    try (Stream<Path> files = Files.list(examples)) {
      for (Path file : files.sorted().toList()) {
        fuzz.seed(Files.readAllBytes(file));
      }
    }
    fuzz.words(
            "{",
            "}",
            "[",
            "]",
            ": ",
            ", ",
            "- ",
            "\n",
            "  ",
            "---\n",
            "&a ",
            "*a",
            "!!int ",
            "<<: ",
            "null",
            "~",
            "1e999999999",
            ".inf",
            "'",
            "\"",
            "|\n",
            ">-\n",
            "#",
            "? ",
            "\t",
            "yes",
            "spec:",
            "regex: ",
            "(a+)+",
            "$",
            "${",
            "kind: List\n",
            "items:",
            "15s",
            "1Gi")
        .withRegexes()
        .run(
            1_500,
            input -> {
              String text = new String(input, StandardCharsets.UTF_8);
              List<Problem> problems = loader.loadText("x.yaml", text).problems();
              if (!problems.isEmpty()) {
                throw new InvalidRequest(ErrorId.INVALID_REQUEST, problems.toString(), "");
              }
            });
  }
}
