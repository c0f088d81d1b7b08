package dev.vedette.tsdb.block;

import dev.vedette.model.Labels;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;

/**
 * A cursor that knows its series by their place in it, so that stretches of them can be read on
 * their own, by several threads at the same time. Series without a sample in the range count.
 */
public interface RangedCursor extends SeriesCursor {
  /** Number of series. */
  int size();

  /** Labels of a series, by its place from 0. */
  Labels labels(int series);

  /** The first place at or behind {@code series} where reading begins without a detour. */
  int cut(int series);

  /** Whether some places are better to begin at than others. */
  boolean isPaged();

  /** A reader for one thread, valid until the cursor is closed. */
  Stretch newReader();

  /** Reads a stretch of the series. One thread. */
  interface Stretch {
    /** Goes to a series; the stretch ends before another. */
    void seek(int from, int to);

    /** As {@link SeriesCursor#next}, up to the end of the stretch. */
    boolean next(SeriesBatch batch);
  }
}
