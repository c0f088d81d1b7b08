package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.HOUR;
import static dev.vedette.tsdb.TestEngine.START;
import static dev.vedette.tsdb.TestEngine.UP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.Coverage;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.tier.TierConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What damage and what is turned off may cost a tier: nothing that was there, and no silence. */
class TsdbTierDamageTest {
  private static final long DAY = 24 * HOUR;
  // In the first page, behind the magic and the tables.
  private static final int IN_PAGE = 26;

  private final TestEngine engine = new TestEngine();

  @BeforeEach
  void turnOn() {
    engine.reopen(config(true));
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private static UnaryOperator<TsdbConfig> config(boolean isBuilt) {
    return config ->
        config
            .withRetention(Duration.ofDays(3))
            .withTiers(List.of(new TierConfig(Duration.ofHours(1), Duration.ofDays(400), isBuilt)));
  }

  @Test
  void aDamagedBlockOfATierIsMadeAgainOfTheSamples() throws IOException {
    engine.writeHours(UP, 1, 24);
    maintain();
    Path damaged = tierFiles().getFirst();
    engine.disk.flipBit(damaged, IN_PAGE, 3);
    engine.reopen();

    assertThat(bucketEnds()).hasSizeLessThan(23); // That read met the damage.

    assertThat(bucketEnds()).hasSize(23);
    engine.tsdb.maintain();
    assertThat(tierFiles()).doesNotContain(damaged).hasSize(2);
    assertSound();
    assertThat(bucketEnds()).hasSize(23);
  }

  @Test
  void aDamagedBlockOfATierStaysWhereItsSamplesAreGone() throws IOException {
    engine.writeHours(UP, 1, 24);
    engine.advance(Duration.ofDays(3));
    maintain();
    List<Path> built = tierFiles();
    engine.disk.flipBit(built.getFirst(), IN_PAGE, 3);
    engine.reopen();

    Set<Long> left = bucketEnds();
    maintain();

    assertThat(left).isNotEmpty().hasSizeLessThan(23);
    assertThat(tierFiles()).isEqualTo(built);
    assertThat(bucketEnds()).isEqualTo(left);
  }

  @Test
  void samplesThatCannotBeReadDoNotReplaceTheirBuckets() throws IOException {
    engine.writeHours(UP, 1, 24);
    maintain();
    List<Path> built = tierFiles();
    damageSamples();

    writeLate(Labels.of("__name__", "late"), 1);
    maintain();

    assertThat(tierFiles()).isEqualTo(built);
    engine.advance(Duration.ofDays(5));
    maintain();
    // The samples have waited for their tier long enough.
    engine.advance(Duration.ofDays(1));
    maintain();
    assertThat(bucketEnds()).hasSize(23);
  }

  @Test
  void samplesThatATierHasYetToSeeAreNotHiddenByAMerge() throws IOException {
    engine.writeHours(UP, 1, 24);
    maintain();
    damageSamples();
    Labels late = Labels.of("__name__", "late");

    // Two of a window: they would become one.
    writeLate(late, 2);
    writeLate(late, 3);
    maintain();

    // Buckets are made of the samples, as long as the tier's block lacks some.
    assertThat(bucketEnds(late)).hasSize(2);
  }

  @Test
  void samplesThatCannotAllBeReadBecomeBucketsWhenTheyAreAboutToGo() throws IOException {
    engine.writeHours(UP, 1, 12);
    engine.disk.flipBit(files(false).get(2), IN_PAGE, 3);
    engine.reopen();
    maintain();
    maintain();
    assertThat(tierFiles()).isEmpty();

    engine.advance(Duration.ofDays(4));
    maintain();

    assertThat(files(false)).isEmpty();
    assertThat(tierFiles()).hasSize(1);
    assertThat(bucketEnds()).hasSize(9);
  }

  @Test
  void timesThatATierWasTurnedOffAreNamedOnceTheirSamplesAreGone() throws IOException {
    engine.writeHours(UP, 1, 24);
    maintain();
    engine.reopen(config(false));
    engine.writeHours(UP, 24, 72);
    maintain();
    engine.advance(Duration.ofDays(4));
    maintain();
    engine.reopen(config(true));
    engine.writeHours(UP, 7 * 24, 9 * 24);
    maintain();

    Coverage coverage = engine.tsdb.coverage(TenantId.DEFAULT);

    assertThat(coverage.tiers().getFirst().gaps())
        .first()
        .satisfies(
            gap -> {
              assertThat(gap.startMillis()).isBetween(START + DAY, START + DAY + 12 * HOUR + 1);
              assertThat(gap.endMillis()).isGreaterThanOrEqualTo(START + 72 * HOUR - HOUR);
            });
    // Nor does a merge of what is on both sides hide them.
    for (int day = 9; day < 40; day++) {
      engine.writeHours(UP, 24 * day, 24 * day + 24);
      engine.tsdb.maintain();
    }
    maintain();
    assertThat(engine.tsdb.coverage(TenantId.DEFAULT).tiers().getFirst().gaps())
        .first()
        .satisfies(
            gap -> {
              assertThat(gap.startMillis())
                  .isEqualTo(coverage.tiers().getFirst().gaps().getFirst().startMillis());
              assertThat(gap.endMillis()).isGreaterThanOrEqualTo(START + 72 * HOUR - HOUR);
            });
    assertThat(tierFiles()).hasSizeLessThan(30);
  }

  @Test
  void whatIsTurnedOffAndOnAgainIsBuiltOfWhatIsThere() throws IOException {
    engine.writeHours(UP, 1, 24);
    maintain();
    engine.reopen(config(false));
    engine.writeHours(UP, 24, 48);
    maintain();
    engine.reopen(config(true));
    maintain();
    engine.advance(Duration.ofDays(4));
    maintain();

    assertThat(engine.tsdb.coverage(TenantId.DEFAULT).tiers().getFirst().gaps()).isEmpty();
    assertThat(bucketEnds()).hasSize(47);
  }

  // --- fixtures

  /** Time passes for what waits: what merges waits for what deletes and the other way round. */
  private void maintain() {
    engine.advance(Duration.ofHours(5));
    for (int i = 0; i < 3; i++) {
      engine.tsdb.maintain();
      engine.advance(Duration.ofSeconds(31));
    }
  }

  /** A sample of the first hours, in a block of its own. */
  private void writeLate(Labels series, int hour) {
    engine.write(series, START + hour * HOUR, hour);
    engine.tsdb.flush();
  }

  private void damageSamples() throws IOException {
    for (Path file : files(false)) {
      engine.disk.flipBit(file, IN_PAGE, 3);
    }
    engine.reopen();
  }

  private List<Path> tierFiles() throws IOException {
    return files(true);
  }

  private List<Path> files(boolean areOfTiers) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path file : engine.blockFiles()) {
      try (Block block = Block.open(engine.disk, file, _ -> {})) {
        if (block.meta().spec().isTier() == areOfTiers) {
          found.add(file);
        }
      }
    }
    return found;
  }

  private void assertSound() throws IOException {
    for (Path file : engine.blockFiles()) {
      try (Block block = Block.open(engine.disk, file, _ -> {})) {
        assertThat(block.verify()).isEmpty();
      }
    }
  }

  private Set<Long> bucketEnds() {
    return bucketEnds(UP);
  }

  /** Ends of the buckets of an hour that have samples. */
  private Set<Long> bucketEnds(Labels series) {
    long end = Math.ceilDiv(engine.clock.millis(), HOUR) * HOUR;
    Selection selection =
        new Selection(
            List.of(LabelMatcher.equal("__name__", series.metricName())),
            START - HOUR + 1,
            end,
            HOUR,
            EnumSet.allOf(BucketColumn.class));
    Set<Long> ends = new TreeSet<>();
    SeriesBatch batch = new SeriesBatch();
    try (SeriesCursor cursor = engine.tsdb.select(TenantId.DEFAULT, selection)) {
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          double[] counts = Objects.requireNonNull(batch.buckets(i)).get(BucketColumn.COUNT);
          assertThat(counts).startsWith(1.0);
          LongStream.of(batch.timestamps(i)).limit(batch.size(i)).forEach(ends::add);
        }
      }
    }
    return ends;
  }
}
