package dev.vedette.tsdb.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramBytes;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.HistogramSample;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.wal.Collected.Extra;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Histograms written as what changed since the one before of their series. */
class HistogramChangeTest {
  private static final long START = 1_700_000_000_000L;

  private final long seed = Long.getLong("seed", 1);
  private final SplittableRandom random = new SplittableRandom(seed);

  // Of series 7.
  private final HistogramLayout layout =
      HistogramLayout.of(3, 0x1p-128, BucketSpans.of(0, 5), BucketSpans.NONE);
  private long millis = START;

  /** Writes series of histograms as the head does: whole, then changes, now and then whole. */
  private final class Writer {
    final WalRecords records = new WalRecords();
    final List<Extra> written = new ArrayList<>();
    private final Histogram[] last = new Histogram[3];
    private final long[] lastMillis = new long[3];
    private final HistogramLayout[] layouts = new HistogramLayout[3];
    private long millis = START;

    Writer() {
      for (int ref = 0; ref < 3; ref++) {
        TestLog.series(records, ref, "m" + ref);
        BucketSpans spans = BucketSpans.of(random.nextInt(-50, 50), 1 + random.nextInt(30));
        layouts[ref] = HistogramLayout.of(3, 0x1p-128, spans, BucketSpans.NONE);
      }
    }

    /** Returns whether it was written as a change. */
    boolean write(boolean mayChange) {
      int ref = random.nextInt(3);
      millis += 1 + random.nextInt(15_000);
      Histogram next = next(ref);
      Histogram before = last[ref];
      boolean isChange = mayChange && before != null;
      if (isChange) {
        records.histogram(
            ref,
            new HistogramSample(millis, next, START),
            new HistogramSample(lastMillis[ref], before, 0));
      } else {
        records.histogram(ref, millis, next, START);
      }
      written.add(new Extra(ref, millis, 0, next, START));
      last[ref] = next;
      lastMillis[ref] = millis;
      return isChange;
    }

    private Histogram next(int ref) {
      HistogramLayout layout = layouts[ref];
      Histogram before = last[ref];
      long[] columns = new long[layout.columns()];
      for (int i = HistogramLayout.BUCKETS; i < columns.length; i++) {
        long grown = random.nextInt(3) == 0 ? random.nextInt(100) : 0;
        columns[i] = (before == null ? 0 : before.column(i)) + grown;
        columns[HistogramLayout.COUNT] += columns[i];
      }
      double sum = columns[HistogramLayout.COUNT] * 0.37;
      CounterReset reset = CounterReset.of(random.nextInt(CounterReset.values().length));
      return Histogram.ofColumns(layout, false, reset, Double.doubleToRawLongBits(sum), columns);
    }
  }

  @Test
  void aChangeIsReadAsWhatWasWritten() throws Exception {
    for (int round = 0; round < 2000; round++) {
      boolean isFloat = random.nextBoolean();
      int buckets = 1 + random.nextInt(40);
      HistogramLayout layout =
          HistogramLayout.of(0, 0, BucketSpans.of(3, buckets), BucketSpans.NONE);
      Histogram before = anyOf(layout, isFloat);
      Histogram after = anyOf(layout, isFloat);
      byte[] bytes = new byte[HistogramBytes.maxSize(after)];

      int length = HistogramChange.encode(after, before, bytes, 0);
      BodyReader body = new BodyReader();
      body.reset(bytes, 0, length);

      assertThat(HistogramChange.decode(body, length, before))
          .as("-Dseed=%d round %d", seed, round)
          .isEqualTo(after);
    }
  }

  private Histogram anyOf(HistogramLayout layout, boolean isFloat) {
    long[] columns = new long[layout.columns()];
    long count = 0;
    for (int i = HistogramLayout.BUCKETS; i < columns.length; i++) {
      long value = random.nextInt(3) > 0 ? 7 : random.nextLong(1L << random.nextInt(1, 52));
      count += value;
      columns[i] = isFloat ? Double.doubleToRawLongBits(value) : value;
    }
    columns[HistogramLayout.COUNT] = isFloat ? Double.doubleToRawLongBits(count) : count;
    CounterReset reset = CounterReset.of(random.nextInt(CounterReset.values().length));
    return Histogram.ofColumns(
        layout, isFloat, reset, Double.doubleToRawLongBits(random.nextDouble()), columns);
  }

