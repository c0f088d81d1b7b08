package dev.vedette.tsdb.block;

import dev.vedette.model.Labels;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesOrder;
import dev.vedette.model.SeriesParts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Cursors over the same tenant, taken apart at the same labels, so that each part can be merged by
 * itself. The labels are those where the largest block has its pages begin: a page is decoded from
 * its beginning, so whoever begins within one decodes it once more. Other blocks mostly have the
 * same series and so the same pages. Where no block has any number of series beside those in
 * memory, it is these that are cut, at any place.
 */
final class MergedParts implements SeriesParts {
  // Labels are compared at each boundary in each cursor.
  private static final int MOST_PARTS = 4096;
  // With more of memory to a page than so many pages, parts of its own size cost less than waiting
  // for the page's end does.
  private static final int MEMORY_PER_BLOCK = 8;

  private final List<RangedCursor> cursors;
  private final long series;
  // Of each cursor where each part begins, and at last its end.
  private final int[][] begins;

  MergedParts(List<RangedCursor> cursors, int leastSeries) {
    this.cursors = List.copyOf(cursors);
    RangedCursor largest = largest(cursors);
    this.series = largest.size();
    RangedCursor leading = leading(largest, cursors);
    // Parts of memory that lie in one page decode it each, so they have as many series.
    boolean isBeside = cursors.size() > 1 && !leading.isPaged();
    int[] cuts =
        cuts(leading, isBeside ? Math.max(leastSeries, SeriesBatch.CAPACITY) : leastSeries);
    begins = new int[cursors.size()][];
    for (int i = 0; i < begins.length; i++) {
      RangedCursor cursor = cursors.get(i);
      begins[i] = cursor == leading ? cuts : sameCuts(cursor, leading, cuts);
    }
  }

  private static RangedCursor largest(List<RangedCursor> cursors) {
    return Collections.max(cursors, Comparator.comparingInt(RangedCursor::size));
  }

  private static RangedCursor leading(RangedCursor largest, List<RangedCursor> cursors) {
    List<RangedCursor> blocks = cursors.stream().filter(RangedCursor::isPaged).toList();
    if (blocks.isEmpty()) {
      return largest;
    }
    RangedCursor block = largest(blocks);
    return (long) block.size() * MEMORY_PER_BLOCK < largest.size() ? largest : block;
  }

  private static int[] cuts(RangedCursor cursor, int leastSeries) {
    int least = Math.max(Math.max(1, leastSeries), cursor.size() / MOST_PARTS);
    int[] cuts = new int[cursor.size() / least + 2];
    int count = 1;
    while (cuts[count - 1] < cursor.size()) {
      int next = cursor.cut(Math.min(cursor.size(), cuts[count - 1] + least));
      cuts[count++] = next;
    }
    return Arrays.copyOf(cuts, count);
  }

  /** Where another cursor has what the first one has at its cuts. */
  private static int[] sameCuts(RangedCursor cursor, RangedCursor first, int[] cuts) {
    int[] same = new int[cuts.length];
    same[cuts.length - 1] = cursor.size();
    for (int i = 1; i < cuts.length - 1; i++) {
      same[i] = firstNotBefore(cursor, first.labels(cuts[i]), same[i - 1]);
    }
    return same;
  }

  private static int firstNotBefore(RangedCursor cursor, Labels labels, int from) {
    int low = from;
    int high = cursor.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (SeriesOrder.INSTANCE.compare(cursor.labels(middle), labels) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @Override
  public int count() {
    return begins[0].length - 1;
  }

  @Override
  public long series() {
    return series;
  }

  @Override
  public Reader newReader() {
    List<RangedCursor.Stretch> stretches = new ArrayList<>();
    List<SeriesCursor> sources = new ArrayList<>();
    for (RangedCursor cursor : cursors) {
      RangedCursor.Stretch stretch = cursor.newReader();
      stretches.add(stretch);
      sources.add(new StretchCursor(stretch));
    }
    MergedCursor merged = new MergedCursor(sources);
    return new Reader() {
      @Override
      public void seek(int part) {
        for (int i = 0; i < begins.length; i++) {
          stretches.get(i).seek(begins[i][part], begins[i][part + 1]);
        }
        merged.restart();
      }

      @Override
      public boolean next(SeriesBatch batch) {
        return merged.next(batch);
      }
    };
  }

  /** What a reader has in front of it; the cursor that it reads is closed by somebody else. */
  private record StretchCursor(RangedCursor.Stretch stretch) implements SeriesCursor {
    @Override
    public boolean next(SeriesBatch batch) {
      return stretch.next(batch);
    }

    @Override
    public void close() {}
  }
}
