package dev.vedette.tsdb.block;

/**
 * What a block is, as its footer says.
 *
 * @param firstMillis time of the oldest sample
 * @param lastMillis time of the newest sample
 * @param series number of series, each with at least one sample
 * @param fileBytes size of the block's file
 */
public record BlockMeta(
    BlockSpec spec, long firstMillis, long lastMillis, int series, long samples, long fileBytes) {
  public BlockId id() {
    return spec.id();
  }

  /** Whether some of a closed range of time lies between the oldest and the newest sample. */
  public boolean overlaps(long startMillis, long endMillis) {
    return startMillis <= lastMillis && endMillis >= firstMillis;
  }
}
