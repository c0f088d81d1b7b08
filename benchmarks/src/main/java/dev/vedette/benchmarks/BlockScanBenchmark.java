package dev.vedette.benchmarks;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.RealFiles;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockFiles;
import dev.vedette.tsdb.block.BlockId;
import dev.vedette.tsdb.block.BlockProgress;
import dev.vedette.tsdb.block.BlockSpec;
import dev.vedette.tsdb.block.BlockWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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
  private static final RealFiles FILES = new RealFiles();

  @Param({"1", "20"})
  public int instances = 1;

  @Param({"120", "480"})
  public int steps = 120;

  private Path folder = Path.of("");
  private Block block = none();

  // A field must hold something before set-up; nothing is ever read through this.
  @SuppressWarnings("NullAway")
  private static Block none() {
    return null;
  }

  /** Samples read. */
  @State(Scope.Thread)
  @AuxCounters
  public static class Counts {
    public long samples;
  }

  @Setup(Level.Trial)
  public void writeBlock() throws IOException {
    RecordedSeries recorded = RecordedSeries.read(Path.of(System.getProperty("recorded", ".")));
    folder = Files.createTempDirectory("block-scan");
    long start = RecordedSeries.START_MILLIS;
    BlockSpec spec =
        new BlockSpec(
            BlockId.create(start, new SplittableRandom(1)),
            TenantId.DEFAULT,
            start,
            start + (steps + 1) * RecordedSeries.INTERVAL_MILLIS,
            1,
            List.of());
    new BlockWriter(FILES)
        .write(
            folder,
            spec,
            recorded.replay(new RecordedSeries.Replay(instances, steps, 0, 12)),
            BlockProgress.NONE);
    block =
        Block.open(
            FILES,
            BlockFiles.file(folder, spec.id()),
            corruption -> {
              throw corruption;
            });
  }

  @TearDown(Level.Trial)
  public void deleteBlock() throws IOException {
    block.close();
    FILES.delete(folder);
  }

  /** All series over all time. */
  @Benchmark
  public double everything(Counts counts) {
    return sum(List.of(), counts);
  }

  /** Histograms, of which most series vary. */
  @Benchmark
  public double buckets(Counts counts) {
    return sum(List.of(new LabelMatcher(LabelMatcher.Type.REGEX, "__name__", ".*_bucket")), counts);
  }

  private double sum(List<LabelMatcher> matchers, Counts counts) {
    double sum = 0;
    SeriesBatch batch = new SeriesBatch();
    try (SeriesCursor cursor =
        block.select(new Selection(matchers, Long.MIN_VALUE, Long.MAX_VALUE))) {
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          double[] values = batch.values(i);
          for (int j = 0; j < batch.size(i); j++) {
            sum += values[j];
          }
          counts.samples += batch.size(i);
        }
      }
    }
    return sum;
  }
}
