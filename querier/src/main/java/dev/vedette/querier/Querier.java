package dev.vedette.querier;

import dev.vedette.model.InvalidRequest;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.TargetSource;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import dev.vedette.promql.EngineConfig;
import dev.vedette.promql.LanguageFeature;
import dev.vedette.promql.ParsedQuery;
import dev.vedette.promql.PromqlEngine;
import dev.vedette.promql.QueryMemory;
import dev.vedette.promql.QueryOptions;
import dev.vedette.promql.QueryResult;
import dev.vedette.promql.QueryWorkers;
import dev.vedette.promql.SettingNames;
import dev.vedette.promql.parse.Durations;
import dev.vedette.promql.parse.Features;
import dev.vedette.querier.cache.CachedRanges;
import dev.vedette.querier.cache.CachedRanges.Found;
import dev.vedette.querier.remoteread.RemoteRead;
import dev.vedette.querier.remoteread.RemoteReadConfig;
import dev.vedette.runtime.http.TenantResolver;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The querier role: PromQL over a source of series, and what the Prometheus API tells besides. Hand
 * it to the HTTP server and its controllers are served. Safe for all threads.
 */
public final class Querier {
  private static final TargetSource NO_TARGETS =
      new TargetSource() {
        @Override
        public List<Target> active() {
          return List.of();
        }

        @Override
        public List<Dropped> dropped() {
          return List.of();
        }
      };

  private final ServerInfo info;
  private final SeriesSource source;
  private final TargetSource targets;
  private final Clock clock;
  private final Ticker ticker;
  private final QueryWorkers workers;
  private final RunningQueries running;
  private final QueryGate gate;
  private final QueryMemory memory;
  private final Counter sharedQueries;
  private final SharedQueries<Found> shared;
  private final RemoteRead remoteRead;
  private final TenantResolver tenants;
  private volatile AllInForce inForce;

  /**
   * Settings, and what works by them; a query keeps to what it began with.
   *
   * @param number of the settings, one more with each change
   */
  record InForce(long number, QuerierConfig config, PromqlEngine engine, CachedRanges ranges) {
    SettingNames names() {
      return config.limits().names();
    }
  }

  /**
   * What queries of each tenant go by; all of it has the same number.
   *
   * @param own of tenants that have budgets of their own
   */
  private record AllInForce(InForce any, Map<TenantId, InForce> own) {
    InForce of(TenantId tenant) {
      return own.getOrDefault(tenant, any);
    }
  }

  /**
   * @param targets what is scraped in this process, if anything
   * @param workers threads that help those that ask; closed by whoever made them
   * @param tenants whose data requests over HTTP ask for
   */
  public Querier(
      QuerierConfig config,
      ServerInfo info,
      SeriesSource source,
      Optional<TargetSource> targets,
      Clock clock,
      Ticker ticker,
      QueryWorkers workers,
      PrometheusRegistry registry,
      TenantResolver tenants) {
    this.tenants = tenants;
    this.info = info;
    this.source = source;
    this.targets = targets.orElse(NO_TARGETS);
    this.clock = clock;
    this.ticker = ticker;
    this.workers = workers;
    this.running = new RunningQueries(clock, ticker);
    this.gate = new QueryGate(config, running, ticker, registry);
    this.memory = new QueryMemory(config.memoryBytes(), SettingNames.OF_ALL.of("memory"));
    this.sharedQueries = SharedQueries.counter(registry);
    this.shared = new SharedQueries<>(memory, ticker, Querier::isSilent, sharedQueries);
    PromqlEngine engine = engine(config);
    CachedRanges ranges =
        new CachedRanges(
            engine,
            source,
            config.limits(),
            EngineConfig.DEFAULT.subqueryStep(),
            config.cacheBytes(),
            registry);
    this.inForce = withBudgets(new InForce(0, config, engine, ranges));
    GaugeWithCallback.builder()
        .name("vedette_querier_memory_reserved_bytes")
        .help("Memory that requests under way hold or are about to.")
        .callback(gauge -> gauge.call(memory.usedBytes()))
        .register(registry);
    GaugeWithCallback.builder()
        .name("vedette_querier_memory_limit_bytes")
        .help("Memory that all requests under way may hold together.")
        .callback(gauge -> gauge.call(memory.totalBytes()))
        .register(registry);
    this.remoteRead = new RemoteRead(RemoteReadConfig.STOCK, source, memory, registry);
  }

  private PromqlEngine engine(QuerierConfig config) {
    EngineConfig settings =
        new EngineConfig(
            config.lookback(),
            EngineConfig.DEFAULT.subqueryStep(),
            config.limits(),
            config.timeout(),
            LanguageFeature.syntax(config.features()),
            config.features().contains(LanguageFeature.DELAYED_NAME_REMOVAL),
            config.features().contains(LanguageFeature.START_TIMESTAMPS),
            config.features().contains(LanguageFeature.TYPE_AND_UNIT_LABELS));
    return new PromqlEngine(settings, source, ticker, workers);
  }

