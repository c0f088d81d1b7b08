package dev.vedette.promql;

import dev.vedette.model.ErrorId;
import dev.vedette.model.Histogram;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.promql.QueryResult.Column;
import dev.vedette.promql.QueryResult.QueryInfo;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.Merge;
import dev.vedette.promql.exec.Points;
import dev.vedette.promql.exec.RangeCursor;
import dev.vedette.promql.exec.RangeOp;
import dev.vedette.promql.exec.RangeSelectOp;
import dev.vedette.promql.exec.Series;
import dev.vedette.promql.exec.StepCounts;
import dev.vedette.promql.exec.Steps;
import dev.vedette.promql.exec.VectorBatch;
import dev.vedette.promql.exec.VectorOp;
import dev.vedette.promql.exec.Windows;
import dev.vedette.promql.explain.PlanTrace;
import dev.vedette.promql.lex.Strings;
import dev.vedette.promql.parse.Expr;
import dev.vedette.promql.parse.Parser;
import dev.vedette.promql.parse.Printer;
import dev.vedette.promql.parse.SourceRange;
import dev.vedette.promql.parse.ValueType;
import dev.vedette.promql.plan.PlanContext;
import dev.vedette.promql.plan.Planner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Answers PromQL over a {@link SeriesSource}. An instant query is a range query of one step.
 *
 * <p>Each query runs on the thread that asks, which {@link QueryWorkers} help where there are many
 * series: the answer is the same, to the bit, however many do. It holds groups × steps of an
 * aggregation, or series × steps of what it returns, besides one batch of 64 series. Thread-safe.
 *
 * <p>Errors: {@code InvalidRequest} ({@code invalid-expression} with line and column, {@code
 * query-execution}), {@code LimitExceeded} ({@code query-limit}), {@code Unavailable} ({@code
 * query-timeout}, also when cancelled or interrupted).
 */
public final class PromqlEngine {
  /** Most steps a range query may have, as Prometheus has it. */
  public static final int MAX_STEPS = 11_000;

  // Dashboards write less; and printing what has many operators takes the square of its length.
  private static final int MOST_PRINTED = 10_000;
  // Batches of columns on their way from one operator to the next.
  private static final long BATCHES = 2;
  // Of each point of a result: its time and its value.
  private static final long POINT_BYTES = 16;

  private final EngineConfig config;
  private final SeriesSource source;
  private final Ticker ticker;
  private final QueryWorkers workers;

  /** An engine each of whose queries works on one core. */
  public PromqlEngine(EngineConfig config, SeriesSource source, Ticker ticker) {
    this(config, source, ticker, QueryWorkers.none());
  }

  /**
   * @param workers threads that help those that ask; closed by whoever made them
   */
  public PromqlEngine(
      EngineConfig config, SeriesSource source, Ticker ticker, QueryWorkers workers) {
    this.config = config;
    this.source = source;
    this.ticker = ticker;
    this.workers = workers;
  }

  /** Parses an expression as this engine would before answering it. */
  public Expr parse(String expression) {
    return Parser.parse(expression, config.features());
  }

  /**
   * Parses an expression to be answered later, and prints it anew, which makes no difference
   * between texts that mean the same.
   *
   * @throws InvalidRequest as of {@link #parse}
   */
  public ParsedQuery prepare(String expression) {
    long began = ticker.nanos();
    Expr expr = parse(expression);
    Optional<String> normal =
        expression.length() > MOST_PRINTED ? Optional.empty() : Optional.of(Printer.print(expr));
    return new ParsedQuery(expression, expr, normal, ticker.nanos() - began);
  }

  private ParsedQuery unprinted(String expression) {
    long began = ticker.nanos();
    Expr expr = parse(expression);
    return new ParsedQuery(expression, expr, Optional.empty(), ticker.nanos() - began);
  }

  /** The value of an expression at one time. */
  public QueryResult instant(
      TenantId tenant, String expression, long timeMillis, QueryOptions options) {
    return instant(tenant, unprinted(expression), timeMillis, options);
  }

  /** The value of an expression of {@link #prepare} at one time. */
  public QueryResult instant(
      TenantId tenant, ParsedQuery query, long timeMillis, QueryOptions options) {
    return new Query(tenant, query, Steps.at(timeMillis), true, options).instant(query.expr());
  }

  /**
   * The values of an expression from start to end, both included.
   *
   * @throws InvalidRequest also where the range runs backwards, the step is not positive, there are
   *     more than {@value #MAX_STEPS} steps or the expression is not a scalar or instant vector
   */
  public QueryResult range(
      TenantId tenant,
      String expression,
      long startMillis,
      long endMillis,
      long stepMillis,
      QueryOptions options) {
    checkRange(startMillis, endMillis, stepMillis);
    return range(tenant, unprinted(expression), startMillis, endMillis, stepMillis, options);
  }

