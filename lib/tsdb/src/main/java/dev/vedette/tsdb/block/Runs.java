package dev.vedette.tsdb.block;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketColumns;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs of neighbouring entries that are kept of the columns of one series, ascending. One thread.
 */
final class Runs {
  private final int from;
  private final int to;
  private List<Run> runs;

  /** Entries {@code from} (inclusive) to {@code to} (exclusive). */
  private record Run(int from, int to) {
    int size() {
      return to - from;
    }
  }

  /** Begins with all entries of a range. */
  Runs(int from, int to) {
    this.from = from;
    this.to = to;
    this.runs = from < to ? List.of(new Run(from, to)) : List.of();
  }

  /** Takes a range of entries out. */
  void remove(int removedFrom, int removedTo) {
    List<Run> left = new ArrayList<>(runs.size() + 1);
    for (Run run : runs) {
      if (removedTo <= run.from || run.to <= removedFrom || removedFrom >= removedTo) {
        left.add(run);
        continue;
      }
      if (run.from < removedFrom) {
        left.add(new Run(run.from, removedFrom));
      }
      if (removedTo < run.to) {
        left.add(new Run(removedTo, run.to));
      }
    }
    runs = left;
  }

  boolean isEverything() {
    return size() == to - from;
  }

  /** Entries kept. */
  int size() {
    return runs.stream().mapToInt(Run::size).sum();
  }

  /** The same of all columns of a tier's buckets. */
  void compact(BucketColumns columns) {
    for (BucketColumn column : BucketColumn.values()) {
      if (columns.has(column)) {
        compact(columns.get(column));
      }
    }
    if (columns.has(BucketColumn.FIRST)) {
      // Times may be a vector that others share.
      long[] times = columns.firstMillis().clone();
      compact(times);
      columns.setFirstMillis(times);
    }
    for (BucketColumn column : BucketColumns.OF_HISTOGRAMS) {
      Object histograms = columns.histograms(column);
      if (histograms != null) {
        compact(histograms);
      }
    }
  }

  /**
   * Moves what is kept of a column to its front; the column holds the range from the start on, as
   * entry 0.
   */
  void compact(Object column) {
    int size = 0;
    for (Run run : runs) {
      System.arraycopy(column, run.from - from, column, size, run.size());
      size += run.size();
    }
  }
}
