package dev.vedette.tsdb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.Unavailable;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.wal.WalInspection.KeptPart;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a checkpoint does with bytes it cannot read. */
class WalDamagedPartsTest {
  private static final WalKeep ALL =
      new WalKeep() {
        @Override
        public boolean series(int ref) {
          return true;
        }

        @Override
        public boolean sample(int ref, long timestampMillis) {
          return true;
        }
      };

  private PrometheusRegistry registry = new PrometheusRegistry();
  private SimFiles disk = SimFiles.seeded(1);

  @BeforeEach
  void prepare() throws IOException {
    disk = TestLog.disk(1);
  }

  /** A segment of three records, the second of which is damaged; its bounds. */
  private int[] damagedSegment() throws IOException {
    try (Wal wal = TestLog.open(disk, new Collected())) {
      WalRecords records = new WalRecords();
      TestLog.series(records, 1, "a");
      wal.append(records);
      records.clear();
      wal.awaitDurable(wal.position());
      int from = (int) disk.size(TestLog.segment(1));
      TestLog.series(records, 2, "b");
      wal.awaitDurable(wal.append(records));
      int to = (int) disk.size(TestLog.segment(1));
      records.clear();
      TestLog.series(records, 3, "c");
      wal.append(records);
      wal.close();
      disk.flipBit(TestLog.segment(1), from + 12, 3);
      return new int[] {from, to};
    }
  }

  private void checkpoint(SimFiles disk, WalSettings settings) {
    registry = new PrometheusRegistry();
    try (Wal wal = TestLog.unopened(disk, settings, registry)) {
      wal.replay(new Collected());
      wal.checkpoint(wal.roll(), ALL);
    }
  }

  @Test
  void aDamagedRecordIsKeptByteByByteBeforeItsSegmentGoes() throws IOException {
    int[] bounds = damagedSegment();
    byte[] segment = disk.bytes(TestLog.segment(1));

    checkpoint(disk, TestLog.SETTINGS);

    assertThat(disk.exists(TestLog.segment(1))).isFalse();
    Path copy = TestLog.FOLDER.resolve("damaged").resolve("00000001.wal." + bounds[0]);
    assertThat(disk.bytes(copy)).isEqualTo(Arrays.copyOfRange(segment, bounds[0], bounds[1]));
    assertThat(WalInspection.of(disk, TestLog.FOLDER).kept())
        .containsExactly(new KeptPart(copy, bounds[1] - bounds[0]));
    assertThat(counter("vedette_storage_wal_damaged_bytes_kept")).isEqualTo(bounds[1] - bounds[0]);
    // Other records are in the checkpoint, and what was kept disturbs nobody.
    Collected found = new Collected();
    assertThat(TestLog.replay(disk, found).damages()).isEmpty();
    assertThat(found.series.keySet()).containsExactlyInAnyOrder(1, 3);
  }

  @Test
  void whereverTheCheckpointIsCutTheDamagedBytesAreThereOnceOrTwice() throws IOException {
    int[] bounds = damagedSegment();
    byte[] part = Arrays.copyOfRange(disk.bytes(TestLog.segment(1)), bounds[0], bounds[1]);
    SimFiles whole = disk.afterCrash(7);
    long before = whole.calls();
    checkpoint(whole, TestLog.SETTINGS);
    long calls = whole.calls() - before;
    for (int call = 1; call <= calls; call++) {
      SimFiles cut = disk.afterCrash(7);
      cut.cutPowerAt(call);
      try (Wal wal = TestLog.unopened(cut, TestLog.SETTINGS, new PrometheusRegistry())) {
        wal.replay(new Collected());
        wal.checkpoint(wal.roll(), ALL);
      } catch (Unavailable e) {
        assertThat(e.wayOut()).isNotEmpty();
      }
      SimFiles found = cut.crash();

      checkpoint(found, TestLog.SETTINGS);

      List<KeptPart> kept = WalInspection.of(found, TestLog.FOLDER).kept();
      assertThat(kept).as("cut at call %d", call).hasSize(1);
      assertThat(found.bytes(kept.getFirst().file())).isEqualTo(part);
    }
  }

  @Test
  void whatFindsNoRoomIsCountedAndGoes() throws IOException {
    int[] bounds = damagedSegment();

    checkpoint(disk, new WalSettings(10, 1 << 20, Duration.ofMillis(10)));

    assertThat(WalInspection.of(disk, TestLog.FOLDER).kept()).isEmpty();
    assertThat(counter("vedette_storage_wal_damaged_bytes_dropped"))
        .isEqualTo(bounds[1] - bounds[0]);
  }

  @Test
  void whatCannotBeReadOnceIsKeptByTheNextCheckpoint() throws IOException {
    int[] bounds = damagedSegment();
    try (Wal wal = TestLog.unopened(disk, TestLog.SETTINGS, registry)) {
      wal.replay(new Collected());
      failReadsOfTheCopied();
      assertThatThrownBy(() -> wal.checkpoint(wal.roll(), ALL)).isInstanceOf(Unavailable.class);
      assertThat(disk.exists(TestLog.segment(1))).isTrue();
      disk.heal();

      wal.checkpoint(wal.roll(), ALL);
    }

    List<KeptPart> kept = WalInspection.of(disk, TestLog.FOLDER).kept();
    assertThat(kept).hasSize(1);
    assertThat(kept.getFirst().bytes()).isEqualTo(bounds[1] - bounds[0]);
    assertThat(disk.exists(TestLog.segment(1))).isFalse();
  }

  @Test
  void whatCanNeverBeReadIsCountedAndGoesAndLeavesNoTemporaryFile() throws IOException {
    int[] bounds = damagedSegment();
    try (Wal wal = TestLog.unopened(disk, TestLog.SETTINGS, registry)) {
      wal.replay(new Collected());
      failReadsOfTheCopied();
      for (int i = 1; i < DamagedParts.MAX_TRIES; i++) {
        assertThatThrownBy(() -> wal.checkpoint(wal.roll(), ALL)).isInstanceOf(Unavailable.class);
        assertThat(disk.list(TestLog.FOLDER.resolve("damaged"))).isEmpty();
      }

      wal.checkpoint(wal.roll(), ALL);
    }

    assertThat(disk.list(TestLog.FOLDER.resolve("damaged"))).isEmpty();
    assertThat(disk.exists(TestLog.segment(1))).isFalse();
    assertThat(counter("vedette_storage_wal_damaged_bytes_dropped"))
        .isEqualTo(bounds[1] - bounds[0]);
  }

  /** From the moment on at which a copy is begun, until the next file is written. */
  private void failReadsOfTheCopied() {
    AtomicBoolean isCopying = new AtomicBoolean();
    disk.failOn(
        call -> {
          if (call.operation() == SimFiles.Operation.CREATE) {
            isCopying.set(call.path().toString().contains("/damaged/"));
          }
          return isCopying.get() && call.operation() == SimFiles.Operation.READ;
        },
        new IOException("bad sector"));
  }

  @Test
  void aLogThatIsClosedSaysSo() {
    Wal wal = TestLog.open(disk, new Collected());
    wal.close();
    WalRecords records = new WalRecords();
    records.sample(1, 1, 1);

    assertThatThrownBy(() -> wal.append(records))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("is closed");
    assertThatThrownBy(wal::roll).isInstanceOf(Unavailable.class);
    assertThatThrownBy(wal::checkWritable).isInstanceOf(Unavailable.class);
  }

  private double counter(String name) {
    return registry.scrape(name::equals).stream()
        .flatMap(snapshot -> ((CounterSnapshot) snapshot).getDataPoints().stream())
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }
}
