package dev.vedette.app.tsdb;

import dev.vedette.model.Corruption;
import dev.vedette.model.Coverage;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockMeta;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code vedette tsdb list}: the blocks there are. */
@Command(
    name = "list",
    description = {
      "List the blocks, oldest samples first: window, tier, level (1 is from memory, more are merged),",
      "series, samples, bytes.",
      "Exit code 0: all could be read, 1: some could not, which are named."
    },
    mixinStandardHelpOptions = true)
final class ListCommand implements Callable<Integer> {
  private static final String ROW = "%-26s  %-24s  %-24s  %4s  %5s  %12s  %15s  %15s  %s%n";

  @Parameters(paramLabel = "DIR", description = DataFiles.DIR)
  private Path folder = Path.of("");

  @Override
  public Integer call() throws IOException {
    try (DataFiles data = DataFiles.open(folder)) {
      List<BlockMeta> blocks = new ArrayList<>();
      List<Corruption> damaged = new ArrayList<>();
      for (Path file : data.blocks()) {
        try (Block block = Block.open(data.store(), file, _ -> {})) {
          blocks.add(block.meta());
        } catch (Corruption e) {
          damaged.add(e);
        }
      }
      print(blocks);
      damaged.forEach(e -> System.out.println(e.explain()));
      return damaged.isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
  }

  private static void print(List<BlockMeta> blocks) {
    blocks.sort(
        Comparator.comparingLong((BlockMeta block) -> block.spec().startMillis())
            .thenComparing(BlockMeta::id));
    System.out.printf(
        ROW, "block", "from", "to", "tier", "level", "series", "samples", "bytes", "tenant");
    for (BlockMeta block : blocks) {
      System.out.printf(
          ROW,
          block.id(),
          Instant.ofEpochMilli(block.spec().startMillis()),
          Instant.ofEpochMilli(block.spec().endMillis()),
          block.resolutionMillis() == 0 ? "" : Coverage.name(block.resolutionMillis()),
          block.spec().level(),
          count(block.series()),
          count(block.samples()),
          count(block.fileBytes()),
          block.spec().tenant());
    }
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
