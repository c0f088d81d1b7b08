package dev.vedette.crds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.ErrorId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorPageTest {
  private static final Path PAGE =
      Path.of(System.getProperty("vedette.root")).resolve("docs/errors.md");

  @Test
  void everyErrorIdHasItsSectionInTheSameOrder() throws IOException {
    List<String> sections =
        Files.readAllLines(PAGE).stream()
            .filter(line -> line.startsWith("## "))
            .map(line -> line.substring(3))
            .toList();

    assertThat(sections).isEqualTo(Arrays.stream(ErrorId.values()).map(ErrorId::id).toList());
  }

  @Test
  void everySectionNamesALikelyCauseAndAWayOut() throws IOException {
    String[] sections = Files.readString(PAGE).split("\n## ");

    assertThat(Arrays.asList(sections).subList(1, sections.length))
        .allSatisfy(
            section -> assertThat(section).contains("- **Likely cause:**", "- **Way out:**"));
  }
}
