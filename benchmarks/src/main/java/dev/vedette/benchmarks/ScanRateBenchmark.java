package dev.vedette.benchmarks;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.tsdb.block.CursorSeries;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
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
 * How many samples a second one core reads from a block, by how their values behave: series of two
 * hours at 15 s that never change, that count, and that waver. {@code samples} beside the score
 * counts them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class ScanRateBenchmark {
  private static final int SERIES = 6400;
  private static final int SAMPLES = 480;
  private static final long INTERVAL = 15_000;

  /** How values behave. */
  public enum Kind {
    CONSTANT,
    COUNTER,
    GAUGE
  }

  @Param public Kind kind = Kind.CONSTANT;

  private ScannedBlock block = none();

  // A field must hold something before set-up; nothing is ever read through this.
  @SuppressWarnings("NullAway")
  private static ScannedBlock none() {
    return null;
  }

  @Setup(Level.Trial)
  public void writeBlock() throws IOException {
    block = ScannedBlock.write(0, (SAMPLES + 1) * INTERVAL, new CursorSeries(new Simulated(kind)));
  }

  @TearDown(Level.Trial)
  public void deleteBlock() throws IOException {
    block.close();
  }

  @Benchmark
  public double scan(ScannedBlock.Counts counts) {
    return block.sum(List.of(LabelMatcher.equal("__name__", "m")), counts);
  }

  /** Series of one metric, in order. */
  private static final class Simulated implements SeriesCursor {
    private final SplittableRandom random = new SplittableRandom(7);
    private final long[] timestamps = new long[SAMPLES];
    private final Kind kind;
    private int next;

    Simulated(Kind kind) {
      this.kind = kind;
      for (int i = 0; i < SAMPLES; i++) {
        timestamps[i] = (i + 1) * INTERVAL;
      }
    }

    @Override
    public boolean next(SeriesBatch batch) {
      batch.clear();
      while (next < SERIES && !batch.isFull()) {
        Labels labels = Labels.of("__name__", "m", "pod", "pod-%05d".formatted(next++));
        batch.add(labels, timestamps, values(), SAMPLES);
      }
      return batch.count() > 0;
    }

    private double[] values() {
      double[] values = new double[SAMPLES];
      double value = random.nextInt(1000);
      for (int i = 0; i < SAMPLES; i++) {
        value =
            switch (kind) {
              case CONSTANT -> value;
              case COUNTER -> value + random.nextInt(40);
              case GAUGE -> Math.round(value * 100 + random.nextInt(-500, 500)) / 100.0;
            };
        values[i] = value;
      }
      return values;
    }

    @Override
    public void close() {}
  }
}
