package dev.vedette.tsdb.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Unavailable;
import dev.vedette.testkit.SimFiles;
import dev.vedette.testkit.SimFiles.Operation;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Lives of a log: appends, rolls, checkpoints and failing disks in random order, each life ended by
 * a power cut. Every sample that was ever acknowledged is found in the next.
 */
@Timeout(120)
class WalCrashTest {
  private static final int LIVES = 200;
  private final long seed = Long.getLong("seed", 1);
  private final SplittableRandom random = new SplittableRandom(seed);
  private final Set<Written> acknowledged = new HashSet<>();
  private final Set<Written> appended = new HashSet<>();
  private final List<Pending> pending = new ArrayList<>();
  private long lastMillis;
  private long inBlocksBelow;
  private int lastName;
  private long everAcknowledged;

  // Of one life.
  private Map<Integer, String> names = new HashMap<>();
  private int nextRef;

  private record Written(String series, long timestampMillis, long valueBits) {}

  private record Pending(long position, List<Written> samples) {}

  @Test
  void everyAcknowledgedSampleIsReplayed() throws IOException {
    SimFiles disk = TestLog.disk(seed);
    for (int life = 0; life < LIVES; life++) {
      Wal wal = open(disk, "-Dseed=" + seed + " life " + life);
      live(disk, wal);
      disk = disk.crash();
      disk.limitBytes(1 << 20);
      wal.close();
      pending.clear();
    }
    assertThat(everAcknowledged).isGreaterThan(10L * LIVES);
  }

  @Test
  void aCallThatFailsLosesNothingWhicheverItIs() throws IOException {
    int call = 0;
    while (new WalCrashTest().outlivesFailureOf(call)) {
      call++;
    }
    assertThat(call).as("calls of a life").isGreaterThan(50);
  }

  @Test
  void aPowerCutLosesNothingAtWhicheverCallItComes() throws IOException {
    int call = 0;
    while (new WalCrashTest().outlivesPowerCutAt(call)) {
      call++;
    }
    assertThat(call).as("calls of a life").isGreaterThan(50);
  }

  /** Whether there were so many calls. */
  private boolean outlivesFailureOf(int call) throws IOException {
    String description = "call %d fails, -Dseed=%d".formatted(call, seed);
    SimFiles disk = TestLog.disk(seed);
    AtomicInteger calls = new AtomicInteger();
    disk.failOn(_ -> calls.getAndIncrement() == call, new IOException("Input/output error"));
    liveOnce(disk, description);
    disk.heal();
    // What would be there if the power went now may be more than was promised, or than there is.
    Set<Written> promised = Set.copyOf(acknowledged);
    open(disk.afterCrash(seed), description).close();
    acknowledged.clear();
    acknowledged.addAll(promised);
    open(disk, description).close();
    return calls.get() > call;
  }

  private boolean outlivesPowerCutAt(int call) throws IOException {
    String description = "the power goes at call %d, -Dseed=%d".formatted(call, seed);
    SimFiles disk = TestLog.disk(seed);
    long before = disk.calls();
    disk.cutPowerAt(call);
    liveOnce(disk, description);
    open(disk.crash(), description).close();
    return disk.calls() - before > call;
  }

  /** A short life in which everything is done that a log does. */
  private void liveOnce(SimFiles disk, String description) {
    try (Wal wal = open(disk, description)) {
      for (int step = 0; step < 16; step++) {
        try {
          switch (step % 5) {
            case 3 -> wal.roll();
            case 4 -> checkpoint(wal);
            default -> append(wal);
          }
          acknowledge(wal);
        } catch (Unavailable e) {
          // Not acknowledged, that is all.
        }
      }
    } catch (Unavailable e) {
      // Not even opened.
    }
    pending.clear();
  }

