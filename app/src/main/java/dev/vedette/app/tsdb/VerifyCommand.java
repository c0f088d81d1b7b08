package dev.vedette.app.tsdb;

import dev.vedette.tsdb.repair.DataCheck;
import dev.vedette.tsdb.wal.WalInspection.KeptPart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code vedette tsdb verify}: what is damaged. */
@Command(
    name = "verify",
    description = {
      "Read everything and check it; each damaged place is named with file and offset.",
      "Blocks that an earlier start set aside, and parts of the log that were damaged earlier and"
          + " kept in wal/damaged/, are listed.",
      "A snapshot is a folder of its own: name it, as in DIR/snapshots/NAME.",
      "Exit code 0: no damage, 1: damage."
    },
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = DataFiles.DIR)
  private Path folder = Path.of("");

  @Override
  public Integer call() throws IOException {
    try (DataFiles data = DataFiles.open(folder)) {
      DataCheck check =
          DataCheck.of(
              data.store(),
              data.folder(),
              (number, of, block) ->
                  System.err.printf("block %d of %d: %s%n", number, of, block.getFileName()));
      check.damages().forEach(damage -> System.out.println(damage.getMessage()));
      for (Path file : check.setAside()) {
        System.out.printf("%s: could not be read by an earlier start; see %s.txt%n", file, file);
      }
      for (KeptPart part : check.log().kept()) {
        System.out.printf(
            "%s: %,d bytes that could not be read and were kept%n", part.file(), part.bytes());
      }
      int damages = check.damages().size();
      System.out.printf(
          "%d blocks and %d log files read, %s%n",
          check.blocks(),
          check.log().files().size(),
          damages == 0 ? "no damage" : damages + " damaged places");
      return damages == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
  }
}
