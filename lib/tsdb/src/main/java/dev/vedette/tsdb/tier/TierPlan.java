package dev.vedette.tsdb.tier;

import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockId;
import dev.vedette.tsdb.block.BlockMeta;
import dev.vedette.tsdb.block.BlockSpec;
import dev.vedette.tsdb.block.Buckets;
import java.util.Comparator;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which block of a tier is made next, worked out from what there is: after a crash the same plan
 * comes out again.
 *
 * <p>A block of a tier has the buckets of one window and the id time of the newest block of samples
 * it was made of. Blocks come to be in the order of their ids, and a merge has no samples that were
 * not looked at before, so what came later is exactly in later blocks from the head: one of those
 * in the window, or a deletion there, and the buckets are made again. So are those of a block that
 * is damaged, as long as all of its samples are there.
 *
 * @param startMillis first millisecond of the window, one behind the end of a bucket
 * @param endMillis last millisecond of the window
 * @param replaced block of the tier to be made again, null for a new one
 * @param newestIdMillis when the newest block of samples in the window was made
 * @param lackingSinceMillis when the first block was made whose samples the buckets lack
 * @param lackingBlocks how many blocks those samples are in
 */
public record TierPlan(
    long startMillis,
    long endMillis,
    @Nullable Block replaced,
    long newestIdMillis,
    long lackingSinceMillis,
    long lackingBlocks) {
  /** Level of a block that was not merged. */
  public static final int FROM_HEAD = 1;

  /** A window of which there is nothing to make, as of its newest block of samples. */
  public record Nothing(long startMillis, long newestIdMillis) {
    /** Whether this was said when there was all that there is in a window, or more. */
    public boolean holdsFor(Nothing window) {
      return startMillis == window.startMillis && newestIdMillis >= window.newestIdMillis;
    }
  }

  /**
   * The next block to make, if any is due.
   *
   * @param raw blocks of samples of one tenant
   * @param built blocks of the tier
   * @param windowMillis length of a window, a multiple of the resolution
   * @param keptFromMillis all samples from here on are there
   * @param cutoffMillis the head writes no block that begins before, but for late samples
   * @param makesNew whether windows that have no block yet are due
   * @param isPassed windows that need not be looked at again, or not yet
   */
  public static Optional<TierPlan> next(
      List<Block> raw,
      List<Block> built,
      long windowMillis,
      long keptFromMillis,
      long cutoffMillis,
      boolean makesNew,
      Predicate<TierPlan> isPassed) {
    for (Block block : built) {
      BlockSpec spec = block.meta().spec();
      if (!isCurrent(block, raw, keptFromMillis)) {
        Optional<TierPlan> plan = of(spec.startMillis(), spec.endMillis(), block, raw);
        if (plan.isPresent() && !isPassed.test(plan.get())) {
          return plan;
        }
      }
    }
    return makesNew ? nextNew(raw, built, windowMillis, cutoffMillis, isPassed) : Optional.empty();
  }

  private static Optional<TierPlan> nextNew(
      List<Block> raw,
      List<Block> built,
      long windowMillis,
      long cutoffMillis,
      Predicate<TierPlan> isPassed) {
    return raw.stream()
        .sorted(Comparator.comparingLong(block -> block.meta().firstMillis()))
        .map(block -> nextIn(block.meta(), raw, built, windowMillis, cutoffMillis, isPassed))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<TierPlan> nextIn(
      BlockMeta meta,
      List<Block> raw,
      List<Block> built,
      long windowMillis,
      long cutoffMillis,
      Predicate<TierPlan> isPassed) {
    long end = Buckets.endMillis(meta.firstMillis(), windowMillis);
    for (; end < cutoffMillis; end += windowMillis) {
      long start = end - windowMillis + 1;
      if (!meta.overlaps(start, end)) {
        break;
      }
      Optional<TierPlan> plan = of(start, end, null, raw);
      if (plan.isPresent()
          && built.stream().noneMatch(plan.get()::sharesTimeWith)
          && !isPassed.test(plan.get())) {
        return plan;
      }
    }
    return Optional.empty();
  }

  /** The plan of a window, if there are samples in it. */
  private static Optional<TierPlan> of(
      long startMillis, long endMillis, @Nullable Block replaced, List<Block> raw) {
    List<BlockMeta> inside =
        raw.stream()
            .map(Block::meta)
            .filter(meta -> meta.overlaps(startMillis, endMillis))
            .toList();
    if (inside.isEmpty()) {
      return Optional.empty();
    }
    LongSummaryStatistics made = idMillis(inside.stream());
    LongSummaryStatistics lacking =
        idMillis(
            inside.stream().filter(meta -> replaced == null || isLater(meta, replaced.meta())));
    // Without any it is made again for what was deleted, or for damage.
    long since = lacking.getCount() == 0 ? made.getMin() : lacking.getMin();
    return Optional.of(
        new TierPlan(startMillis, endMillis, replaced, made.getMax(), since, lacking.getCount()));
  }

  private static LongSummaryStatistics idMillis(Stream<BlockMeta> blocks) {
    return blocks.mapToLong(meta -> meta.id().timeMillis()).summaryStatistics();
  }

  /** Whether a window that a block of samples is in has to be made, or made again, at some time. */
  public static boolean isDue(
      BlockMeta samples,
      List<Block> raw,
      List<Block> built,
      long windowMillis,
      long keptFromMillis,
      boolean makesNew,
      Predicate<TierPlan> isPassed) {
    for (Block block : built) {
      BlockSpec spec = block.meta().spec();
      if (samples.overlaps(spec.startMillis(), spec.endMillis())
          && !isCurrent(block, raw, keptFromMillis)) {
        return true;
      }
    }
    return makesNew
        && nextIn(samples, raw, built, windowMillis, Long.MAX_VALUE, isPassed).isPresent();
  }

  private boolean sharesTimeWith(Block block) {
    return block.meta().spec().startMillis() <= endMillis
        && block.meta().spec().endMillis() >= startMillis;
  }

  /**
   * Whether a tier's block has all that blocks of samples have of its window, and no more, and is
   * not to be made again because it is damaged.
   *
   * @param keptFromMillis all samples from here on are there
   */
  public static boolean isCurrent(Block built, List<Block> raw, long keptFromMillis) {
    BlockMeta meta = built.meta();
    if (built.isDamaged() && keptFromMillis <= meta.spec().startMillis()) {
      return false;
    }
    boolean isUntouched = built.deletions().isEmpty();
    for (Block block : raw) {
      BlockMeta other = block.meta();
      boolean isLater = isLater(other, meta) || !isUntouched;
      if (isLater && other.overlaps(meta.spec().startMillis(), meta.spec().endMillis())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLater(BlockMeta raw, BlockMeta built) {
    return raw.spec().level() == FROM_HEAD && raw.id().timeMillis() > built.id().timeMillis();
  }

  /**
   * Whether a block of samples may be merged: one from the head that came to be after a tier's
   * block of its window must not, since nothing would tell any more that the buckets lack it.
   *
   * @param built blocks of all tiers
   */
  public static boolean mayBeMerged(BlockMeta raw, List<Block> built) {
    return built.stream()
        .map(Block::meta)
        .noneMatch(
            meta ->
                isLater(raw, meta)
                    && raw.overlaps(meta.spec().startMillis(), meta.spec().endMillis()));
  }

  /** Blocks of samples in the window. */
  public List<Block> inWindow(List<Block> raw) {
    return raw.stream().filter(block -> block.meta().overlaps(startMillis, endMillis)).toList();
  }

  /** Id of the newest block of samples in the window, which is not empty. */
  public static BlockId newest(List<Block> inWindow) {
    return inWindow.stream()
        .map(block -> block.meta().id())
        .max(Comparator.comparingLong(BlockId::timeMillis))
        .orElseThrow();
  }

  /** What to remember where the window turns out to have no buckets. */
  public Nothing nothing() {
    return new Nothing(startMillis, newestIdMillis);
  }
}
