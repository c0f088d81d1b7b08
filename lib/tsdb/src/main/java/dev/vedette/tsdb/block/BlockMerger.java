package dev.vedette.tsdb.block;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes one block of several. Of samples with the same series and timestamp the one of the later
 * block stays. Memory as {@link BlockWriter} plus one page of each source.
 */
public final class BlockMerger {
  private final BlockWriter writer;

  public BlockMerger(BlockWriter writer) {
    this.writer = writer;
  }

  /**
   * Writes the merged block; the sources stay as they are. Where a source has damaged pages, what
   * they held is missing from the result, and the source's {@link DamageListener} was told.
   *
   * @param sources earliest first
   * @param spec window that contains all samples of the sources
   */
  public Optional<BlockMeta> merge(
      Path folder, BlockSpec spec, List<Block> sources, BlockProgress progress) throws IOException {
    List<SortedSeries> series = new ArrayList<>(sources.size());
    try {
      for (Block source : sources) {
        series.add(source.readAll());
      }
    } catch (RuntimeException e) {
      series.forEach(SortedSeries::close);
      throw e;
    }
    return writer.write(folder, spec, new MergedSeries(series), progress);
  }
}
