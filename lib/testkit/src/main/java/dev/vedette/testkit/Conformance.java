package dev.vedette.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The recorded cases of the real systems, read in place. The folder is named by the system property
 * {@code vedette.conformance}; tests that need it are skipped where it is absent, with a line that
 * says so.
 */
public final class Conformance {
  private Conformance() {}

  /** A file or folder below the folder of cases, empty where there is none. */
  public static Optional<Path> find(String path) {
    String folder = System.getProperty("vedette.conformance", "");
    if (!folder.isEmpty()) {
      Path file = Path.of(folder).resolve(path);
      if (Files.exists(file)) {
        return Optional.of(file);
      }
    }
    System.out.println("skipped: no recorded cases " + path + " under '" + folder + "'");
    return Optional.empty();
  }

  public static JsonNode json(Path file) {
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
