package dev.vedette.tsdb.block;

import dev.vedette.model.Labels;
import java.util.List;

/** Series that a test lists, cut wherever one likes. */
abstract class ListedCursor implements RangedCursor {
  private final List<Labels> labels;

  ListedCursor(List<Labels> labels) {
    this.labels = List.copyOf(labels);
  }

  @Override
  public int size() {
    return labels.size();
  }

  @Override
  public Labels labels(int series) {
    return labels.get(series);
  }

  @Override
  public int cut(int series) {
    return series;
  }

  @Override
  public void close() {}

  /** Hands out the places of a stretch. */
  abstract static class Places implements Stretch {
    private int next;
    private int end;

    @Override
    public void seek(int from, int to) {
      next = from;
      end = to;
    }

    boolean hasNext() {
      return next < end;
    }

    int next() {
      return next++;
    }
  }
}
