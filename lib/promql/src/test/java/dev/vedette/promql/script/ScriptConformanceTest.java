package dev.vedette.promql.script;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vedette.model.Ticker;
import dev.vedette.promql.KnownFailures;
import dev.vedette.promql.script.ScriptRunner.Outcome;
import dev.vedette.testkit.Conformance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScriptConformanceTest {
  // Of Prometheus' own scripts, and of those that a Prometheus answered for us.
  private static final int EVALUATIONS = 2195 + 358;

  @Test
  void recordedScriptsGiveWhatTheyExpect() throws IOException {
    Optional<Path> folder = Conformance.find("promql/testdata");
    assumeTrue(folder.isPresent(), "no recorded cases");
    KnownFailures known = new KnownFailures("script-known-failures.txt");
    try (Stream<Path> files = Files.list(folder.get())) {
      for (Path file : files.sorted().toList()) {
        run(file, known);
      }
    }
    known.check(EVALUATIONS);
  }

  private static void run(Path file, KnownFailures known) throws IOException {
    List<Outcome> outcomes =
        new ScriptRunner(new ScriptMemory(), Ticker.system()).run(Files.readString(file));
    for (Outcome outcome : outcomes) {
      if (outcome.passed()) {
        known.passed();
      } else {
        known.failed(
            file.getFileName() + ":" + outcome.line(),
            outcome.expression() + " -> " + outcome.failure());
      }
    }
  }
}