  @Test
  void aLogCutAtAnyByteHoldsWhatItsIntactRecordsHold() throws IOException {
    SimFiles disk = TestLog.disk(seed);
    Writer writer = new Writer();
    List<Integer> sizes = new ArrayList<>();
    try (Wal wal = TestLog.open(disk, new Collected())) {
      for (int i = 0; i < 40; i++) {
        writer.write(i % 16 > 0);
        wal.awaitDurable(wal.append(writer.records));
        writer.records.clear();
        sizes.add(disk.bytes(TestLog.segment(1)).length);
      }
    }
    byte[] whole = disk.bytes(TestLog.segment(1));
    for (int cut = FileHeader.BYTES; cut <= whole.length; cut++) {
      SimFiles torn = TestLog.disk(seed);
      torn.put(TestLog.segment(1), Arrays.copyOf(whole, cut));
      int intact = 0;
      while (intact < sizes.size() && sizes.get(intact) <= cut) {
        intact++;
      }

      Collected found = new Collected();
      TestLog.replay(torn, found);

      assertThat(found.extras)
          .as("-Dseed=%d cut at %d", seed, cut)
          .isEqualTo(writer.written.subList(0, intact));
      assertThat(found.lost).isEmpty();
    }
  }

  @Test
  void aDamagedRecordCostsTheChangesUpToTheNextWholeHistogramAndNothingIsWrong()
      throws IOException {
    for (int round = 0; round < 200; round++) {
      SimFiles disk = TestLog.disk(seed);
      Writer writer = new Writer();
      int lastWhole = 0;
      try (Wal wal = TestLog.open(disk, new Collected())) {
        for (int i = 0; i < 60; i++) {
          if (!writer.write(i < 30 && i % 10 > 0)) {
            lastWhole = i;
          }
          wal.awaitDurable(wal.append(writer.records));
          writer.records.clear();
        }
      }
      assertThat(lastWhole).isEqualTo(59);
      byte[] bytes = disk.bytes(TestLog.segment(1));
      int flipped = random.nextInt(FileHeader.BYTES, bytes.length / 2);
      bytes[flipped] ^= (byte) (1 << random.nextInt(8));
      disk.put(TestLog.segment(1), bytes);

      Collected found = new Collected();
      ReplayReport report = TestLog.replay(disk, found);

      assertThat(report.damages()).as("-Dseed=%d round %d", seed, round).isNotEmpty();
      assertThat(writer.written).containsAll(found.extras);
      assertThat(found.extras.size() + found.lost.size()).isGreaterThanOrEqualTo(59);
      assertThat(found.extras).containsAll(writer.written.subList(40, 60));
    }
  }

  @Test
  void whatIsWrittenTwiceAfterAFailureIsReadOnceOrTwiceAndNeverLost() throws IOException {
    SimFiles disk = TestLog.disk(seed);
    Writer writer = new Writer();
    try (Wal wal = TestLog.open(disk, new Collected())) {
      for (int i = 0; i < 10; i++) {
        writer.write(true);
      }
      wal.awaitDurable(wal.append(writer.records));
      writer.records.clear();
      for (int i = 0; i < 10; i++) {
        writer.write(true);
      }
      wal.awaitDurable(wal.append(writer.records));
      wal.awaitDurable(wal.append(writer.records));
    }

    Collected found = new Collected();
    TestLog.replay(disk, found);

    assertThat(found.lost).isEmpty();
    assertThat(found.extras).containsAll(writer.written);
  }

  @Test
  void aCheckpointKeepsWhatLaterChangesAreChangesOf() throws IOException {
    SimFiles disk = TestLog.disk(seed);
    Writer writer = new Writer();
    int before;
    try (Wal wal = TestLog.open(disk, new Collected())) {
      for (int i = 0; i < 50; i++) {
        writer.write(true);
      }
      wal.append(writer.records);
      before = writer.written.size();
      long segment = wal.roll();
      checkpoint(wal, segment);
      long other = wal.roll();
      // Of a checkpoint another one, with nothing new between them.
      checkpoint(wal, other);
      writer.records.clear();
      for (int i = 0; i < 50; i++) {
        assertThat(writer.write(true)).isTrue();
      }
      wal.awaitDurable(wal.append(writer.records));
    }

    Collected found = new Collected();
    ReplayReport report = TestLog.replay(disk, found);

    assertThat(report.damages()).isEmpty();
    assertThat(found.lost).isEmpty();
    assertThat(found.extras).isEqualTo(writer.written.subList(before, writer.written.size()));
  }

