package dev.vedette.app.tsdb;

import dev.vedette.app.DataFolder;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.tsdb.Tsdb;
import dev.vedette.tsdb.TsdbConfig;
import dev.vedette.tsdb.head.SeriesLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vedette tsdb bench}: what this machine's disk and processor make of a synthetic load. */
@Command(
    name = "bench",
    description = {
      "Write synthetic series into an empty folder through the engine, make them a block, and read"
          + " them: nanoseconds a sample of each step, bytes a sample on disk.",
      "Values are a mix of constants, counters, decimals and noise. The data stay in DIR, to be"
          + " looked at with the other tools.",
      "Exit code 0: done, 1: failure."
    },
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "An empty folder, or one to be made.")
  private Path folder = Path.of("");

  @Option(
      names = "--series",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Series to write (default: ${DEFAULT-VALUE}).")
  private int series;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "480",
      description = "Samples of each, 15 s apart (default: ${DEFAULT-VALUE}, two hours).")
  private int samples;

  @Override
  public Integer call() throws IOException {
    check("--series", series, 10_000_000);
    check("--samples", samples, 1_000_000);
    if (Files.isDirectory(folder)) {
      try (Stream<Path> there = Files.list(folder)) {
        if (there.findAny().isPresent()) {
          throw new InvalidRequest(
              ErrorId.INVALID_REQUEST,
              "%s is not empty".formatted(folder.toAbsolutePath()),
              "name an empty folder; a benchmark must not mix with data");
        }
      }
    }
    try (DataFolder data = DataFolder.open(folder);
        Tsdb tsdb = open(data.path())) {
      new Bench(tsdb, TenantId.DEFAULT, Ticker.system(), System.out).run(series, samples);
    }
    blockBytes();
    return CommandLine.ExitCode.OK;
  }

  private Tsdb open(Path data) {
    TsdbConfig stock = TsdbConfig.forTools(data);
    SeriesLimits none =
        SeriesLimits.DEFAULTS
            .withMaxSeries(Integer.MAX_VALUE)
            .withMaxSeriesPerMetric(Integer.MAX_VALUE)
            .withMaxLabelValuesPerMetric(Integer.MAX_VALUE);
    return FolderTsdb.open(stock.withLimits(none));
  }

  private void blockBytes() throws IOException {
    long bytes = 0;
    try (DataFiles data = DataFiles.open(folder)) {
      List<Path> blocks = data.blocks();
      for (Path block : blocks) {
        bytes += Files.size(block);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "blocks  %,d bytes, %.4f bytes a sample%n",
        bytes,
        (double) bytes / ((long) series * samples));
  }

  private static void check(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw new InvalidRequest(
          ErrorId.INVALID_REQUEST,
          "%s is %d, expected 1 to %d".formatted(option, value, most),
          "choose another number");
    }
  }
}
