package dev.vedette.crds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What is generated and committed is what the types say. After a change of the types, {@code mvn
 * -pl crds -am test -Dvedette.update=true} writes the files anew.
 */
class CommittedFilesTest {
  private static final Path GENERATED = Path.of("target/generated-crds");
  private static final Path COMMITTED = Path.of("src/main/resources/crds");

  @Test
  void theCommittedCrdsAreThoseThatTheTypesGenerate() throws IOException {
    List<String> names =
        VedetteResources.KINDS.stream()
            .map(type -> io.fabric8.kubernetes.client.CustomResource.getCRDName(type) + "-v1.yml")
            .toList();
    for (String name : names) {
      Committed.compare(COMMITTED.resolve(name), Files.readString(GENERATED.resolve(name)));
    }
    try (var files = Files.list(COMMITTED)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(names);
    }
  }
}
