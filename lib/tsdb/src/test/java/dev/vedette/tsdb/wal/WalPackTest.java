package dev.vedette.tsdb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.vedette.model.Corruption;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.wal.WalInspection.FileSummary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WalPackTest {
  private static final Path CHECKPOINT = TestLog.FOLDER.resolve("checkpoint.00000002");
  private static final int PACK_BYTES = 200;

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

  /** A small checkpoint: where each of its packs begins, and the series it holds. */
  private record Written(byte[] bytes, List<Long> begins, List<List<Integer>> refs) {
    List<Integer> refsBut(int pack) {
      return IntStream.range(0, refs.size())
          .filter(i -> i != pack)
          .mapToObj(refs::get)
          .flatMap(List::stream)
          .toList();
    }

    int packAt(long offset) {
      return (int) begins.stream().filter(begin -> begin <= offset).count() - 1;
    }
  }

  /** Three packs of series, then END. */
  private static Written written() throws IOException {
    SimFiles disk = TestLog.disk(1);
    List<Long> begins = new ArrayList<>();
    List<List<Integer>> refs = new ArrayList<>();
    SegmentWriter file = create(disk);
    try (PackWriter packs = new PackWriter(file, PACK_BYTES)) {
      int ref = 0;
      for (int pack = 0; pack < 3; pack++) {
        begins.add(file.position());
        refs.add(List.of(ref, ref + 1, ref + 2));
        WalRecords records = new WalRecords();
        for (int i = 0; i < 3; i++) {
          TestLog.series(records, ref, "metric_" + ref);
          ref++;
        }
        packs.write(records);
        packs.finish();
      }
    }
    begins.add(file.position());
    end(file);
    return new Written(disk.bytes(CHECKPOINT), begins, refs);
  }

  private static SegmentWriter create(SimFiles disk) throws IOException {
    return SegmentWriter.create(
        disk, CHECKPOINT, new FileHeader(FileHeader.Kind.CHECKPOINT, 2, TestLog.SALT));
  }

  private static void end(SegmentWriter file) throws IOException {
    WalRecords end = new WalRecords();
    end.end(9, 0);
    file.write(end.bytes(), end.sizeBytes());
    file.force();
    file.close();
  }

  private static SimFiles disk(byte[] checkpoint) throws IOException {
    SimFiles disk = TestLog.disk(1);
    disk.put(CHECKPOINT, checkpoint);
    return disk;
  }

  @Test
  void aCheckpointOfManyPacksIsReadAsItWasWritten() throws IOException {
    // given series and samples for several packs, and a record longer than one
    long seed = Long.getLong("seed", 1);
    SplittableRandom random = new SplittableRandom(seed);
    SimFiles disk = TestLog.disk(1);
    Collected expected = new Collected();
    Wal wal = TestLog.open(disk, expected);
    WalRecords records = new WalRecords();
    for (int ref = 0; ref < 10_000; ref++) {
      String noise = Long.toHexString(random.nextLong()).repeat(ref == 5000 ? 40_000 : 1);
      byte[] labels = LabelBytes.encode(Labels.of("__name__", "m" + ref, "noise", noise));
      records.series(ref, TenantId.DEFAULT, labels, 0, labels.length);
      records.sample(ref, random.nextLong(1L << 41), random.nextLong());
    }
    wal.awaitDurable(wal.append(records));
    wal.close();
    wal = TestLog.open(disk, expected);

    // when it becomes a checkpoint, and that another one
    wal.checkpoint(wal.roll(), ALL);
    CheckpointReport report = wal.checkpoint(wal.roll(), ALL);
    wal.close();

    // then
    assertThat(report.series()).as("-Dseed=%d", seed).isEqualTo(10_000);
    Collected found = new Collected();
    assertThat(TestLog.replay(disk, found).damages()).isEmpty();
    assertThat(found.series).as("-Dseed=%d", seed).isEqualTo(expected.series);
    assertThat(found.samples).as("-Dseed=%d", seed).isEqualTo(expected.samples);
    assertThat(found.orphans).isEmpty();
  }

  @Test
  void seriesOfATargetTakeATenthOfTheirLabels() throws IOException {
    SimFiles disk = TestLog.disk(1);
    Wal wal = TestLog.open(disk, new Collected());
    WalRecords records = new WalRecords();
    for (int ref = 0; ref < 20_000; ref++) {
      Labels labels =
          Labels.of(
              "__name__",
              "node_cpu_seconds_total",
              "cpu",
              "" + ref / 8 % 16,
              "instance",
              "host-%04d.example.com:9100".formatted(ref / 128),
              "job",
              "node",
              "mode",
              "mode-" + ref % 8);
      byte[] bytes = LabelBytes.encode(labels);
      records.series(ref, TenantId.DEFAULT, bytes, 0, bytes.length);
    }
    wal.awaitDurable(wal.append(records));

    CheckpointReport report = wal.checkpoint(wal.roll(), ALL);
    wal.close();

    assertThat(report.bytesBefore()).isGreaterThan(2_000_000);
    assertThat(report.bytesAfter()).isLessThan(report.bytesBefore() / 10);
  }

  @Test
  void aCheckpointCutAtAnyByteGivesTheWholePacksBeforeAndIsReported() throws IOException {
    Written written = written();
    for (int size = 0; size < written.bytes.length; size++) {
      Collected found = new Collected();
      ReplayReport report = TestLog.replay(disk(Arrays.copyOf(written.bytes, size)), found);

      int cut = size;
      int whole = (int) written.begins.subList(1, 4).stream().filter(end -> end <= cut).count();
      assertThat(found.series.keySet())
          .as("cut at %d", size)
          .containsExactlyElementsOf(
              written.refs.subList(0, whole).stream().flatMap(List::stream).toList());
      assertThat(report.damages()).as("cut at %d", size).hasSize(1);
      assertThat(report.damages().getFirst().file()).isEqualTo(CHECKPOINT);
    }
  }

  @Test
  void anyFlippedBitOfACheckpointIsNoticedAndCostsItsOwnPackOnly() throws IOException {
    Written written = written();
    for (int bit = 0; bit < written.bytes.length * 8; bit++) {
      SimFiles disk = disk(written.bytes);
      disk.flipBit(CHECKPOINT, bit / 8, bit % 8);
      int at = bit / 8;
      int pack = written.packAt(at);

      Collected found = new Collected();
      ReplayReport report = TestLog.replay(disk, found);

      assertThat(found.series.keySet())
          .as("bit %d", bit)
          .containsExactlyElementsOf(written.refsBut(pack));
      assertThat(report.damages()).as("bit %d", bit).hasSize(1);
      assertThat(report.damages().getFirst().file()).isEqualTo(CHECKPOINT);
      assertThat(report.damages().getFirst().offset())
          .as("bit %d", bit)
          .isEqualTo(
              pack < 0
                  ? at / FileHeader.COPY_BYTES * FileHeader.COPY_BYTES
                  : written.begins.get(pack));
    }
  }

  @Test
  void aPackThatHoldsSomethingElseBehindARightChecksumIsDamage() throws IOException {
    byte[] sound = run(record(WalFormat.SERIES, 7, 0, 0, 0, 1, 't'));
    byte[] random = new byte[300];
    new SplittableRandom(1).nextBytes(random);
    assertDamage(new byte[0], "too early");
    assertDamage(new byte[] {1, 0}, "too early");
    assertDamage(pack(0, new byte[0]), "a pack of 0 bytes");
    assertDamage(pack(-1, sound), "a pack of 4294967295 bytes");
    assertDamage(pack((1 << 20) + 1, sound), "a pack of 1048577 bytes");
    assertDamage(pack(sound.length + 1, sound), "that holds");
    assertDamage(pack(sound.length - 1, sound), "not zstd");
    assertDamage(pack(1 << 20, new byte[(1 << 20) + 1]), "not zstd");
    assertDamage(stored(300, random), "not zstd");
    assertDamage(stored(300, new byte[0]), "holds 0");
    assertDamage(pack(3, new byte[] {0, 0, 0}), "a record of 0 bytes");
    assertDamage(pack(3, new byte[] {3, 1, 1}), "a record of 3 bytes in the last 2");
    assertDamage(pack(1, new byte[] {(byte) 0x80}), "too early");
    byte[] endless = new byte[11];
    Arrays.fill(endless, (byte) 0xff);
    assertDamage(pack(11, endless), "a varint of more than ten bytes");
    assertDamage(pack(1, new byte[] {1}), "a record of 1 bytes in the last 0");
    byte[] nested = run(record(WalFormat.PACKED, 1, 2));
    assertDamage(pack(nested.length, nested), "a record of type 5 in a pack");
    byte[] end = run(record(WalFormat.END, 1, 2));
    assertDamage(pack(end.length, end), "a record of type 4 in a pack");
    byte[] malformed = run(record(WalFormat.SAMPLES, 1, 2));
    assertDamage(pack(malformed.length, malformed), "an end 2 bytes too early");
  }

  private static void assertDamage(byte[] body, String found) throws IOException {
    SimFiles disk = TestLog.disk(1);
    SegmentWriter file = create(disk);
    WalRecords records = new WalRecords();
    TestLog.series(records, 1, "before");
    long offset = FileHeader.BYTES + records.sizeBytes();
    byte[] typed = record(WalFormat.PACKED);
    typed = Arrays.copyOf(typed, 1 + body.length);
    System.arraycopy(body, 0, typed, 1, body.length);
    records.copy(typed, 0, typed.length);
    TestLog.series(records, 2, "after");
    file.write(records.bytes(), records.sizeBytes());
    end(file);

    WalInspection inspection = WalInspection.of(disk, TestLog.FOLDER);
    Collected replayed = new Collected();
    ReplayReport report = TestLog.replay(disk, replayed);

    assertThat(replayed.series.keySet()).containsExactly(1, 2);
    assertThat(report.damages()).hasSize(1);
    WalDamage damage = report.damages().getFirst();
    assertThat(damage.file()).isEqualTo(CHECKPOINT);
    assertThat(damage.offset()).isEqualTo(offset);
    assertThat(damage.bytes()).isEqualTo(WalFormat.FRAME_BYTES + 1 + body.length);
    assertThat(damage.found()).contains(found).endsWith("behind a right checksum");
    assertThat(inspection.damages()).isEqualTo(report.damages());
  }

  @Test
  void aRecordOfAnotherReleaseInAPackStopsTheReader() throws IOException {
    SimFiles disk = TestLog.disk(1);
    SegmentWriter file = create(disk);
    byte[] unknown = run(record((byte) 99, 1, 2));
    byte[] body = pack(unknown.length, unknown);
    byte[] typed = new byte[1 + body.length];
    typed[0] = WalFormat.PACKED;
    System.arraycopy(body, 0, typed, 1, body.length);
    WalRecords records = new WalRecords();
    records.copy(typed, 0, typed.length);
    file.write(records.bytes(), records.sizeBytes());
    end(file);

    assertThatThrownBy(() -> TestLog.replay(disk, new Collected()))
        .isInstanceOf(Corruption.class)
        .hasMessageContaining("type 99, written by another release");
  }

  private static byte[] record(byte type, int... body) {
    byte[] record = new byte[1 + body.length];
    record[0] = type;
    for (int i = 0; i < body.length; i++) {
      record[1 + i] = (byte) body[i];
    }
    return record;
  }

  /** A record shorter than 128 bytes behind its length. */
  private static byte[] run(byte[] record) {
    byte[] run = new byte[1 + record.length];
    run[0] = (byte) record.length;
    System.arraycopy(record, 0, run, 1, record.length);
    return run;
  }

  private static byte[] pack(int length, byte[] run) {
    return stored(length, Zstd.compress(run));
  }

  private static byte[] stored(int length, byte[] zstd) {
    byte[] body = new byte[4 + zstd.length];
    WalFormat.INT.set(body, 0, length);
    System.arraycopy(zstd, 0, body, 4, zstd.length);
    return body;
  }

  @Test
  void anInspectionAccountsForEveryByteOfAPack() throws IOException {
    SimFiles disk = TestLog.disk(1);
    Wal wal = TestLog.open(disk, new Collected());
    WalRecords records = new WalRecords();
    for (int ref = 0; ref < 1000; ref++) {
      TestLog.series(records, ref, "metric_" + ref);
      records.sample(ref, 1000, ref * 7919L);
    }
    wal.awaitDurable(wal.append(records));
    wal.checkpoint(wal.roll(), ALL);
    wal.close();

    FileSummary file = WalInspection.of(disk, TestLog.FOLDER).files().getFirst();

    assertThat(file.file()).isEqualTo(CHECKPOINT);
    assertThat(file.series()).isEqualTo(1000);
    assertThat(file.samples()).isEqualTo(1000);
    assertThat(file.seriesBytes()).isPositive();
    assertThat(file.sampleBytes()).isPositive();
    int end = WalFormat.FRAME_BYTES + 17;
    assertThat(FileHeader.BYTES + file.seriesBytes() + file.sampleBytes() + end)
        .isEqualTo(file.bytes());
  }
}
