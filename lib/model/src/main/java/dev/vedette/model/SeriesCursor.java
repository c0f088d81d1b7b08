package dev.vedette.model;

import java.util.Optional;

/** Series of a selection, batch by batch, in {@link SeriesOrder}, each series once. */
public interface SeriesCursor extends AutoCloseable {
  /**
   * Clears the batch and fills it with the next series that have samples in the range. Arrays
   * handed out belong to the reader's batch until the next call; the cursor may then reuse them.
   *
   * @return false at the end; the batch is empty then
   */
  boolean next(SeriesBatch batch);

  /**
   * The same series for several threads, instead of {@link #next}: a reader asks for them before
   * the first series and uses one or the other. The cursor is closed after the last thread has
   * stopped reading. Empty where the series cannot be taken apart.
   *
   * @param leastSeries of a part; less only at the end
   */
  default Optional<SeriesParts> parts(int leastSeries) {
    return Optional.empty();
  }

  @Override
  void close();
}
