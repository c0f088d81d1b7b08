package dev.vedette.tsdb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.vedette.model.ErrorId;
import dev.vedette.model.Unavailable;
import dev.vedette.testkit.SimFiles;
import dev.vedette.testkit.SimFiles.Call;
import dev.vedette.testkit.SimFiles.Operation;
import dev.vedette.tsdb.wal.Collected.Sample;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WalCommitTest {
  @Test
  void whatArrivesDuringAnFsyncIsCommittedTogetherByTheNext() throws Exception {
    // given a disk whose next fsync takes as long as the test likes
    SimFiles disk = TestLog.disk(1);
    PrometheusRegistry registry = new PrometheusRegistry();
    Wal wal = TestLog.unopened(disk, TestLog.SETTINGS, registry);
    wal.replay(new Collected());
    SlowFsync slow = new SlowFsync();
    disk.failOn(slow::holdUp, new IOException("never thrown"));
    Thread first = Thread.startVirtualThread(() -> wal.awaitDurable(append(wal, 0)));
    slow.entered.await();
    // when many append meanwhile
    List<Long> positions = new ArrayList<>();
    for (int i = 1; i <= 100; i++) {
      positions.add(append(wal, i));
    }
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> waiting =
          positions.stream()
              .<Future<?>>map(p -> executor.submit(() -> wal.awaitDurable(p)))
              .toList();
      slow.release.countDown();
      for (Future<?> one : waiting) {
        one.get();
      }
    }
    first.join();
    // then two commits made them durable
    assertThat(slow.calls.get()).isEqualTo(2);
    HistogramSnapshot fsyncs =
        (HistogramSnapshot) snapshot(registry, "vedette_storage_wal_fsync_seconds");
    assertThat(fsyncs.getDataPoints().getFirst().getCount()).isEqualTo(2);
    assertThat(counter(registry, "vedette_storage_wal_records")).isEqualTo(202);
    wal.close();
  }

  private static final class SlowFsync {
    final CountDownLatch entered = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);
    final AtomicInteger calls = new AtomicInteger();

    boolean holdUp(Call call) {
      if (call.operation() == Operation.FORCE) {
        calls.incrementAndGet();
        entered.countDown();
        try {
          release.await();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      return false;
    }
  }

  @Test
  void whoeverWaitsLearnsThatTheDiskIsFullAndWritingGoesOnWhenSpaceReturns() throws IOException {
    SimFiles disk = TestLog.disk(1);
    Wal wal = TestLog.open(disk, new Collected());
    wal.awaitDurable(append(wal, 1));
    disk.limitBytes(disk.size(TestLog.segment(1)) + 5);

    long refused = append(wal, 2);

    assertThat(catchThrowable(() -> wal.awaitDurable(refused)))
        .isInstanceOfSatisfying(
            Unavailable.class, e -> assertThat(e.id()).isEqualTo(ErrorId.DISK_FULL))
        .hasMessageContaining("the disk of /data/wal is full");
    assertThatThrownBy(wal::checkWritable).isInstanceOf(Unavailable.class);
    assertThatThrownBy(wal::roll).isInstanceOf(Unavailable.class);

    disk.limitBytes(1 << 20);
    awaitWritable(wal);
    wal.awaitDurable(refused);
    wal.awaitDurable(append(wal, 3));
    wal.close();
    assertThat(refs(disk)).containsExactly(1, 2, 3);
  }

  @Test
  void aLogOpensOnAFullDiskAndIsWrittenOnceSpaceReturns() throws IOException {
    // given a disk with no room for another segment
    SimFiles disk = TestLog.disk(2);
    Wal first = TestLog.open(disk, new Collected());
    first.awaitDurable(append(first, 1));
    first.close();
    disk.limitBytes(disk.size(TestLog.segment(1)) + 5);
    // when the process starts again
    Collected found = new Collected();
    Wal wal = TestLog.open(disk, found);
    // then everything is read, and writing is refused until there is room
    assertThat(found.samples).extracting(Sample::ref).containsExactly(1);
    assertThatThrownBy(wal::checkWritable)
        .isInstanceOfSatisfying(
            Unavailable.class, e -> assertThat(e.id()).isEqualTo(ErrorId.DISK_FULL));
    disk.limitBytes(1 << 20);
    awaitWritable(wal);
    wal.awaitDurable(append(wal, 2));
    assertThat(wal.roll()).isGreaterThan(1);
    wal.close();
    assertThat(refs(disk)).containsExactly(1, 2);
  }

  @Test
  void aLogDoesNotOpenWhereItMayNotBeWritten() throws IOException {
    SimFiles disk = TestLog.disk(2);
    disk.failOn(call -> call.operation() == Operation.CREATE, new IOException("Permission denied"));

    assertThatThrownBy(() -> TestLog.open(disk, new Collected()))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("Permission denied");
  }

  @Test
  void aFailedFsyncIsNeverTrustedAgain() throws IOException {
    // given a disk whose fsync fails once
    SimFiles disk = TestLog.disk(3);
    Wal wal = TestLog.open(disk, new Collected());
    wal.awaitDurable(append(wal, 1));
    disk.failOn(call -> call.operation() == Operation.FORCE, new IOException("Input/output error"));
    long refused = append(wal, 2);
    assertThatThrownBy(() -> wal.awaitDurable(refused))
        .isInstanceOfSatisfying(
            Unavailable.class, e -> assertThat(e.id()).isEqualTo(ErrorId.STORAGE_UNAVAILABLE))
        .hasMessageContaining("Input/output error");
    // when it works again
    disk.heal();
    awaitWritable(wal);
    wal.awaitDurable(append(wal, 3));
    // then the records are in a new segment, and nothing of the failed write is in front of them
    assertThat(disk.exists(TestLog.segment(2))).isTrue();
    for (int seed = 0; seed < 20; seed++) {
      assertThat(refs(disk.afterCrash(seed))).containsExactly(1, 2, 3);
    }
    wal.close();
  }

  @Test
  void aFailedWriteThatCannotBeCutOffIsSkipped() throws IOException {
    SimFiles disk = TestLog.disk(3);
    Wal wal = TestLog.open(disk, new Collected());
    wal.awaitDurable(append(wal, 1));
    AtomicBoolean isNextSound = new AtomicBoolean();
    disk.failOn(
        call ->
            call.path().equals(TestLog.segment(1))
                ? call.operation() == Operation.WRITE || call.operation() == Operation.APPEND
                : !isNextSound.get(),
        new IOException("bad sector"));
    long refused = append(wal, 2);
    assertThatThrownBy(() -> wal.awaitDurable(refused)).isInstanceOf(Unavailable.class);
    isNextSound.set(true);
    awaitWritable(wal);
    wal.awaitDurable(append(wal, 3));
    wal.close();
    disk.heal();
    assertThat(refs(disk)).containsExactly(1, 2, 3);
  }

  @Test
  @SuppressWarnings("ThreadPriorityCheck") // Lets the committer run; nothing depends on it.
  void aFullBufferIsRefusedWhileTheDiskFailsAndTakenAfterwards() throws IOException {
    SimFiles disk = TestLog.disk(1);
    Wal wal = TestLog.open(disk, new Collected(), new WalSettings(4096, 100, Duration.ofMillis(1)));
    disk.failOn(call -> call.operation() == Operation.WRITE, new IOException("bad sector"));
    int taken = 0;
    Unavailable refused = null;
    while (refused == null) {
      try {
        append(wal, taken);
        taken++;
        if (taken % 10 == 0) {
          Thread.yield();
        }
      } catch (Unavailable e) {
        refused = e;
      }
    }
    disk.heal();
    awaitWritable(wal);
    wal.awaitDurable(wal.position());
    wal.close();
    assertThat(refs(disk)).hasSize(taken).doesNotHaveDuplicates();
  }

  @Test
  void writersWaitForRoomInsteadOfFillingTheMemory() throws IOException {
    SimFiles disk = TestLog.disk(1);
    PrometheusRegistry registry = new PrometheusRegistry();
    Wal wal = TestLog.unopened(disk, new WalSettings(1 << 20, 60, Duration.ofMillis(1)), registry);
    wal.replay(new Collected());
    for (int i = 0; i < 500; i++) {
      append(wal, i);
    }
    wal.close();
    assertThat(refs(disk)).hasSize(500);
    assertThat(counter(registry, "vedette_storage_wal_append_waits")).isPositive();
  }

  @Test
  void aSegmentThatWouldGrowTooLongIsFollowedByAnother() throws IOException {
    SimFiles disk = TestLog.disk(1);
    Wal wal = TestLog.open(disk, new Collected(), new WalSettings(200, 1000, Duration.ofMillis(1)));
    for (int i = 0; i < 30; i++) {
      wal.awaitDurable(append(wal, i));
    }
    wal.close();
    assertThat(disk.list(TestLog.FOLDER)).hasSizeGreaterThan(3);
    for (java.nio.file.Path segment : disk.list(TestLog.FOLDER)) {
      assertThat(disk.size(segment)).isLessThanOrEqualTo(200);
    }
    assertThat(refs(disk)).hasSize(30);
  }

  @Test
  void aRollPutsWhatCameBeforeBelowTheNewSegment() throws IOException {
    SimFiles disk = TestLog.disk(1);
    Wal wal = TestLog.open(disk, new Collected());
    append(wal, 1);
    long number = wal.roll();
    wal.awaitDurable(append(wal, 2));
    wal.close();
    assertThat(number).isEqualTo(2);
    disk.delete(TestLog.segment(2));
    assertThat(refs(disk)).containsExactly(1);
  }

  @Test
  void aRollThatFailsLosesNothing() throws IOException {
    SimFiles disk = TestLog.disk(1);
    Wal wal = TestLog.open(disk, new Collected());
    disk.failOn(call -> call.operation() == Operation.CREATE, new IOException("bad sector"));
    append(wal, 1);
    assertThatThrownBy(wal::roll).isInstanceOf(Unavailable.class);
    disk.heal();
    awaitWritable(wal);
    wal.awaitDurable(append(wal, 2));
    wal.close();
    assertThat(refs(disk)).containsExactly(1, 2);
  }

  @Test
  void closingCommitsWhatIsPending() throws IOException {
    SimFiles disk = TestLog.disk(1);
    Wal wal = TestLog.open(disk, new Collected());
    long position = append(wal, 1);
    wal.close();
    wal.close();
    wal.awaitDurable(position);
    assertThat(refs(disk.crash())).containsExactly(1);
  }

  @Test
  void closingWhileTheDiskFailsEnds() throws IOException {
    SimFiles disk = TestLog.disk(1);
    Wal wal = TestLog.open(disk, new Collected());
    disk.failOn(call -> call.operation() == Operation.FORCE, new IOException("bad sector"));
    long position = append(wal, 1);
    wal.close();
    assertThatThrownBy(() -> wal.awaitDurable(position)).isInstanceOf(Unavailable.class);
  }

  @Test
  void anInterruptedWaitEndsAndSaysSo() throws Exception {
    SimFiles disk = TestLog.disk(1);
    Wal wal = TestLog.open(disk, new Collected());
    SlowFsync slow = new SlowFsync();
    disk.failOn(slow::holdUp, new IOException("never thrown"));
    long position = append(wal, 1);
    slow.entered.await();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> wal.awaitDurable(position)).hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
    slow.release.countDown();
    wal.close();
  }

  @Test
  void aLogThatWasNotReplayedOrIsClosedIsNotUsed() throws IOException {
    SimFiles disk = TestLog.disk(1);
    Wal wal = TestLog.unopened(disk, TestLog.SETTINGS, new PrometheusRegistry());
    assertThatThrownBy(() -> append(wal, 1)).hasMessageStartingWith("BUG");
    wal.replay(new Collected());
    assertThatThrownBy(() -> wal.replay(new Collected())).hasMessageStartingWith("BUG");
    wal.close();
    assertThatThrownBy(() -> append(wal, 1))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("is closed");
  }

  @Test
  void aDiskThatDoesNotAnswerHoldsUpNeitherTheEndNorWhoWaits() throws Exception {
    SimFiles disk = TestLog.disk(1);
    Wal wal =
        TestLog.closing(disk, TestLog.SETTINGS, new PrometheusRegistry(), Duration.ofMillis(20));
    wal.replay(new Collected());
    SlowFsync slow = new SlowFsync();
    disk.failOn(slow::holdUp, new IOException("never thrown"));
    long position = append(wal, 1);
    slow.entered.await();
    FutureTask<?> waiting = new FutureTask<>(() -> wal.awaitDurable(position), null);
    Thread.startVirtualThread(waiting);

    wal.close();

    assertThatThrownBy(waiting::get).hasCauseInstanceOf(Unavailable.class);
    assertThatThrownBy(() -> append(wal, 2)).isInstanceOf(Unavailable.class);
    slow.release.countDown();
  }

  @Test
  void whatTheProcessLeftInTheMachinesMemoryIsDurableOnceReplayed() throws IOException {
    // given a segment that was written but not forced when the process was killed
    SimFiles disk = TestLog.disk(1);
    Wal wal = TestLog.open(disk, new Collected());
    wal.awaitDurable(append(wal, 1));
    wal.close();
    byte[] segment = disk.bytes(TestLog.segment(1));
    disk.delete(TestLog.segment(1));
    try (var file = disk.create(TestLog.segment(1))) {
      file.write(java.nio.ByteBuffer.wrap(segment));
    }
    // when it is replayed and the power fails afterwards
    assertThat(refs(disk)).containsExactly(1);
    // then it is still there
    for (int seed = 0; seed < 20; seed++) {
      assertThat(refs(disk.afterCrash(seed))).containsExactly(1);
    }
  }

  static void awaitWritable(Wal wal) {
    while (true) {
      try {
        wal.checkWritable();
        return;
      } catch (Unavailable e) {
        Thread.onSpinWait();
      }
    }
  }

  private static long append(Wal wal, int ref) {
    WalRecords records = new WalRecords();
    TestLog.series(records, ref, "m" + ref);
    records.sample(ref, 1000, 1);
    return wal.append(records);
  }

  private static List<Integer> refs(SimFiles disk) {
    Collected found = new Collected();
    TestLog.replay(disk, found);
    assertThat(found.orphans).isEmpty();
    return found.samples.stream().map(Sample::ref).toList();
  }

  private static double counter(PrometheusRegistry registry, String name) {
    return ((CounterSnapshot) snapshot(registry, name)).getDataPoints().getFirst().getValue();
  }

  private static Object snapshot(PrometheusRegistry registry, String name) {
    return registry.scrape(name::equals).stream().findFirst().orElseThrow();
  }
}
