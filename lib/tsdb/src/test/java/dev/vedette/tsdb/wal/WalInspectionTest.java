package dev.vedette.tsdb.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.wal.WalInspection.FileSummary;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WalInspectionTest {
  private static SimFiles written() throws IOException {
    SimFiles disk = TestLog.disk(1);
    try (Wal wal = TestLog.open(disk, new Collected())) {
      WalRecords records = new WalRecords();
      for (int ref = 0; ref < 5; ref++) {
        TestLog.series(records, ref, "m" + ref);
        records.sample(ref, 1000, ref);
        records.sample(ref, 2000, ref);
      }
      records.metadata(TenantId.DEFAULT, new MetricMetadata("m", MetricType.INFO, "Help.", ""));
      wal.append(records);
    }
    return disk;
  }

  @Test
  void everyByteOfASoundLogIsAccountedFor() throws IOException {
    SimFiles disk = written();
    byte[] before = disk.bytes(TestLog.segment(1));

    WalInspection inspection = WalInspection.of(disk, TestLog.FOLDER);

    assertThat(inspection.damages()).isEmpty();
    assertThat(inspection.files()).hasSize(1);
    FileSummary file = inspection.files().getFirst();
    assertThat(file.series()).isEqualTo(5);
    assertThat(file.samples()).isEqualTo(10);
    assertThat(FileHeader.BYTES + file.seriesBytes() + file.sampleBytes() + file.metadataBytes())
        .isEqualTo(file.bytes());
    assertThat(disk.bytes(TestLog.segment(1))).isEqualTo(before);
  }

  @Test
  void damageAndATornEndAreToldApartAndLeftAsTheyAre() throws IOException {
    SimFiles disk = written();
    byte[] bytes = disk.bytes(TestLog.segment(1));
    disk.put(TestLog.segment(1), Arrays.copyOf(bytes, bytes.length - 3));
    disk.flipBit(TestLog.segment(1), FileHeader.BYTES + 10, 0);
    byte[] before = disk.bytes(TestLog.segment(1));

    WalInspection inspection = WalInspection.of(disk, TestLog.FOLDER);

    assertThat(inspection.damages()).hasSize(1);
    assertThat(inspection.damages().getFirst().offset()).isEqualTo(FileHeader.BYTES);
    assertThat(inspection.files().getFirst().series()).isEqualTo(4);
    assertThat(inspection.files().getFirst().tornBytes()).isPositive();
    assertThat(disk.bytes(TestLog.segment(1))).isEqualTo(before);
  }

  @Test
  void aFileOfAnotherReleaseDoesNotHideTheOthers() throws IOException {
    SimFiles disk = written();
    TestLog.replay(disk, new Collected());
    byte[] third = disk.bytes(TestLog.segment(1));
    disk.put(TestLog.segment(3), third);

    WalInspection inspection = WalInspection.of(disk, TestLog.FOLDER);

    assertThat(inspection.files()).hasSize(3);
    assertThat(inspection.files().getFirst().samples()).isEqualTo(10);
    assertThat(inspection.damages()).hasSize(1);
    assertThat(inspection.damages().getFirst().found()).contains("the file was renamed");
  }
}
