package dev.vedette.ingester.scrape;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.vedette.crds.ScrapeTarget;
import dev.vedette.ingester.discovery.DiscoveryMetrics;
import dev.vedette.ingester.discovery.DnsResolver;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Labels;
import dev.vedette.model.SampleSink;
import dev.vedette.model.TargetSource;
import dev.vedette.model.TenantId;
import dev.vedette.model.Ticker;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that is scraped: one pool for each ScrapeTarget and each built-in target. Any thread;
 * {@link #resources} and {@link #builtIn} replace what was given before, and what stays the same
 * goes on undisturbed.
 */
public final class ScrapePools implements TargetSource, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ScrapePools.class);

  // Enough for samples on their way to disk; what waits for a target is cut off at once.
  private static final Duration PATIENCE_WHEN_CLOSING = Duration.ofMillis(1500);

  private final ScrapeContext context;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, ScrapePool> pools = new LinkedHashMap<>();
  private List<PoolConfig> resources = List.of();
  private List<PoolConfig> builtIn = List.of();
  private boolean typeLabels;
  private boolean closed;

  /**
   * What scraping works with.
   *
   * @param seed differs from process to process, so that they do not scrape in step
   * @param userAgent as targets see us: {@code Vedette/0.1.0}
   */
  public record Parts(
      SampleSink sink,
      TenantId tenant,
      DnsResolver resolver,
      Timers timers,
      Clock clock,
      Ticker ticker,
      long seed,
      String userAgent) {}

  public ScrapePools(ScrapeConfig config, Parts parts, PrometheusRegistry registry) {
    ScrapeMetrics metrics = new ScrapeMetrics(registry);
    context =
        new ScrapeContext(
            config,
            parts.clock,
            parts.ticker,
            parts.timers,
            new SampleWriter(parts.sink, parts.tenant, metrics),
            metrics,
            new DiscoveryMetrics(registry),
            parts.resolver,
            new ScrapeBuffers.Pool(),
            parts.seed,
            parts.userAgent,
            new Semaphore(config.maxConcurrentScrapes()),
            new AtomicInteger(),
            new SharedFamilies(),
            new Departing());
    metrics.watch(
        () -> active().stream().collect(groupingBy(Target::health, counting())),
        () -> dropped().size(),
        () -> all().stream().mapToLong(ScrapePool::refusedCount).sum(),
        () -> all().stream().mapToLong(ScrapePool::cacheBytes).sum());
  }

  /** These ScrapeTargets and no others, from now on. */
  public void resources(List<ScrapeTarget> targets) {
    lock.lock();
    try {
      resources = targets.stream().map(ScrapeTargetPools::pool).toList();
      apply();
    } finally {
      lock.unlock();
    }
  }

  /** These pages of the process itself and no others, from now on. */
  public void builtIn(List<BuiltInTarget> targets) {
    lock.lock();
    try {
      builtIn = targets.stream().map(ScrapeTargetPools::pool).toList();
      apply();
    } finally {
      lock.unlock();
    }
  }

  /** Whether samples get the labels {@code __type__} and {@code __unit__}, from now on. */
  public void typeLabels(boolean on) {
    lock.lock();
    try {
      if (on != typeLabels) {
        typeLabels = on;
        apply();
      }
    } finally {
      lock.unlock();
    }
  }

  private void apply() {
    if (closed) {
      return;
    }
    Map<String, PoolConfig> wanted = new LinkedHashMap<>();
    builtIn.forEach(pool -> wanted.put(pool.name(), pool));
    resources.forEach(pool -> wanted.put(pool.name(), pool));
    // First what goes, so that a target that only moved to another pool is found again.
    pools
        .entrySet()
        .removeIf(
            pool -> {
              boolean gone = !wanted.containsKey(pool.getKey());
              if (gone) {
                pool.getValue().leave();
              }
              return gone;
            });
    wanted.values().forEach(pool -> startOrUpdate(pool.withTypeLabels(typeLabels)));
  }

  private void startOrUpdate(PoolConfig config) {
    try {
      ScrapePool running = pools.get(config.name());
      if (running == null) {
        ScrapePool pool = new ScrapePool(context, config);
        pools.put(config.name(), pool);
        pool.start();
      } else {
        running.update(config);
      }
    } catch (InvalidRequest e) {
      log.atError()
          .addKeyValue("pool", config.name())
          .addKeyValue("problem", e.explain())
          .log("a ScrapeTarget cannot be used; its last usable form stays in force");
    }
  }

  private List<ScrapePool> all() {
    lock.lock();
    try {
      return List.copyOf(pools.values());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<Target> active() {
    List<Target> targets = new ArrayList<>();
    all().forEach(pool -> targets.addAll(pool.active()));
    targets.sort(Comparator.comparing(Target::pool).thenComparing(Target::url));
    return targets;
  }

  @Override
  public List<Dropped> dropped() {
    List<Dropped> targets = new ArrayList<>();
    all().forEach(pool -> targets.addAll(pool.dropped()));
    targets.sort(Comparator.comparing(Dropped::pool).thenComparing(Dropped::discovered));
    return targets;
  }

  @Override
  public List<FailedLookup> failedLookups() {
    List<FailedLookup> failed = new ArrayList<>();
    all().forEach(pool -> failed.addAll(pool.failedLookups()));
    failed.sort(
        Comparator.comparing(FailedLookup::pool).thenComparing(lookup -> lookup.place().name()));
    return failed;
  }

  @Override
  public List<TargetFamilies> families() {
    List<TargetFamilies> families = new ArrayList<>();
    all().forEach(pool -> families.addAll(pool.families()));
    return families;
  }

  @Override
  public Optional<List<RelabelStep>> relabelSteps(String pool, Labels discovered) {
    return all().stream()
        .filter(each -> each.name().equals(pool))
        .findAny()
        .map(each -> each.relabelSteps(discovered));
  }

  /**
   * Ends all scraping within two seconds. No staleness markers: the process may start again in a
   * moment. Nothing is written once this returned, unless storage itself takes longer than that.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      pools.values().forEach(ScrapePool::stop);
      pools.clear();
    } finally {
      lock.unlock();
    }
    context.timers().close();
    int permits = context.config().maxConcurrentScrapes();
    try {
      if (!context
          .running()
          .tryAcquire(permits, PATIENCE_WHEN_CLOSING.toMillis(), TimeUnit.MILLISECONDS)) {
        log.atWarn()
            .addKeyValue("running", permits - context.running().availablePermits())
            .log("scrapes are still being written; they end by themselves");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
