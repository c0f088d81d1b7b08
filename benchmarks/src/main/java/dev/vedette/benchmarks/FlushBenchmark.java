package dev.vedette.benchmarks;

import dev.vedette.model.Labels;
import dev.vedette.model.RealFiles;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.tsdb.block.BlockId;
import dev.vedette.tsdb.block.BlockProgress;
import dev.vedette.tsdb.block.BlockSpec;
import dev.vedette.tsdb.block.BlockWriter;
import dev.vedette.tsdb.head.Head;
import dev.vedette.tsdb.head.HeadFlush;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Cost of a sample from the head into a block on disk: two hours of series, of which seven of ten
 * never change, at times that are regular or waver.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5)
@Measurement(iterations = 5)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class FlushBenchmark {
  private static final int SERIES = 2_000;
  private static final int STEPS = 480;
  private static final long WINDOW = 7_200_000;
  private static final long START = 1_760_004_000_000L / WINDOW * WINDOW;

  /** Milliseconds by which times waver. */
  @Param({"0", "12"})
  public int jitter;

  private final SplittableRandom random = new SplittableRandom(1);
  private Path folder = Path.of("");
  private Head head = BenchmarkHead.of(1);

  /** A head with one window of samples. */
  @Setup(Level.Iteration)
  public void fill() throws IOException {
    folder = Files.createTempDirectory("flush-benchmark");
    head = BenchmarkHead.of(1);
    WriteBatch batch = BenchmarkHead.request(SERIES, FlushBenchmark::labels, START, i -> i);
    for (int step = 0; step < STEPS; step++) {
      long time = START + step * 15_000L + (jitter == 0 ? 0 : random.nextInt(jitter));
      for (int i = 0; i < SERIES; i++) {
        batch.timestamps()[i] = time;
        if (i % 10 < 3) {
          batch.valueBits()[i] = Double.doubleToRawLongBits(step * 100L + random.nextInt(100));
        }
      }
      head.write(TenantId.DEFAULT, batch);
    }
  }

  private static Labels labels(int number) {
    return Labels.of("__name__", "some_metric_" + number % 500, "instance", "host-" + number / 500);
  }

  @TearDown(Level.Iteration)
  public void delete() throws IOException {
    new RealFiles().delete(folder);
  }

  /** The block is written and forced to disk, and memory given back. */
  @Benchmark
  @OperationsPerInvocation(SERIES * STEPS)
  public void flush() throws IOException, InterruptedException {
    HeadFlush flush = head.beginFlush(START + WINDOW, WINDOW);
    BlockSpec spec =
        new BlockSpec(
            BlockId.create(START, random), TenantId.DEFAULT, START, START + WINDOW, 1, List.of());
    new BlockWriter(new RealFiles())
        .write(
            folder,
            spec,
            flush.source().series(TenantId.DEFAULT, START, START + WINDOW - 1),
            BlockProgress.NONE);
    flush.drop(Long.MIN_VALUE);
    flush.finish();
  }
}
