package dev.vedette.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.vedette.model.RealFiles;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.promql.EngineConfig;
import dev.vedette.promql.ParsedQuery;
import dev.vedette.promql.PromqlEngine;
import dev.vedette.promql.QueryOptions;
import dev.vedette.promql.QueryResult;
import dev.vedette.promql.QueryWorkers;
import dev.vedette.tsdb.Tsdb;
import dev.vedette.tsdb.TsdbConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What queries over a data folder cost in one process, without HTTP: medians of the time each takes
 * on one core and on two, and the processor time of the whole process for each, its compilers and
 * collector included. The answers of both have to be the same, to the bit.
 *
 * <pre>{@code
 * java … QueryCosts FOLDER QUERIES END_SECONDS ROUNDS [flush]
 * }</pre>
 *
 * <p>The folder is of a server that does not run; a copy is best, as its log is gone after {@code
 * flush}, which makes blocks of what is in memory first. Queries are a line each, as in the replay
 * tool's files: {@code SPAN_SECONDS|STEP_SECONDS|EXPRESSION}, a span of 0 for an instant query.
 */
public final class QueryCosts {
  private static final int SHIFT_SECONDS = 7;
  private static final int[] CORES = {1, 2};

  private final long endMillis;
  private final int rounds;

  private QueryCosts(long endMillis, int rounds) {
    this.endMillis = endMillis;
    this.rounds = rounds;
  }

  /** A line of the file. */
  private record Question(long spanMillis, long stepMillis, String expression) {
    static Question parse(String line) {
      String[] fields = line.split("\\|", 3);
      long span = Long.parseLong(fields[0].strip()) * 1000;
      long step = span == 0 ? 1 : Long.parseLong(fields[1].strip()) * 1000;
      return new Question(span, step, fields[2].strip());
    }

    QueryResult ask(PromqlEngine engine, long end) {
      ParsedQuery query = engine.prepare(expression);
      return spanMillis == 0
          ? engine.instant(TenantId.DEFAULT, query, end, QueryOptions.DEFAULT)
          : engine.range(
              TenantId.DEFAULT, query, end - spanMillis, end, stepMillis, QueryOptions.DEFAULT);
    }
  }

  /** What one question costs with so many cores. */
  private record Cost(double medianMillis, double cpuMillis) {}

  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 4 || arguments.length > 5) {
      System.err.println("usage: QueryCosts FOLDER QUERIES END_SECONDS ROUNDS [flush]");
      System.exit(2);
    }
    TsdbConfig config = TsdbConfig.forTools(Path.of(arguments[0]));
    try (Tsdb tsdb =
        Tsdb.open(
            config,
            new RealFiles(),
            Clock.systemUTC(),
            Ticker.system(),
            new PrometheusRegistry())) {
      if (arguments.length == 5) {
        tsdb.flush();
      }
      QueryCosts costs =
          new QueryCosts(Long.parseLong(arguments[2]) * 1000, Integer.parseInt(arguments[3]));
      costs.print(tsdb, read(Path.of(arguments[1])));
    }
  }

  private static List<Question> read(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(Question::parse)
        .toList();
  }

  private void print(Tsdb tsdb, List<Question> questions) {
    System.out.printf(
        "%10s %10s %10s %10s %12s %9s%n",
        "1 core ms", "CPU ms", "2 cores ms", "CPU ms", "samples", "points");
    List<PromqlEngine> engines = new ArrayList<>();
    List<QueryWorkers> workers = new ArrayList<>();
    for (int cores : CORES) {
      QueryWorkers some = new QueryWorkers(cores);
      workers.add(some);
      engines.add(new PromqlEngine(EngineConfig.DEFAULT, tsdb, Ticker.system(), some));
    }
    double[] logs = new double[2 * CORES.length];
    for (Question question : questions) {
      expectSame(question, engines);
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < CORES.length; i++) {
        Cost cost = cost(question, engines.get(i));
        line.append("%10.2f %10.2f ".formatted(cost.medianMillis, cost.cpuMillis));
        logs[2 * i] += Math.log(cost.medianMillis);
        logs[2 * i + 1] += Math.log(cost.cpuMillis);
      }
      QueryResult result = question.ask(engines.getFirst(), endMillis);
      System.out.printf(
          Locale.ROOT,
          "%s%12d %9d  %s%n",
          line,
          result.info().stats().samplesRead(),
          points(result).size(),
          question.expression);
    }
    for (double log : logs) {
      System.out.printf(Locale.ROOT, "%10.2f ", Math.exp(log / questions.size()));
    }
    System.out.println(" geometric mean");
    workers.forEach(QueryWorkers::close);
  }

  private void expectSame(Question question, List<PromqlEngine> engines) {
    long answers =
        engines.stream()
            .map(engine -> points(question.ask(engine, endMillis)).stream().sorted().toList())
            .distinct()
            .count();
    if (answers > 1) {
      throw new IllegalStateException("%s has several answers".formatted(question.expression));
    }
  }

  /** Whether one core or two, ends move on, so that each round asks for other points. */
  private Cost cost(Question question, PromqlEngine engine) {
    double[] millis = new double[rounds];
    for (int warm = 0; warm < rounds; warm++) {
      question.ask(engine, endMillis - warm * SHIFT_SECONDS * 1000L);
    }
    long cpu = processNanos();
    for (int round = 0; round < rounds; round++) {
      long began = System.nanoTime();
      question.ask(engine, endMillis - round * SHIFT_SECONDS * 1000L);
      millis[round] = (System.nanoTime() - began) / 1e6;
    }
    double cpuMillis = (processNanos() - cpu) / 1e6 / rounds;
    Arrays.sort(millis);
    return new Cost(millis[rounds / 2], cpuMillis);
  }

  /** Hashes of the points of an answer, of labels, times and bits. */
  private static List<Integer> points(QueryResult result) {
    List<Integer> points = new ArrayList<>();
    switch (result) {
      case QueryResult.Matrix matrix -> {
        for (QueryResult.Column series : matrix.series()) {
          for (int i = 0; i < series.timestamps().length; i++) {
            points.add(Objects.hash(series.labels(), series.timestamps()[i], series.values()[i]));
          }
        }
      }
      case QueryResult.InstantVector vector -> {
        for (int i = 0; i < vector.values().length; i++) {
          points.add(Objects.hash(vector.labels().get(i), vector.values()[i]));
        }
      }
      case QueryResult.Scalar scalar -> points.add(Double.hashCode(scalar.value()));
      case QueryResult.StringValue text -> points.add(text.value().hashCode());
    }
    return points;
  }

  private static long processNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }
}
