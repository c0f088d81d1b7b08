package dev.vedette.promql.exec;

import dev.vedette.model.ErrorId;
import dev.vedette.model.Histogram;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Labels;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.model.Unavailable;
import dev.vedette.promql.Annotations;
import dev.vedette.promql.QueryLimits;
import dev.vedette.promql.QueryMemory;
import dev.vedette.promql.QueryProgress;
import dev.vedette.promql.QueryWorkers;
import dev.vedette.promql.SettingNames;
import dev.vedette.promql.explain.PlanTrace;
import dev.vedette.promql.parse.Durations;
import dev.vedette.promql.parse.SourceRange;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One query under way: what it reads, what it may use, and what it has to say. One thread; others
 * that help it have {@link #worker} each.
 */
public final class Evaluation {
  // Of a series: its record, its label set, their array, headers of its columns.
  private static final int SERIES_BYTES = 128;
  // Of a label: two strings of a header and an array each, and the references to them.
  private static final int LABEL_BYTES = 104;

  // Of a histogram besides its buckets; layouts are mostly shared.
  private static final int HISTOGRAM_BYTES = 80;

  private final TenantId tenant;
  private final SeriesSource source;
  private final TierChoice tiers;
  private final Budget budget;
  private final QueryHold memory;
  private final Annotations annotations;
  private final StepCounts counts;
  private final Used used;
  // From the query's steps to those of this part.
  private final UnaryOperator<Steps> frame;

  /**
   * What a query may use.
   *
   * @param timeout that the deadline is made of
   * @param deadlineNanos of the ticker
   * @param memory what it holds is reserved here
   * @param progress where it counts what it uses
   * @param workers who may help it
   */
  public record Budget(
      QueryLimits limits,
      Duration timeout,
      long deadlineNanos,
      Ticker ticker,
      BooleanSupplier cancelled,
      QueryMemory.Reservation memory,
      QueryProgress progress,
      QueryWorkers workers) {
    /** The same for a thread that helps, which counts for itself and is not helped. */
    Budget ofWorker() {
      QueryProgress counted = new QueryProgress();
      return new Budget(
          limits,
          timeout,
          deadlineNanos,
          ticker,
          () -> progress.isCancelled() || cancelled.getAsBoolean(),
          memory,
          counted,
          QueryWorkers.none());
    }
  }

  /**
   * What is looked at while the query runs.
   *
   * @param counts samples at each step
   * @param trace of the plan, if there is to be one
   */
  public record Observed(StepCounts counts, @Nullable PlanTrace trace) {}

  /** What all parts of the query have taken together. */
  private static final class Used {
    private long held;
    private long answered;
    // Of a worker.
    private long loggedSeries;
    private long loggedSamples;
    private long aheadBytes;
  }

  /**
   * @param tier resolution that is asked for, 0 for samples as they are; empty for any
   */
  public Evaluation(
      TenantId tenant, SeriesSource source, OptionalLong tier, Budget budget, Observed observed) {
    this.tenant = tenant;
    this.memory = new QueryHold(budget.memory());
    this.counts = observed.counts();
    this.tiers = new TierChoice(() -> source.coverage(tenant), tier);
    this.budget = budget;
    this.source =
        new MeteredSource(source, memory, budget.progress(), observed.trace(), () -> check(budget));
    this.annotations = new Annotations();
    this.used = new Used();
    this.frame = UnaryOperator.identity();
  }

  private Evaluation(Evaluation of, StepCounts counts, UnaryOperator<Steps> frame) {
    this.tenant = of.tenant;
    this.source = of.source;
    this.tiers = of.tiers;
    this.budget = of.budget;
    this.memory = of.memory;
    this.annotations = of.annotations;
    this.used = of.used;
    this.counts = counts;
    this.frame = frame;
  }

  /** For a thread that helps: what it counts and says waits in {@link #takeLog}. */
  private Evaluation(Evaluation of) {
    this.tenant = of.tenant;
    this.source = of.source;
    this.tiers = of.tiers;
    this.budget = of.budget.ofWorker();
    this.memory = of.memory.ofWorker();
    this.annotations = new Annotations();
    this.used = new Used();
    this.counts = of.counts.ofThread();
    this.frame = of.frame;
  }

  /** The same query for a thread that helps it with some of its series. */
  Evaluation worker() {
    return new Evaluation(this);
  }

  /** Of a worker: what it has counted and said since the last time. */
  WorkerLog takeLog() {
    QueryProgress progress = budget.progress();
    WorkerLog log =
        new WorkerLog(
            (int) (progress.series() - used.loggedSeries),
            progress.samples() - used.loggedSamples,
            used.aheadBytes,
            counts.take(),
            annotations.take());
    used.loggedSeries = progress.series();
    used.loggedSamples = progress.samples();
    used.aheadBytes = 0;
    return log;
  }

  /** Of a worker: reserves what it is about to hold, until the query has seen it. */
  void holdAhead(long bytes) {
    memory.add(bytes);
    used.aheadBytes += bytes;
  }

  /** Of a worker: reserves histograms that it has made, until the query has seen them. */
  void holdHistograms(VectorBatch batch) {
    for (int i = 0; i < batch.count(); i++) {
      @Nullable Histogram[] histograms = batch.histograms(i);
      if (histograms != null) {
        holdAhead(bytes(histograms, 0, histograms.length));
      }
    }
  }

  /** Who may help this thread. */
  QueryWorkers workers() {
    return budget.workers();
  }

  /** Reserves what is of use and not needed; false where there is not plenty of memory. */
  boolean tryHoldBytes(long bytes) {
    return memory.tryAdd(bytes);
  }

  /** Memory that the query needs, and what it can do without. */
  QueryHold memory() {
    return memory;
  }

  /**
   * The same query, a part of which counts its samples elsewhere.
   *
   * @param inner from the steps of what is around the part to its own
   */
  Evaluation counting(StepCounts where, UnaryOperator<Steps> inner) {
    return new Evaluation(this, where, outer -> inner.apply(frame.apply(outer)));
  }

  public TenantId tenant() {
    return tenant;
  }

  /** Where series are read; what its cursors hold is reserved. */
  public SeriesSource source() {
    return source;
  }

  /** Chooses the tier that a selector is read from, if any, and says so where it is one. */
  TierChoice.Chosen chooseTier(TierNeed need, Notes notes) {
    Annotations said = new Annotations();
    TierChoice.Chosen chosen = tiers.choose(need, new Notes(said, notes.where()));
    said.infoTexts().forEach(notes::info);
    budget
        .progress()
        .reads()
        .chose(
            new TierUse(
                frame,
                need,
                tiers.asked(),
                chosen.resolutionMillis(),
                chosen.isRawThere(),
                said.infoTexts()));
    return chosen;
  }

  public Annotations annotations() {
    return annotations;
  }

  /** Where a part of the expression leaves what it has to say. */
  public Notes notes(SourceRange where) {
    return new Notes(annotations, where);
  }

  /** Where samples that are looked at are counted. */
  StepCounts counts() {
    return counts;
  }

  /** Counts what was read, and stops a query that is too big, too late or not wanted any more. */
  public void read(int series, long samples) {
    QueryProgress progress = budget.progress();
    progress.read(series, samples);
    progress.holds(memory.heldBytes());
    if (progress.samples() > budget.limits().maxSamples()) {
      throw tooManySamples("read", progress.samples());
    }
    if (progress.series() > budget.limits().maxSeries()) {
      throw tooMany(
          "the query would read %d series".formatted(progress.series()),
          budget.limits().maxSeries(),
          budget.limits().names().of("maxSeries"));
    }
    check();
  }

  /** Memory that is reserved now, in bytes. */
  public long heldBytes() {
    return memory.heldBytes();
  }

  /** Counts values kept in memory until the query's end, before they take it. */
  public void hold(long values) {
    used.held += values;
    if (used.held > budget.limits().maxSamples()) {
      throw tooManySamples("hold", used.held);
    }
    memory.add(values * Double.BYTES);
    check();
  }

  /** Counts what is kept of a series besides its values: labels and histograms. */
  public void hold(Series series) {
    @Nullable Histogram[] histograms = series.histograms();
    hold(series.labels());
    if (histograms != null) {
      memory.add(bytes(histograms, 0, histograms.length));
    }
  }

  /** Counts labels kept in memory until the query's end. */
  public void hold(Labels labels) {
    memory.add(bytes(labels));
  }

  /** Memory kept until the query's end that is neither values of steps nor labels. */
  public void holdBytes(long bytes) {
    memory.add(bytes);
  }

  /** Gives back what was held of labels that are forgotten. */
  public void release(Labels labels) {
    memory.release(bytes(labels));
  }

  /** Gives back a part of what was held. */
  public void releaseBytes(long bytes) {
    memory.release(bytes);
  }

  /** About what histograms take, and the array that refers to them. */
  public static long bytes(@Nullable Histogram[] histograms, int from, int to) {
    long bytes = (long) Long.BYTES * (to - from);
    for (int i = from; i < to; i++) {
      Histogram histogram = histograms[i];
      if (histogram != null) {
        bytes += HISTOGRAM_BYTES + (long) Long.BYTES * histogram.layout().columns();
      }
    }
    return bytes;
  }

  /** About what a label set takes, were each of its texts there for it alone. */
  public static long bytes(Labels labels) {
    long bytes = SERIES_BYTES;
    for (int i = 0; i < labels.size(); i++) {
      bytes += LABEL_BYTES + labels.name(i).length() + labels.value(i).length();
    }
    return bytes;
  }

  /** Counts points of the answer, before they are made. */
  public void answer(long points) {
    used.answered += points;
    checkPoints(used.answered, budget.limits());
  }

  /** Refuses an answer of too many points. */
  public static void checkPoints(long points, QueryLimits limits) {
    if (points > limits.maxPoints()) {
      throw tooMany(
          "the answer would have %d points".formatted(points),
          limits.maxPoints(),
          limits.names().of("maxPoints"));
    }
  }

  private LimitExceeded tooManySamples(String verb, long samples) {
    return tooMany(
        "query processing would load too many samples into memory: it would %s %d"
            .formatted(verb, samples),
        budget.limits().maxSamples(),
        budget.limits().names().of("maxSamples"));
  }

  private static LimitExceeded tooMany(String what, long limit, String setting) {
    return new LimitExceeded(
        ErrorId.QUERY_LIMIT,
        "%s, the limit is %d".formatted(what, limit),
        "ask for a shorter range, a longer step or fewer series, or raise " + setting,
        false);
  }

  /** Stops a query whose time is up or that nobody waits for. */
  public void check() {
    check(budget);
  }

  private static void check(Budget budget) {
    if (budget.progress().isCancelled()
        || budget.cancelled().getAsBoolean()
        || Thread.currentThread().isInterrupted()) {
      throw new Unavailable(
          ErrorId.QUERY_CANCELLED, "query was canceled in query execution", "ask again");
    }
    if (budget.ticker().nanos() - budget.deadlineNanos() > 0) {
      throw timedOut(budget.timeout(), budget.limits().names());
    }
  }

  /** The time of a query is up. */
  public static Unavailable timedOut(Duration timeout, SettingNames names) {
    return new Unavailable(
        ErrorId.QUERY_TIMEOUT,
        "query timed out in expression evaluation after %s"
            .formatted(Durations.format(Math.max(timeout.toMillis(), 0))),
        "ask for a shorter range, a longer step or fewer series, or allow more time: by timeout=, up"
            + " to "
            + names.of("timeout"));
  }

  /** A query that is well-formed but cannot be answered for the data it meets. */
  public static InvalidRequest failed(String message) {
    return new InvalidRequest(ErrorId.QUERY_EXECUTION, message, "");
  }
}
