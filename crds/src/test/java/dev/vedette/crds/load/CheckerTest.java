package dev.vedette.crds.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckerTest {
  private static final String GOOD =
      """
      apiVersion: vedette.dev/v1alpha1
      kind: ScrapeTarget
      metadata: {name: a}
      spec: {static: {targets: ["a:1"]}}
      """;

  private final Checker checker = new Checker(new ResourceLoader());
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private int run(String stdin, String... args) {
    ByteArrayInputStream in = new ByteArrayInputStream(stdin.getBytes(UTF_8));
    return checker.run(List.of(args), in, new PrintStream(printed, true, UTF_8));
  }

  @Test
  void goodFilesAreCounted(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("a.yaml"), GOOD);

    assertThat(run("", file.toString())).isZero();
    assertThat(printed.toString(UTF_8)).isEqualTo("1 objects ok, 0 problems\n");
  }

  @Test
  void standardInputAndFilesAreOneSet(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("a.yaml"), GOOD);

    assertThat(run(GOOD, folder.toString(), "-")).isEqualTo(1);
    assertThat(printed.toString(UTF_8))
        .contains("<stdin>:1:1 metadata.name: ScrapeTarget default/a is given twice, first at ")
        .endsWith("1 objects ok, 1 problems\n");
  }

  @Test
  void aFileThatIsNotThereFailsTheCheckUnlessThereIsAnother(@TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("a.yaml"), GOOD);
    String missing = folder.resolve("b.yaml").toString();

    assertThat(run("", missing)).isEqualTo(2);
    assertThat(printed.toString(UTF_8)).contains("b.yaml");
    assertThat(run("", file.toString(), missing)).isEqualTo(1);
  }

  @Test
  void nothingToCheckIsSaid() {
    assertThat(run("")).isEqualTo(2);
    assertThat(printed.toString(UTF_8)).startsWith("nothing to check");
  }
}
