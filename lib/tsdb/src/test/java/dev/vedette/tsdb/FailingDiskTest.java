package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import dev.vedette.model.WriteBatch;
import dev.vedette.testkit.FakeClock;
import dev.vedette.testkit.SimFiles;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the engine does while its disk takes no more blocks. */
class FailingDiskTest {
  private static final Path FOLDER = Path.of("/data");
  private static final Path BLOCKS = FOLDER.resolve("blocks").resolve("default");
  private static final Duration RETENTION = Duration.ofDays(1);

  private final SimFiles disk = SimFiles.seeded(1);
  private final FakeClock clock = new FakeClock(Instant.ofEpochMilli(1_760_000_000_000L));
  private final Tsdb tsdb =
      Tsdb.open(
          TsdbConfig.defaults(FOLDER)
              .withRetention(RETENTION)
              .withMaintenanceInterval(Duration.ofDays(1)),
          disk,
          clock,
          System::nanoTime,
          new PrometheusRegistry());

  @AfterEach
  void close() {
    tsdb.close();
  }

  @Test
  void blocksPastRetentionGoEvenWhenNoBlockCanBeWritten() throws IOException {
    write(clock.millis());
    tsdb.flush();
    assertThat(blockFiles()).hasSize(1);
    clock.advance(RETENTION.plusHours(3));
    write(clock.millis());
    clock.advance(Duration.ofHours(6));
    disk.failOn(FailingDiskTest::beginsABlock, new IOException("the disk is full"));

    tsdb.maintain();

    assertThat(blockFiles()).isEmpty();
  }

  @Test
  void aFlushThatFailsLeavesNoBlockAndTheNextOneWritesThemAll() throws IOException {
    write(clock.millis() - Duration.ofHours(5).toMillis());
    write(clock.millis());
    AtomicInteger begun = new AtomicInteger();
    disk.failOn(
        call -> beginsABlock(call) && begun.incrementAndGet() > 1,
        new IOException("the disk is full"));

    assertThatThrownBy(tsdb::flush).isInstanceOf(Unavailable.class);

    assertThat(blockFiles()).isEmpty();
    disk.heal();
    tsdb.flush();
    assertThat(blockFiles()).hasSize(2);
  }

  private static boolean beginsABlock(SimFiles.Call call) {
    return call.operation() == SimFiles.Operation.CREATE && call.path().startsWith(BLOCKS);
  }

  private List<Path> blockFiles() throws IOException {
    return disk.list(BLOCKS);
  }

  private void write(long timestampMillis) {
    WriteBatch batch = batch(Labels.of("__name__", "up"));
    batch.addSample(timestampMillis, Double.doubleToRawLongBits(1));
    tsdb.write(TenantId.DEFAULT, batch);
  }
}
