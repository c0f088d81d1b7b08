package dev.vedette.benchmarks;

import dev.vedette.model.CardinalityReport;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.promql.EngineConfig;
import dev.vedette.promql.PromqlEngine;
import dev.vedette.promql.QueryOptions;
import dev.vedette.promql.QueryResult;
import dev.vedette.promql.parse.Expr;
import dev.vedette.promql.parse.Features;
import dev.vedette.promql.parse.Parser;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Cost of parsing, and of evaluating over 10,000 decoded counters of one hour at 15 s, by 61 steps:
 * the engine without storage.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class PromqlBenchmark {
  private static final int SERIES = 10_000;
  private static final int SAMPLES = 240;
  private static final long INTERVAL = 15_000;
  private static final String[] BOUNDS = {"0.1", "0.5", "1", "5", "10", "60", "+Inf"};

  @Param({
    "rate(m[5m])",
    "sum(rate(m[5m]))",
    "sum by (job) (rate(m[5m]))",
    "histogram_quantile(0.9, sum by (job, le) (rate(m[5m])))",
    "max_over_time(m[5m])",
    "topk(5, m)",
    "m"
  })
  private String expression = "";

  private final PromqlEngine engine =
      new PromqlEngine(EngineConfig.DEFAULT, new Decoded(), Ticker.system());

  /**
   * Evaluations and the processor time of their thread, in all: what one takes on a machine that
   * others use.
   */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Counts {
    public long evaluations;
    public double cpuMillis;
  }

  @Benchmark
  public QueryResult evaluate(Counts counts) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long began = threads.getCurrentThreadCpuTime();
    QueryResult result =
        engine.range(TenantId.DEFAULT, expression, 0, 3_600_000, 60_000, QueryOptions.DEFAULT);
    counts.cpuMillis += (threads.getCurrentThreadCpuTime() - began) / 1e6;
    counts.evaluations++;
    return result;
  }

  @Benchmark
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  public Expr parse() {
    return Parser.parse(expression, Features.STOCK);
  }

  /** Counters in memory that share their timestamps, as a page of a block decodes. */
  private static final class Decoded implements SeriesSource {
    private final Labels[] labels = new Labels[SERIES];
    private final long[] timestamps = new long[SAMPLES];
    private final double[][] values = new double[SERIES][SAMPLES];

    Decoded() {
      for (int i = 0; i < SAMPLES; i++) {
        timestamps[i] = i * INTERVAL;
      }
      for (int i = 0; i < SERIES; i++) {
        labels[i] =
            Labels.of(
                "__name__",
                "m",
                "job",
                "job-" + i % 20,
                "le",
                BOUNDS[i % BOUNDS.length],
                "pod",
                "pod-" + i);
        for (int j = 1; j < SAMPLES; j++) {
          values[i][j] = values[i][j - 1] + (i * 31 + j * 17) % 100;
        }
      }
    }

    @Override
    public SeriesCursor select(TenantId tenant, Selection selection) {
      return new SeriesCursor() {
        private int next;

        @Override
        public boolean next(SeriesBatch batch) {
          batch.clear();
          while (next < SERIES && !batch.isFull()) {
            batch.add(labels[next], timestamps, values[next], SAMPLES);
            next++;
          }
          return batch.count() > 0;
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public List<Labels> series(TenantId tenant, Selection selection, int limit) {
      return List.of(labels);
    }

    @Override
    public List<String> labelNames(TenantId tenant, Selection selection, int limit) {
      return List.of("__name__", "job", "le", "pod");
    }

    @Override
    public List<String> labelValues(TenantId tenant, String name, Selection selection, int limit) {
      return List.of();
    }

    @Override
    public List<MetricMetadata> metadata(TenantId tenant) {
      return List.of();
    }

    @Override
    public CardinalityReport cardinality(TenantId tenant, int top) {
      return new CardinalityReport(
          SERIES, 0, SERIES, 0, SAMPLES * INTERVAL, List.of(), List.of(), List.of(), List.of());
    }
  }
}
