package dev.vedette.tsdb.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramBytes;
import dev.vedette.model.HistogramSample;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.TenantId;
import dev.vedette.testkit.Fuzz;
import dev.vedette.testkit.RandomHistograms;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.wal.BodyReader.Malformed;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Whatever bytes a log has, they are read or reported. */
class WalFuzzTest {
  private static final int MUTATIONS = 6_000;
  private static final WalVisitor IGNORING =
      new WalVisitor() {
        @Override
        public void series(int ref, TenantId tenant, byte[] bytes, int from, int to) {
          assertThat(from).isLessThanOrEqualTo(to);
        }

        @Override
        public void sample(int ref, long timestampMillis, long valueBits) {}

        @Override
        public void sample(int ref, long timestampMillis, long valueBits, long startMillis) {}

        @Override
        public void histogram(
            int ref, long timestampMillis, Histogram histogram, long startMillis) {}

        @Override
        public void metadata(TenantId tenant, MetricMetadata family) {}
      };

  private static final WalMetrics METRICS = new WalMetrics(new PrometheusRegistry());
  private static final long TIME = 1_700_000_030_000L;

  private final List<Histogram> histograms =
      new RandomHistograms(new SplittableRandom(3)).series(100);
  private final Histogram histogram = histograms.getFirst();

  private WalRecords records() {
    WalRecords records = new WalRecords();
    TestLog.series(records, 7, "up");
    for (int i = 0; i < 9; i++) {
      records.sample(7 + i % 2, 1_700_000_000_000L + i, Double.doubleToRawLongBits(i * 100.5));
    }
    records.sample(7, 1_700_000_015_000L, 0x3ff0L << 48, 1_600_000_000_000L);
    records.histogram(7, TIME, histogram, 1_600_000_000_000L);
    records.metadata(TenantId.DEFAULT, new MetricMetadata("up", MetricType.GAUGE, "Help", ""));
    records.exemplar(7, 1, 2, LabelBytes.encode(Labels.of("trace_id", "a")));
    records.newest(7, 1, 2);
    return records;
  }

  /** Bodies behind right checksums, the type in front. */
  @Test
  void bodiesOfRecords() throws Exception {
    Fuzz fuzz = Fuzz.of("wal-record");
    bodies(records()).forEach(fuzz::seed);
    WalRecords whole = new WalRecords();
    whole.histogram(7, TIME, histogram, 0);
    byte[] first = bodies(whole).getFirst();
    byte[] change = bodies(change()).getFirst();
    assertThat(histogramsIn(first, change)).isEqualTo(2);
    fuzz.seed(change);
    WalRecords base = new WalRecords();
    base.base(7, TIME, histogram);
    bodies(base).forEach(fuzz::seed);
    fuzz.refusedBy(Malformed.class)
        .run(
            MUTATIONS,
            input -> {
              // One for each, so that an input means the same whatever came before it.
              RecordDecoder decoder = new RecordDecoder();
              decode(decoder, first, IGNORING);
              decode(decoder, input, IGNORING);
              // Whatever it kept, changes of that can be told from others.
              decode(decoder, change, IGNORING);
            });
  }

  /** A histogram as the change of the one that {@link #records} ends with. */
  private WalRecords change() {
    Histogram later =
        histograms.stream()
            .skip(1)
            .filter(other -> other.hasColumnsOf(histogram))
            .findFirst()
            .orElseThrow();
    WalRecords records = new WalRecords();
    records.histogram(
        7, new HistogramSample(TIME + 15_000, later, 0), new HistogramSample(TIME, histogram, 0));
    return records;
  }

  private static int histogramsIn(byte[]... bodies) throws Malformed {
    Collected found = new Collected();
    RecordDecoder decoder = new RecordDecoder();
    for (byte[] body : bodies) {
      decode(decoder, body, found);
    }
    return found.extras.size();
  }

  /** Type and body of each record. */
  private static List<byte[]> bodies(WalRecords records) {
    List<byte[]> bodies = new ArrayList<>();
    byte[] bytes = records.bytes();
    for (int at = 0; at < records.sizeBytes(); ) {
      int length = (int) WalFormat.INT.get(bytes, at);
      bodies.add(Arrays.copyOfRange(bytes, at + 8, at + 8 + length));
      at += 8 + length;
    }
    return bodies;
  }

