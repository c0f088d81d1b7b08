package dev.vedette.tsdb.block;

import dev.vedette.model.Corruption;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesCursor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes one block of several, or of one what is left of it. Series are read, merged and encoded
 * again one page after another, in the longer runs of the wider window. Of samples with the same
 * series and timestamp the one of the later block stays; what was deleted is left out. Memory as
 * {@link BlockWriter} plus one page of each source.
 */
public final class BlockMerger {
  private final BlockWriter writer;

  public BlockMerger(BlockWriter writer) {
    this.writer = writer;
  }

  /**
   * Writes the merged block, to be published; the sources stay as they are.
   *
   * @param sources the one that wins last
   * @param spec window that contains all samples of the sources
   * @return empty where nothing is left to be written
   * @throws Corruption at the first damaged place of a source: what cannot be read must not be lost
   *     by the sources' deletion
   */
  public Optional<UnpublishedBlock> merge(
      Path folder, BlockSpec spec, List<Block> sources, BlockProgress progress) throws IOException {
    Selection all = Block.everything(spec.resolutionMillis());
    List<SeriesCursor> cursors = new ArrayList<>(sources.size());
    try {
      for (Block source : sources) {
        cursors.add(source.select(all, DamageListener.STRICT));
      }
    } catch (RuntimeException e) {
      cursors.forEach(SeriesCursor::close);
      throw e;
    }
    return writer.prepare(folder, spec, new CursorSeries(new MergedCursor(cursors)), progress);
  }
}
