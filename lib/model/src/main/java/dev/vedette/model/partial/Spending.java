package dev.vedette.model.partial;

/** What a source tells its asker while it works, so that no request costs more than it may. */
@FunctionalInterface
public interface Spending {
  /**
   * Told after each batch of series that was read. It throws where the asker's limits are reached,
   * its time is up or it does not wait any more; the source then stops and lets that through.
   *
   * @param bytes of the samples, decoded
   */
  void read(int series, long samples, long bytes);
}
