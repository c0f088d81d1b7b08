package dev.vedette.crds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Compares a committed file with what it is generated from, or writes it anew when asked to. */
final class Committed {
  private Committed() {}

  static void compare(Path file, String generated) throws IOException {
    if (Boolean.getBoolean("vedette.update")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, generated);
    }
    assertThat(file).as("%s; -Dvedette.update=true writes it anew", file).exists();
    assertThat(Files.readString(file))
        .as("%s is not what the code generates; -Dvedette.update=true writes it anew", file)
        .isEqualTo(generated);
  }
}
