package dev.vedette.tsdb;

import dev.vedette.tsdb.block.BlockId;
import java.time.Clock;
import java.util.SplittableRandom;

/** Makes ids of blocks: of two blocks with the same sample the one with the later id wins. */
final class BlockIds {
  private final Clock clock;
  private final SplittableRandom random = new SplittableRandom();
  private long lastMillis;

  BlockIds(Clock clock) {
    this.clock = clock;
  }

  /** Goes on behind what there is already, whatever the clock says. */
  synchronized void follow(long newestMillis) {
    lastMillis = Math.max(lastMillis, newestMillis);
  }

  /** For new samples. Ids ascend even when the clock does not. */
  synchronized BlockId next() {
    lastMillis = Math.max(lastMillis + 1, clock.millis());
    return BlockId.create(lastMillis, random);
  }

  /** For the samples of another block: in its place, so that what is newer goes on winning. */
  synchronized BlockId inPlaceOf(BlockId source) {
    return BlockId.create(source.timeMillis(), random);
  }
}
