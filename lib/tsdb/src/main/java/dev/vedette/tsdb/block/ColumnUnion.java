package dev.vedette.tsdb.block;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.HistogramLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The columns of histograms whose layouts are alike but for the buckets they have: count, zero
 * count, sum, then every bucket that any of them has, positive ones first, in the order of their
 * indexes. So a bucket stays one column while others come and go.
 */
final class ColumnUnion {
  /** Column of the sum, which is no column of {@link HistogramLayout}. */
  static final int SUM = 2;

  private static final int BUCKETS = 3;

  private final List<HistogramLayout> layouts = new ArrayList<>();
  private int[] positive = {};
  private int[] negative = {};

  /** Takes in a layout; all are alike. */
  void add(HistogramLayout layout) {
    if (layouts.contains(layout)) {
      return;
    }
    layouts.add(layout);
    positive = union(positive, layout.positive());
    negative = union(negative, layout.negative());
  }

  private static int[] union(int[] known, BucketSpans more) {
    int[] indexes = more.indexes();
    int[] merged = new int[known.length + indexes.length];
    int size = 0;
    int a = 0;
    int b = 0;
    while (a < known.length || b < indexes.length) {
      if (b == indexes.length || a < known.length && known[a] < indexes[b]) {
        merged[size++] = known[a++];
      } else {
        a += a < known.length && known[a] == indexes[b] ? 1 : 0;
        merged[size++] = indexes[b++];
      }
    }
    return size == known.length ? known : Arrays.copyOf(merged, size);
  }

  int columns() {
    return BUCKETS + positive.length + negative.length;
  }

  /** Column in here of each column of a layout that was added. */
  int[] columnsOf(HistogramLayout layout) {
    int[] columns = new int[layout.columns()];
    columns[HistogramLayout.COUNT] = HistogramLayout.COUNT;
    columns[HistogramLayout.ZERO_COUNT] = HistogramLayout.ZERO_COUNT;
    int at = find(layout.positive(), positive, BUCKETS, columns, HistogramLayout.BUCKETS);
    find(layout.negative(), negative, BUCKETS + positive.length, columns, at);
    return columns;
  }

  private static int find(BucketSpans spans, int[] all, int first, int[] columns, int into) {
    int at = into;
    int column = 0;
    for (int index : spans.indexes()) {
      while (all[column] != index) {
        column++;
      }
      columns[at++] = first + column;
    }
    return at;
  }
}