  @Test
  void aCheckpointCountsTheChangesThatItCannotCarryOver() throws IOException {
    assertThat(straysOfCheckpoint(keeping(true, true))).isEqualTo(10);
    // Those that are in blocks, or of series that are gone, are missed by nobody.
    assertThat(straysOfCheckpoint(keeping(true, false))).isZero();
    assertThat(straysOfCheckpoint(keeping(false, true))).isZero();
  }

  /** Of a log of one series whose first histogram cannot be read, nor ten changes behind it. */
  private long straysOfCheckpoint(WalKeep keep) throws IOException {
    SimFiles disk = TestLog.disk(seed);
    try (Wal wal = TestLog.open(disk, new Collected())) {
      WalRecords records = new WalRecords();
      TestLog.series(records, 7, "m");
      wal.awaitDurable(wal.append(records));
      int firstHistogram = disk.bytes(TestLog.segment(1)).length;
      appendSeries(wal, 10);
      appendSeries(wal, 5);
      long segment = wal.roll();
      byte[] bytes = disk.bytes(TestLog.segment(1));
      bytes[firstHistogram + 20] ^= 1;
      disk.put(TestLog.segment(1), bytes);
      return wal.checkpoint(segment, keep).strays();
    }
  }

  @Test
  void damagedBasesCostTheChangesBehindTheCheckpointUpToTheNextWholeHistogram() throws IOException {
    SimFiles disk = TestLog.disk(seed);
    try (Wal wal = TestLog.open(disk, new Collected())) {
      WalRecords records = new WalRecords();
      TestLog.series(records, 7, "m");
      wal.append(records);
      Histogram last = appendSeries(wal, 3);
      long lastMillis = millis;
      wal.checkpoint(wal.roll(), keeping(true, false));
      appendChanges(wal, last, lastMillis, 4);
      appendSeries(wal, 5);
    }
    Path checkpoint = WalFolder.checkpoint(TestLog.FOLDER, 2);
    byte[] bytes = disk.bytes(checkpoint);
    bytes[FileHeader.BYTES + 40] ^= 1;
    disk.put(checkpoint, bytes);

    Collected found = new Collected();
    ReplayReport report = TestLog.replay(disk, found);

    assertThat(report.damages()).hasSize(1);
    assertThat(found.lost).hasSize(4);
    assertThat(found.extras).hasSize(6);
  }

  /** Logs a whole histogram of series 7 and changes of it; returns the last one. */
  private Histogram appendSeries(Wal wal, int changes) {
    Histogram whole = anyOf(layout, false);
    WalRecords records = new WalRecords();
    records.histogram(7, ++millis, whole, 0);
    wal.awaitDurable(wal.append(records));
    return appendChanges(wal, whole, millis, changes);
  }

  private Histogram appendChanges(Wal wal, Histogram first, long firstMillis, int changes) {
    Histogram before = first;
    long beforeMillis = firstMillis;
    for (int i = 0; i < changes; i++) {
      Histogram next = anyOf(layout, false);
      WalRecords records = new WalRecords();
      records.histogram(
          7, new HistogramSample(++millis, next, 0), new HistogramSample(beforeMillis, before, 0));
      wal.awaitDurable(wal.append(records));
      before = next;
      beforeMillis = millis;
    }
    return before;
  }

  private static void checkpoint(Wal wal, long segment) {
    wal.checkpoint(segment, keeping(true, false));
  }

  private static WalKeep keeping(boolean series, boolean samples) {
    return new WalKeep() {
      @Override
      public boolean series(int ref) {
        return series;
      }

      @Override
      public boolean sample(int ref, long timestampMillis) {
        return samples;
      }
    };
  }
}
