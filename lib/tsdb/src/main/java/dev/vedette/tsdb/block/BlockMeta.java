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

  /** Length of the buckets of a tier's block; 0 for samples as they are. */
  public long resolutionMillis() {
    return spec.resolutionMillis();
  }

  /**
   * Whether some of a closed range of time lies between the oldest and the newest sample; of a
   * tier's block between the ends of their buckets.
   */
  public boolean overlaps(long startMillis, long endMillis) {
    long first = firstMillis;
    long last = lastMillis;
    if (spec.isTier()) {
      first = Buckets.startMillis(firstMillis, resolutionMillis());
      last = Buckets.endMillis(lastMillis, resolutionMillis());
    }
    return startMillis <= last && endMillis >= first;
  }
}
