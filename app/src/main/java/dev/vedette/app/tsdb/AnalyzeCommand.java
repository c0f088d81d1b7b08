package dev.vedette.app.tsdb;

import dev.vedette.model.Corruption;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.promql.parse.Parser;
import dev.vedette.tsdb.block.Block;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vedette tsdb analyze}: where series and bytes come from. */
@Command(
    name = "analyze",
    description = {
      "Tell what the blocks' bytes are spent on: metrics by bytes and by series, with the bytes that"
          + " a series of each takes; labels by values; series that come and go from block to block.",
      "A series in several blocks counts in each. What is still in the log is not looked at.",
      "Exit code 0: all could be read, 1: some could not, which are named."
    },
    mixinStandardHelpOptions = true)
final class AnalyzeCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = DataFiles.DIR)
  private Path folder = Path.of("");

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "20",
      description = "Metrics and labels to show (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(
      names = "--match",
      paramLabel = "SELECTOR",
      description = "Also count the series that match, such as '{job=\"api\"}', by block.")
  private @Nullable String selector;

  @Override
  public Integer call() throws IOException {
    List<LabelMatcher> matchers = selector == null ? List.of() : Parser.parseSelector(selector);
    List<Corruption> damaged = new ArrayList<>();
    List<Block> blocks = new ArrayList<>();
    try (DataFiles data = DataFiles.open(folder)) {
      open(data, blocks, damaged);
      Analysis analysis = new Analysis();
      for (int i = 0; i < blocks.size(); i++) {
        System.err.printf("block %d of %d%n", i + 1, blocks.size());
        add(analysis, blocks.get(i), damaged);
      }
      metrics(analysis);
      labels(analysis);
      churn(blocks, matchers, damaged);
    } finally {
      blocks.forEach(Block::close);
    }
    damaged.forEach(e -> System.out.println(e.explain()));
    return damaged.isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private static void open(DataFiles data, List<Block> blocks, List<Corruption> damaged)
      throws IOException {
    for (Path file : data.blocks()) {
      try {
        Block block = Block.open(data.store(), file, _ -> {});
        if (block.meta().spec().isTier()) {
          block.close(); // Has the same series once more.
        } else {
          blocks.add(block);
        }
      } catch (Corruption e) {
        damaged.add(e);
      }
    }
    blocks.sort(Comparator.comparingLong(block -> block.meta().spec().startMillis()));
  }

  private static void add(Analysis analysis, Block block, List<Corruption> damaged) {
    try {
      analysis.add(block);
    } catch (Corruption e) {
      damaged.add(e);
    }
  }

  private void metrics(Analysis analysis) {
    System.out.printf(
        Locale.ROOT,
        "%,d metrics, %,d series in blocks%n%n%-60s %12s %15s %14s %14s%n",
        analysis.metrics(),
        analysis.seriesInBlocks(),
        "metric",
        "series",
        "bytes",
        "bytes/series",
        "values/series");
    for (Map.Entry<String, Analysis.Metric> entry : analysis.largest(top)) {
      Analysis.Metric metric = entry.getValue();
      System.out.printf(
          Locale.ROOT,
          "%-60s %,12d %,15.0f %,14.1f %,14.1f%n",
          entry.getKey(),
          metric.series(),
          metric.bytes(),
          metric.bytesASeries(),
          metric.valueBytesASeries());
    }
  }

  private void labels(Analysis analysis) {
    System.out.printf("%n%-60s %12s%n", "label", "values");
    for (Map.Entry<String, Integer> label : analysis.widest(top)) {
      if (!label.getKey().equals(Labels.METRIC_NAME)) {
        System.out.printf(Locale.ROOT, "%-60s %,12d%n", label.getKey(), label.getValue());
      }
    }
  }

  private static void churn(
      List<Block> blocks, List<LabelMatcher> matchers, List<Corruption> damaged) {
    System.out.printf(
        "%n%-26s  %-24s %12s %12s %12s %s%n",
        "block", "from", "series", "new", "gone", matchers.isEmpty() ? "" : "    matching");
    for (int i = 0; i < blocks.size(); i++) {
      Block block = blocks.get(i);
      try {
        Analysis.Churn churn =
            i == 0
                ? new Analysis.Churn(block.meta().series(), 0, 0)
                : Analysis.churn(blocks.get(i - 1), block);
        String matching =
            matchers.isEmpty()
                ? ""
                : String.format(Locale.ROOT, "%,12d", block.seriesCount(matchers));
        System.out.printf(
            Locale.ROOT,
            "%-26s  %-24s %,12d %,12d %,12d %s%n",
            block.meta().id(),
            Instant.ofEpochMilli(block.meta().spec().startMillis()),
            block.meta().series(),
            churn.born(),
            churn.gone(),
            matching);
      } catch (Corruption e) {
        damaged.add(e);
      }
    }
  }
}