  /** The same of an expression of {@link #prepare}. */
  public QueryResult range(
      TenantId tenant,
      ParsedQuery query,
      long startMillis,
      long endMillis,
      long stepMillis,
      QueryOptions options) {
    checkRange(startMillis, endMillis, stepMillis);
    Expr expr = query.expr();
    if (expr.type() == ValueType.STRING || expr.type() == ValueType.RANGE_VECTOR) {
      throw invalid(
          "invalid expression type \"%s\" for range query, must be Scalar or instant Vector"
              .formatted(expr.type().words()),
          "ask for it as an instant query");
    }
    Steps steps = new Steps(startMillis, endMillis, stepMillis);
    return new Query(tenant, query, steps, false, options).range(expr);
  }

  private static void checkRange(long startMillis, long endMillis, long stepMillis) {
    if (endMillis < startMillis) {
      throw invalid("end timestamp must not be before start time", "swap the two");
    }
    if (stepMillis <= 0) {
      throw invalid(
          "zero or negative query resolution step widths are not accepted", "try a positive step");
    }
    if ((endMillis - startMillis) / stepMillis > MAX_STEPS) {
      throw invalid(
          "exceeded maximum resolution of %d points per timeseries".formatted(MAX_STEPS),
          "try decreasing the query resolution (?step=XX)");
    }
  }

  private static InvalidRequest invalid(String message, String wayOut) {
    return new InvalidRequest(ErrorId.INVALID_REQUEST, message, wayOut);
  }

  /** One query. */
  private final class Query {
    private final String expression;
    private final Steps steps;
    private final long startNanos;
    private final Evaluation evaluation;
    private final Planner planner;
    private final QueryProgress progress;
    private final StepCounts counts;
    private final @Nullable PlanTrace trace;
    private long preparedNanos;
    private long sortedNanos;

    Query(TenantId tenant, ParsedQuery asked, Steps steps, boolean instant, QueryOptions options) {
      this.expression = asked.text();
      // As if it had been parsed just now.
      this.startNanos = ticker.nanos() - asked.nanos();
      this.steps = steps;
      Duration timeout = options.timeoutUpTo(config.timeout());
      this.progress = options.progress().orElseGet(QueryProgress::new);
      this.counts = new StepCounts(steps, options.look().steps());
      this.trace = options.look().plan() ? new PlanTrace(ticker, expression, asked.expr()) : null;
      this.evaluation =
          new Evaluation(
              tenant,
              source,
              options.tierMillis(),
              new Evaluation.Budget(
                  config.limits(),
                  timeout,
                  startNanos + timeout.toNanos(),
                  ticker,
                  options.cancelled(),
                  options.memory().orElseGet(() -> QueryMemory.unbounded().open()),
                  progress,
                  workers),
              new Evaluation.Observed(counts, trace));
      evaluation.holdBytes(BATCHES * VectorBatch.CAPACITY * Double.BYTES * steps.count());
      this.planner =
          new Planner(
              new PlanContext(
                  steps,
                  instant,
                  options.lookback().orElse(config.lookback()).toMillis(),
                  config.subqueryStep().toMillis(),
                  config.delayedNameRemoval(),
                  config.startTimestamps(),
                  config.typeLabels(),
                  trace),
              asked.expr());
    }

    QueryResult instant(Expr expr) {
      long time = steps.startMillis();
      return switch (expr.type()) {
        case SCALAR -> {
          double value = planned(planner.scalar(expr)).evaluate(evaluation, steps)[0];
          yield new QueryResult.Scalar(time, value, info(1));
        }
        case STRING -> {
          Expr.StringLiteral string = (Expr.StringLiteral) Expr.unwrap(expr);
          yield new QueryResult.StringValue(time, Strings.clean(string.value()), info(1));
        }
        case INSTANT_VECTOR -> vector(planned(planner.vector(expr)), time);
        case RANGE_VECTOR -> samples(planned(planner.range(expr)), expr.source());
      };
    }

    private <T> T planned(T op) {
      preparedNanos = ticker.nanos() - startNanos;
      return op;
    }

