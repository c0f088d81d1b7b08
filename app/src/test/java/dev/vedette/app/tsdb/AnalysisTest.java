package dev.vedette.app.tsdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.testkit.FakeClock;
import dev.vedette.testkit.FakeTicker;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.Tsdb;
import dev.vedette.tsdb.TsdbConfig;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockFiles;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two blocks of two hours: a constant metric, a random one of which some series come and go. */
class AnalysisTest {
  private static final Path FOLDER = Path.of("/data");
  private static final long HOUR = 3_600_000;
  private static final long START = 1_760_004_000_000L / (24 * HOUR) * (24 * HOUR);
  private static final int SAMPLES = 100;
  // Two pages of 64, so that none has series of both metrics.
  private static final int SERIES = 128;
  private static final int CHANGED = 32;

  private final SimFiles files = SimFiles.seeded(1);
  private final SplittableRandom random = new SplittableRandom(1);
  private final List<Block> blocks = new ArrayList<>();

  @BeforeEach
  void writeBlocks() throws IOException {
    FakeClock clock = new FakeClock(Instant.ofEpochMilli(START).plus(Duration.ofHours(4)));
    try (Tsdb tsdb =
        Tsdb.open(
            TsdbConfig.forTools(FOLDER),
            files,
            clock,
            new FakeTicker(),
            new PrometheusRegistry())) {
      write(tsdb, START, 0);
      write(tsdb, START + 2 * HOUR, CHANGED);
      tsdb.flush();
    }
    for (Path file : BlockFiles.list(files, FOLDER.resolve("blocks/default"))) {
      blocks.add(Block.open(files, file, _ -> {}));
    }
    blocks.sort(Comparator.comparingLong(block -> block.meta().spec().startMillis()));
    assertThat(blocks).hasSize(2);
  }

  @AfterEach
  void close() {
    blocks.forEach(Block::close);
  }

  /**
   * @param firstRandom the random series are those from here on; there are always as many
   */
  private void write(Tsdb tsdb, long startMillis, int firstRandom) {
    for (int s = 0; s < SERIES; s++) {
      write(tsdb, Labels.of("__name__", "constant", "i", "" + s), startMillis, 42);
      int i = firstRandom + s;
      write(tsdb, Labels.of("__name__", "random", "i", "" + i), startMillis, Double.NaN);
    }
  }

  private void write(Tsdb tsdb, Labels labels, long startMillis, double value) {
    byte[] bytes = LabelBytes.encode(labels);
    WriteBatch batch = new WriteBatch();
    batch.reset(bytes);
    batch.addSeries(0, bytes.length);
    for (int i = 0; i < SAMPLES; i++) {
      double sample = Double.isNaN(value) ? random.nextDouble() : value;
      batch.addSample(startMillis + i * 15_000L, Double.doubleToRawLongBits(sample));
    }
    assertThat(tsdb.write(TenantId.DEFAULT, batch).stored()).isEqualTo(SAMPLES);
  }

  @Test
  void bytesOfTheMetricsAddUpToThoseOfTheFiles() {
    Analysis analysis = new Analysis();
    long fileBytes = 0;
    for (Block block : blocks) {
      analysis.add(block);
      fileBytes += block.meta().fileBytes();

      assertThat(sum(analysis)).isCloseTo(fileBytes, within(0.001));
    }
    assertThat(analysis.seriesInBlocks()).isEqualTo(2 * 2 * SERIES);
    assertThat(analysis.metrics()).isEqualTo(2);
  }

  private static double sum(Analysis analysis) {
    return analysis.largest(Integer.MAX_VALUE).stream()
        .mapToDouble(metric -> metric.getValue().bytes())
        .sum();
  }

  @Test
  void aSeriesOfAMetricCostsItsPartOfAPageAndOfWhatAllShare() {
    Analysis analysis = new Analysis();
    analysis.add(blocks.getFirst());

    Map.Entry<String, Analysis.Metric> largest = analysis.largest(1).getFirst();
    assertThat(largest.getKey()).isEqualTo("random");
    Analysis.Metric random = largest.getValue();
    Analysis.Metric constant = metric(analysis, "constant");
    assertThat(random.series()).isEqualTo(SERIES);
    assertThat(constant.series()).isEqualTo(SERIES);
    // 53 random bits a sample cannot take less, and take no more than they are.
    assertThat(random.valueBytesASeries() / SAMPLES).isBetween(53 / 8.0, 8.1);
    assertThat(constant.valueBytesASeries()).isBetween(0.1, 4.0);
    double shared = shared(blocks.getFirst());
    assertThat(random.bytesASeries()).isCloseTo(random.valueBytesASeries() + shared, within(1e-6));
    assertThat(constant.bytesASeries())
        .isCloseTo(constant.valueBytesASeries() + shared, within(1e-6));
    assertThat(random.bytes()).isCloseTo(random.bytesASeries() * SERIES, within(1e-6));
  }

  private static Analysis.Metric metric(Analysis analysis, String name) {
    return analysis.largest(Integer.MAX_VALUE).stream()
        .filter(metric -> metric.getKey().equals(name))
        .findFirst()
        .orElseThrow()
        .getValue();
  }

  /** All but the pages, divided evenly. */
  private static double shared(Block block) {
    long[] pages = new long[1];
    block.pages((_, _, bytes) -> pages[0] += bytes);
    return (double) (block.meta().fileBytes() - pages[0]) / block.meta().series();
  }

  @Test
  void seriesThatComeAndGoAreCountedFromBlockToBlock() {
    int all = 2 * SERIES;

    assertThat(Analysis.churn(blocks.getFirst(), blocks.getLast()))
        .isEqualTo(new Analysis.Churn(CHANGED, CHANGED, all - CHANGED));
    assertThat(Analysis.churn(blocks.getFirst(), blocks.getFirst()))
        .isEqualTo(new Analysis.Churn(0, 0, all));
  }

  @Test
  void labelsAreInTheOrderOfTheirValues() {
    Analysis analysis = new Analysis();
    blocks.forEach(analysis::add);

    assertThat(analysis.widest(10))
        .containsExactly(Map.entry("i", SERIES + CHANGED), Map.entry("__name__", 2));
  }
}
