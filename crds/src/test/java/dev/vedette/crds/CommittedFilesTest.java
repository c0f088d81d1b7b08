package dev.vedette.crds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.crds.load.Kinds;
import dev.vedette.crds.load.Schemas;
import io.fabric8.kubernetes.client.CustomResource;
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
            .map(type -> CustomResource.getCRDName(type) + "-v1.yml")
            .toList();
    for (String name : names) {
      Committed.compare(COMMITTED.resolve(name), Files.readString(GENERATED.resolve(name)));
    }
    try (var files = Files.list(COMMITTED)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(names);
    }
  }

  @Test
  void theSchemasReadAtAStartAreThoseOfTheCrds() throws IOException {
    Committed.compare(
        Path.of("src/main/resources/dev/vedette/crds/load/schemas.json"), Schemas.of(GENERATED));
  }

  @Test
  void theReferencePagesListTheFieldsOfTheCrds() throws IOException {
    Path pages = Path.of(System.getProperty("vedette.root")).resolve("docs/reference");
    for (Kinds.Kind kind : Kinds.load().all()) {
      Committed.compare(pages.resolve(kind.name() + ".md"), ReferencePage.of(kind));
    }
  }

  @Test
  void noCrdIsTooLargeForKubectlApply() throws IOException {
    // kubectl keeps the whole object in an annotation, and annotations end at 256 KiB.
    try (var files = Files.list(COMMITTED)) {
      assertThat(files).allSatisfy(file -> assertThat(Files.size(file)).isLessThan(200 << 10));
    }
  }
}
