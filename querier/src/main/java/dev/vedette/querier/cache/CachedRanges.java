package dev.vedette.querier.cache;

import dev.vedette.model.Coverage;
import dev.vedette.model.History;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TenantId;
import dev.vedette.promql.Annotations;
import dev.vedette.promql.ParsedQuery;
import dev.vedette.promql.PromqlEngine;
import dev.vedette.promql.QueryLimits;
import dev.vedette.promql.QueryMemory;
import dev.vedette.promql.QueryOptions;
import dev.vedette.promql.QueryProgress;
import dev.vedette.promql.QueryResult;
import dev.vedette.promql.QueryResult.Column;
import dev.vedette.promql.QueryResult.Matrix;
import dev.vedette.promql.QueryResult.QueryInfo;
import dev.vedette.promql.QueryStats;
import dev.vedette.promql.exec.Evaluation;
import dev.vedette.promql.exec.QueryReads;
import dev.vedette.promql.exec.StepCounts;
import dev.vedette.promql.exec.Steps;
import dev.vedette.promql.exec.TierUse;
import dev.vedette.promql.plan.Separability;
import dev.vedette.querier.cache.ResultPart.Origin;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Answers range queries from what is known of their days, and works out the rest: the newest steps,
 * as a rule. An answer is the same, bit for bit, as without the cache, warnings included:
 *
 * <ul>
 *   <li>What is kept is used as far as the source's {@link History} says that the samples it was
 *       read of are as they were: of a range that ends now, all but the newest steps.
 *   <li>Only an expression whose values do not depend on the ends of the range is taken apart.
 *   <li>Parts of a query choose the tiers that the whole does, and say the same; where they do not,
 *       or there are histograms, the whole is worked out at once.
 * </ul>
 *
 * <p>Safe for all threads.
 */
public final class CachedRanges {
  private static final long DAY = Duration.ofDays(1).toMillis();
  // What is missing in more places is worked out at once.
  private static final int MOST_GAPS = 2;

  private final PromqlEngine engine;
  private final SeriesSource source;
  private final QueryLimits limits;
  private final long subqueryStepMillis;
  private final ResultCache cache;
  private final Counter hits;
  private final Counter misses;
  private final long settings;

  /**
   * @param maxBytes of memory for parts of results; 0 keeps none
   */
  public CachedRanges(
      PromqlEngine engine,
      SeriesSource source,
      QueryLimits limits,
      Duration subqueryStep,
      long maxBytes,
      PrometheusRegistry registry) {
    this.engine = engine;
    this.source = source;
    this.limits = limits;
    this.subqueryStepMillis = subqueryStep.toMillis();
    this.cache = new ResultCache(maxBytes, registry);
    this.hits = steps("hit", "answered from the cache", registry);
    this.misses = steps("missed", "worked out", registry);
    this.settings = 0;
  }

  private CachedRanges(
      CachedRanges before, PromqlEngine engine, QueryLimits limits, long settings) {
    this.engine = engine;
    this.source = before.source;
    this.limits = limits;
    this.subqueryStepMillis = before.subqueryStepMillis;
    this.cache = before.cache;
    this.hits = before.hits;
    this.misses = before.misses;
    this.settings = settings;
  }

  /**
   * The same memory for the results of an engine with other settings, which are others: what was
   * kept before is not found any more, and goes first.
   *
   * @param number of the settings, another one after each change; 0 are the first ones
   */
  public CachedRanges by(PromqlEngine other, QueryLimits otherLimits, long number) {
    return new CachedRanges(this, other, otherLimits, number);
  }

  private static Counter steps(String what, String how, PrometheusRegistry registry) {
    return Counter.builder()
        .name("vedette_querier_cache_%s_steps_total".formatted(what))
        .help("Steps of range queries that may be cached which were %s.".formatted(how))
        .register(registry);
  }

