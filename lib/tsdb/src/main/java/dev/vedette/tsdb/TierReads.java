package dev.vedette.tsdb;

import dev.vedette.model.ReadCheck;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockMeta;
import dev.vedette.tsdb.block.Buckets;
import dev.vedette.tsdb.block.MergedCursor;
import dev.vedette.tsdb.tier.BucketCursor;
import dev.vedette.tsdb.tier.TierPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * One read of a tier: its range in stretches that are read of the tier's blocks, and stretches
 * whose buckets are made of samples, because nothing is built there or because samples came since.
 * Where samples are gone, what is built is all there is.
 */
final class TierReads {
  private final Selection selection;
  private final long resolution;
  private final List<Block> raw;
  private final List<Block> built;
  private final long keptFrom;
  private final long taken;
  private final Function<Selection, SeriesCursor> head;
  private final ReadCheck check;

  /**
   * @param blocks all that overlap the range, kept open by the caller
   * @param keptFrom all samples from here on are there
   * @param head reads what is in memory
   */
  TierReads(
      Selection selection,
      List<Block> blocks,
      long keptFrom,
      Function<Selection, SeriesCursor> head,
      ReadCheck check) {
    this.selection = selection;
    this.resolution = selection.resolutionMillis();
    this.raw = blocks.stream().filter(block -> !block.meta().spec().isTier()).toList();
    this.built =
        blocks.stream()
            .filter(block -> block.meta().resolutionMillis() == resolution)
            .sorted(Comparator.comparingLong(block -> block.meta().spec().startMillis()))
            .toList();
    this.keptFrom = keptFrom;
    // The last bucket of which samples may be gone.
    this.taken =
        keptFrom == Long.MIN_VALUE ? keptFrom : Buckets.endMillis(keptFrom - 1, resolution);
    this.head = head;
    this.check = check;
  }

  /** The cursors whose buckets together are those asked for; none has a bucket of another. */
  List<SeriesCursor> open() {
    List<SeriesCursor> cursors = new ArrayList<>();
    try {
      long next = selection.startMillis();
      Set<Block> touched = touchedInMemory();
      for (Block block : built) {
        BlockMeta meta = block.meta();
        boolean isCurrent = TierPlan.isCurrent(block, raw, keptFrom) && !touched.contains(block);
        long from = Math.max(meta.spec().startMillis(), selection.startMillis());
        long end = Math.min(meta.spec().endMillis(), selection.endMillis());
        long to = isCurrent ? end : Math.min(end, taken);
        if (from > to) {
          continue;
        }
        addMade(next, from - 1, cursors);
        cursors.add(block.select(selection.between(from, to), check));
        next = to + 1;
      }
      addMade(next, selection.endMillis(), cursors);
      return cursors;
    } catch (RuntimeException e) {
      cursors.forEach(SeriesCursor::close);
      throw e;
    }
  }

  /** Blocks in whose windows there are samples in memory: late ones, or those of a slow sender. */
  private Set<Block> touchedInMemory() {
    Set<Block> touched = new HashSet<>();
    if (built.isEmpty()) {
      return touched;
    }
    long from = Math.max(selection.startMillis(), built.getFirst().meta().spec().startMillis());
    long to = Math.min(selection.endMillis(), built.getLast().meta().spec().endMillis());
    try (SeriesCursor cursor = head.apply(selection.raw().between(from, to))) {
      SeriesBatch batch = new SeriesBatch();
      while (touched.size() < built.size() && cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          addTouched(batch.timestamps(i), batch.size(i), touched);
        }
      }
    }
    return touched;
  }

  private void addTouched(long[] timestamps, int size, Set<Block> touched) {
    for (Block block : built) {
      int first = firstNotBelow(timestamps, size, block.meta().spec().startMillis());
      if (first < size && timestamps[first] <= block.meta().spec().endMillis()) {
        touched.add(block);
      }
    }
  }

  private static int firstNotBelow(long[] timestamps, int size, long millis) {
    int found = Arrays.binarySearch(timestamps, 0, size, millis);
    return found >= 0 ? found : -found - 1;
  }

  /** Buckets of samples, as far as those are there. */
  private void addMade(long from, long to, List<SeriesCursor> cursors) {
    long start = taken == Long.MIN_VALUE ? from : Math.max(from, taken + 1);
    if (start > to) {
      return;
    }
    Selection samples = selection.raw().between(start, to);
    List<SeriesCursor> made = new ArrayList<>();
    try {
      for (Block block : raw) {
        if (block.meta().overlaps(start, to)) {
          made.add(block.select(samples, check));
        }
      }
      made.add(head.apply(samples));
    } catch (RuntimeException e) {
      made.forEach(SeriesCursor::close);
      throw e;
    }
    cursors.add(new BucketCursor(new MergedCursor(made), resolution, selection.columns()));
  }
}
