package dev.vedette.benchmarks;

import dev.vedette.wire.exposition.ExpositionFormat;
import dev.vedette.wire.exposition.ExpositionParser;
import dev.vedette.wire.exposition.ExpositionParser.Entry;
import java.nio.charset.StandardCharsets;
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

/**
 * Cost of a scraped sample before storage: 2,000 lines of 100 families, two labels each, values as
 * clients write them; read in full, and by comparing each line with the previous page's.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ExpositionBenchmark {
  private static final int FAMILIES = 100;
  private static final int SERIES = 20;
  private static final int SAMPLES = FAMILIES * SERIES;

  @Param public ExpositionFormat format = ExpositionFormat.TEXT;

  private byte[] body = new byte[0];
  private byte[] previous = new byte[0];
  private final int[] knownFrom = new int[SAMPLES];
  private final int[] knownTo = new int[SAMPLES];
  private ExpositionParser parser = ExpositionFormat.TEXT.parser();

  /** Builds two pages that differ in their values, and the places of the first one's series. */
  @Setup
  public void setUp() {
    previous = page(0);
    body = page(17);
    parser = format.parser();
    parser.reset(previous, previous.length);
    int series = 0;
    for (Entry entry = parser.next(); entry != Entry.END; entry = parser.next()) {
      if (entry == Entry.SERIES) {
        knownFrom[series] = parser.seriesFrom();
        knownTo[series++] = parser.seriesTo();
      }
    }
  }

  private byte[] page(int seed) {
    StringBuilder out = new StringBuilder();
    for (int family = 0; family < FAMILIES; family++) {
      String name = "node_network_receive_things_" + family;
      out.append("# HELP ").append(name).append(" Things received by a device.\n");
      out.append("# TYPE ").append(name).append(" gauge\n");
      for (int i = 0; i < SERIES; i++) {
        out.append(name).append("{device=\"eth").append(i).append("\",queue=\"default\"} ");
        out.append(i % 4 == 0 ? (seed + i) * 0.03125 : 1234L * i * seed).append('\n');
      }
    }
    out.append(format == ExpositionFormat.OPENMETRICS ? "# EOF\n" : "");
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Every line in full. */
  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public long parse() {
    long sum = 0;
    parser.reset(body, body.length);
    for (Entry entry = parser.next(); entry != Entry.END; entry = parser.next()) {
      sum += entry == Entry.SERIES ? parser.valueBits() : 0;
    }
    return sum;
  }

  /** Every line against the line of the previous page. */
  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public long compareWithPreviousPage() {
    long sum = 0;
    int series = 0;
    parser.reset(body, body.length);
    while (true) {
      int at = Math.min(series, SAMPLES - 1);
      switch (parser.next(previous, knownFrom[at], knownTo[at])) {
        case END -> {
          return sum;
        }
        case SERIES -> {
          sum += parser.valueBits() + (parser.guessed() ? 1 : 0);
          series++;
        }
        default -> sum++;
      }
    }
  }
}
