package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.FOLDER;
import static dev.vedette.tsdb.TestEngine.HOUR;
import static dev.vedette.tsdb.TestEngine.START;
import static dev.vedette.tsdb.TestEngine.UP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Unavailable;
import dev.vedette.testkit.SimFiles;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TsdbSnapshotTest {
  private static final Path SNAPSHOTS = FOLDER.resolve("snapshots");
  private static final LabelMatcher IS_UP = LabelMatcher.equal("__name__", "up");

  private final TestEngine engine = new TestEngine();

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void aSnapshotIsADataFolderOfItsOwn() throws IOException {
    engine.writeHours(UP, 0, 5);
    engine.delete(IS_UP, START, START);

    String name = engine.tsdb.snapshot(false);

    assertThat(name).matches("20251009T[0-9]{6}Z-[0-9a-f]{16}");
    // What happens to the original afterwards is nothing to the snapshot.
    engine.delete(IS_UP, 0, Long.MAX_VALUE);
    engine.tsdb.cleanTombstones();
    assertThat(readSnapshot(name)).hasSize(4).containsKey(START + 4 * HOUR);
    assertThat(engine.read(UP)).isEmpty();
  }

  @Test
  void theHeadCanBeLeftOut() throws IOException {
    engine.writeHours(UP, 0, 5);

    assertThat(readSnapshot(engine.tsdb.snapshot(true))).hasSize(4);
    assertThat(readSnapshot(engine.tsdb.snapshot(false))).hasSize(5);
    assertThat(engine.read(UP)).hasSize(5);
    assertThat(engine.blockFiles()).as("the original is as it was").hasSize(2);
  }

  @Test
  void anEmptyEngineHasAnEmptySnapshot() throws IOException {
    assertThat(readSnapshot(engine.tsdb.snapshot(false))).isEmpty();
  }

  @Test
  void aSnapshotCutAnywhereHasNoNameYetOrIsWhole() throws IOException {
    boolean done = false;
    int step = 0;
    for (; !done; step++) {
      try (TestEngine cut = new TestEngine(step)) {
        cut.writeHours(UP, 0, 5);
        cut.disk.cutPowerAt(step);
        try {
          cut.tsdb.snapshot(false);
          done = true;
        } catch (Unavailable e) {
          assertThat(e.wayOut()).isNotEmpty();
        }
        cut.crash();
        if (cut.disk.exists(SNAPSHOTS)) {
          for (Path path : cut.disk.list(SNAPSHOTS)) {
            assertThat(readSnapshot(cut, path)).as("step %d", step).hasSize(5);
          }
        }
        assertThat(cut.read(UP)).hasSize(5);
      }
    }
    assertThat(step).isGreaterThan(10);
  }

  @Test
  void aSnapshotThatTheDiskRefusesLeavesNothing() throws IOException {
    engine.writeHours(UP, 0, 4);
    engine.disk.failOn(
        call -> call.operation() == SimFiles.Operation.LINK, new IOException("no links today"));

    assertThatThrownBy(() -> engine.tsdb.snapshot(true))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("no links today");

    assertThat(engine.disk.list(SNAPSHOTS)).isEmpty();
  }

  private Map<Long, Double> readSnapshot(String name) {
    return readSnapshot(engine, SNAPSHOTS.resolve(name));
  }

  private static Map<Long, Double> readSnapshot(TestEngine engine, Path folder) {
    TsdbConfig config = TsdbConfig.defaults(folder).withMaintenanceInterval(Duration.ofDays(1));
    try (Tsdb copy =
        Tsdb.open(config, engine.disk, engine.clock, engine.ticker, new PrometheusRegistry())) {
      return TestEngine.read(UP, copy);
    }
  }

  @Test
  void sizeAndAgeBoundWhatIsKeptOldestFirst() throws IOException {
    engine.writeHours(UP, 0, 12);
    List<Path> all = engine.blockFiles();
    long logBytes = 0;
    for (Path file : engine.disk.list(FOLDER.resolve("wal"))) {
      logBytes += engine.disk.size(file);
    }
    long limit = logBytes + engine.disk.size(all.getLast()) * 3;
    // A start begins another segment of the log.
    engine.reopen(config -> config.withRetentionBytes(java.util.OptionalLong.of(limit)));

    engine.tsdb.maintain();

    assertThat(engine.blockFiles()).isNotEmpty().hasSizeLessThan(4);
    assertThat(engine.blockFiles()).contains(all.getLast()).doesNotContain(all.getFirst());
    assertThat(engine.read(UP)).containsKey(START + 11 * HOUR).doesNotContainKey(START);

    engine.advance(Duration.ofDays(31));
    engine.tsdb.maintain();
    assertThat(engine.blockFiles()).isEmpty();
  }
}
