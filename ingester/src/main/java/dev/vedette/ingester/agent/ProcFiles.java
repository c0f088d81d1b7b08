package dev.vedette.ingester.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The kernel's text files below a root folder, read whole. */
record ProcFiles(Path root) {
  List<String> lines(String file) throws IOException {
    return Files.readAllLines(root.resolve(file));
  }

  /** The file's text without surrounding blanks; empty where it is missing or has no value now. */
  Optional<String> text(String file) {
    try {
      return Optional.of(Files.readString(root.resolve(file)).strip());
    } catch (IOException e) {
      // Absence is the answer: many of these files exist for some devices and kernels only, and
      // some (speed of a link that is down) refuse to be read.
      return Optional.empty();
    }
  }

  /** The columns of a line, split at blanks. */
  static String[] columns(String line) {
    return line.strip().split("\\s+");
  }

  /** A column as a number. Throws where it is none, naming the file. */
  static double number(String file, String column) throws IOException {
    try {
      return Double.parseDouble(column);
    } catch (NumberFormatException e) {
      throw new IOException("%s holds \"%s\" where a number belongs".formatted(file, column), e);
    }
  }

  /** Throws unless a line has at least so many columns. */
  static void requireColumns(String file, String[] columns, int count) throws IOException {
    if (columns.length < count) {
      throw new IOException(
          "%s has a line of %d columns, expected at least %d: %s"
              .formatted(file, columns.length, count, Arrays.toString(columns)));
    }
  }
}
