package dev.vedette.benchmarks;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.RealFiles;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.WriteBatch;
import dev.vedette.tsdb.Tsdb;
import dev.vedette.tsdb.TsdbConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a series costs that was never seen before, in the whole engine with its log on disk. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgs = {"-Xmx4g", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 4)
@Measurement(iterations = 5)
@SuppressWarnings("NullAway.Init")
public class NewSeriesBenchmark {
  private static final int SERIES = 100_000;
  private static final int PER_REQUEST = 2_000;

  private final WriteBatch[] requests = new WriteBatch[SERIES / PER_REQUEST];
  private Path folder;
  private Tsdb tsdb;

  @Setup(Level.Iteration)
  public void open() throws IOException {
    long now = System.currentTimeMillis();
    for (int r = 0; r < requests.length; r++) {
      requests[r] = request(r, now);
    }
    folder = Files.createTempDirectory("new-series");
    tsdb =
        Tsdb.open(
            TsdbConfig.defaults(folder),
            new RealFiles(),
            Clock.systemUTC(),
            Ticker.system(),
            new PrometheusRegistry());
  }

  private static WriteBatch request(int number, long now) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int[] ends = new int[PER_REQUEST];
    for (int i = 0; i < PER_REQUEST; i++) {
      bytes.writeBytes(LabelBytes.encode(labels(number, i)));
      ends[i] = bytes.size();
    }
    WriteBatch batch = new WriteBatch();
    batch.reset(bytes.toByteArray());
    for (int i = 0; i < PER_REQUEST; i++) {
      batch.addSeries(i == 0 ? 0 : ends[i - 1], ends[i]);
      batch.addSample(now, Double.doubleToRawLongBits(i));
    }
    return batch;
  }

  private static Labels labels(int host, int number) {
    return Labels.of(
        "__name__", "node_some_metric_" + number % 500 + "_total",
        "instance", "10.1.0." + host + ":9100",
        "job", "node-exporter",
        "namespace", "monitoring",
        "pod", "node-exporter-" + Integer.toString(host * 7919, 36),
        "cluster", "prod-eu-west-1",
        "device", "dev" + number / 500);
  }

  @Benchmark
  @OperationsPerInvocation(SERIES)
  public void register() {
    for (WriteBatch request : requests) {
      tsdb.write(TenantId.DEFAULT, request);
    }
  }

  @TearDown(Level.Iteration)
  public void close() throws IOException {
    tsdb.close();
    new RealFiles().delete(folder);
  }
}
