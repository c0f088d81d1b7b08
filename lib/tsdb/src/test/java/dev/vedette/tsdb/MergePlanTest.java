package dev.vedette.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.TenantId;
import dev.vedette.tsdb.block.BlockId;
import dev.vedette.tsdb.block.BlockMeta;
import dev.vedette.tsdb.block.BlockSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MergePlanTest {
  private static final long HOUR = 3_600_000;
  private static final List<Duration> RANGES =
      TsdbConfig.mergeRanges(Duration.ofHours(2), Duration.ofDays(300));

  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  void windowsGrowToATenthOfTheRetention() {
    assertThat(RANGES)
        .containsExactly(
            Duration.ofHours(2),
            Duration.ofHours(12),
            Duration.ofHours(24),
            Duration.ofDays(3),
            Duration.ofDays(9),
            Duration.ofDays(27));
    assertThat(TsdbConfig.mergeRanges(Duration.ofHours(2), Duration.ofDays(15)))
        .containsExactly(Duration.ofHours(2), Duration.ofHours(12), Duration.ofHours(24));
    assertThat(TsdbConfig.mergeRanges(Duration.ofHours(2), Duration.ofHours(1)))
        .containsExactly(Duration.ofHours(2));
  }

  @Test
  void blocksOfACompleteWindowBecomeOneOfTheWidestRange() {
    List<BlockMeta> blocks = hours(0, 24, 2);

    assertThat(next(blocks, 11)).isEmpty();
    assertThat(next(blocks, 12)).hasValueSatisfying(plan -> isWindow(plan, 0, 12, 6));
    assertThat(next(blocks, 24)).hasValueSatisfying(plan -> isWindow(plan, 0, 24, 12));
  }

  @Test
  void whatNobodyMergesAnyMoreIsLeftAlone() {
    List<BlockMeta> blocks = hours(0, 72, 24);

    assertThat(next(blocks, 71)).isEmpty();
    assertThat(next(blocks, 72)).hasValueSatisfying(plan -> isWindow(plan, 0, 72, 3));
  }

  @Test
  void manyBlocksAreMergedInSmallerStepsFirst() {
    List<BlockMeta> blocks = new ArrayList<>(hours(0, 72, 2));

    // 36 at once would need a page of each in memory.
    MergePlan first = next(blocks, 100).orElseThrow();

    isWindow(first, 0, 24, 12);
  }

  @Test
  void aPlanIsMadeUntilNothingIsDue() {
    List<BlockMeta> blocks = new ArrayList<>(hours(0, 24 * 30, 2));
    int merges = 0;
    Optional<MergePlan> plan = next(blocks, 24 * 30);
    while (plan.isPresent()) {
      merges++;
      MergePlan due = plan.get();
      assertThat(due.sources()).hasSizeLessThanOrEqualTo(MergePlan.MAX_SOURCES);
      blocks.removeAll(due.sources());
      long bytes = due.sources().stream().mapToLong(BlockMeta::fileBytes).sum();
      blocks.add(block(due.startMillis() / HOUR, (due.endMillis() + 1) / HOUR, bytes, 24 * 30));
      plan = next(blocks, 24 * 30);
    }

    // 30 of a day, 10 of three days, 3 of nine, 1 of 27, or fewer that take more at once.
    assertThat(merges).isBetween(30, 30 + 10 + 3 + 1);
    assertThat(blocks).hasSize(2);
  }

  @Test
  void aLateBlockWaitsForOthersBesideALargeOne() {
    BlockMeta day = block(0, 24, 8_000, 30);
    List<BlockMeta> blocks = new ArrayList<>(List.of(day, block(4, 6, 100, 31)));

    assertThat(next(blocks, 32)).isEmpty();

    // No other came for a quarter of the range.
    assertThat(next(blocks, 32, 37)).hasValueSatisfying(plan -> isWindow(plan, 0, 24, 2));
    // It is worth the while.
    List<BlockMeta> large = List.of(day, block(4, 6, 1_000, 31));
    assertThat(next(large, 32)).hasValueSatisfying(plan -> isWindow(plan, 0, 24, 2));
    // There are many, in windows of their own.
    for (int start = 14; start < 20; start += 2) {
      blocks.add(block(start, start + 2, 100, 31));
    }
    assertThat(next(blocks, 32)).hasValueSatisfying(plan -> isWindow(plan, 0, 24, 5));
  }

  @Test
  void overlappingBlocksOfOneWindowAreMergedAndTheYoungestWins() {
    BlockMeta old = block(0, 2, 100, 3);
    BlockMeta young = block(0, 2, 100, 5);

    assertThat(next(List.of(young, old), 4))
        .hasValueSatisfying(plan -> assertThat(plan.sources()).containsExactly(old, young));
    assertThat(next(List.of(young, old), 1)).isEmpty();
  }

  @Test
  void blocksOfAWindowThatIsBeingFilledWaitUntilTheyAreManyOrAnHourOld() {
    Filling second = (_, start, end) -> start <= 3 * HOUR && 3 * HOUR <= end;
    List<BlockMeta> blocks = new ArrayList<>();
    blocks.add(block(2, 4, 1_000, 30));
    blocks.add(block(2, 4, 100, 30));

    assertThat(next(blocks, second, 30)).isEmpty();
    assertThat(next(blocks, Filling.NONE, 30)).hasValueSatisfying(plan -> isWindow(plan, 0, 24, 2));
    assertThat(next(blocks, second, 31)).hasValueSatisfying(plan -> isWindow(plan, 0, 24, 2));
    blocks.add(block(6, 8, 100, 30));
    assertThat(next(blocks, second, 30)).isEmpty();
    assertThat(next(blocks, Filling.NONE, 30)).hasValueSatisfying(plan -> isWindow(plan, 0, 24, 3));
    blocks.add(block(2, 4, 100, 30));
    blocks.add(block(2, 4, 100, 30));
    assertThat(next(blocks, second, 30)).hasValueSatisfying(plan -> isWindow(plan, 2, 4, 4));
  }

  private static Optional<MergePlan> next(List<BlockMeta> blocks, Filling filling, long nowHour) {
    return MergePlan.next(blocks, RANGES, filling, nowHour * HOUR, nowHour * HOUR);
  }

  private static void isWindow(MergePlan plan, long startHour, long endHour, int sources) {
    assertThat(plan.startMillis()).isEqualTo(startHour * HOUR);
    assertThat(plan.endMillis()).isEqualTo(endHour * HOUR - 1);
    assertThat(plan.sources()).hasSize(sources);
  }

  private Optional<MergePlan> next(List<BlockMeta> blocks, long cutoffHour) {
    return next(blocks, cutoffHour, cutoffHour);
  }

  private Optional<MergePlan> next(List<BlockMeta> blocks, long cutoffHour, long nowHour) {
    return MergePlan.next(blocks, RANGES, Filling.NONE, cutoffHour * HOUR, nowHour * HOUR);
  }

  private List<BlockMeta> hours(long from, long to, long range) {
    List<BlockMeta> blocks = new ArrayList<>();
    for (long start = from; start < to; start += range) {
      blocks.add(block(start, start + range, 1_000, start + range));
    }
    return blocks;
  }

  private BlockMeta block(long startHour, long endHour, long bytes, long madeAtHour) {
    BlockSpec spec =
        new BlockSpec(
            BlockId.create(madeAtHour * HOUR, random),
            TenantId.DEFAULT,
            startHour * HOUR,
            endHour * HOUR - 1,
            1,
            List.of());
    return new BlockMeta(spec, startHour * HOUR, endHour * HOUR - 1, 1, bytes, bytes);
  }
}
