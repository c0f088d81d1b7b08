package dev.vedette.app.tsdb;

import dev.vedette.crds.value.DurationText;
import dev.vedette.tsdb.Tsdb;
import dev.vedette.tsdb.TsdbConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vedette tsdb merge}: the merges of a server that is stopped. */
@Command(
    name = "merge",
    description = {
      "Merge the blocks of a server that is stopped, as it would by itself while it runs; tiers that"
          + " the folder has are built first.",
      "Progress is said on standard error. Memory does not grow with the folder. It may be ended at"
          + " any time: a block is replaced once another one has all of it, and the next run goes"
          + " on from there.",
      "Nothing is deleted for its age. What is in the log stays there.",
      "Exit code 0: all that is due is merged, 1: failure."
    },
    footer = {
      "",
      "Example: a backup of a month, in blocks of six days",
      "  vedette tsdb merge --longest-block 6d /backup/data"
    },
    mixinStandardHelpOptions = true)
final class MergeCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = DataFiles.DIR)
  private Path folder = Path.of("");

  @Option(
      names = "--longest-block",
      paramLabel = "DURATION",
      defaultValue = "36h",
      description =
          "How long a block may get; those of a server have a tenth of its retention, as"
              + " spec.storage.longestBlock says (default: ${DEFAULT-VALUE}).")
  private String longestBlock = "36h";

  @Override
  public Integer call() throws IOException {
    Duration longest = DurationText.parse(longestBlock).value();
    try (DataFiles data = DataFiles.openToWrite(folder)) {
      print("before", data);
      // A merge takes away what tells which samples came after a tier was built.
      TsdbConfig config =
          TsdbConfig.forTools(data.folder())
              .withLongestBlock(longest)
              .withTiers(FolderTiers.of(data.store(), data.folder()));
      try (Tsdb tsdb = FolderTsdb.open(config)) {
        tsdb.merge();
      }
      print("after", data);
      return CommandLine.ExitCode.OK;
    }
  }

  private static void print(String when, DataFiles data) throws IOException {
    List<Path> blocks = data.blocks();
    long bytes = 0;
    for (Path block : blocks) {
      bytes += data.store().size(block);
    }
    System.out.printf(Locale.ROOT, "%s: %d blocks, %,d bytes%n", when, blocks.size(), bytes);
  }
}
