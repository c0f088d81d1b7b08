package dev.vedette.tsdb.block;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.Selection;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.tier.BucketCursor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;

/** A block of a tier of a minute: of floats, of histograms, and of both by turns. */
final class TierBlocks {
  private static final long MINUTE = 60_000;

  /** All of its buckets, all columns of them. */
  static final Selection ALL =
      new Selection(List.of(), 0, Long.MAX_VALUE, MINUTE, EnumSet.allOf(BucketColumn.class));

  private TierBlocks() {}

  /** Writes it, and the block of samples that it is made of, into a folder that is made. */
  static Path write(SimFiles files, Path folder) throws IOException {
    files.createFolders(folder);
    BlockSpec raw = TestSeries.spec();
    List<MixedSeries.One> series = MixedSeries.random(new SplittableRandom(3), 3, 15);
    new BlockWriter(files).write(folder, raw, MixedSeries.source(series), BlockProgress.NONE);
    BlockSpec spec =
        new BlockSpec(
            TestSeries.spec(7).id(), TenantId.DEFAULT, 1, Long.MAX_VALUE, 1, List.of(), MINUTE);
    try (Block samples = Block.open(files, BlockFiles.file(folder, raw.id()), _ -> {})) {
      new BlockWriter(files)
          .write(
              folder,
              spec,
              new CursorSeries(new BucketCursor(samples.select(ALL.raw()), MINUTE, ALL.columns())),
              BlockProgress.NONE);
    }
    return BlockFiles.file(folder, spec.id());
  }
}
