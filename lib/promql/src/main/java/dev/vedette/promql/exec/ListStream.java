package dev.vedette.promql.exec;

import java.util.Iterator;
import java.util.List;

/** Series that are in memory already; those without a point are left out. */
public final class ListStream implements VectorStream {
  private final Iterator<Series> series;

  public ListStream(List<Series> series) {
    this.series = series.iterator();
  }

  @Override
  public boolean next(VectorBatch batch) {
    batch.clear();
    while (series.hasNext() && !batch.isFull()) {
      Series next = series.next();
      if (next.anyPresent()) {
        batch.add(next);
      }
    }
    return batch.count() > 0;
  }

  @Override
  public void close() {}
}
