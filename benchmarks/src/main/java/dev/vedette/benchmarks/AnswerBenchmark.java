package dev.vedette.benchmarks;

import dev.vedette.querier.json.JsonWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Cost of a sample of an answer: 50 series over the same 121 steps, as half an hour of a panel. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AnswerBenchmark {
  private static final int SERIES = 50;
  private static final int STEPS = 121;
  private static final long START = 1_795_315_290_000L;

  /** What the values are: counts of bytes, loads, or results of a rate. */
  public enum Values {
    BYTES,
    LOADS,
    RATES
  }

  @Param public Values kind = Values.BYTES;

  private final long[] times = new long[STEPS];
  private final double[][] values = new double[SERIES][STEPS];

  /** Makes the series. */
  @Setup
  public void setUp() {
    SplittableRandom random = new SplittableRandom(1);
    for (int step = 0; step < STEPS; step++) {
      times[step] = START + step * 15_000L;
      for (double[] series : values) {
        series[step] =
            switch (kind) {
              case BYTES -> random.nextLong(1L << 34);
              case LOADS -> random.nextInt(1000) / 100.0;
              case RATES -> random.nextDouble();
            };
      }
    }
  }

  /** Series by series, of which the times are the same. */
  @Benchmark
  @OperationsPerInvocation(SERIES * STEPS)
  public void samples() throws IOException {
    JsonWriter json = new JsonWriter(OutputStream.nullOutputStream()).beginArray();
    for (double[] series : values) {
      json.samples(times, series);
    }
    json.endArray().flush();
  }

  /** Sample by sample. */
  @Benchmark
  @OperationsPerInvocation(SERIES * STEPS)
  public void oneByOne() throws IOException {
    JsonWriter json = new JsonWriter(OutputStream.nullOutputStream()).beginArray();
    for (double[] series : values) {
      json.beginArray();
      for (int i = 0; i < STEPS; i++) {
        json.sample(times[i], series[i]);
      }
      json.endArray();
    }
    json.endArray().flush();
  }
}