  /**
   * A range query.
   *
   * @param query the expression, parsed
   */
  public record Asked(
      TenantId tenant, ParsedQuery query, long startMillis, long endMillis, long stepMillis) {
    String text() {
      return query.text();
    }

    /** Its steps; empty where the engine would refuse them. */
    Optional<Steps> steps() {
      boolean isRange =
          endMillis >= startMillis
              && stepMillis > 0
              && (endMillis - startMillis) / stepMillis <= PromqlEngine.MAX_STEPS;
      return isRange
          ? Optional.of(new Steps(startMillis, endMillis, stepMillis))
          : Optional.empty();
    }
  }

  /** A result, and at how many of its steps it was known. */
  public record Found(QueryResult result, int cachedSteps) {}

  /** Memory that parts of results take, in bytes. */
  public long bytes() {
    return cache.bytes();
  }

  /**
   * Answers as the engine does, with the same errors. Who asks for more than the answer has all of
   * it worked out, and is told in the plan what was known.
   *
   * @param options with memory to reserve and progress to count in
   */
  public Found range(Asked asked, QueryOptions options) {
    Optional<Run> run = run(asked, options);
    if (options.look().plan()) {
      List<Steps> known = run.map(Run::knownSteps).orElse(List.of());
      Found found = uncached(asked, options);
      Objects.requireNonNull(found.result().info().stats().plan()).known(known);
      return found;
    }
    return run.isEmpty() || options.look().steps() ? uncached(asked, options) : run.get().answer();
  }

  /** What may be taken apart and put together again, if the query may. */
  private Optional<Run> run(Asked asked, QueryOptions options) {
    Optional<Steps> steps = asked.steps();
    Optional<String> normal = asked.query().normal();
    if (cache.isOff() || steps.isEmpty() || normal.isEmpty()) {
      return Optional.empty();
    }
    OptionalLong slack =
        Separability.slackMillis(asked.query().expr(), asked.stepMillis(), subqueryStepMillis);
    return slack.isEmpty() || !source.history(asked.tenant()).isTold()
        ? Optional.empty()
        : Optional.of(new Run(asked, steps.get(), normal.get(), slack.getAsLong(), options));
  }

  /** Answers as the engine does, and looks for nothing that is known. */
  public Found uncached(Asked asked, QueryOptions options) {
    return new Found(
        engine.range(
            asked.tenant(),
            asked.query(),
            asked.startMillis(),
            asked.endMillis(),
            asked.stepMillis(),
            options),
        0);
  }

  /** One query. */
  private final class Run {
    private final Asked asked;
    private final Steps steps;
    private final String expression;
    private final long slack;
    private final QueryOptions options;
    private final QueryProgress progress;
    private final QueryMemory.Reservation memory;
    private final History history;
    private final Coverage coverage;
    // Before anything is read.
    private final History.Mark asOf;
    private long evaluatedNanos;
    private long samplesLookedAt;

    Run(Asked asked, Steps steps, String expression, long slack, QueryOptions options) {
      this.asked = asked;
      this.steps = steps;
      this.expression = expression;
      this.slack = slack;
      this.options = options;
      this.progress = options.progress().orElseThrow();
      this.memory = options.memory().orElseThrow();
      this.history = source.history(asked.tenant());
      this.asOf = history.mark();
      this.coverage = source.coverage(asked.tenant());
    }

    Found answer() {
      List<ResultPart> known = known();
      List<Steps> gaps = gaps(known);
      if (known.isEmpty() || gaps.size() > MOST_GAPS) {
        return wholeAndKept();
      }
      List<ResultPart> fresh = new ArrayList<>();
      for (Steps gap : gaps) {
        Optional<ResultPart> part = workedOut(gap);
        if (part.isEmpty()) {
          return wholeAndKept();
        }
        fresh.add(part.get());
      }
      if (!agree(known, fresh)) {
        return wholeAndKept();
      }
      List<ResultPart> parts = new ArrayList<>(fresh);
      parts.addAll(known);
      Origin said = parts.getFirst().origin();
      parts.sort(Comparator.comparingLong(part -> part.steps().startMillis()));
      int cached = known.stream().mapToInt(part -> part.steps().count()).sum();
      hits.inc(cached);
      misses.inc(steps.count() - cached);
      return new Found(joined(parts, said), cached);
    }

