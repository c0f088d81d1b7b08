package dev.vedette.promql.exec;

import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesParts;
import java.util.Optional;

/** Series of a range vector, batch by batch. */
public interface RangeCursor extends SeriesCursor {
  /** Whether {@code __name__} of a series of the last batch is to be dropped in the end. */
  boolean nameDropped(int series);

  /** Stored series, whose names are their own. */
  static RangeCursor stored(SeriesCursor cursor) {
    return new RangeCursor() {
      @Override
      public boolean nameDropped(int series) {
        return false;
      }

      @Override
      public boolean next(SeriesBatch batch) {
        return cursor.next(batch);
      }

      @Override
      public Optional<SeriesParts> parts(int leastSeries) {
        return cursor.parts(leastSeries);
      }

      @Override
      public void close() {
        cursor.close();
      }
    };
  }
}
