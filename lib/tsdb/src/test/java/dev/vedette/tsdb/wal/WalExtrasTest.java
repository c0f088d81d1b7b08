package dev.vedette.tsdb.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.model.SpecialValues;
import dev.vedette.testkit.RandomHistograms;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.wal.Collected.Extra;
import dev.vedette.tsdb.wal.Collected.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Histograms and start timestamps in the log. */
class WalExtrasTest {
  private final long seed = Long.getLong("seed", 1);
  private final SplittableRandom random = new SplittableRandom(seed);
  private final RandomHistograms histograms = new RandomHistograms(random);

  @Test
  void everyMixtureComesBackBitForBitAndInOrder() throws IOException {
    System.out.println("seed " + seed);
    for (int round = 0; round < 60; round++) {
      SimFiles disk = TestLog.disk(seed);
      Collected written = new Collected();
      try (Wal wal = TestLog.open(disk, new Collected())) {
        for (int batch = random.nextInt(1, 4); batch > 0; batch--) {
          wal.append(randomRecords(written, random.nextInt(1, 400)));
        }
      }

      assertSame(replayed(disk), written);
    }
  }

  @Test
  void aCheckpointKeepsWhatIsNeededOfThem() throws IOException {
    SimFiles disk = TestLog.disk(seed);
    Collected written = new Collected();
    try (Wal wal = TestLog.open(disk, new Collected())) {
      wal.append(randomRecords(written, 2000));
      long segment = wal.roll();
      CheckpointReport report =
          wal.checkpoint(
              segment,
              new WalKeep() {
                @Override
                public boolean series(int ref) {
                  return true;
                }

                @Override
                public boolean sample(int ref, long timestampMillis) {
                  return timestampMillis % 2 == 0;
                }
              });
      written.samples.removeIf(sample -> sample.timestampMillis() % 2 != 0);
      written.extras.removeIf(extra -> extra.timestampMillis() % 2 != 0);
      assertThat(report.samples()).isEqualTo(written.samples.size() + written.extras.size());
    }

    assertSame(replayed(disk), written);
  }

  @Test
  void aFlippedBitCostsARecordAndNothingElse() throws IOException {
    System.out.println("seed " + seed);
    for (int round = 0; round < 200; round++) {
      SimFiles disk = TestLog.disk(seed);
      Collected written = new Collected();
      try (Wal wal = TestLog.open(disk, new Collected())) {
        wal.append(randomRecords(written, 50));
        wal.append(randomRecords(written, 50));
      }
      byte[] bytes = disk.bytes(TestLog.segment(1));
      bytes[random.nextInt(64, bytes.length)] ^= (byte) (1 << random.nextInt(8));
      disk.put(TestLog.segment(1), bytes);

      Collected found = new Collected();
      ReplayReport report = TestLog.replay(disk, found);

      assertThat(report.damages().size() + report.tornBytes()).isPositive();
      assertThat(written.extras).containsAll(found.extras);
      assertThat(found.extras.size()).isLessThanOrEqualTo(written.extras.size());
    }
  }

  private static Collected replayed(SimFiles disk) {
    Collected found = new Collected();
    ReplayReport report = TestLog.replay(disk, found);
    assertThat(report.damages()).isEmpty();
    assertThat(report.tornBytes()).isZero();
    return found;
  }

  private void assertSame(Collected found, Collected written) {
    assertThat(found.samples).as("-Dseed=%d", seed).isEqualTo(written.samples);
    assertThat(found.extras).as("-Dseed=%d", seed).isEqualTo(written.extras);
  }

  private WalRecords randomRecords(Collected into, int count) {
    WalRecords records = new WalRecords();
    int kind = 0;
    for (int ref = 0; ref < 5; ref++) {
      TestLog.series(records, ref, "m" + ref);
      into.series.put(ref, Labels.of("__name__", "m" + ref));
    }
    for (int i = 0; i < count; i++) {
      kind = random.nextInt(3) == 0 ? random.nextInt(3) : kind;
      int ref = random.nextInt(5);
      long millis = 1_700_000_000_000L + random.nextInt(100_000);
      long bits = random.nextBoolean() ? random.nextLong() : SpecialValues.STALE_BITS;
      long start =
          switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> random.nextLong();
            default -> 1_600_000_000_000L;
          };
      switch (kind) {
        case 0 -> {
          records.sample(ref, millis, bits);
          into.samples.add(new Sample(ref, millis, bits));
        }
        case 1 -> {
          records.sample(ref, millis, bits, start);
          if (start == 0) {
            into.samples.add(new Sample(ref, millis, bits));
          } else {
            into.extras.add(new Extra(ref, millis, bits, null, start));
          }
        }
        default -> {
          Histogram histogram = histograms.next();
          records.histogram(ref, millis, histogram, start);
          into.extras.add(new Extra(ref, millis, 0, histogram, start));
        }
      }
    }
    return records;
  }

  @Test
  void histogramsOfManyBucketsTakeARecordOfTheirOwn() throws IOException {
    List<Histogram> large = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      large.add(LargeHistograms.of(5000 + i * 100));
    }
    SimFiles disk = TestLog.disk(seed);
    try (Wal wal = TestLog.open(disk, new Collected())) {
      WalRecords records = new WalRecords();
      TestLog.series(records, 1, "m");
      for (int i = 0; i < large.size(); i++) {
        records.histogram(1, i, large.get(i), 0);
      }
      wal.append(records);
    }

    assertThat(replayed(disk).extras).extracting(Extra::histogram).isEqualTo(large);
  }
}
