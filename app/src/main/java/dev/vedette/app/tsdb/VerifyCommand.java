package dev.vedette.app.tsdb;

import dev.vedette.model.Corruption;
import dev.vedette.model.RealFiles;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.TombstoneFile;
import dev.vedette.tsdb.wal.WalDamage;
import dev.vedette.tsdb.wal.WalInspection;
import dev.vedette.tsdb.wal.WalInspection.KeptPart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code vedette tsdb verify}: what is damaged. */
@Command(
    name = "verify",
    description = {
      "Read everything and check it; each damaged place is named with file and offset.",
      "Parts of the log that were damaged earlier and kept in wal/damaged/ are listed.",
      "Exit code 0: no damage, 1: damage."
    },
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = DataFiles.DIR)
  private Path folder = Path.of("");

  @Override
  public Integer call() throws IOException {
    try (DataFiles data = DataFiles.open(folder)) {
      List<String> damages = new ArrayList<>();
      List<Path> blocks = data.blocks();
      for (int i = 0; i < blocks.size(); i++) {
        System.err.printf(
            "block %d of %d: %s%n", i + 1, blocks.size(), blocks.get(i).getFileName());
        verify(blocks.get(i)).forEach(damage -> damages.add(damage.getMessage()));
      }
      for (Path tenant : data.tenants()) {
        tombstones(data, tenant).ifPresent(damage -> damages.add(damage.getMessage()));
      }
      System.err.println("log");
      WalInspection log = data.log();
      for (WalDamage damage : log.damages()) {
        damages.add(String.valueOf(damage.toException().getMessage()));
      }
      damages.forEach(System.out::println);
      for (KeptPart part : log.kept()) {
        System.out.printf(
            "%s: %,d bytes that could not be read and were kept%n", part.file(), part.bytes());
      }
      System.out.printf(
          "%d blocks and %d log files read, %s%n",
          blocks.size(),
          log.files().size(),
          damages.isEmpty() ? "no damage" : damages.size() + " damaged places");
      return damages.isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
  }

  private static Optional<Corruption> tombstones(DataFiles data, Path tenant) throws IOException {
    try {
      TombstoneFile.read(data.store(), tenant);
      return Optional.empty();
    } catch (Corruption e) {
      return Optional.of(e);
    }
  }

  private static List<Corruption> verify(Path file) throws IOException {
    try (Block block = Block.open(new RealFiles(), file, _ -> {})) {
      return block.verify();
    } catch (Corruption e) {
      return List.of(e);
    }
  }
}
