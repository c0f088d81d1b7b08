package dev.vedette.tsdb.wal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.Corruption;
import dev.vedette.model.Histogram;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.SimFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class WalDamageTest {
  /** A segment of several records: its bytes, where each record ends, and what each says. */
  private record Written(byte[] segment, List<Integer> ends, List<List<String>> events) {
    List<String> eventsBut(int record) {
      return IntStream.range(0, events.size())
          .filter(i -> i != record)
          .mapToObj(events::get)
          .flatMap(List::stream)
          .toList();
    }

    List<String> firstEvents(int count) {
      return events.subList(0, count).stream().flatMap(List::stream).toList();
    }
  }

  /** Everything a replay says, in words. */
  private static final class Events implements WalVisitor {
    final List<String> all = new ArrayList<>();
    final List<WalDamage> damages = new ArrayList<>();

    @Override
    public void series(int ref, TenantId tenant, byte[] bytes, int from, int to) {
      all.add("series " + ref + " " + tenant + " " + LabelBytes.decode(bytes, from, to));
    }

    @Override
    public void sample(int ref, long timestampMillis, long valueBits) {
      all.add("sample " + ref + " " + timestampMillis + " " + Double.longBitsToDouble(valueBits));
    }

    @Override
    public void sample(int ref, long timestampMillis, long valueBits, long startMillis) {
      sample(ref, timestampMillis, valueBits);
      all.add("start " + startMillis);
    }

    @Override
    public void histogram(int ref, long timestampMillis, Histogram histogram, long startMillis) {
      all.add("histogram " + ref + " " + timestampMillis + " " + histogram + " " + startMillis);
    }

    @Override
    public void metadata(TenantId tenant, MetricMetadata family) {
      all.add("metadata " + tenant + " " + family);
    }

    @Override
    public void damage(WalDamage damage) {
      damages.add(damage);
    }
  }

  private static Written written() throws IOException {
    SimFiles disk = TestLog.disk(1);
    List<Integer> ends = new ArrayList<>();
    List<List<String>> events = new ArrayList<>();
    try (Wal wal = TestLog.open(disk, new Collected())) {
      WalRecords records = new WalRecords();
      for (int ref = 0; ref < 3; ref++) {
        TestLog.series(records, ref, "metric_" + ref);
        end(wal, records, ends, events, List.of("series %d default metric_%d".formatted(ref, ref)));
        records.sample(ref, 1000, Double.doubleToRawLongBits(ref + 0.1));
        records.sample(ref, 2000, Double.doubleToRawLongBits(ref));
        List<String> samples =
            List.of(
                "sample %d 1000 %s".formatted(ref, ref + 0.1),
                "sample %d 2000 %s".formatted(ref, (double) ref));
        end(wal, records, ends, events, samples);
      }
      MetricMetadata family = new MetricMetadata("metric_1", MetricType.COUNTER, "Help.", "s");
      records.metadata(TenantId.DEFAULT, family);
      end(wal, records, ends, events, List.of("metadata default " + family));
    }
    return new Written(disk.bytes(TestLog.segment(1)), ends, events);
  }

  private static void end(
      Wal wal,
      WalRecords records,
      List<Integer> ends,
      List<List<String>> events,
      List<String> says) {
    ends.add(FileHeader.BYTES + (int) wal.append(records));
    records.clear();
    events.add(says);
  }

  @Test
  void aSegmentCutAtAnyByteGivesTheWholeRecordsBefore() throws IOException {
    Written written = written();
    for (int size = 0; size <= written.segment.length; size++) {
      SimFiles disk = TestLog.disk(size);
      disk.put(TestLog.segment(1), Arrays.copyOf(written.segment, size));
      int cut = size;
      int whole = (int) written.ends.stream().filter(end -> end <= cut).count();

      Events found = new Events();
      ReplayReport report = TestLog.replay(disk, found);

      assertThat(found.all).as("cut at %d", size).isEqualTo(written.firstEvents(whole));
      assertThat(report.damages()).as("cut at %d", size).isEmpty();
      // The torn end is gone, so that the next replay meets nothing but whole records.
      assertThat(WalInspection.of(disk, TestLog.FOLDER).damages()).isEmpty();
      Events again = new Events();
      assertThat(TestLog.replay(disk, again).tornBytes()).isZero();
      assertThat(again.all).isEqualTo(found.all);
    }
  }

  @Test
  void anyFlippedBitIsNoticedAndCostsItsOwnRecordOnly() throws IOException {
    Written written = written();
    for (int bit = 0; bit < written.segment.length * 8; bit++) {
      SimFiles disk = TestLog.disk(bit);
      disk.put(TestLog.segment(1), written.segment);
      disk.flipBit(TestLog.segment(1), bit / 8, bit % 8);
      int at = bit / 8;
      int record = (int) written.ends.stream().filter(end -> end <= at).count();
      boolean inHeader = at < FileHeader.BYTES;

      Events found = new Events();
      ReplayReport report = TestLog.replay(disk, found);

      assertThat(found.all).as("bit %d", bit).isEqualTo(written.eventsBut(inHeader ? -1 : record));
      if (!inHeader && record == written.events.size() - 1) {
        assertThat(report.tornBytes()).as("bit %d", bit).isPositive();
      } else {
        assertThat(report.damages()).as("bit %d", bit).hasSize(1);
        assertThat(report.damages()).isEqualTo(found.damages);
        assertThat(report.damages().getFirst().file()).isEqualTo(TestLog.segment(1));
        long begin = record == 0 ? FileHeader.BYTES : written.ends.get(record - 1);
        assertThat(report.damages().getFirst().offset())
            .isEqualTo(inHeader ? at - at % FileHeader.COPY_BYTES : begin);
      }
    }
  }

  @Test
  void randomBytesInTheMiddleNeverGiveAWrongRecord() throws IOException {
    long seed = Long.getLong("seed", 1);
    SplittableRandom random = new SplittableRandom(seed);
    Written written = written();
    for (int round = 0; round < 500; round++) {
      byte[] bytes = written.segment.clone();
      int from = random.nextInt(FileHeader.BYTES, bytes.length);
      int to = random.nextInt(from, bytes.length) + 1;
      for (int i = from; i < to; i++) {
        bytes[i] = (byte) random.nextInt();
      }
      SimFiles disk = TestLog.disk(round);
      disk.put(TestLog.segment(1), bytes);

      Events found = new Events();
      TestLog.replay(disk, found);

      int before = (int) written.ends.stream().filter(end -> end <= from).count();
      List<String> known = new ArrayList<>(written.firstEvents(written.events.size()));
      known.retainAll(found.all);
      assertThat(found.all).as("-Dseed=%d round %d", seed, round).isEqualTo(known);
      assertThat(found.all).containsAll(written.firstEvents(before));
    }
  }

  @Test
  void aRecordInsideALabelIsNotTakenForOneBehindDamage() throws IOException {
    // given a label value that is a record, made by somebody who knows the format but no salt
    WalRecords forged = new WalRecords();
    forged.sample(0, 1, 1);
    String value = new String(forged.bytes(), 0, forged.sizeBytes(), ISO_8859_1);
    SimFiles disk = TestLog.disk(1);
    try (Wal wal = TestLog.open(disk, new Collected())) {
      WalRecords records = new WalRecords();
      byte[] labels = value.getBytes(ISO_8859_1);
      records.series(1, TenantId.DEFAULT, labels, 0, labels.length);
      wal.append(records);
      records.clear();
      records.sample(2, 2, 2);
      wal.append(records);
    }
    // when the frame around it is damaged
    disk.flipBit(TestLog.segment(1), FileHeader.BYTES + 4, 0);
    // then only the true record behind it is found
    Events found = new Events();
    TestLog.replay(disk, found);
    assertThat(found.all).containsExactly("sample 2 2 " + Double.longBitsToDouble(2));
  }

  @Test
  void aDamagedHeaderLosesThatFileAndNoOther() throws IOException {
    Written written = written();
    SimFiles disk = TestLog.disk(1);
    disk.put(TestLog.segment(1), written.segment);
    TestLog.replay(disk, new Collected());
    disk.flipBit(TestLog.segment(1), 0, 0);
    disk.flipBit(TestLog.segment(1), FileHeader.COPY_BYTES, 0);
    disk.delete(TestLog.segment(2));
    disk.put(TestLog.segment(2), new FileHeader(FileHeader.Kind.SEGMENT, 2, TestLog.SALT).encode());

    Events found = new Events();
    ReplayReport report = TestLog.replay(disk, found);

    assertThat(found.all).isEmpty();
    assertThat(report.damages()).hasSize(1);
    assertThat(report.damages().getFirst().toException())
        .hasMessageContaining("00000001.wal is damaged at offset 0: expected a file header");
    assertThat(disk.exists(TestLog.segment(1))).isTrue();
  }

  @Test
  void aMissingSegmentIsReported() throws IOException {
    SimFiles disk = TestLog.disk(1);
    for (int i = 0; i < 3; i++) {
      TestLog.replay(disk, new Collected());
    }
    disk.delete(TestLog.segment(2));
    ReplayReport report = TestLog.replay(disk, new Collected());
    assertThat(report.damages()).hasSize(1);
    assertThat(report.damages().getFirst().expected()).isEqualTo("segment 2 before it");
  }

  @Test
  void aRecordTypeOfAnotherReleaseIsAnErrorWithItsPlace() throws IOException {
    SimFiles disk = TestLog.disk(1);
    WalRecords records = new WalRecords();
    byte[] unknown = {99, 1, 2, 3};
    records.copy(unknown, 0, 4);
    put(disk, new FileHeader(FileHeader.Kind.SEGMENT, 1, TestLog.SALT), records);
    assertThatThrownBy(() -> TestLog.replay(disk, new Collected()))
        .isInstanceOfSatisfying(Corruption.class, e -> assertThat(e.offset()).isEqualTo(72))
        .hasMessageContaining("type 99, written by another release");
  }

  @Test
  void aTypeFromBeforeTheFirstReleaseIsNotMisread() throws IOException {
    SimFiles disk = TestLog.disk(1);
    WalRecords records = new WalRecords();
    // A sample with its start timestamp, in a record of its own.
    byte[] started = new byte[1 + 28];
    started[0] = 7;
    records.copy(started, 0, started.length);
    put(disk, new FileHeader(FileHeader.Kind.SEGMENT, 1, TestLog.SALT), records);
    assertThatThrownBy(() -> TestLog.replay(disk, new Collected()))
        .isInstanceOfSatisfying(Corruption.class, e -> assertThat(e.offset()).isEqualTo(72))
        .hasMessageContaining("type 7, written by another release; that one can read the log");
  }

  @Test
  void aSegmentOfAnotherVersionIsAnErrorWithItsPlace() throws IOException {
    SimFiles disk = TestLog.disk(1);
    byte[] header = new FileHeader(FileHeader.Kind.SEGMENT, 1, 0).encode();
    CRC32C crc = new CRC32C();
    header[4] = 2;
    crc.update(header, 0, 28);
    WalFormat.INT.set(header, 28, (int) crc.getValue());
    disk.put(TestLog.segment(1), header);
    assertThatThrownBy(() -> TestLog.replay(disk, new Collected()))
        .isInstanceOf(Corruption.class)
        .hasMessageContaining("version 2");
  }

  @Test
  void aBodyThatDoesNotFitItsTypeIsAnErrorWithItsPlace() throws IOException {
    SimFiles disk = TestLog.disk(1);
    WalRecords records = new WalRecords();
    records.copy(new byte[] {WalFormat.SAMPLES, 1, 2}, 0, 3);
    put(disk, new FileHeader(FileHeader.Kind.SEGMENT, 1, TestLog.SALT), records);
    assertThatThrownBy(() -> TestLog.replay(disk, new Collected()))
        .isInstanceOfSatisfying(Corruption.class, e -> assertThat(e.offset()).isEqualTo(64))
        .hasMessageContaining("an end 2 bytes too early behind a right checksum");
  }

  @Test
  void aRenamedSegmentIsAnError() throws IOException {
    SimFiles disk = TestLog.disk(1);
    put(disk, new FileHeader(FileHeader.Kind.SEGMENT, 7, TestLog.SALT), new WalRecords());
    assertThatThrownBy(() -> TestLog.replay(disk, new Collected()))
        .isInstanceOf(Corruption.class)
        .hasMessageContaining("number 7; the file was renamed");
  }

  private static void put(SimFiles disk, FileHeader header, WalRecords records) throws IOException {
    byte[] frames = Arrays.copyOf(records.bytes(), records.sizeBytes());
    WalFormat.mask(frames, 0, frames.length, header.salt());
    byte[] file = Arrays.copyOf(header.encode(), FileHeader.BYTES + frames.length);
    System.arraycopy(frames, 0, file, FileHeader.BYTES, frames.length);
    disk.put(TestLog.segment(1), file);
  }

  @Test
  void theBytesOfManyRecordsAreReadThroughASmallWindow() throws IOException {
    // given a segment several windows long, damaged once in each megabyte
    SimFiles disk = TestLog.disk(1);
    WalRecords records = new WalRecords();
    for (int i = 0; i < 1_000_000; i++) {
      records.sample(i, 1000, Double.doubleToRawLongBits(i / 7.0));
    }
    put(disk, new FileHeader(FileHeader.Kind.SEGMENT, 1, TestLog.SALT), records);
    long size = disk.size(TestLog.segment(1));
    int damaged = 0;
    for (long at = 500_000; at < size - 100_000; at += 1_000_000) {
      disk.flipBit(TestLog.segment(1), at, 3);
      damaged++;
    }
    // when
    long[] wrong = new long[1];
    ReplayReport report =
        TestLog.replay(
            disk,
            new Collected() {
              @Override
              public void sample(int ref, long timestampMillis, long valueBits) {
                wrong[0] += valueBits == Double.doubleToRawLongBits(ref / 7.0) ? 0 : 1;
              }
            });
    // then
    assertThat(report.damages()).hasSize(damaged);
    assertThat(report.samples()).isBetween(900_000L, 999_999L);
    assertThat(wrong[0]).isZero();
  }
}
