package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.HOUR;
import static dev.vedette.tsdb.TestEngine.START;
import static dev.vedette.tsdb.TestEngine.UP;
import static dev.vedette.tsdb.TestEngine.batch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.tsdb.tier.TierConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tenants whose series have the same labels and times, and names that some disks do not tell apart:
 * whatever is done to the one, in memory, log, blocks and tiers each has its own.
 */
class TsdbTenantsTest {
  private static final TenantId ONE = new TenantId("Team");
  private static final TenantId OTHER = new TenantId("team");
  private static final LabelMatcher MATCHER = LabelMatcher.equal("__name__", "up");
  private static final int HOURS = 30;

  private final TestEngine engine = new TestEngine();
  private final Map<Long, Double> ofOne = new TreeMap<>();
  private final Map<Long, Double> ofOther = new TreeMap<>();

  @BeforeEach
  void start() {
    engine.reopen(
        config ->
            config
                .withRetention(Duration.ofDays(3))
                .withTiers(
                    List.of(new TierConfig(Duration.ofHours(1), Duration.ofDays(400), true))));
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void samplesBlocksTiersAndDeletionsAreEachTenantsOwn() throws IOException {
    for (int hour = 1; hour < HOURS; hour++) {
      long at = START + hour * HOUR;
      engine.advance(Duration.ofMillis(at - engine.clock.millis()));
      write(ONE, at, hour, ofOne);
      if (hour % 3 != 0) {
        write(OTHER, at, 1000 + hour, ofOther);
      }
      if (hour % 7 == 0) {
        engine.crash();
      }
      if (hour % 4 == 0) {
        engine.tsdb.flush();
        engine.tsdb.maintain();
      }
    }
    assertSamples();
    assertThat(engine.tsdb.tenants()).containsExactlyInAnyOrder(ONE, OTHER);

    engine.tsdb.flush();
    engine.tsdb.maintain();
    assertSamples();
    assertThat(buckets(ONE)).isEqualTo(ofOne);
    assertThat(buckets(OTHER)).isEqualTo(ofOther);

    long until = START + 9 * HOUR;
    engine.tsdb.delete(ONE, List.of(List.of(MATCHER)), 0, until);
    ofOne.keySet().removeIf(time -> time <= until);
    engine.tsdb.maintain();
    engine.crash();
    assertSamples();
    assertThat(buckets(OTHER)).isEqualTo(ofOther);

    // Samples go for their age; the tier stays.
    engine.advance(Duration.ofDays(6));
    engine.tsdb.flush();
    maintain();
    assertThat(samples(ONE)).isEmpty();
    assertThat(samples(OTHER)).isEmpty();
    assertThat(buckets(ONE)).isEqualTo(ofOne);
    assertThat(buckets(OTHER)).isEqualTo(ofOther);
    assertThat(engine.tsdb.blocks(new TenantId("nobody"))).isEmpty();
  }

  /** As often as files that are waited for, or that wait to be deleted, take. */
  private void maintain() {
    for (int i = 0; i < 3; i++) {
      engine.tsdb.maintain();
      engine.advance(Duration.ofHours(5));
    }
  }

  private void write(TenantId tenant, long timestamp, double value, Map<Long, Double> kept) {
    WriteBatch batch = batch(UP);
    batch.addSample(timestamp, Double.doubleToRawLongBits(value));
    assertThat(engine.tsdb.write(tenant, batch).stored()).isEqualTo(1);
    kept.put(timestamp, value);
  }

  private void assertSamples() {
    assertThat(samples(ONE)).isEqualTo(ofOne);
    assertThat(samples(OTHER)).isEqualTo(ofOther);
  }

  private Map<Long, Double> samples(TenantId tenant) {
    Map<Long, Double> found = new TreeMap<>();
    SeriesBatch batch = new SeriesBatch();
    Selection all = new Selection(List.of(MATCHER), 0, Long.MAX_VALUE);
    try (SeriesCursor cursor = engine.tsdb.select(tenant, all)) {
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          for (int s = 0; s < batch.size(i); s++) {
            found.put(batch.timestamps(i)[s], batch.values(i)[s]);
          }
        }
      }
    }
    return found;
  }

  /** Sums of the buckets, which have one sample each, at their end. */
  private Map<Long, Double> buckets(TenantId tenant) {
    long end = Math.ceilDiv(engine.clock.millis(), HOUR) * HOUR;
    Selection all =
        new Selection(
            List.of(MATCHER), START - HOUR + 1, end, HOUR, EnumSet.allOf(BucketColumn.class));
    Map<Long, Double> found = new TreeMap<>();
    SeriesBatch batch = new SeriesBatch();
    try (SeriesCursor cursor = engine.tsdb.select(tenant, all)) {
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          double[] sums = Objects.requireNonNull(batch.buckets(i)).get(BucketColumn.SUM);
          for (int s = 0; s < batch.size(i); s++) {
            found.put(Math.ceilDiv(batch.timestamps(i)[s], HOUR) * HOUR, sums[s]);
          }
        }
      }
    }
    return found;
  }
}
