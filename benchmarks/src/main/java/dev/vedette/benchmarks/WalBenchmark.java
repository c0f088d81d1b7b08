package dev.vedette.benchmarks;

import dev.vedette.model.Histogram;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.RealFiles;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.tsdb.wal.Wal;
import dev.vedette.tsdb.wal.WalKeep;
import dev.vedette.tsdb.wal.WalRecords;
import dev.vedette.tsdb.wal.WalSettings;
import dev.vedette.tsdb.wal.WalVisitor;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the log costs a sample: encoding one, encoding and appending one, and reading one back; and
 * what one durable append costs on this disk. The bytes a sample takes are printed at the start.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class WalBenchmark {
  private static final int SAMPLES = 10_000;
  private static final int REPLAYED_BATCHES = 200;

  /** One scrape at one time; the same with times of their own; values that share nothing. */
  @Param({"scrape", "jittered", "random"})
  public String shape = "scrape";

  private final long[] timestamps = new long[SAMPLES];
  private final long[] values = new long[SAMPLES];
  private final WalRecords records = new WalRecords();
  private Path appended = Path.of("");
  private Path replayed = Path.of("");
  private Wal wal = open(Path.of(""));
  private long droppedAt;

  @Setup(Level.Trial)
  public void setUp() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < SAMPLES; i++) {
      timestamps[i] = 1_732_000_000_000L + (shape.equals("jittered") ? random.nextInt(12) : 0);
      values[i] = Double.doubleToRawLongBits(value(random, i));
    }
    encode();
    System.out.printf("%n%s: %.2f bytes a sample%n", shape, records.sizeBytes() / (double) SAMPLES);
    replayed = Files.createTempDirectory("wal-replay");
    try (Wal log = open(replayed)) {
      log.replay(new Sum());
      byte[] labels = LabelBytes.encode(Labels.of("__name__", "up"));
      records.series(1, TenantId.DEFAULT, labels, 0, labels.length);
      for (int i = 0; i < REPLAYED_BATCHES; i++) {
        log.awaitDurable(log.append(records));
      }
    }
    appended = Files.createTempDirectory("wal-append");
    wal = open(appended);
    wal.replay(new Sum());
  }

  /** Roughly what a node exporter shows: zeros and flags, counters, gauges, fractions. */
  private double value(SplittableRandom random, int i) {
    if (shape.equals("random")) {
      return random.nextDouble();
    }
    return switch (i % 10) {
      case 0, 1, 2, 3 -> 0;
      case 4 -> 1;
      case 5, 6 -> random.nextInt(1000);
      case 7, 8 -> random.nextInt(1 << 30);
      default -> random.nextInt(1_000_000) / 1000.0;
    };
  }

  private static Wal open(Path folder) {
    return new Wal(
        new RealFiles(), folder, WalSettings.defaults(), Ticker.system(), new PrometheusRegistry());
  }

  @TearDown(Level.Trial)
  public void tearDown() throws IOException {
    wal.close();
    new RealFiles().delete(appended);
    new RealFiles().delete(replayed);
  }

  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public int encode() {
    records.clear();
    for (int i = 0; i < SAMPLES; i++) {
      records.sample(i, timestamps[i], values[i]);
    }
    return records.sizeBytes();
  }

  /** Bounded by the disk: the writer waits for room as soon as it is slower. */
  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public long encodeAndAppend() {
    encode();
    long position = wal.append(records);
    dropOldSegments(position);
    return position;
  }

  /** One batch of 10,000 samples until it is durable, in nanoseconds a batch. */
  @Benchmark
  public void appendDurably() {
    encode();
    long position = wal.append(records);
    wal.awaitDurable(position);
    dropOldSegments(position);
  }

  private void dropOldSegments(long position) {
    if (position - droppedAt > 1L << 30) {
      droppedAt = position;
      wal.checkpoint(
          wal.roll(),
          new WalKeep() {
            @Override
            public boolean series(int ref) {
              return false;
            }

            @Override
            public boolean sample(int ref, long timestampMillis) {
              return false;
            }
          });
    }
  }

  /** Reads two million samples from files the machine has in memory. */
  @Benchmark
  @OperationsPerInvocation(SAMPLES * REPLAYED_BATCHES)
  public long replay() throws IOException {
    Sum sum = new Sum();
    try (Wal log = open(replayed)) {
      log.replay(sum);
    }
    return sum.sum;
  }

  private static final class Sum implements WalVisitor {
    private long sum;

    @Override
    public void series(int ref, TenantId tenant, byte[] bytes, int from, int to) {
      sum += ref;
    }

    @Override
    public void sample(int ref, long timestampMillis, long valueBits) {
      sum += ref + timestampMillis + valueBits;
    }

    @Override
    public void sample(int ref, long timestampMillis, long valueBits, long startMillis) {
      sum += ref + timestampMillis + valueBits + startMillis;
    }

    @Override
    public void histogram(int ref, long timestampMillis, Histogram histogram, long startMillis) {
      sum += ref + timestampMillis + histogram.sumBits() + startMillis;
    }

    @Override
    public void metadata(TenantId tenant, MetricMetadata family) {
      sum++;
    }
  }
}