  /**
   * Puts settings into force for queries from now on; those under way end as they began. Memory of
   * all queries and of kept results stays as it was when the querier was made.
   */
  public synchronized void settings(QuerierConfig wanted) {
    InForce before = inForce.any;
    QuerierConfig config =
        wanted.withMemory(before.config.memoryBytes(), before.config.cacheBytes());
    if (config.equals(before.config)) {
      return;
    }
    gate.settings(config);
    inForce = withBudgets(inForce(before.number + 1, config, before.ranges));
  }

  private InForce inForce(long number, QuerierConfig config, CachedRanges before) {
    PromqlEngine engine = engine(config);
    return new InForce(number, config, engine, before.by(engine, config.limits(), number));
  }

  /** With what tenants have of their own, to which memory is bound from now on. */
  private AllInForce withBudgets(InForce any) {
    Map<TenantId, InForce> own = new HashMap<>();
    Map<TenantId, QueryMemory.OfTenant> memoryOfTenants = new HashMap<>();
    for (TenantId tenant : any.config.budgets().keySet()) {
      QuerierConfig config = any.config.of(tenant);
      own.put(tenant, inForce(any.number, config, any.ranges));
      memoryOfTenants.put(tenant, memoryOfTenant(config));
    }
    memory.bounds(memoryOfTenant(any.config), memoryOfTenants);
    return new AllInForce(any, Map.copyOf(own));
  }

  private static QueryMemory.OfTenant memoryOfTenant(QuerierConfig config) {
    QuerierConfig.OfTenant most = config.ofTenant();
    SettingNames names = config.limits().names();
    return new QueryMemory.OfTenant(
        new QueryMemory.Bound(most.memoryBytes(), names.of("memoryPerTenant")),
        new QueryMemory.Bound(most.queryMemoryBytes(), names.of("memoryPerQuery")));
  }

  /**
   * The value of an expression at one time; waits for its turn, or for the answer of another query
   * that asks the same. Errors are those of {@link PromqlEngine}, and {@code Unavailable} where too
   * many queries run.
   *
   * @param options without memory, which is the querier's to reserve
   */
  public QueryAnswer instant(
      TenantId tenant, String expression, long timeMillis, QueryOptions options) {
    InForce by = inForce.of(tenant);
    Optional<ParsedQuery> parsed = parsed(by.engine, expression);
    return run(
        by,
        new Asking(tenant, Question.at(expression, timeMillis), normal(parsed, expression)),
        options,
        false,
        running ->
            new Found(
                parsed
                    .map(query -> inTime(by, query, options))
                    .map(query -> by.engine.instant(tenant, query, timeMillis, running))
                    .orElseGet(() -> by.engine.instant(tenant, expression, timeMillis, running)),
                0));
  }

  /** The values of an expression over a range, as at one time; known ones come from the cache. */
  public QueryAnswer range(TenantId tenant, String expression, Range range, QueryOptions options) {
    return range(tenant, expression, range, options, true);
  }

  /**
   * The same.
   *
   * @param mayBeCached whether what is known already will do
   */
  public QueryAnswer range(
      TenantId tenant, String expression, Range range, QueryOptions options, boolean mayBeCached) {
    InForce by = inForce.of(tenant);
    Optional<ParsedQuery> parsed = parsed(by.engine, expression);
    Question question =
        new Question(expression, range.startMillis(), range.endMillis(), range.stepMillis());
    return run(
        by,
        new Asking(tenant, question, normal(parsed, expression)),
        options,
        mayBeCached,
        running -> {
          if (parsed.isEmpty()) {
            return new Found(
                by.engine.range(
                    tenant,
                    expression,
                    range.startMillis(),
                    range.endMillis(),
                    range.stepMillis(),
                    running),
                0);
          }
          CachedRanges.Asked asked =
              new CachedRanges.Asked(
                  tenant,
                  inTime(by, parsed.get(), options),
                  range.startMillis(),
                  range.endMillis(),
                  range.stepMillis());
          return mayBeCached ? by.ranges.range(asked, running) : by.ranges.uncached(asked, running);
        });
  }

  /** Whether nothing in it points into the text of who asked. */
  private static boolean isSilent(Found found) {
    QueryResult.QueryInfo info = found.result().info();
    return info.warnings().isEmpty() && info.infos().isEmpty();
  }

  /** Time that is up before it begins lets nothing be answered, be it known already. */
  private static ParsedQuery inTime(InForce by, ParsedQuery query, QueryOptions options) {
    options.timeout().ifPresent(timeout -> SharedRun.requireTime(timeout, by.names()));
    return query;
  }

  /** Empty where it cannot be parsed: its run says what is wrong with it, and is counted. */
  private static Optional<ParsedQuery> parsed(PromqlEngine engine, String expression) {
    try {
      return Optional.of(engine.prepare(expression));
    } catch (InvalidRequest _) {
      return Optional.empty();
    }
  }

