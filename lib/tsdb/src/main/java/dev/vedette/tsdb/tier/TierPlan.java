package dev.vedette.tsdb.tier;

import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockId;
import dev.vedette.tsdb.block.BlockMeta;
import dev.vedette.tsdb.block.BlockSpec;
import dev.vedette.tsdb.block.Buckets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which block of a tier is made next, worked out from what there is: after a crash the same plan
 * comes out again.
 *
 * <p>A block of a tier has the buckets of one window and the id time of the newest block of samples
 * it was made of. Blocks come to be in the order of their ids, and a merge has no samples that were
 * not looked at before, so what came later is exactly in later blocks from the head: one of those
 * in the window, or a deletion there, and the buckets are made again.
 *
 * @param startMillis first millisecond of the window, one behind the end of a bucket
 * @param endMillis last millisecond of the window
 * @param replaced block of the tier to be made again, null for a new one
 */
public record TierPlan(long startMillis, long endMillis, @Nullable Block replaced) {
  private static final int FROM_HEAD = 1;

  /** A window of which there is nothing to make, as of its newest block of samples. */
  public record Nothing(long startMillis, long newestIdMillis) {}

  /**
   * The next block to make, if any is due.
   *
   * @param raw blocks of samples of one tenant
   * @param built blocks of the tier
   * @param windowMillis length of a window, a multiple of the resolution
   * @param cutoffMillis the head writes no block that begins before, but for late samples
   * @param makesNew whether windows that have no block yet are due
   * @param isNothing windows that need not be looked at again
   */
  public static Optional<TierPlan> next(
      List<Block> raw,
      List<Block> built,
      long windowMillis,
      long cutoffMillis,
      boolean makesNew,
      Predicate<Nothing> isNothing) {
    for (Block block : built) {
      BlockSpec spec = block.meta().spec();
      TierPlan plan = new TierPlan(spec.startMillis(), spec.endMillis(), block);
      if (!isCurrent(block, raw) && !isNothing.test(plan.nothing(raw))) {
        return Optional.of(plan);
      }
    }
    return makesNew ? nextNew(raw, built, windowMillis, cutoffMillis, isNothing) : Optional.empty();
  }

  private static Optional<TierPlan> nextNew(
      List<Block> raw,
      List<Block> built,
      long windowMillis,
      long cutoffMillis,
      Predicate<Nothing> isNothing) {
    return raw.stream()
        .sorted(Comparator.comparingLong(block -> block.meta().firstMillis()))
        .map(block -> nextIn(block.meta(), raw, built, windowMillis, cutoffMillis, isNothing))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<TierPlan> nextIn(
      BlockMeta meta,
      List<Block> raw,
      List<Block> built,
      long windowMillis,
      long cutoffMillis,
      Predicate<Nothing> isNothing) {
    long end = Buckets.endMillis(meta.firstMillis(), windowMillis);
    for (; end < cutoffMillis; end += windowMillis) {
      TierPlan plan = new TierPlan(end - windowMillis + 1, end, null);
      if (!meta.overlaps(plan.startMillis, plan.endMillis)) {
        break;
      }
      if (built.stream().noneMatch(plan::sharesTimeWith) && !isNothing.test(plan.nothing(raw))) {
        return Optional.of(plan);
      }
    }
    return Optional.empty();
  }

  /** Whether a window that a block of samples is in has to be made, or made again, at some time. */
  public static boolean isDue(
      BlockMeta samples,
      List<Block> raw,
      List<Block> built,
      long windowMillis,
      boolean makesNew,
      Predicate<Nothing> isNothing) {
    for (Block block : built) {
      BlockSpec spec = block.meta().spec();
      if (samples.overlaps(spec.startMillis(), spec.endMillis()) && !isCurrent(block, raw)) {
        return true;
      }
    }
    return makesNew
        && nextIn(samples, raw, built, windowMillis, Long.MAX_VALUE, isNothing).isPresent();
  }

  private boolean sharesTimeWith(Block block) {
    return block.meta().spec().startMillis() <= endMillis
        && block.meta().spec().endMillis() >= startMillis;
  }

  /** Whether a tier's block has all that blocks of samples have of its window, and no more. */
  public static boolean isCurrent(Block built, List<Block> raw) {
    BlockMeta meta = built.meta();
    long made = meta.id().timeMillis();
    boolean isUntouched = built.deletions().isEmpty();
    for (Block block : raw) {
      BlockMeta other = block.meta();
      boolean isLater =
          other.spec().level() == FROM_HEAD && other.id().timeMillis() > made || !isUntouched;
      if (isLater && other.overlaps(meta.spec().startMillis(), meta.spec().endMillis())) {
        return false;
      }
    }
    return true;
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
  public Nothing nothing(List<Block> raw) {
    return new Nothing(startMillis, newest(inWindow(raw)).timeMillis());
  }
}
