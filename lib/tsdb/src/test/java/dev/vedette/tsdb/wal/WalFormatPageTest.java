package dev.vedette.tsdb.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.HistogramSample;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.wal.Collected.Extra;
import dev.vedette.tsdb.wal.Collected.Sample;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The worked example of {@code docs/format/wal.md} and the golden file hold the same log. */
class WalFormatPageTest {
  private static final Path PAGE = Path.of("docs/format/wal.md");
  private static final Path CHECKPOINT = WalFolder.checkpoint(TestLog.FOLDER, 2);

  private final Histogram histogram =
      Histogram.ofIntegers(
          HistogramLayout.of(3, 0x1p-128, BucketSpans.of(-2, 3, 5, 1), BucketSpans.NONE),
          CounterReset.NO,
          300,
          2,
          1.5,
          new long[] {90, 100, 101, 7},
          new long[0]);
  private final Histogram later =
      Histogram.ofIntegers(
          histogram.layout(),
          CounterReset.NO,
          301,
          2,
          1.75,
          new long[] {90, 100, 102, 7},
          new long[0]);

  @Test
  void theExampleOfThePageIsRead() throws IOException {
    SimFiles disk = TestLog.disk(1);
    disk.put(TestLog.segment(1), pageExample(0));
    assertIsExample(disk);
  }

  @Test
  void theCheckpointOfThePageIsRead() throws IOException {
    SimFiles disk = TestLog.disk(1);
    disk.put(CHECKPOINT, pageExample(1));
    assertIsExample(disk);
  }

  @Test
  void theGoldenCheckpointOfVersion1IsRead() throws IOException {
    SimFiles disk = TestLog.disk(1);
    try (InputStream golden =
        getClass().getResourceAsStream("/golden/wal-v1/checkpoint.00000002")) {
      disk.put(CHECKPOINT, golden.readAllBytes());
    }
    assertIsExample(disk);
  }

  @Test
  void theExampleOfThePageIsWritten() throws IOException {
    assertThat(HexFormat.ofDelimiter(" ").formatHex(written()))
        .isEqualTo(HexFormat.ofDelimiter(" ").formatHex(pageExample(0)));
  }

  @Test
  void theGoldenSegmentOfVersion1IsRead() throws IOException {
    SimFiles disk = TestLog.disk(1);
    try (InputStream golden = getClass().getResourceAsStream("/golden/wal-v1/00000001.wal")) {
      disk.put(TestLog.segment(1), golden.readAllBytes());
    }
    assertIsExample(disk);
  }

  @Test
  void theHistogramsOfThePageAreReadAndWritten() throws IOException {
    SimFiles disk = TestLog.disk(1);
    try (Wal wal = TestLog.open(disk, new Collected())) {
      WalRecords records = new WalRecords();
      TestLog.series(records, 7, "t");
      records.sample(7, 1_700_000_000_000L, Double.doubleToRawLongBits(3), 1_600_000_000_000L);
      records.histogram(7, 1_700_000_015_000L, histogram, 1_600_000_000_000L);
      records.histogram(
          7,
          new HistogramSample(1_700_000_030_000L, later, 1_600_000_000_000L),
          new HistogramSample(1_700_000_015_000L, histogram, 0));
      wal.append(records);
    }
    assertThat(HexFormat.ofDelimiter(" ").formatHex(disk.bytes(TestLog.segment(1))))
        .isEqualTo(HexFormat.ofDelimiter(" ").formatHex(pageExample(2)));

    Collected found = new Collected();
    TestLog.replay(disk, found);
    long three = Double.doubleToRawLongBits(3);
    assertThat(found.extras)
        .containsExactly(
            new Extra(7, 1_700_000_000_000L, three, null, 1_600_000_000_000L),
            new Extra(7, 1_700_000_015_000L, 0, histogram, 1_600_000_000_000L),
            new Extra(7, 1_700_000_030_000L, 0, later, 1_600_000_000_000L));
  }