  /** The same for all texts that mean the same. */
  private static String normal(Optional<ParsedQuery> parsed, String expression) {
    return parsed.flatMap(ParsedQuery::normal).orElse(expression);
  }

  /**
   * Who asks what.
   *
   * @param normal the expression, the same for all texts that mean the same
   */
  private record Asking(TenantId tenant, Question question, String normal) {}

  private QueryAnswer run(
      InForce by,
      Asking asking,
      QueryOptions options,
      boolean mayBeCached,
      Function<QueryOptions, Found> query) {
    Question question = asking.question();
    SharedQueries.Key key =
        new SharedQueries.Key(
            by.number,
            asking.tenant(),
            options.look().plan() ? question : question.asking(asking.normal()),
            options.lookback(),
            options.tierMillis(),
            options.look(),
            mayBeCached);
    Duration timeout = options.timeoutUpTo(by.config.timeout());
    SharedRun.Asker asker =
        new SharedRun.Asker(question.expression(), timeout, options.cancelled(), by.names());
    return new QueryAnswer(
        shared.run(
            key,
            asker,
            run -> {
              QueryOptions running =
                  options
                      .endedBy(run::isAbandoned)
                      .holdingIn(run.memory())
                      .countingIn(run.progress());
              return gate.run(asking.tenant(), question, run, () -> query.apply(running));
            }));
  }

  /** Looks ahead of queries; those who look by the same one share what is found. */
  public <T> Ahead<T> ahead() {
    return new Ahead<>(tenant -> inForce.of(tenant), source, gate, memory, ticker, sharedQueries);
  }

  /** Times of a range query: start, start + step, … up to end. */
  public record Range(long startMillis, long endMillis, long stepMillis) {
    /** The same with both ends moved down to multiples of the step. */
    Range aligned() {
      if (startMillis < Long.MIN_VALUE + stepMillis) {
        return this;
      }
      long start = down(startMillis);
      long end = down(endMillis);
      // It may have one step more than before, and no answer has more than so many.
      boolean tooMany = (end - start) / stepMillis > PromqlEngine.MAX_STEPS;
      return new Range(tooMany ? start + stepMillis : start, end, stepMillis);
    }

    private long down(long millis) {
      return millis - Math.floorMod(millis, stepMillis);
    }
  }

  /** The range to ask for instead of one, which is that one unless the settings align ranges. */
  public Range aligned(Range range) {
    return config().alignToStep() ? range.aligned() : range;
  }

  /** Queries that wait or run now. */
  public RunningQueries running() {
    return running;
  }

  /** Where a request reserves what it and its answer hold. */
  public QueryMemory memory() {
    return memory;
  }

  /** Whose data requests over HTTP ask for. */
  public TenantResolver tenants() {
    return tenants;
  }

  public RemoteRead remoteRead() {
    return remoteRead;
  }

  public SeriesSource source() {
    return source;
  }

  /** What is scraped for a tenant: all there is for the default one. */
  public TargetSource targets(TenantId tenant) {
    return tenant.equals(TenantId.DEFAULT) ? targets : NO_TARGETS;
  }

  public Clock clock() {
    return clock;
  }

  public ServerInfo info() {
    return info;
  }

  /** Settings in force, but for what tenants have of their own. */
  public QuerierConfig config() {
    return inForce.any.config;
  }

  /** Settings in force for the queries of a tenant. */
  public QuerierConfig config(TenantId tenant) {
    return inForce.of(tenant).config;
  }

  /** Parts of the language that are switched on. */
  public Features features() {
    return LanguageFeature.syntax(config().features());
  }

  /**
   * Settings in force, the querier's own under Prometheus' names, which clients look for. They are
   * of the process: what tenants have of their own is not among them.
   */
  public Map<String, String> flags() {
    QuerierConfig config = config();
    Map<String, String> flags = new TreeMap<>(info.flags());
    flags.put("enable-feature", enabled(config));
    flags.put("query.align-to-step", Boolean.toString(config.alignToStep()));
    flags.put("query.cache-memory", Long.toString(config.cacheBytes()));
    flags.put("query.lookback-delta", text(config.lookback()));
    flags.put("query.max-concurrency", Integer.toString(config.maxConcurrent()));
    flags.put(
        "query.max-concurrency-per-tenant",
        Integer.toString(Math.min(config.maxConcurrent(), config.ofTenant().maxConcurrent())));
    flags.put("query.memory", Long.toString(config.memoryBytes()));
    flags.put("query.max-samples", Long.toString(config.limits().maxSamples()));
    flags.put("query.timeout", text(config.timeout()));
    flags.put("web.enable-admin-api", Boolean.toString(info.adminApi()));
    flags.put("web.enable-lifecycle", Boolean.toString(info.lifecycle()));
    return flags;
  }

  private static String enabled(QuerierConfig config) {
    return config.features().stream()
        .map(LanguageFeature::text)
        .sorted()
        .collect(Collectors.joining(","));
  }

  private static String text(Duration duration) {
    return Durations.format(duration.toMillis());
  }
}
