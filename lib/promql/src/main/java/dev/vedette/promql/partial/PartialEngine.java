package dev.vedette.promql.partial;

import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.partial.PartialAggregates;
import dev.vedette.model.partial.PartialAnswer;
import dev.vedette.model.partial.PartialCursor;
import dev.vedette.model.partial.PartialGroup;
import dev.vedette.model.partial.PartialRequest;
import dev.vedette.model.partial.PartialSeries;
import dev.vedette.model.partial.SeriesPoints;
import dev.vedette.model.partial.Spending;
import dev.vedette.promql.QueryLimits;
import dev.vedette.promql.QueryMemory;
import dev.vedette.promql.QueryProgress;
import dev.vedette.promql.QueryWorkers;
import dev.vedette.promql.exec.AggregateOp;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.Grouping;
import dev.vedette.promql.exec.NameRule;
import dev.vedette.promql.exec.RangeCallOp;
import dev.vedette.promql.exec.RangeSelectOp;
import dev.vedette.promql.exec.ScalarOp;
import dev.vedette.promql.exec.SelectOp;
import dev.vedette.promql.exec.StepCounts;
import dev.vedette.promql.exec.Steps;
import dev.vedette.promql.exec.VectorOp;
import dev.vedette.promql.functions.RangeFunctions;
import dev.vedette.promql.functions.RankOp;
import dev.vedette.promql.parse.AggregationOp;
import dev.vedette.promql.parse.SourceRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Does aggregations over a source that only hands out series, by the operators that the engine
 * itself has: for the process that has the series, so that another one is sent groups instead. Each
 * request runs on the thread that reads its cursor. Thread-safe.
 *
 * <p>Memory is groups × steps and one batch, besides the histograms of sums and means, which are
 * handed over as they are.
 */
public final class PartialEngine implements PartialAggregates {
  // Which part says something shows by where it is said to stand.
  private static final SourceRange POINTS = new SourceRange(0, 0);
  private static final SourceRange AGGREGATION = new SourceRange(1, 1);

  private final SeriesSource source;
  private final Bounds bounds;
  private final Ticker ticker;

  /**
   * What one request may use here, whatever its asker allows.
   *
   * @param memory what it holds is reserved here until its cursor is closed
   */
  public record Bounds(QueryLimits limits, Duration timeout, QueryMemory memory) {}

  public PartialEngine(SeriesSource source, Bounds bounds, Ticker ticker) {
    this.source = source;
    this.bounds = bounds;
    this.ticker = ticker;
  }

  @Override
  public boolean does(PartialRequest request) {
    SeriesPoints points = request.points();
    return !points.isCall() || RangeFunctions.find(points.function()).isPresent();
  }

  @Override
  public PartialCursor open(TenantId tenant, PartialRequest request, Spending spending) {
    return new Cursor(tenant, request, spending);
  }

  private final class Cursor implements PartialCursor {
    private final TenantId tenant;
    private final PartialRequest request;
    private final QueryMemory.Reservation memory = bounds.memory().open();
    private final QueryProgress progress = new QueryProgress();
    private final Told told;
    private boolean done;

    Cursor(TenantId tenant, PartialRequest request, Spending spending) {
      this.tenant = tenant;
      this.request = request;
      this.told = new Told(progress, spending);
    }

    @Override
    public @Nullable PartialAnswer next() {
      if (done) {
        return null;
      }
      done = true;
      Steps steps = new Steps(request.startMillis(), request.endMillis(), request.stepMillis());
      StepCounts counts = new StepCounts(steps, request.byStep());
      Evaluation evaluation = evaluation(counts);
      List<PartialSeries> series = new ArrayList<>();
      List<PartialGroup> groups = parts(evaluation, steps, series);
      told.tell();
      return new PartialAnswer(groups, series, notes(evaluation), counts.counted());
    }

    private Evaluation evaluation(StepCounts counts) {
      return new Evaluation(
          tenant,
          source,
          OptionalLong.of(0),
          new Evaluation.Budget(
              bounds.limits(),
              bounds.timeout(),
              ticker.nanos() + bounds.timeout().toNanos(),
              ticker,
              told,
              memory,
              progress,
              QueryWorkers.none()),
          new Evaluation.Observed(counts, null));
    }

    private List<PartialGroup> parts(
        Evaluation evaluation, Steps steps, List<PartialSeries> series) {
      VectorOp inner = operand(request.points());
      Grouping grouping = new Grouping(request.labels(), request.keep());
      AggregationOp op = AggregationOp.valueOf(request.reduction().name());
      if (!request.reduction().isChoice()) {
        return new AggregateOp(inner, grouping, op, AGGREGATION, null)
            .parts(evaluation, steps, series);
      }
      double[] best = Arrays.stream(request.best()).asDoubleStream().toArray();
      return new RankOp(inner, grouping, (_, _) -> best, op, AGGREGATION, null)
          .parts(evaluation, steps, series);
    }

    private static List<PartialAnswer.Note> notes(Evaluation evaluation) {
      List<PartialAnswer.Note> notes = new ArrayList<>();
      evaluation
          .annotations()
          .each(
              (isWarning, text, where) ->
                  notes.add(new PartialAnswer.Note(isWarning, where.equals(POINTS), text)));
      return notes;
    }

    @Override
    public void close() {
      done = true;
      memory.close();
    }
  }

  private static VectorOp operand(SeriesPoints points) {
    Long fixed =
        points.fixedMillis().isPresent() ? Long.valueOf(points.fixedMillis().getAsLong()) : null;
    if (!points.isCall()) {
      return new SelectOp(
          points.matchers(),
          points.windowMillis(),
          points.offsetMillis(),
          fixed,
          SelectOp.Shown.VALUE,
          points.resetHints(),
          POINTS);
    }
    RangeFunctions function = RangeFunctions.find(points.function()).orElseThrow();
    return new RangeCallOp(
        function.floats(),
        function.mixed(),
        new RangeSelectOp(
            points.matchers(),
            points.windowMillis(),
            points.offsetMillis(),
            fixed,
            RangeSelectOp.Reach.NONE,
            points.resetHints()),
        points.parameters().stream().map(column -> (ScalarOp) (_, _) -> column).toList(),
        switch (points.naming()) {
          case KEPT -> NameRule.KEEP;
          case DROPPED -> NameRule.DROP;
          case DROPPED_LATER -> NameRule.DROP_LATER;
        },
        POINTS,
        points.startTimestamps());
  }

  /** Tells the asker what was read since, each time that the work looks whether it is to go on. */
  private static final class Told implements BooleanSupplier {
    private final QueryProgress progress;
    private final Spending spending;
    private long series;
    private long samples;
    private long bytes;

    Told(QueryProgress progress, Spending spending) {
      this.progress = progress;
      this.spending = spending;
    }

    /** Never ends the work but by what the asker throws. */
    @Override
    public boolean getAsBoolean() {
      tell();
      return false;
    }

    void tell() {
      int moreSeries = Math.toIntExact(progress.series() - series);
      long moreSamples = progress.samples() - samples;
      long moreBytes = progress.bytes() - bytes;
      series += moreSeries;
      samples += moreSamples;
      bytes += moreBytes;
      spending.read(moreSeries, moreSamples, moreBytes);
    }
  }
}
