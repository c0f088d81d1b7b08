package dev.vedette.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.testkit.FakeClock;
import dev.vedette.testkit.FakeTicker;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.head.HeadConfig;
import dev.vedette.tsdb.head.SeriesLimits;
import dev.vedette.tsdb.wal.WalSettings;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** An engine over a simulated disk, whose time and maintenance belong to the test. */
final class TestEngine implements AutoCloseable {
  static final Path FOLDER = Path.of("/data");
  static final Path BLOCKS = Path.of("/data/blocks/default");
  static final long HOUR = 3_600_000;

  /** The beginning of a window of a day. */
  static final long START = 1_760_004_000_000L / (24 * HOUR) * (24 * HOUR);

  static final Labels UP = Labels.of("__name__", "up", "job", "api");

  /** Two shards, and the times and limits of the documentation. */
  static final HeadConfig HEAD =
      new HeadConfig(
          2,
          Duration.ofDays(15),
          Duration.ofMinutes(5),
          Duration.ofMinutes(30),
          SeriesLimits.DEFAULTS);

  final FakeClock clock = new FakeClock(Instant.ofEpochMilli(START));
  final FakeTicker ticker = new FakeTicker();
  SimFiles disk;
  PrometheusRegistry registry = new PrometheusRegistry();
  Tsdb tsdb;
  private UnaryOperator<TsdbConfig> settings = UnaryOperator.identity();

  TestEngine() {
    this(1);
  }

  TestEngine(long seed) {
    disk = SimFiles.seeded(seed);
    tsdb = open();
  }

  /** Windows of two hours, and maintenance when the test asks for it. */
  static TsdbConfig config(HeadConfig head) {
    return config(head, WalSettings.defaults());
  }

  static TsdbConfig config(HeadConfig head, WalSettings wal) {
    return new TsdbConfig(FOLDER, Duration.ofHours(2), 64 << 20, Duration.ofDays(1), head, wal);
  }

  private Tsdb open() {
    registry = new PrometheusRegistry();
    TsdbConfig config =
        TsdbConfig.defaults(FOLDER)
            .withRetention(Duration.ofDays(30))
            .withMaintenanceInterval(Duration.ofDays(1));
    return Tsdb.open(settings.apply(config), disk, clock, ticker, registry);
  }

  void reopen() {
    tsdb.close();
    tsdb = open();
  }

  void reopen(UnaryOperator<TsdbConfig> changed) {
    settings = changed;
    reopen();
  }

  /** The power goes, and comes back. */
  void crash() {
    SimFiles found = disk.crash();
    tsdb.close();
    disk = found;
    tsdb = open();
  }

  /** Whether the disk still answers. */
  boolean hasPower() {
    try {
      disk.exists(FOLDER);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  void advance(Duration by) {
    clock.advance(by);
    ticker.advance(by);
  }

  /** A request for samples of one series. */
  static WriteBatch batch(Labels series) {
    byte[] bytes = LabelBytes.encode(series);
    WriteBatch batch = new WriteBatch();
    batch.reset(bytes);
    batch.addSeries(0, bytes.length);
    return batch;
  }

  /** Two samples in one request. */
  void writeTwo(Labels series, long timestamp) {
    WriteBatch batch = batch(series);
    batch.addSample(timestamp, Double.doubleToRawLongBits(1));
    batch.addSample(timestamp + 1, Double.doubleToRawLongBits(2));
    assertThat(tsdb.write(TenantId.DEFAULT, batch).stored()).isEqualTo(2);
  }

  void write(Labels series, long timestamp, double value) {
    WriteBatch batch = batch(series);
    batch.addSample(timestamp, Double.doubleToRawLongBits(value));
    assertThat(tsdb.write(TenantId.DEFAULT, batch).stored()).isEqualTo(1);
  }

  /** A sample every hour, from hour to hour of the start, each window flushed as time passes. */
  void writeHours(Labels series, int from, int to) {
    for (int hour = from; hour < to; hour++) {
      long at = START + hour * HOUR;
      advance(Duration.ofMillis(Math.max(0, at - clock.millis())));
      write(series, at, hour);
      if (hour % 2 == 1) {
        tsdb.flush();
      }
    }
  }

  Map<Long, Double> read(Labels series) {
    return read(series, tsdb);
  }

  static Map<Long, Double> read(Labels series, Tsdb tsdb) {
    Selection selection =
        new Selection(
            List.of(LabelMatcher.equal("__name__", series.metricName())), 0, Long.MAX_VALUE);
    Map<Long, Double> samples = new TreeMap<>();
    SeriesBatch batch = new SeriesBatch();
    try (SeriesCursor cursor = tsdb.select(TenantId.DEFAULT, selection)) {
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          for (int s = 0; batch.labels(i).equals(series) && s < batch.size(i); s++) {
            samples.put(batch.timestamps(i)[s], batch.values(i)[s]);
          }
        }
      }
    }
    return samples;
  }

  void delete(LabelMatcher matcher, long startMillis, long endMillis) {
    tsdb.delete(TenantId.DEFAULT, List.of(List.of(matcher)), startMillis, endMillis);
  }

  List<Path> blockFiles() throws IOException {
    return files(".tsb");
  }

  List<Path> files(String suffix) throws IOException {
    List<Path> found = new ArrayList<>();
    if (disk.exists(BLOCKS)) {
      found.addAll(disk.list(BLOCKS));
      found.removeIf(path -> !path.toString().endsWith(suffix));
    }
    return found;
  }

  @Override
  public void close() {
    tsdb.close();
  }
}
