package dev.vedette.tsdb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import dev.vedette.testkit.SimFiles;
import dev.vedette.testkit.SimFiles.Operation;
import dev.vedette.tsdb.wal.Collected.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WalCheckpointTest {
  private static final WalKeep KEEP =
      new WalKeep() {
        @Override
        public boolean series(int ref) {
          return ref != 2;
        }

        @Override
        public boolean sample(int ref, long timestampMillis) {
          return ref != 2 && timestampMillis >= 2000;
        }
      };

  /** Series 1 to 3 with a sample at 1000 and one at 2000, then a new segment. */
  private static long write(Wal wal) {
    WalRecords records = new WalRecords();
    for (int ref = 1; ref <= 3; ref++) {
      TestLog.series(records, ref, "m" + ref);
      records.sample(ref, 1000, ref);
      records.sample(ref, 2000, ref);
    }
    records.metadata(TenantId.DEFAULT, new MetricMetadata("m1", MetricType.GAUGE, "old", ""));
    records.metadata(TenantId.DEFAULT, new MetricMetadata("m1", MetricType.GAUGE, "new", ""));
    wal.awaitDurable(wal.append(records));
    return wal.roll();
  }

  private static void writeAfterwards(Wal wal) {
    WalRecords records = new WalRecords();
    records.sample(1, 3000, 1);
    wal.awaitDurable(wal.append(records));
  }

  @Test
  void whatIsNeededIsCarriedOverAndTheSegmentsGo() throws IOException {
    SimFiles disk = TestLog.disk(1);
    Wal wal = TestLog.open(disk, new Collected());
    long number = write(wal);
    writeAfterwards(wal);

    CheckpointReport report = wal.checkpoint(number, KEEP);

    assertThat(report.series()).isEqualTo(2);
    assertThat(report.samples()).isEqualTo(2);
    assertThat(report.bytesAfter()).isLessThan(report.bytesBefore());
    assertThat(disk.list(TestLog.FOLDER))
        .containsExactly(TestLog.segment(2), TestLog.FOLDER.resolve("checkpoint.00000002"));
    wal.close();
    assertKept(disk.crash());
  }

  private static void assertKept(SimFiles disk) {
    Collected found = new Collected();
    ReplayReport report = TestLog.replay(disk, found);
    assertThat(found.series.keySet()).containsExactly(1, 3);
    assertThat(found.samples)
        .containsExactly(new Sample(1, 2000, 1), new Sample(3, 2000, 3), new Sample(1, 3000, 1));
    assertThat(found.metadata.get("default/m1").help()).isEqualTo("new");
    assertThat(report.damages()).isEmpty();
  }

  @Test
  void aCheckpointTakesTheOneBeforeItIn() throws IOException {
    SimFiles disk = TestLog.disk(1);
    Wal wal = TestLog.open(disk, new Collected());
    wal.checkpoint(write(wal), KEEP);
    writeAfterwards(wal);
    wal.checkpoint(wal.roll(), KEEP);
    assertThat(disk.list(TestLog.FOLDER))
        .containsExactly(TestLog.segment(3), TestLog.FOLDER.resolve("checkpoint.00000003"));
    wal.close();
    assertKept(disk.crash());
  }

  @Test
  void nothingBelowTheNumberMeansNothingToDo() throws IOException {
    SimFiles disk = TestLog.disk(1);
    Wal wal = TestLog.open(disk, new Collected());
    long number = write(wal);
    wal.checkpoint(number, KEEP);
    List<Path> before = disk.list(TestLog.FOLDER);
    assertThat(wal.checkpoint(number, KEEP)).isEqualTo(new CheckpointReport(0, 0, 0, 0, 0));
    assertThat(disk.list(TestLog.FOLDER)).isEqualTo(before);
    assertThatThrownBy(() -> wal.checkpoint(number + 1, KEEP)).hasMessageStartingWith("BUG");
    wal.close();
  }

  @Test
  void aPowerCutAtAnyCallOfACheckpointLosesNothing() throws IOException {
    int cut = 0;
    boolean done = false;
    while (!done) {
      SimFiles disk = TestLog.disk(cut);
      Wal wal = TestLog.open(disk, new Collected());
      long number = write(wal);
      writeAfterwards(wal);
      disk.cutPowerAt(cut);
      try {
        wal.checkpoint(number, KEEP);
        done = true;
      } catch (Unavailable e) {
        cut++;
      }
      for (int seed = 0; seed < 8; seed++) {
        SimFiles found = disk.afterCrash(seed);
        assertNeededIsThere(found, "call " + cut + " seed " + seed);
        // The next start has cleared up, and finds the same.
        assertNeededIsThere(found.crash(), "again, call " + cut + " seed " + seed);
      }
      wal.close();
    }
    assertThat(cut).isGreaterThan(10);
  }

  private static void assertNeededIsThere(SimFiles disk, String description) {
    Collected found = new Collected();
    ReplayReport report = TestLog.replay(disk, found);
    assertThat(report.damages()).as(description).isEmpty();
    assertThat(found.series).as(description).containsKeys(1, 3);
    assertThat(found.samples)
        .as(description)
        .contains(new Sample(1, 2000, 1), new Sample(3, 2000, 3), new Sample(1, 3000, 1))
        .doesNotHaveDuplicates();
    assertThat(found.orphans).as(description).isEmpty();
    assertThat(found.metadata.get("default/m1").help()).as(description).isEqualTo("new");
  }

  @Test
  void aCheckpointThatFailsLeavesTheLogAsItWas() throws IOException {
    SimFiles disk = TestLog.disk(1);
    Wal wal = TestLog.open(disk, new Collected());
    long number = write(wal);
    writeAfterwards(wal);
    List<Path> before = disk.list(TestLog.FOLDER);
    disk.failOn(
        call ->
            call.operation() == Operation.FORCE && call.path().toString().contains("checkpoint"),
        new IOException("bad sector"));
    assertThatThrownBy(() -> wal.checkpoint(number, KEEP)).isInstanceOf(Unavailable.class);
    assertThat(disk.list(TestLog.FOLDER)).isEqualTo(before);
    disk.heal();
    wal.checkpoint(number, KEEP);
    wal.close();
    assertKept(disk.crash());
  }

  @Test
  void aCheckpointWithoutItsEndIsReported() throws IOException {
    SimFiles disk = TestLog.disk(1);
    Wal wal = TestLog.open(disk, new Collected());
    wal.checkpoint(write(wal), KEEP);
    wal.close();
    Path file = TestLog.FOLDER.resolve("checkpoint.00000002");
    byte[] bytes = disk.bytes(file);
    disk.put(file, java.util.Arrays.copyOf(bytes, bytes.length - (8 + 17)));

    ReplayReport report = TestLog.replay(disk, new Collected());

    assertThat(report.damages()).hasSize(1);
    assertThat(report.damages().getFirst().expected()).isEqualTo("the END record");
  }

  @Test
  void aLostCheckpointIsReported() throws IOException {
    SimFiles disk = TestLog.disk(1);
    Wal wal = TestLog.open(disk, new Collected());
    wal.checkpoint(write(wal), KEEP);
    wal.close();
    disk.delete(TestLog.FOLDER.resolve("checkpoint.00000002"));
    ReplayReport report = TestLog.replay(disk, new Collected());
    assertThat(report.damages().getFirst().expected()).isEqualTo("segment 1 before it");
  }

  @Test
  void aSeriesLoggedTwiceIsCarriedOverOnce() throws IOException {
    SimFiles disk = TestLog.disk(1);
    Wal wal = TestLog.open(disk, new Collected());
    write(wal);
    CheckpointReport report = wal.checkpoint(write(wal), KEEP);
    assertThat(report.series()).isEqualTo(2);
    wal.close();
  }
}
