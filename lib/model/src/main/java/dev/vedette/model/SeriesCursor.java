package dev.vedette.model;

/** Series of a selection, batch by batch, in {@link SeriesOrder}, each series once. */
public interface SeriesCursor extends AutoCloseable {
  /**
   * Clears the batch and fills it with the next series that have samples in the range. Arrays
   * handed out belong to the reader's batch until the next call; the cursor may then reuse them.
   *
   * @return false at the end; the batch is empty then
   */
  boolean next(SeriesBatch batch);

  @Override
  void close();
}
