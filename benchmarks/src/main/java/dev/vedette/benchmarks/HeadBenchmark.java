package dev.vedette.benchmarks;

import dev.vedette.model.Labels;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.tsdb.head.Head;
import java.util.ArrayList;
import java.util.List;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a sample costs in the head, log encoding included, disk not: requests of 2,000 series each,
 * 30 % of the series changing at each scrape. Decoding and hashing of the request are not in here.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgs = {"-Xmx6g", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 2)
@SuppressWarnings("NullAway.Init")
public class HeadBenchmark {
  private static final int PER_REQUEST = 2_000;
  private static final int METRICS = 500;
  private static final long START = 1_760_000_000_000L;

  /** The same requests in the order of the scrape before, or each time in another. */
  public enum Order {
    SAME,
    SHUFFLED
  }

  @Param({"100000", "1000000"})
  public int series;

  @Param({"SAME", "SHUFFLED"})
  public Order order;

  private Head head;
  private final List<WriteBatch> requests = new ArrayList<>();
  private final SplittableRandom random = new SplittableRandom(5);
  private int next;
  private int looked;
  private long time = START;

  @Setup(Level.Trial)
  public void fill() {
    head = BenchmarkHead.of(2);
    for (int from = 0; from < series; from += PER_REQUEST) {
      int first = from;
      requests.add(BenchmarkHead.request(PER_REQUEST, i -> labels(first + i), START, _ -> 0));
    }
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < requests.size(); i++) {
        write();
      }
    }
    System.out.printf("series memory %.0f B each%n", head.seriesBytes() * 1.0 / series);
  }

  private static Labels labels(int number) {
    int host = number / METRICS;
    return Labels.of(
        "__name__", "node_some_metric_" + number % METRICS + "_total",
        "instance", "10.1." + (host >> 8) + "." + (host & 255) + ":9100",
        "job", "node-exporter",
        "namespace", "monitoring",
        "pod", "node-exporter-" + Integer.toString(host * 7919, 36),
        "cluster", "prod-eu-west-1",
        "device", "dev" + number % 7);
  }

  private void write() {
    if (next == requests.size()) {
      next = 0;
      time += 15_000;
      if (order == Order.SHUFFLED) {
        shuffle();
      }
      if ((time - START) % 7_200_000 == 0) {
        flush();
      }
    }
    WriteBatch batch = requests.get(next++);
    long[] times = batch.timestamps();
    long[] bits = batch.valueBits();
    for (int i = 0; i < PER_REQUEST; i++) {
      times[i] = time;
      if (i % 10 < 3) {
        bits[i] = Double.doubleToRawLongBits(time / 1000 + i);
      }
    }
    head.write(TenantId.DEFAULT, batch);
  }

  private void shuffle() {
    for (int i = requests.size() - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      WriteBatch moved = requests.get(i);
      requests.set(i, requests.get(other));
      requests.set(other, moved);
    }
  }

  private void flush() {
    try {
      head.beginFlush(Long.MAX_VALUE, 7_200_000).drop(Long.MIN_VALUE);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Benchmark
  @OperationsPerInvocation(PER_REQUEST)
  public void appendKnownSeries() {
    write();
  }

  /** Samples that are there already: finding the series and looking at its newest sample. */
  @Benchmark
  @OperationsPerInvocation(PER_REQUEST)
  public void lookUpKnownSeries() {
    looked = looked + 1 == requests.size() ? 0 : looked + 1;
    head.write(TenantId.DEFAULT, requests.get(looked));
  }
}