  private static void decode(RecordDecoder decoder, byte[] in, WalVisitor into) throws Malformed {
    int to = in.length;
    switch (to == 0 ? -1 : in[0] % (WalFormat.BASES + 1)) {
      case WalFormat.SERIES -> decoder.series(in, 1, to, into);
      case WalFormat.SAMPLES -> decoder.samples(in, 1, to, into);
      case WalFormat.HISTOGRAMS -> decoder.histograms(in, 1, to, into);
      case WalFormat.BASES -> decoder.bases(in, 1, to);
      case WalFormat.EXEMPLAR -> decoder.exemplar(in, 1, to, into);
      case WalFormat.NEWEST -> decoder.newest(in, 1, to, into::sample);
      case WalFormat.METADATA -> decoder.metadata(in, 1, to, into);
      default -> {}
    }
  }

  @Test
  void packs() throws Exception {
    PackReader reader = new PackReader();
    byte[] run = {3, WalFormat.SERIES, 1, 2, 2, WalFormat.SAMPLES, 9};
    byte[] zstd = com.github.luben.zstd.Zstd.compress(run);
    byte[] pack = new byte[4 + zstd.length];
    WalFormat.INT.set(pack, 0, run.length);
    System.arraycopy(zstd, 0, pack, 4, zstd.length);
    Fuzz.of("wal-pack")
        .seed(pack)
        .refusedBy(Malformed.class)
        .run(
            MUTATIONS,
            input -> {
              reader.open(input, 0, input.length);
              while (reader.next()) {
                assertThat(reader.from()).isLessThanOrEqualTo(reader.to());
              }
            });
  }

  /** Every other input has the checksums that its lengths ask for. */
  @Test
  void segments() throws Exception {
    SimFiles disk = TestLog.disk(1);
    try (Wal wal = TestLog.open(disk, IGNORING)) {
      wal.append(records());
      wal.append(change());
    }
    Path segment = TestLog.segment(1);
    byte[] sound = disk.bytes(segment);
    assertThat(whole(sound)).isEqualTo(sound);
    Fuzz.of("wal-segment")
        .seed(sound)
        .seed(Arrays.copyOf(sound, sound.length + 1))
        .learn(
            MUTATIONS / 4,
            input -> {
              disk.put(segment, input.length % 2 == 0 ? input : whole(input));
              WalInspection found = WalInspection.of(disk, TestLog.FOLDER);
              assertThat(found.files()).hasSize(1);
              return met(disk, found);
            });
  }

  /** The same with right checksums, as far as the lengths of records lead. */
  private static byte[] whole(byte[] segment) {
    FileHeader header =
        segment.length < FileHeader.BYTES
            ? null
            : FileHeader.decode(TestLog.segment(1), segment, 0);
    if (header == null) {
      return segment;
    }
    byte[] bytes = segment.clone();
    CRC32C crc = new CRC32C();
    int at = FileHeader.BYTES;
    while (at + WalFormat.FRAME_BYTES < bytes.length) {
      int length = (int) WalFormat.INT.get(bytes, at);
      if (length <= 0 || length > bytes.length - at - WalFormat.FRAME_BYTES) {
        break;
      }
      WalFormat.INT.set(bytes, at + 4, WalFormat.crc(crc, bytes, at, length) ^ header.salt());
      at += WalFormat.FRAME_BYTES + length;
    }
    return bytes;
  }

  /** What an inspection and a start find in it. */
  private static Set<String> met(SimFiles disk, WalInspection found) throws IOException {
    Set<String> met = new HashSet<>();
    found.damages().forEach(damage -> met.add(shape(damage)));
    met.add(found.files().getFirst().tornBytes() > 0 ? "torn" : "not torn");
    Collected collected = new Collected();
    new WalReplay(disk, TestLog.FOLDER, collected, METRICS).run();
    collected.damages.forEach(damage -> met.add("replay " + shape(damage)));
    met.add("series " + collected.series.size());
    met.add("samples " + collected.samples.size() + " of unknown " + collected.orphans.size());
    met.add("others " + collected.extras.size() + " lost " + collected.lost.size());
    met.add("families " + collected.metadata.size());
    return met;
  }

  private static String shape(WalDamage damage) {
    return Fuzz.shape(damage.expected() + ", " + damage.found());
  }

  @Test
  void histograms() throws Exception {
    byte[] bytes = new byte[HistogramBytes.maxSize(histogram)];
    int length = HistogramBytes.encode(histogram, bytes, 0);
    Fuzz.of("histogram")
        .seed(Arrays.copyOf(bytes, length))
        .run(MUTATIONS, input -> HistogramBytes.decode(input, 0, input.length).fingerprint());
  }

  @Test
  void labels() throws Exception {
    Fuzz.of("labels")
        .seed(LabelBytes.encode(Labels.of("__name__", "up", "job", "api", "x", "é")))
        .run(MUTATIONS, input -> LabelBytes.encode(LabelBytes.decode(input, 0, input.length)));
  }
}
