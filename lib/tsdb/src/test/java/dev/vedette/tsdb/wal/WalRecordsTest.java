package dev.vedette.tsdb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.ErrorId;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.wal.BodyReader.Malformed;
import dev.vedette.tsdb.wal.Collected.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WalRecordsTest {
  private static final double[] CORNERS = {
    0.0,
    -0.0,
    1,
    -1,
    31,
    32,
    255,
    256,
    -256,
    0.5,
    1e300,
    Double.MIN_VALUE,
    Double.MAX_VALUE,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.NaN,
    1L << 53,
    -(1L << 53),
    (1L << 53) + 2,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    0.1,
    1_732_000_000.123
  };

  @Test
  void samplesComeBackBitForBit() throws Malformed {
    long seed = Long.getLong("seed", 1);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 300; round++) {
      List<Sample> samples = randomSamples(random, random.nextInt(1, 200));

      WalRecords records = new WalRecords();
      samples.forEach(s -> records.sample(s.ref(), s.timestampMillis(), s.valueBits()));

      assertThat(decode(records)).as("-Dseed=%d round %d", seed, round).isEqualTo(samples);
      assertThat(records.samples()).isEqualTo(samples.size());
    }
  }

  private static List<Sample> randomSamples(SplittableRandom random, int count) {
    List<Sample> samples = new ArrayList<>();
    int ref = random.nextInt();
    long millis = random.nextInt(3) == 0 ? random.nextLong() : 1_732_000_000_000L;
    long bits = 0;
    for (int i = 0; i < count; i++) {
      ref = random.nextInt(8) == 0 ? random.nextInt() : ref + random.nextInt(3);
      millis =
          switch (random.nextInt(10)) {
            case 0 -> random.nextLong();
            case 1 -> millis + 15_000;
            case 2 -> millis - 3;
            default -> millis;
          };
      bits =
          switch (random.nextInt(8)) {
            case 0 -> random.nextLong();
            case 1 -> bits;
            case 2 -> Double.doubleToRawLongBits(random.nextInt(-300, 300));
            case 3 -> Double.doubleToRawLongBits(random.nextLong() >> random.nextInt(64));
            case 4 -> SpecialValues.STALE_BITS;
            case 5 -> 0x7ff0000000000000L | random.nextLong(1L << 52);
            case 6 -> random.nextLong() << random.nextInt(64);
            default -> Double.doubleToRawLongBits(CORNERS[random.nextInt(CORNERS.length)]);
          };
      samples.add(new Sample(ref, millis, bits));
    }
    return samples;
  }

  @Test
  void aScrapeOfSmallNumbersTakesAByteASampleAndTheRestLittleMore() {
    WalRecords small = new WalRecords();
    WalRecords counters = new WalRecords();
    for (int ref = 0; ref < 10_000; ref++) {
      small.sample(ref, 1_732_000_000_000L, Double.doubleToRawLongBits(ref % 3));
      counters.sample(ref, 1_732_000_000_000L, Double.doubleToRawLongBits(1000 + ref));
    }
    assertThat(small.sizeBytes()).isLessThan(10_100);
    assertThat(counters.sizeBytes()).isLessThan(30_100);
  }

  @Test
  void longBatchesAreSplitIntoBoundedRecords() throws Malformed {
    WalRecords records = new WalRecords();
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      Sample sample = Sample.of(i, 1_732_000_000_000L + i % 7, i / 3.0);
      samples.add(sample);
      records.sample(sample.ref(), sample.timestampMillis(), sample.valueBits());
    }
    assertThat(decode(records)).isEqualTo(samples);
    assertThat(records.records()).isBetween(10, 30);
  }

  @Test
  void aClearedBufferStartsAnew() throws Malformed {
    WalRecords records = new WalRecords();
    records.sample(1, 2, 3);
    records.clear();
    assertThat(records.isEmpty()).isTrue();
    records.sample(7, 8, 9);
    assertThat(decode(records)).containsExactly(new Sample(7, 8, 9));
  }

  @Test
  void labelsAndMetadataAboveTheBoundAreRefusedByName() {
    WalRecords records = new WalRecords();
    byte[] labels = new byte[WalFormat.MAX_RECORD_BYTES];
    assertThatThrownBy(() -> records.series(1, TenantId.DEFAULT, labels, 0, labels.length))
        .isInstanceOfSatisfying(
            LimitExceeded.class, e -> assertThat(e.id()).isEqualTo(ErrorId.LABEL_SIZE_LIMIT))
        .hasMessageContaining("1048576 bytes");
    MetricMetadata family =
        new MetricMetadata("up", MetricType.GAUGE, "x".repeat(labels.length), "");
    assertThatThrownBy(() -> records.metadata(TenantId.DEFAULT, family))
        .isInstanceOf(LimitExceeded.class);
    assertThat(records.isEmpty()).isTrue();
  }

  @Test
  void randomBodiesAreReadOrRefusedAndNeverReadBeyondTheirEnd() {
    long seed = Long.getLong("seed", 1);
    SplittableRandom random = new SplittableRandom(seed);
    RecordDecoder decoder = new RecordDecoder();
    Collected into = new Collected();
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] body = new byte[random.nextInt(60)];
      random.nextBytes(body);
      if (body.length >= 16 && random.nextBoolean()) {
        WalFormat.INT.set(body, 12, random.nextInt(30));
      }
      try {
        decoder.samples(body, 0, body.length, into);
        decoder.metadata(body, 0, body.length, into);
      } catch (Malformed e) {
        refused++;
      }
    }
    assertThat(refused).as("-Dseed=%d", seed).isGreaterThan(10_000);
  }

  private static List<Sample> decode(WalRecords records) throws Malformed {
    Collected into = new Collected();
    RecordDecoder decoder = new RecordDecoder();
    byte[] bytes = records.bytes();
    int at = 0;
    while (at < records.sizeBytes()) {
      int length = (int) WalFormat.INT.get(bytes, at);
      assertThat(bytes[at + 8]).isEqualTo(WalFormat.SAMPLES);
      assertThat(length).isLessThan(66_000);
      decoder.samples(bytes, at + 9, at + 8 + length, into);
      at += 8 + length;
    }
    assertThat(into.samples).isEmpty(); // Nobody named their series.
    return into.orphans;
  }
}
