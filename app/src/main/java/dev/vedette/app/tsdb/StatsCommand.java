package dev.vedette.app.tsdb;

import dev.vedette.model.Corruption;
import dev.vedette.model.Coverage;
import dev.vedette.model.RealFiles;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockStats;
import dev.vedette.tsdb.wal.WalInspection;
import dev.vedette.tsdb.wal.WalInspection.FileSummary;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code vedette tsdb stats}: how much there is, and what it takes. */
@Command(
    name = "stats",
    description = "Count series, samples and bytes, by part and a sample.",
    mixinStandardHelpOptions = true)
final class StatsCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = DataFiles.DIR)
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
    Map<Long, List<BlockStats>> byResolution = new TreeMap<>(Map.of(0L, new ArrayList<>()));
    for (Path file : data.blocks()) {
      try (Block block = Block.open(new RealFiles(), file, _ -> {})) {
        byResolution
            .computeIfAbsent(block.meta().resolutionMillis(), _ -> new ArrayList<>())
            .add(block.stats());
      } catch (Corruption e) {
        out.println(e.explain());
      }
    }
    byResolution.forEach((resolution, stats) -> blocks(resolution, stats, out));
  }

  /** Blocks of samples as they are, or those of one tier. */
  private static void blocks(long resolution, List<BlockStats> all, PrintStream out) {
    boolean isTier = resolution > 0;
    long samples = all.stream().mapToLong(BlockStats::samples).sum();
    long bytes = all.stream().mapToLong(BlockStats::fileBytes).sum();
    row(out, isTier ? "tier " + Coverage.name(resolution) : "blocks", all.size());
    row(out, "  series", all.stream().mapToLong(BlockStats::series).sum());
    row(out, isTier ? "  buckets" : "  samples", samples);
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
    if (isTier) {
      row(out, "    columns of buckets", all.stream().mapToLong(BlockStats::buckets).sum());
    }
    row(out, "    directories", all.stream().mapToLong(BlockStats::directories).sum());
    perSample(out, isTier ? "  bytes a bucket" : "  bytes a sample", bytes, samples);
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
    row(out, "    exemplars", log.files().stream().mapToLong(FileSummary::exemplarBytes).sum());
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
