package dev.vedette.promql.exec;

/** Series of a vector, batch by batch, in an order that is the same each time. */
public interface VectorStream extends AutoCloseable {
  /**
   * Clears the batch and fills it with the next series, each with at least one point.
   *
   * @return false at the end; the batch is empty then
   */
  boolean next(VectorBatch batch);

  @Override
  void close();
}
