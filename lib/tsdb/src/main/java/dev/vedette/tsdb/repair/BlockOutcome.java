package dev.vedette.tsdb.repair;

import dev.vedette.model.Corruption;
import dev.vedette.tsdb.block.BlockMeta;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** What became of a block. */
public sealed interface BlockOutcome {
  /** Nothing was wrong with it, and nothing was done. */
  record Sound(Path file) implements BlockOutcome {}

  /**
   * Another block has all that could be read.
   *
   * @param kept where the file lies as it was
   * @param lostByMetric series that are gone, by metric name; empty where the index could not tell
   */
  record Rewritten(
      Path file,
      Path kept,
      BlockMeta before,
      BlockMeta after,
      List<Corruption> damages,
      SortedMap<String, Integer> lostByMetric)
      implements BlockOutcome {
    public long lostSeries() {
      return before.series() - after.series();
    }

    public long lostSamples() {
      return before.samples() - after.samples();
    }
  }

  /**
   * Nothing of it can be read: its footer, its directories or its labels are damaged.
   *
   * @param kept where the file lies as it was
   * @param before what it held; empty where its footer is damaged, too
   */
  record Unreadable(Path file, Path kept, Corruption reason, Optional<BlockMeta> before)
      implements BlockOutcome {}
}