  private Wal open(SimFiles disk, String description) {
    Collected found = new Collected();
    WalSettings settings = new WalSettings(2000, 3000, Duration.ofMillis(1));
    Wal wal = TestLog.open(disk, found, settings);
    Set<Written> replayed = new HashSet<>();
    names = new HashMap<>();
    nextRef = 0;
    found.series.forEach(
        (ref, labels) -> {
          names.put(ref, labels.metricName());
          nextRef = Math.max(nextRef, ref + 1);
        });
    found.samples.forEach(
        s -> replayed.add(new Written(names.get(s.ref()), s.timestampMillis(), s.valueBits())));
    assertThat(found.damages).as(description).isEmpty();
    assertThat(found.orphans).as(description).isEmpty();
    assertThat(replayed).as(description).containsAll(acknowledged);
    assertThat(appended).as(description).containsAll(replayed);
    // What a replay has shown, it shows again.
    acknowledged.addAll(replayed);
    acknowledged.removeIf(sample -> sample.timestampMillis() < inBlocksBelow);
    return wal;
  }

  private void live(SimFiles disk, Wal wal) {
    disk.cutPowerAt(random.nextInt(5, 300));
    int steps = random.nextInt(40);
    for (int step = 0; step < steps; step++) {
      try {
        step(disk, wal);
      } catch (Unavailable e) {
        // Not acknowledged, that is all.
      }
    }
  }

  private void step(SimFiles disk, Wal wal) {
    switch (random.nextInt(12)) {
      case 0 -> wal.roll();
      case 1 -> checkpoint(wal);
      case 2 ->
          disk.failOn(
              call ->
                  call.operation() == Operation.FORCE
                      || call.operation() == Operation.WRITE
                      || call.operation() == Operation.CREATE,
              new IOException("bad sector"));
      case 3 -> disk.limitBytes(random.nextInt(20_000));
      case 4, 5 -> {
        disk.heal();
        disk.limitBytes(1 << 20);
      }
      default -> append(wal);
    }
    if (random.nextInt(3) > 0) {
      acknowledge(wal);
    }
  }

  private void append(Wal wal) {
    WalRecords records = new WalRecords();
    List<Written> samples = new ArrayList<>();
    Map<Integer, String> born = new HashMap<>();
    int ref = nextRef;
    for (int i = random.nextInt(20); i >= 0; i--) {
      int of = names.isEmpty() || random.nextInt(20) == 0 ? ref++ : random.nextInt(ref);
      String name = names.getOrDefault(of, born.get(of));
      if (name == null) {
        name = "m" + lastName++;
        TestLog.series(records, of, name);
        born.put(of, name);
      }
      Written sample = new Written(name, ++lastMillis, random.nextLong(50) << random.nextInt(50));
      records.sample(of, sample.timestampMillis(), sample.valueBits());
      samples.add(sample);
    }
    long position = wal.append(records);
    names.putAll(born);
    nextRef = ref;
    appended.addAll(samples);
    pending.add(new Pending(position, samples));
  }

  private void acknowledge(Wal wal) {
    while (!pending.isEmpty()) {
      Pending first = pending.getFirst();
      wal.awaitDurable(first.position());
      acknowledged.addAll(first.samples());
      everAcknowledged += first.samples().size();
      pending.removeFirst();
    }
  }

  private void checkpoint(Wal wal) {
    long number = wal.roll();
    inBlocksBelow = Math.max(inBlocksBelow, lastMillis - random.nextInt(100));
    acknowledged.removeIf(sample -> sample.timestampMillis() < inBlocksBelow);
    pending.replaceAll(
        p ->
            new Pending(
                p.position(),
                p.samples().stream().filter(s -> s.timestampMillis() >= inBlocksBelow).toList()));
    wal.checkpoint(
        number,
        new WalKeep() {
          @Override
          public boolean series(int ref) {
            return true;
          }

          @Override
          public boolean sample(int ref, long timestampMillis) {
            return timestampMillis >= inBlocksBelow;
          }
        });
  }
}