    /**
     * Whether it is clear what the whole has to say. What a part said of all of its steps it may
     * not say of some of them, so only what the fresh parts say is sure to be said.
     */
    private boolean agree(List<ResultPart> known, List<ResultPart> fresh) {
      if (fresh.isEmpty()) {
        return known.stream().allMatch(part -> part.origin().isSilent());
      }
      Origin said = fresh.getFirst().origin();
      return fresh.stream().allMatch(part -> part.origin().saysTheSameAs(said))
          && known.stream()
              .allMatch(part -> part.origin().isSilent() || part.origin().saysTheSameAs(said));
    }

    /** Steps that would come from the cache. */
    List<Steps> knownSteps() {
      List<ResultPart> known = known();
      return gaps(known).size() > MOST_GAPS
          ? List.of()
          : known.stream().map(ResultPart::steps).toList();
    }

    /** What is known and right of each day, from the first step asked of the day on. */
    private List<ResultPart> known() {
      List<ResultPart> known = new ArrayList<>();
      for (Steps day : days(steps)) {
        PartKey key = key(day.startMillis());
        ResultPart part = cache.get(key).orElse(null);
        if (part == null) {
          continue;
        }
        OptionalLong right = lastRight(part);
        if (right.isEmpty()) {
          cache.remove(key);
        } else if (part.steps().startMillis() <= day.startMillis()
            && right.getAsLong() >= day.startMillis()) {
          known.add(cut(part, day.startMillis(), Math.min(day.lastMillis(), right.getAsLong())));
        }
      }
      return known;
    }

    private OptionalLong lastRight(ResultPart part) {
      return part.lastRightFor(asked.text(), steps, history, coverage);
    }

    private ResultPart cut(ResultPart part, long firstMillis, long lastMillis) {
      ResultPart cut = part.between(firstMillis, lastMillis);
      if (cut.steps().count() < part.steps().count()) {
        memory.add(cut.bytes());
      }
      return cut;
    }

    private List<Steps> gaps(List<ResultPart> known) {
      List<Steps> gaps = new ArrayList<>();
      long next = steps.startMillis();
      for (ResultPart part : known) {
        addGap(next, part.steps().startMillis() - steps.stepMillis(), gaps);
        next = part.steps().lastMillis() + steps.stepMillis();
      }
      addGap(next, steps.lastMillis(), gaps);
      return gaps;
    }

    private void addGap(long first, long last, List<Steps> gaps) {
      if (first <= last) {
        gaps.add(new Steps(first, last, steps.stepMillis()));
      }
    }

    private Found wholeAndKept() {
      misses.inc(steps.count());
      progress.forgetReads();
      QueryResult result = uncached(asked, options).result();
      if (result instanceof Matrix matrix && canBeKept(matrix)) {
        keep(part(steps, matrix));
      }
      return new Found(result, 0);
    }

    /** A part that belongs to the whole; empty where only the whole can say it. */
    private Optional<ResultPart> workedOut(Steps gap) {
      progress.forgetReads();
      QueryResult result =
          engine.range(
              asked.tenant(),
              asked.query(),
              gap.startMillis(),
              gap.endMillis(),
              gap.stepMillis(),
              options);
      QueryStats stats = result.info().stats();
      evaluatedNanos += stats.timings().total();
      samplesLookedAt += stats.counts().total();
      boolean isOfTheWhole =
          progress.reads().tiers().stream().allMatch(use -> use.holdsFor(steps, coverage));
      if (!(result instanceof Matrix matrix) || !canBeKept(matrix) || !isOfTheWhole) {
        return Optional.empty();
      }
      ResultPart part = part(gap, matrix);
      keep(part);
      return Optional.of(part);
    }

    private ResultPart part(Steps of, Matrix matrix) {
      QueryReads reads = progress.reads();
      QueryInfo info = matrix.info();
      return new ResultPart(
          of,
          matrix.series(),
          new Origin(
              asked.text(),
              info.warnings(),
              info.infos(),
              reads.firstMillis(),
              reads.lastMillis(),
              asOf,
              reads.tiers()));
    }

