package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.UP;
import static dev.vedette.tsdb.TestEngine.batch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.tsdb.head.HeadConfig;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What the engine may take of the heap, all in all, and what gives way to samples. */
class MemorySharesTest {
  private static final long MANY = 1 << 20;

  @Test
  void theSharesOfStorageLeaveQueriesTheirsHoweverFullMemoryIs() {
    // Where the heap is large enough for shares to be what counts.
    double heap = 64L << 30;
    TsdbConfig config = TestEngine.config(TestEngine.HEAD).withMaxHeadBytes((long) heap / 4);
    double late = heap / 16;
    double exemplars = HeadConfig.exemplarBytes(100_000, (long) heap);
    double queries = heap / 3 + heap / 16;
    double decoded = TestEngine.config(TestEngine.HEAD).withMaxHeadBytes(1 << 30).decodedBytes();
    double decodedShare = decoded / (4.0 * (1 << 30));

    assertThat(decodedShare).isEqualTo(1 / 32.0);
    assertThat(exemplars).isEqualTo(heap / 64);
    double others = queries + late + exemplars;
    assertThat(others + config.hardHeadBytes()).isLessThan(0.98 * heap);
    assertThat(others + config.scarceHeadBytes() + decodedShare * heap).isLessThan(0.89 * heap);
  }

  @Test
  void pagesStayDecodedUntilSamplesNeedTheirMemory() {
    try (TestEngine engine = new TestEngine()) {
      engine.reopen(config -> config.withMaxHeadBytes(MANY));
      engine.writeHours(UP, 0, 4);
      for (int i = 0; i < 3; i++) {
        assertThat(engine.read(UP)).hasSize(4);
      }
      SplittableRandom random = new SplittableRandom(1);
      long at = engine.clock.millis();
      long scarce = TestEngine.config(TestEngine.HEAD).withMaxHeadBytes(MANY).scarceHeadBytes();

      while (metric(engine, "vedette_storage_head_chunk_bytes") <= scarce) {
        assertThat(metric(engine, "vedette_storage_decoded_bytes")).isPositive();
        write(engine, random, at);
        at += 5_000;
      }
      write(engine, random, at);

      assertThat(metric(engine, "vedette_storage_decoded_bytes")).isZero();
      engine.tsdb.flush();
      write(engine, random, at + 5_000);
      for (int i = 0; i < 3; i++) {
        assertThat(engine.read(UP)).hasSize(4);
      }
      assertThat(metric(engine, "vedette_storage_decoded_bytes")).isPositive();
    }
  }

  /** Five seconds of a series, a sample each millisecond. */
  private static void write(TestEngine engine, SplittableRandom random, long at) {
    WriteBatch batch = batch(Labels.of("__name__", "other"));
    for (int i = 0; i < 5_000; i++) {
      batch.addSample(at + i, Double.doubleToRawLongBits(random.nextDouble()));
    }
    assertThat(engine.tsdb.write(TenantId.DEFAULT, batch).stored()).isEqualTo(5_000);
  }

  private static double metric(TestEngine engine, String name) {
    return engine.registry.scrape(name::equals).stream()
        .flatMap(family -> family.getDataPoints().stream())
        .mapToDouble(point -> ((GaugeDataPointSnapshot) point).getValue())
        .sum();
  }
}
