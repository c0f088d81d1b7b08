package dev.vedette.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Unavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
  @TempDir private Path temp;

  @Test
  void aFolderWithoutANameIsNotTakenForTheCurrentOne() {
    assertThatThrownBy(() -> DataFolder.open(Path.of("")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("no name");
  }

  @Test
  void aFolderHeldByAnotherProcessIsRefusedByItsName() throws Exception {
    Path folder = temp.resolve("data");
    Process holder =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .start();
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("held");

      assertThatThrownBy(() -> DataFolder.open(folder))
          .isInstanceOf(Unavailable.class)
          .hasMessageContaining(folder.toString())
          .hasMessageContaining("pid " + holder.pid())
          .extracting(e -> ((Unavailable) e).id())
          .isEqualTo(ErrorId.DATA_IN_USE);
    } finally {
      holder.destroyForcibly();
      assertThat(holder.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    // The lock went with the process, though it was killed.
    DataFolder.open(folder).close();
  }

  @Test
  void aPathThatIsNoFolderIsRefusedByItsName() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "x");
    assertThatThrownBy(() -> DataFolder.open(file))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining(file.toString());
  }

  /** Holds a data folder until it is killed. */
  static final class Holder {
    public static void main(String[] arguments) throws Exception {
      try (DataFolder folder = DataFolder.open(Path.of(arguments[0]))) {
        System.out.println("held");
        System.in.read();
        System.out.println(folder.path());
      }
    }
  }
}