  @Test
  void theCheckpointOfThePageHasWhatAChangeBehindItIsAChangeOf() throws IOException {
    SimFiles disk = TestLog.disk(1);
    disk.put(CHECKPOINT, pageExample(4));
    try (Wal wal = TestLog.open(disk, new Collected())) {
      WalRecords records = new WalRecords();
      records.histogram(
          7,
          new HistogramSample(1_700_000_030_000L, later, 0),
          new HistogramSample(1_700_000_015_000L, histogram, 0));
      wal.append(records);
    }

    Collected found = new Collected();
    ReplayReport report = TestLog.replay(disk, found);

    assertThat(report.damages()).isEmpty();
    assertThat(found.series.get(7).toString()).isEqualTo("t");
    assertThat(found.lost).isEmpty();
    assertThat(found.extras).containsExactly(new Extra(7, 1_700_000_030_000L, 0, later, 0));
  }

  @Test
  void theNewestSamplesAndExemplarsOfThePageAreReadAndWritten() throws IOException {
    byte[] labels = LabelBytes.encode(Labels.of("trace_id", "ab"));
    SimFiles disk = TestLog.disk(1);
    try (Wal wal = TestLog.open(disk, new Collected())) {
      WalRecords records = new WalRecords();
      TestLog.series(records, 7, "up");
      records.newest(7, 1_700_000_045_000L, Double.doubleToRawLongBits(0.5));
      records.exemplar(7, 1_700_000_045_000L, Double.doubleToRawLongBits(3), labels);
      records.newest(7, Long.MIN_VALUE, 0);
      wal.append(records);
    }
    assertThat(HexFormat.ofDelimiter(" ").formatHex(disk.bytes(TestLog.segment(1))))
        .isEqualTo(HexFormat.ofDelimiter(" ").formatHex(pageExample(3)));

    List<String> found = new ArrayList<>();
    TestLog.replay(
        disk,
        new Collected() {
          @Override
          public void newest(int ref, long timestampMillis, long valueBits) {
            found.add("newest %d %d %x".formatted(ref, timestampMillis, valueBits));
          }

          @Override
          public void exemplar(int ref, long timestampMillis, long valueBits, byte[] read) {
            found.add("exemplar %d %d %x".formatted(ref, timestampMillis, valueBits));
            assertThat(read).isEqualTo(labels);
          }
        });
    assertThat(found)
        .containsExactly(
            "newest 7 1700000045000 3fe0000000000000",
            "exemplar 7 1700000045000 4008000000000000",
            "newest 7 -9223372036854775808 0");
  }

  private static void assertIsExample(SimFiles disk) {
    Collected found = new Collected();
    ReplayReport report = TestLog.replay(disk, found);
    assertThat(report.damages()).isEmpty();
    assertThat(report.tornBytes()).isZero();
    assertThat(found.series.get(7).toString()).isEqualTo("up");
    assertThat(found.tenants.get(7)).isEqualTo(TenantId.DEFAULT);
    assertThat(found.samples)
        .containsExactly(
            Sample.of(7, 1_700_000_000_000L, 1),
            Sample.of(7, 1_700_000_015_000L, 300),
            Sample.of(7, 1_700_000_030_000L, 0.5),
            new Sample(7, 1_700_000_045_000L, SpecialValues.STALE_BITS));
    assertThat(found.metadata)
        .containsValue(new MetricMetadata("up", MetricType.GAUGE, "Alive.", ""));
  }

  private static byte[] written() throws IOException {
    SimFiles disk = TestLog.disk(1);
    try (Wal wal = TestLog.open(disk, new Collected())) {
      WalRecords records = new WalRecords();
      TestLog.series(records, 7, "up");
      records.sample(7, 1_700_000_000_000L, Double.doubleToRawLongBits(1));
      records.sample(7, 1_700_000_015_000L, Double.doubleToRawLongBits(300));
      records.sample(7, 1_700_000_030_000L, Double.doubleToRawLongBits(0.5));
      records.sample(7, 1_700_000_045_000L, SpecialValues.STALE_BITS);
      records.metadata(TenantId.DEFAULT, new MetricMetadata("up", MetricType.GAUGE, "Alive.", ""));
      wal.append(records);
    }
    return disk.bytes(TestLog.segment(1));
  }

  /** The hex of a block of the page, the first is 0, each line up to its remark. */
  private static byte[] pageExample(int block) throws IOException {
    String text = Files.readString(PAGE).split("```hex\n")[block + 1];
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String line : text.substring(0, text.indexOf("```")).split("\n")) {
      String hex = line.replaceFirst("#.*", "").replace(" ", "");
      bytes.writeBytes(HexFormat.of().parseHex(hex));
    }
    return bytes.toByteArray();
  }
}
