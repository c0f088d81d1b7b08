package dev.vedette.tsdb.index;

import org.roaringbitmap.buffer.MutableRoaringBitmap;

/** Posting lists worked out from the series columns, for blocks too small to store any. */
final class DerivedPostings implements Postings {
  // List i is ids[ends[i - 1]] to ids[ends[i] - 1].
  private final int[] ends;
  private final int[] ids;

  DerivedPostings(Columns columns, int seriesCount, int valueCount) {
    int[] counts = new int[valueCount];
    int entries = 0;
    for (int group = 0; group < columns.pieces().size(); group++) {
      Columns.Group g = columns.group(group);
      for (int i = 0; i < g.seriesCount(); i++) {
        for (int j = 0; j < g.labels(i).length; j++) {
          counts[g.valueId(i, j)]++;
          entries++;
        }
      }
    }
    int[] next = new int[valueCount];
    for (int i = 1; i < valueCount; i++) {
      next[i] = next[i - 1] + counts[i - 1];
    }
    ids = new int[entries];
    for (int series = 0; series < seriesCount; series++) {
      Columns.Group g = columns.group(columns.groupOf(series));
      int i = columns.indexInGroup(series);
      for (int j = 0; j < g.labels(i).length; j++) {
        ids[next[g.valueId(i, j)]++] = series;
      }
    }
    ends = next;
  }

  private int from(int valueId) {
    return valueId == 0 ? 0 : ends[valueId - 1];
  }

  @Override
  public int cardinality(int valueId) {
    return ends[valueId] - from(valueId);
  }

  @Override
  public void addTo(MutableRoaringBitmap set, int valueId) {
    for (int i = from(valueId); i < ends[valueId]; i++) {
      set.add(ids[i]);
    }
  }
}
