package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.testkit.FakeClock;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.tier.TierConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the metrics say of a merge and of a tier while they are being written, and afterwards. */
class MergeProgressTest {
  private static final String MERGE = "vedette_storage_merge_progress_ratio";
  private static final String MERGES = "vedette_storage_merges_running";
  private static final String TIER = "vedette_storage_tier_build_progress_ratio";
  // Progress is told every 1,024 of them, and at the end.
  private static final int SERIES = 3_000;

  private final FakeClock clock = new FakeClock(Instant.ofEpochMilli(START));
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Thread test = Thread.currentThread();
  private final List<Double> merge = new ArrayList<>();
  private final List<Double> merges = new ArrayList<>();
  private final List<Double> tier = new ArrayList<>();
  private boolean isWatched;
  private final Tsdb tsdb =
      Tsdb.open(
          TsdbConfig.defaults(TestEngine.FOLDER)
              .withTiers(List.of(new TierConfig(Duration.ofMinutes(1), Duration.ofDays(30), true)))
              .withMaintenanceInterval(Duration.ofDays(1)),
          SimFiles.seeded(1),
          clock,
          this::nanos,
          registry);

  @AfterEach
  void close() {
    tsdb.close();
  }

  /** Progress looks at the time whenever it has said how far it is. */
  private long nanos() {
    if (isWatched && Thread.currentThread() == test) {
      merge.add(gauge(MERGE));
      merges.add(gauge(MERGES));
      tier.add(gauge(TIER));
    }
    return 0;
  }

  @Test
  void progressRisesWhileBlocksAreMergedAndTiersBuiltAndIsZeroAfterwards() {
    for (int window = 0; window < 6; window++) {
      clock.advance(Duration.ofHours(1));
      write(clock.millis());
      clock.advance(Duration.ofHours(1));
      tsdb.flush();
    }
    clock.advance(Duration.ofHours(4));
    isWatched = true;

    tsdb.maintain();

    isWatched = false;
    assertThat(tsdb.blocks(TenantId.DEFAULT)).as("a tier's, and the merged one").hasSize(2);
    assertRose(merge);
    assertRose(tier);
    for (int i = 0; i < merge.size(); i++) {
      assertThat(merges.get(i))
          .as("running at %s", merge.get(i))
          .isGreaterThanOrEqualTo(merge.get(i));
      assertThat(Math.min(merge.get(i), tier.get(i))).as("one after the other").isZero();
    }
    assertThat(gauge(MERGE)).isZero();
    assertThat(gauge(MERGES)).isZero();
    assertThat(gauge(TIER)).isZero();
  }

  /** A third, two thirds, whole; and no step back on the way. */
  private static void assertRose(List<Double> seen) {
    List<Double> under = seen.stream().filter(ratio -> ratio > 0).toList();
    assertThat(under).isSorted().endsWith(1.0);
    assertThat(under).anyMatch(ratio -> ratio > 0.3 && ratio < 0.4);
    assertThat(under).anyMatch(ratio -> ratio > 0.6 && ratio < 0.7);
  }

  private double gauge(String name) {
    return registry.scrape(name::equals).stream()
        .flatMap(snapshot -> snapshot.getDataPoints().stream())
        .mapToDouble(point -> ((GaugeDataPointSnapshot) point).getValue())
        .sum();
  }

  /** A sample of each series. */
  private void write(long timestamp) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int[] ends = new int[SERIES + 1];
    for (int i = 0; i < SERIES; i++) {
      bytes.writeBytes(LabelBytes.encode(Labels.of("__name__", "m", "i", "" + i)));
      ends[i + 1] = bytes.size();
    }
    WriteBatch batch = new WriteBatch();
    batch.reset(bytes.toByteArray());
    for (int i = 0; i < SERIES; i++) {
      batch.addSeries(ends[i], ends[i + 1]);
      batch.addSample(timestamp, Double.doubleToRawLongBits(i));
    }
    assertThat(tsdb.write(TenantId.DEFAULT, batch).stored()).isEqualTo(SERIES);
  }
}
