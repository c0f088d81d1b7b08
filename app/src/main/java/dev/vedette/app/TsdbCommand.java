package dev.vedette.app;

import dev.vedette.model.Corruption;
import dev.vedette.model.RealFiles;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockStats;
import dev.vedette.tsdb.wal.WalDamage;
import dev.vedette.tsdb.wal.WalInspection;
import dev.vedette.tsdb.wal.WalInspection.FileSummary;
import dev.vedette.tsdb.wal.WalInspection.KeptPart;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code vedette tsdb}: tools for a data folder that no process is using; they change nothing. */
@Command(
    name = "tsdb",
    description = "Look into a data folder that no process is using; nothing is changed.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {TsdbCommand.Stats.class, TsdbCommand.Verify.class})
final class TsdbCommand {
  private static final String DIR = "The folder given to run with --data.";

  private TsdbCommand() {}

  @Command(
      name = "stats",
      description = "Count series, samples and bytes, by part and a sample.",
      mixinStandardHelpOptions = true)
  static final class Stats implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = DIR)
    private Path folder = Path.of("");

    @Override
    public Integer call() throws IOException {
      try (DataFiles data = DataFiles.open(folder)) {
        PrintStream out = System.out;
        blocks(data, out);
        log(data.log(), out);
        return CommandLine.ExitCode.OK;
      }
    }

    private static void blocks(DataFiles data, PrintStream out) throws IOException {
      List<BlockStats> all = new ArrayList<>();
      for (Path file : data.blocks()) {
        try (Block block = Block.open(new RealFiles(), file, _ -> {})) {
          all.add(block.stats());
        } catch (Corruption e) {
          out.println(e.explain());
        }
      }
      long samples = all.stream().mapToLong(BlockStats::samples).sum();
      long bytes = all.stream().mapToLong(BlockStats::fileBytes).sum();
      row(out, "blocks", all.size());
      row(out, "  series", all.stream().mapToLong(BlockStats::series).sum());
      row(out, "  samples", samples);
      row(out, "  histograms", all.stream().mapToLong(BlockStats::histograms).sum());
      row(out, "  bytes", bytes);
      row(out, "    values", all.stream().mapToLong(BlockStats::values).sum());
      row(out, "    headers", all.stream().mapToLong(BlockStats::headers).sum());
      row(out, "    tables", all.stream().mapToLong(BlockStats::tables).sum());
      row(out, "    timestamps", all.stream().mapToLong(BlockStats::timestamps).sum());
      row(out, "    strings", all.stream().mapToLong(BlockStats::strings).sum());
      row(out, "    columns", all.stream().mapToLong(BlockStats::columns).sum());
      row(out, "    postings", all.stream().mapToLong(BlockStats::postings).sum());
      row(out, "    histograms, start times", all.stream().mapToLong(BlockStats::extras).sum());
      row(out, "    directories", all.stream().mapToLong(BlockStats::directories).sum());
      perSample(out, "  bytes a sample", bytes, samples);
    }

    private static void log(WalInspection log, PrintStream out) {
      long samples = log.files().stream().mapToLong(FileSummary::samples).sum();
      long bytes = log.files().stream().mapToLong(FileSummary::bytes).sum();
      row(out, "log files", log.files().size());
      row(out, "  series", log.files().stream().mapToLong(FileSummary::series).sum());
      row(out, "  samples", samples);
      row(out, "  bytes", bytes);
      row(out, "    series", log.files().stream().mapToLong(FileSummary::seriesBytes).sum());
      row(out, "    samples", log.files().stream().mapToLong(FileSummary::sampleBytes).sum());
      row(out, "    metadata", log.files().stream().mapToLong(FileSummary::metadataBytes).sum());
      perSample(out, "  bytes a sample", bytes, samples);
    }

    private static void row(PrintStream out, String name, long value) {
      out.printf(Locale.ROOT, "%-18s %,15d%n", name, value);
    }

    private static void perSample(PrintStream out, String name, long bytes, long samples) {
      if (samples > 0) {
        out.printf(Locale.ROOT, "%-18s %15.4f%n", name, (double) bytes / samples);
      }
    }
  }

  @Command(
      name = "verify",
      description = {
        "Read everything and check it; each damaged place is named with file and offset.",
        "Parts of the log that were damaged earlier and kept in wal/damaged/ are listed.",
        "Exit code 0: no damage, 1: damage."
      },
      mixinStandardHelpOptions = true)
  static final class Verify implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = DIR)
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

    private static List<Corruption> verify(Path file) throws IOException {
      try (Block block = Block.open(new RealFiles(), file, _ -> {})) {
        return block.verify();
      } catch (Corruption e) {
        return List.of(e);
      }
    }
  }
}