    private QueryResult vector(VectorOp op, long time) {
      List<Series> series = finish(op);
      evaluation.answer(series.size());
      double[] values = new double[series.size()];
      @Nullable Histogram[] histograms = new Histogram[series.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = series.get(i).values()[0];
        histograms[i] = series.get(i).histogram(0);
      }
      return new QueryResult.InstantVector(
          time,
          series.stream().map(Series::labels).toList(),
          values,
          Points.any(histograms) ? histograms : null,
          info(series.size()));
    }

    /** The samples in the window themselves. */
    private QueryResult samples(RangeOp op, SourceRange where) {
      if (op instanceof RangeSelectOp select) {
        select.requireSamples(evaluation, steps, where);
      }
      Windows windows = new Windows(op.windows(steps));
      List<Column> columns = new ArrayList<>();
      try (RangeCursor cursor = op.open(evaluation, steps)) {
        SeriesBatch batch = new SeriesBatch();
        while (cursor.next(batch)) {
          windows.forget();
          for (int i = 0; i < batch.count(); i++) {
            windows.locate(batch.timestamps(i), batch.size(i));
            evaluation.read(1, batch.size(i));
            evaluation.answer(windows.to(0) - windows.from(0));
            counts.windows(windows);
            Labels labels =
                cursor.nameDropped(i) ? Series.withoutName(batch.labels(i)) : batch.labels(i);
            evaluation.hold(labels);
            evaluation.holdBytes(bytes(batch, i, windows));
            Column column = column(batch, i, windows, labels);
            if (column.timestamps().length > 0) {
              columns.add(column);
            }
          }
        }
      }
      return matrix(columns);
    }

    private static long bytes(SeriesBatch batch, int series, Windows windows) {
      int from = windows.from(0);
      int to = windows.to(0);
      @Nullable Histogram[] histograms = batch.histograms(series);
      long ofHistograms = histograms == null ? 0 : Evaluation.bytes(histograms, from, to);
      return POINT_BYTES * (to - from) + ofHistograms;
    }

    private Column column(SeriesBatch batch, int series, Windows windows, Labels labels) {
      int from = windows.from(0);
      int to = windows.to(0);
      @Nullable Histogram[] histograms = batch.histograms(series);
      ColumnBuilder column = new ColumnBuilder(to - from);
      for (int i = from; i < to; i++) {
        Histogram histogram = histograms == null ? null : histograms[i];
        if (histogram == null || !histogram.isStale()) {
          column.add(batch.timestamps(series)[i], batch.values(series)[i], histogram);
        }
      }
      return column.build(labels);
    }

    QueryResult range(Expr expr) {
      List<Series> series =
          expr.type() == ValueType.SCALAR
              ? List.of(
                  new Series(
                      Labels.EMPTY,
                      false,
                      planned(planner.scalar(expr)).evaluate(evaluation, steps)))
              : finish(planned(planner.vector(expr)));
      long[] times = ColumnBuilder.times(steps);
      return matrix(series.stream().map(each -> column(each, times)).toList());
    }

    /** What has no gaps shares the times and takes the values over, and so takes no more memory. */
    private Column column(Series series, long[] times) {
      int numbers = ColumnBuilder.numbers(series);
      evaluation.answer(series.histograms() == null ? numbers : times.length);
      if (numbers < times.length) {
        evaluation.holdBytes(POINT_BYTES * times.length);
      }
      return ColumnBuilder.column(series, times, numbers);
    }

    private QueryResult matrix(List<Column> columns) {
      long start = ticker.nanos();
      List<Column> sorted = new ArrayList<>(columns);
      sorted.sort(Comparator.comparing(Column::labels));
      sortedNanos = ticker.nanos() - start;
      return new QueryResult.Matrix(sorted, info(sorted.size()));
    }

    /** All series with the labels they are shown with. */
    private List<Series> finish(VectorOp op) {
      Merge merge = Merge.sameLabels();
      for (Series series : op.all(evaluation, steps)) {
        if (series.anyPresent()) {
          merge.add(series.relabeled(series.finalLabels(), false));
        }
      }
      return merge.series();
    }

    private QueryInfo info(int series) {
      long total = ticker.nanos() - startNanos;
      if (trace != null) {
        trace.finish(total, series, steps.count());
      }
      progress.holds(evaluation.heldBytes());
      return new QueryInfo(
          evaluation.annotations().warnings(expression),
          evaluation.annotations().infos(expression),
          new QueryStats(
              progress.series(),
              progress.samples(),
              progress.bytes(),
              progress.peakBytes(),
              new QueryStats.Timings(
                  progress.queuedNanos(),
                  preparedNanos,
                  total - preparedNanos - sortedNanos,
                  sortedNanos,
                  total),
              counts,
              trace == null ? null : trace.root()));
    }
  }
}