    /** Keeps it by days, each behind what is known of it. */
    private void keep(ResultPart part) {
      Origin origin = part.origin();
      if (origin.lastReadMillis() < origin.firstReadMillis()) {
        return;
      }
      // What is read for a step is as far from it as for the last step, but for steps of subqueries
      // and ends of buckets.
      long bucket = origin.tiers().stream().mapToLong(TierUse::resolutionMillis).max().orElse(0);
      long ahead = origin.lastReadMillis() - part.steps().lastMillis() + slack + bucket;
      long behind = origin.firstReadMillis() - part.steps().startMillis() - slack - bucket;
      for (Steps day : days(part.steps())) {
        Origin ofDay =
            new Origin(
                origin.text(),
                origin.warnings(),
                origin.infos(),
                day.startMillis() + behind,
                day.lastMillis() + ahead,
                origin.asOf(),
                origin.tiers());
        ResultPart cut = part.between(day.startMillis(), day.lastMillis());
        put(new ResultPart(cut.steps(), cut.columns(), ofDay));
      }
    }

    private void put(ResultPart part) {
      PartKey key = key(part.steps().startMillis());
      ResultPart known = cache.get(key).filter(has -> isLike(has, part)).orElse(null);
      OptionalLong right = known == null ? OptionalLong.empty() : lastRight(known);
      if (known == null || right.isEmpty()) {
        cache.put(key, part);
      } else {
        putWith(key, known, right.getAsLong(), part);
      }
    }

    private static boolean isLike(ResultPart known, ResultPart part) {
      return known.origin().saysTheSameAs(part.origin())
          && known.origin().isPlannedAs(part.origin());
    }

    /**
     * With what is known of the day already and right up to a step, maybe by others who asked
     * meanwhile: what lies before the part stays where there is no hole between them.
     */
    private void putWith(PartKey key, ResultPart known, long right, ResultPart part) {
      long begun = known.steps().startMillis();
      long first = part.steps().startMillis();
      boolean isLonger = right - begun > part.steps().lastMillis() - first;
      boolean goesOn = right < part.steps().lastMillis() && right + steps.stepMillis() >= first;
      if (begun < first && goesOn) {
        cache.put(key, Joining.of(known.between(begun, first - steps.stepMillis()), part));
      } else if (begun > first || !isLonger) {
        cache.put(key, part);
      }
    }

    private PartKey key(long firstMillis) {
      long step = steps.stepMillis();
      return new PartKey(
          asked.tenant(),
          expression,
          step,
          Math.floorMod(firstMillis, step),
          options.lookback(),
          options.tierMillis(),
          Math.floorDiv(firstMillis, DAY),
          settings);
    }

    private QueryResult joined(List<ResultPart> parts, Origin said) {
      Joining joining = new Joining(parts);
      Evaluation.checkPoints(joining.points(), limits);
      memory.add(joining.bytes());
      List<Column> columns = joining.columns();
      progress.holds(memory.heldBytes());
      return new Matrix(columns, new QueryInfo(said.warnings(), said.infos(), stats()));
    }

    private QueryStats stats() {
      return new QueryStats(
          progress.series(),
          progress.samples(),
          progress.bytes(),
          progress.peakBytes(),
          new QueryStats.Timings(progress.queuedNanos(), 0, evaluatedNanos, 0, evaluatedNanos),
          StepCounts.ofTotal(steps, samplesLookedAt),
          null);
    }
  }

  private static boolean canBeKept(Matrix matrix) {
    boolean isAllSaid =
        matrix.info().warnings().size() < Annotations.MOST
            && matrix.info().infos().size() < Annotations.MOST;
    return isAllSaid && matrix.series().stream().allMatch(column -> column.histograms() == null);
  }

  /** The steps of each day that has any. */
  private static List<Steps> days(Steps steps) {
    List<Steps> days = new ArrayList<>();
    long step = steps.stepMillis();
    long first = steps.startMillis();
    while (first <= steps.lastMillis()) {
      long end = (Math.floorDiv(first, DAY) + 1) * DAY - 1;
      long last = Math.min(steps.lastMillis(), first + (end - first) / step * step);
      days.add(new Steps(first, last, step));
      first = last + step;
    }
    return days;
  }
}
