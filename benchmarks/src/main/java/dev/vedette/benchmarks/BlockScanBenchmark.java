package dev.vedette.benchmarks;

import dev.vedette.model.LabelMatcher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How fast a block of recorded series is read: every sample decoded and summed. {@code samples}
 * beside the score counts samples a second. The folder of recorded series is the system property
 * {@code recorded}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class BlockScanBenchmark {
  @Param({"1", "20"})
  public int instances = 1;

  @Param({"120", "480"})
  public int steps = 120;

  private ScannedBlock block = none();

  // A field must hold something before set-up; nothing is ever read through this.
  @SuppressWarnings("NullAway")
  private static ScannedBlock none() {
    return null;
  }

  @Setup(Level.Trial)
  public void writeBlock() throws IOException {
    RecordedSeries recorded = RecordedSeries.read(Path.of(System.getProperty("recorded", ".")));
    long start = RecordedSeries.START_MILLIS;
    block =
        ScannedBlock.write(
            start,
            start + (steps + 1) * RecordedSeries.INTERVAL_MILLIS,
            recorded.replay(new RecordedSeries.Replay(instances, steps, 0, 12)));
  }

  @TearDown(Level.Trial)
  public void deleteBlock() throws IOException {
    block.close();
  }

  /** All series over all time. */
  @Benchmark
  public double everything(ScannedBlock.Counts counts) {
    return block.sum(List.of(), counts);
  }

  /** Histograms, of which most series vary. */
  @Benchmark
  public double buckets(ScannedBlock.Counts counts) {
    return block.sum(
        List.of(new LabelMatcher(LabelMatcher.Type.REGEX, "__name__", ".*_bucket")), counts);
  }
}
