package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.BLOCKS;
import static dev.vedette.tsdb.TestEngine.HOUR;
import static dev.vedette.tsdb.TestEngine.START;
import static dev.vedette.tsdb.TestEngine.UP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.VedetteException;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.tier.TierConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * The power goes at each call in turn of what writes blocks again: what could be read before is
 * read afterwards, samples and buckets alike, nothing that was deleted comes back, and the work is
 * done by the next run.
 */
class TsdbCutTest {
  private static final Path TOMBSTONES = BLOCKS.resolve("tombstones");
  private static final Labels OTHER = Labels.of("__name__", "other", "job", "api");
  private static final LabelMatcher IS_UP = LabelMatcher.equal("__name__", "up");
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** All there is to be read. */
  private record Readable(
      Map<Long, Double> up,
      Map<Long, Double> other,
      Map<Labels, List<String>> minutes,
      Map<Labels, List<String>> hours) {
    static Readable of(TestEngine engine) {
      return new Readable(
          engine.read(UP),
          engine.read(OTHER),
          buckets(engine, MINUTE.toMillis()),
          buckets(engine, HOUR));
    }

    private static Map<Labels, List<String>> buckets(TestEngine engine, long resolution) {
      EnumSet<BucketColumn> columns = EnumSet.allOf(BucketColumn.class);
      long end = START + 24 * HOUR;
      return TestBuckets.read(
          engine.tsdb, new Selection(List.of(), START + 1, end, resolution, columns));
    }
  }

  private static TestEngine engine(int seed) {
    TestEngine engine = new TestEngine(seed);
    engine.reopen(
        config ->
            config.withTiers(
                List.of(
                    new TierConfig(MINUTE, Duration.ofDays(40), true),
                    new TierConfig(Duration.ofHours(1), Duration.ofDays(400), true))));
    return engine;
  }

  @Test
  void tiersThatAreBuilt() throws IOException {
    cutAnywhere(
        engine -> {
          engine.writeHours(UP, 0, 6);
          engine.advance(Duration.ofHours(2));
        },
        engine -> engine.tsdb.maintain(),
        engine -> assertThat(resolutions(engine)).contains(0L, MINUTE.toMillis(), HOUR));
  }

  @Test
  void tiersThatAreBuiltAgainForLateSamples() throws IOException {
    cutAnywhere(
        engine -> {
          engine.writeHours(UP, 0, 6);
          engine.advance(Duration.ofHours(2));
          engine.tsdb.maintain();
          engine.write(UP, START + HOUR + 7, 99);
          engine.tsdb.flush();
          engine.advance(Duration.ofDays(1));
        },
        engine -> engine.tsdb.maintain(),
        engine -> assertThat(engine.read(UP)).hasSize(7));
  }

  @Test
  void mergesOfSamplesAndTiersOfWhichSomeAreDeleted() throws IOException {
    cutAnywhere(
        engine -> {
          engine.writeHours(UP, 0, 12);
          engine.writeHours(OTHER, 10, 12);
          engine.tsdb.maintain();
          engine.delete(IS_UP, START, START + 5 * HOUR);
          engine.advance(Duration.ofHours(2));
        },
        engine -> engine.tsdb.maintain(),
        engine -> {
          assertThat(engine.read(UP)).hasSize(6);
          assertThat(engine.read(OTHER)).hasSize(2);
          assertThat(resolutions(engine)).filteredOn(each -> each == 0).hasSize(1);
        });
  }

  @Test
  void theCleaningOfTombstones() throws IOException {
    cutAnywhere(
        engine -> {
          engine.writeHours(UP, 0, 6);
          engine.writeHours(OTHER, 4, 6);
          engine.advance(Duration.ofHours(2));
          engine.tsdb.maintain();
          engine.delete(IS_UP, START, START + 3 * HOUR);
        },
        engine -> engine.tsdb.cleanTombstones(),
        engine -> {
          assertThat(engine.read(UP)).hasSize(2);
          assertThat(engine.disk.exists(TOMBSTONES)).as("tombstones are left").isFalse();
        });
  }

  @FunctionalInterface
  private interface Check {
    void of(TestEngine engine) throws IOException;
  }

  private static void cutAnywhere(
      Consumer<TestEngine> before, Consumer<TestEngine> work, Check done) throws IOException {
    boolean isDone = false;
    int step = 0;
    for (; !isDone; step++) {
      try (TestEngine engine = engine(step)) {
        before.accept(engine);
        Readable all = Readable.of(engine);
        engine.disk.cutPowerAt(step);
        try {
          work.accept(engine);
        } catch (VedetteException e) {
          assertThat(e.wayOut()).isNotEmpty();
        }
        isDone = engine.hasPower();

        engine.crash();

        assertThat(Readable.of(engine)).as("cut at call %d", step).isEqualTo(all);
        for (int i = 0; i < 3; i++) {
          work.accept(engine);
          engine.tsdb.maintain();
          engine.advance(Duration.ofSeconds(31));
        }
        assertThat(Readable.of(engine)).as("done after call %d", step).isEqualTo(all);
        assertSound(engine);
        done.of(engine);
        engine.reopen();
        assertThat(Readable.of(engine)).as("opened again after call %d", step).isEqualTo(all);
      }
    }
    assertThat(step).as("calls that were cut").isGreaterThan(10);
  }

  private static void assertSound(TestEngine engine) throws IOException {
    assertThat(engine.disk.list(BLOCKS)).noneMatch(file -> file.toString().endsWith(".tmp"));
    for (Path file : engine.blockFiles()) {
      try (Block block = Block.open(engine.disk, file, _ -> {})) {
        assertThat(block.verify()).isEmpty();
      }
    }
  }

  private static List<Long> resolutions(TestEngine engine) throws IOException {
    List<Long> found = new ArrayList<>();
    for (Path file : engine.blockFiles()) {
      try (Block block = Block.open(engine.disk, file, _ -> {})) {
        found.add(block.meta().resolutionMillis());
      }
    }
    return found;
  }
}
