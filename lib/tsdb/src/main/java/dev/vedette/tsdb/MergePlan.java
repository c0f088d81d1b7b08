package dev.vedette.tsdb;

import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockMeta;
import dev.vedette.tsdb.block.BlockSpec;
import dev.vedette.tsdb.tier.TierPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which blocks become one next, worked out from what there is: after a crash the same plan comes
 * out again.
 *
 * <p>Time is divided into aligned windows of each of the ranges. Blocks that lie in one window of a
 * range, overlapping or not, become one block of it once the head writes no more there: the widest
 * range first, so that nothing is written twice on its way up, and fewer at once where there are
 * many. In the smallest range, where the head still writes, they are merged when they are many.
 *
 * <p>A large block is not written again for every late one: those are gathered until they are an
 * eighth of it, or many, or none has come for a quarter of the range.
 *
 * @param startMillis first millisecond of the window
 * @param endMillis last millisecond of the window
 * @param sources the one whose samples win last
 */
record MergePlan(long startMillis, long endMillis, List<BlockMeta> sources) {
  static final int MANY = 4;

  /** Bounds memory: a page of each is decoded at a time. */
  static final int MAX_SOURCES = 16;

  private static final int WORTHWHILE_PART = 8;
  private static final Comparator<BlockMeta> LAST_WINS = Comparator.comparing(BlockMeta::id);

  MergePlan {
    sources = List.copyOf(sources);
  }

  /**
   * The next merge, if any is due.
   *
   * @param blocks of one tenant, those that can be merged
   * @param ranges lengths of windows, ascending, each a multiple of the one before
   * @param filling which windows are about to get more: their blocks wait, for an hour at most, but
   *     for many in one of the smallest
   * @param cutoffMillis the head writes no block that begins before, but for late samples
   */
  static Optional<MergePlan> next(
      List<BlockMeta> blocks,
      List<Duration> ranges,
      Filling filling,
      long cutoffMillis,
      long nowMillis) {
    return next(blocks, ranges, filling, cutoffMillis, nowMillis, 0);
  }

  /** The same for blocks of a tier, whose windows begin one millisecond behind multiples. */
  static Optional<MergePlan> ofTier(
      List<BlockMeta> blocks, List<Duration> ranges, long cutoffMillis, long nowMillis) {
    return next(blocks, ranges, Filling.NONE, cutoffMillis, nowMillis, 1);
  }

  private static Optional<MergePlan> next(
      List<BlockMeta> blocks,
      List<Duration> ranges,
      Filling filling,
      long cutoffMillis,
      long nowMillis,
      long shiftMillis) {
    for (int i = ranges.size() - 1; i >= 0; i--) {
      long range = ranges.get(i).toMillis();
      boolean isSmallest = i == 0;
      for (var window : windows(blocks, range, shiftMillis).entrySet()) {
        long start = window.getKey() * range + shiftMillis;
        List<BlockMeta> inside = window.getValue();
        boolean isComplete = start + range <= cutoffMillis;
        boolean isDue =
            isSmallest && inside.size() >= MANY
                || isComplete
                    && inside.size() >= 2
                    && (isSmallest
                        || inside.size() <= MAX_SOURCES
                            && isWorthwhile(inside, start, range, nowMillis))
                    && !waits(inside, filling, start, range, nowMillis);
        if (isDue) {
          inside.sort(LAST_WINS);
          int count = Math.min(inside.size(), MAX_SOURCES);
          return Optional.of(new MergePlan(start, start + range - 1, inside.subList(0, count)));
        }
      }
    }
    return Optional.empty();
  }

  /** Samples to be read. */
  long samples() {
    return sources.stream().mapToLong(BlockMeta::samples).sum();
  }

  /** Length of the window, rounded. */
  long hours() {
    return Math.round((endMillis - startMillis + 1) / 3_600_000.0);
  }

  /** The same of the windows of the sources alone. */
  MergePlan ofSourcesAlone() {
    return new MergePlan(
        sources.stream().mapToLong(meta -> meta.spec().startMillis()).min().orElseThrow(),
        sources.stream().mapToLong(meta -> meta.spec().endMillis()).max().orElseThrow(),
        sources);
  }

  /** Writes one block again, in its own window. */
  static MergePlan again(Block block) {
    BlockSpec spec = block.meta().spec();
    return new MergePlan(spec.startMillis(), spec.endMillis(), List.of(block.meta()));
  }

  private static TreeMap<Long, List<BlockMeta>> windows(
      List<BlockMeta> blocks, long range, long shift) {
    TreeMap<Long, List<BlockMeta>> windows = new TreeMap<>();
    for (BlockMeta block : blocks) {
      long window = Math.floorDiv(block.spec().startMillis() - shift, range);
      if (window == Math.floorDiv(block.spec().endMillis() - shift, range)) {
        windows.computeIfAbsent(window, _ -> new ArrayList<>()).add(block);
      }
    }
    return windows;
  }

  /** More is about to come, and what came last is new still. */
  private static boolean waits(
      List<BlockMeta> inside, Filling filling, long start, long range, long nowMillis) {
    List<BlockMeta> fromHead =
        inside.stream().filter(meta -> meta.spec().level() == TierPlan.FROM_HEAD).toList();
    long patientSince = nowMillis - Filling.PATIENCE.toMillis();
    return !fromHead.isEmpty()
        && fromHead.stream().allMatch(meta -> meta.id().timeMillis() > patientSince)
        && filling.isFilling(fromHead.getFirst().spec().tenant(), start, start + range - 1);
  }

  private static boolean isWorthwhile(
      List<BlockMeta> inside, long start, long range, long nowMillis) {
    int whole = 0;
    int parts = 0;
    long wholeBytes = 0;
    long partBytes = 0;
    long youngestPart = Long.MIN_VALUE;
    for (BlockMeta block : inside) {
      if (block.spec().startMillis() == start && block.spec().endMillis() == start + range - 1) {
        whole++;
        wholeBytes += block.fileBytes();
      } else {
        parts++;
        partBytes += block.fileBytes();
        youngestPart = Math.max(youngestPart, block.id().timeMillis());
      }
    }
    return whole != 1
        || parts >= MANY
        || partBytes >= wholeBytes / WORTHWHILE_PART
        || youngestPart + range / 4 <= nowMillis;
  }
}
