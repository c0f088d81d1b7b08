package dev.vedette.app.tsdb;

import dev.vedette.model.Labels;
import dev.vedette.model.SeriesOrder;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockStats;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the series of blocks cost, by metric, and how they come and go. Memory: a few numbers a
 * metric and a label; series are walked, not kept.
 */
final class Analysis {
  /** One metric over all blocks; a series counts once in each block that has it. */
  static final class Metric {
    private long series;
    private double valueBytes;
    private double sharedBytes;

    long series() {
      return series;
    }

    double bytes() {
      return valueBytes + sharedBytes;
    }

    double bytesASeries() {
      return bytes() / series;
    }

    /** Without what is divided evenly among all series: labels, timestamps, directories. */
    double valueBytesASeries() {
      return valueBytes / series;
    }
  }

  /** Series of a block that the one before did not have, and those that it had alone. */
  record Churn(long born, long gone, long stayed) {}

  private final Map<String, Metric> metrics = new HashMap<>();
  private final Map<String, Integer> mostValues = new HashMap<>();
  private long seriesInBlocks;

  void add(Block block) {
    BlockStats stats = block.stats();
    long values = stats.values() + stats.headers();
    double shared = (double) (stats.fileBytes() - values) / stats.series();
    block.countSeries(
        Labels.METRIC_NAME,
        (name, series) -> {
          Metric metric = metrics.computeIfAbsent(name, _ -> new Metric());
          metric.series += series;
          metric.sharedBytes += series * shared;
        });
    block.pages((first, count, bytes) -> addPage(block, first, count, bytes));
    for (String label : block.labelNames(DataFiles.EVERYTHING)) {
      mostValues.merge(label, block.labelValueCount(label), Math::max);
    }
    seriesInBlocks += stats.series();
  }

  /** The neighbours of a page are coded together, so each has the same share. */
  private void addPage(Block block, int first, int count, long bytes) {
    double share = (double) bytes / count;
    for (int id = first; id < first + count; id++) {
      metrics.computeIfAbsent(block.labels(id).metricName(), _ -> new Metric()).valueBytes += share;
    }
  }

  long seriesInBlocks() {
    return seriesInBlocks;
  }

  /** Metrics that take the most bytes, first. */
  List<Map.Entry<String, Metric>> largest(int count) {
    return metrics.entrySet().stream()
        .sorted((a, b) -> Double.compare(b.getValue().bytes(), a.getValue().bytes()))
        .limit(count)
        .toList();
  }

  int metrics() {
    return metrics.size();
  }

  /** Labels with the most values in one block, first. */
  List<Map.Entry<String, Integer>> widest(int count) {
    return mostValues.entrySet().stream()
        .sorted((a, b) -> Integer.compare(b.getValue(), a.getValue()))
        .limit(count)
        .toList();
  }

  /** Walks two blocks side by side, which both have their series in the same order. */
  static Churn churn(Block before, Block after) {
    int left = before.meta().series();
    int right = after.meta().series();
    long stayed = 0;
    int i = 0;
    int j = 0;
    while (i < left && j < right) {
      int order = SeriesOrder.INSTANCE.compare(before.labels(i), after.labels(j));
      stayed += order == 0 ? 1 : 0;
      i += order <= 0 ? 1 : 0;
      j += order >= 0 ? 1 : 0;
    }
    return new Churn(right - stayed, left - stayed, stayed);
  }
}
