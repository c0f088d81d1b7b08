package dev.vedette.ingester.scrape;

import dev.vedette.ingester.discovery.Discovery;
import dev.vedette.ingester.discovery.TargetGroup;
import dev.vedette.ingester.relabel.RelabelRule;
import dev.vedette.ingester.relabel.Relabeler;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.Labels;
import dev.vedette.model.TargetSource.Dropped;
import dev.vedette.model.TargetSource.FailedLookup;
import dev.vedette.model.TargetSource.Health;
import dev.vedette.model.TargetSource.RelabelStep;
import dev.vedette.model.TargetSource.Target;
import dev.vedette.model.TargetSource.TargetFamilies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The targets of one ScrapeTarget: finds them, starts, changes and ends their loops. All state is
 * under one lock, which is not held while discovery looks or a scrape runs.
 */
final class ScrapePool {
  private static final Logger log = LoggerFactory.getLogger(ScrapePool.class);

  private final ScrapeContext context;
  private final ReentrantLock lock = new ReentrantLock();
  private PoolRuntime runtime;
  private TargetBuilder builder;
  private List<Source> sources = List.of();
  private final Map<FoundTarget.Identity, TargetLoop> loops = new LinkedHashMap<>();
  private Map<FoundTarget.Identity, Refused> refused = Map.of();
  private List<Dropped> dropped = List.of();
  private Set<String> problems = Set.of();
  private boolean closed;

  /** A target that may not be scraped, and why. */
  private record Refused(FoundTarget target, String reason) {}

  /** What relabelling made of all targets found. */
  private record Sorted(
      Map<FoundTarget.Identity, FoundTarget> targets,
      List<Dropped> dropped,
      Set<String> problems) {}

  /** One discovery with its last answer. */
  private static final class Source {
    final Discovery discovery;
    final ReentrantLock looking = new ReentrantLock();
    List<TargetGroup> groups = List.of();
    boolean looked;
    Timers.Timer timer = () -> {};

    Source(Discovery discovery) {
      this.discovery = discovery;
    }
  }

  /** Throws {@link InvalidRequest} where relabelling rules do not compile. */
  ScrapePool(ScrapeContext context, PoolConfig config) {
    this.context = context;
    this.builder = new TargetBuilder(config.defaults(), Relabeler.of(config.relabelings()));
    this.runtime =
        new PoolRuntime(
            config,
            rules(config),
            new PageFetcher(config.http(), context.timers(), context.userAgent()));
  }

  private static PageReader.Rules rules(PoolConfig config) {
    return new PageReader.Rules(
        config.samples(), Relabeler.of(config.samples().metricRelabelings()));
  }

  void start() {
    List<Source> fresh;
    lock.lock();
    try {
      fresh = sources(runtime.config());
      sources = fresh;
    } finally {
      lock.unlock();
    }
    fresh.forEach(this::beginLooking);
    closeIdle();
  }

  /** Again and again closes the connections to targets that are gone. */
  private void closeIdle() {
    lock.lock();
    try {
      if (!closed) {
        Duration unused = runtime.config().defaults().interval().multipliedBy(3);
        runtime.fetcher().closeIdle(unused);
        context.timers().after(unused, this::closeIdle);
      }
    } finally {
      lock.unlock();
    }
  }

  private List<Source> sources(PoolConfig config) {
    return PoolDiscoveries.of(config, context).stream().map(Source::new).toList();
  }

  /** What cannot block is looked at here and now, so its targets are there when this returns. */
  private void beginLooking(Source source) {
    if (source.discovery.interval().isZero()) {
      look(source);
    } else {
      context.timers().after(Duration.ZERO, () -> look(source));
    }
  }

  private void look(Source source) {
    source.looking.lock();
    try {
      take(source, source.discovery.look());
    } finally {
      source.looking.unlock();
      // Whatever became of this look: a bug that ends one must not end all that would follow.
      lookAgain(source);
    }
  }

  private void take(Source source, List<TargetGroup> groups) {
    lock.lock();
    try {
      if (closed || !sources.contains(source)) {
        return;
      }
      boolean changed = !source.looked || !groups.equals(source.groups);
      source.groups = groups;
      source.looked = true;
      if (changed) {
        sync();
      }
    } finally {
      lock.unlock();
    }
  }

  private void lookAgain(Source source) {
    Duration interval = source.discovery.interval();
    lock.lock();
    try {
      if (!interval.isZero() && !closed && sources.contains(source)) {
        source.timer = context.timers().after(interval, () -> look(source));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes over a changed configuration; targets that stay keep their schedule and series. */
  void update(PoolConfig config) {
    List<Source> fresh = List.of();
    lock.lock();
    try {
      PoolConfig before = runtime.config();
      if (before.equals(config)) {
        return;
      }
      TargetBuilder newBuilder =
          new TargetBuilder(config.defaults(), Relabeler.of(config.relabelings()));
      runtime =
          new PoolRuntime(
              config,
              before.samples().equals(config.samples()) ? runtime.rules() : rules(config),
              before.http().equals(config.http()) ? runtime.fetcher() : replaceFetcher(config));
      builder = newBuilder;
      boolean elsewhere =
          !before.places().equals(config.places())
              || before.defaults().port() != config.defaults().port();
      if (elsewhere) {
        sources.forEach(source -> source.timer.cancel());
        fresh = sources(config);
        sources = fresh;
        if (fresh.isEmpty()) {
          sync();
        }
      } else {
        sync();
      }
    } finally {
      lock.unlock();
    }
    fresh.forEach(this::beginLooking);
  }

  private PageFetcher replaceFetcher(PoolConfig config) {
    closeLater(runtime);
    return new PageFetcher(config.http(), context.timers(), context.userAgent());
  }

  /** Scrapes under way still use the connections; two intervals later they are over. */
  private void closeLater(PoolRuntime old) {
    Duration patience = old.config().defaults().interval().multipliedBy(2);
    context.timers().after(patience, old.fetcher()::close);
  }

  /** Brings the loops in line with what was found. Under the lock. */
  private void sync() {
    if (!sources.stream().allMatch(source -> source.looked)) {
      // Until everybody has answered once, what is missing may only be unknown.
      return;
    }
    Sorted sorted = sort();
    report(sorted.problems);
    dropped = List.copyOf(sorted.dropped);
    Map<FoundTarget.Identity, FoundTarget> wanted = sorted.targets;
    Map<FoundTarget.Identity, Refused> refusals = new LinkedHashMap<>();
    int limit = runtime.config().maxTargets();
    if (limit > 0 && wanted.size() > limit) {
      refuseAll(wanted, limit, refusals);
    }
    loops
        .entrySet()
        .removeIf(
            loop -> {
              boolean gone =
                  !wanted.containsKey(loop.getKey()) || refusals.containsKey(loop.getKey());
              if (gone) {
                context.targets().decrementAndGet();
                loop.getValue().leave();
              }
              return gone;
            });
    wanted.forEach(
        (identity, target) -> {
          if (!refusals.containsKey(identity)) {
            startOrUpdate(identity, target, refusals);
          }
        });
    refused = refusals;
  }

  private Sorted sort() {
    Sorted sorted = new Sorted(new LinkedHashMap<>(), new ArrayList<>(), new HashSet<>());
    for (Source source : sources) {
      for (TargetGroup group : source.groups) {
        for (Labels found : group.targets()) {
          sort(builder.discovered(group.labelsOf(found)), sorted);
        }
      }
    }
    return sorted;
  }

  private void sort(Labels discovered, Sorted sorted) {
    try {
      builder
          .target(discovered)
          .ifPresentOrElse(
              target -> sorted.targets.putIfAbsent(target.identity(), target),
              () -> sorted.dropped.add(new Dropped(runtime.config().name(), discovered)));
    } catch (InvalidRequest e) {
      sorted.problems.add(e.explain());
    }
  }

  private void report(Set<String> now) {
    for (String problem : now) {
      if (!problems.contains(problem)) {
        context.metrics().invalidTargets.inc();
        log.atWarn()
            .addKeyValue("pool", runtime.config().name())
            .addKeyValue("problem", problem)
            .log("a target that was found is not scraped");
      }
    }
    problems = now;
  }

  private static void refuseAll(
      Map<FoundTarget.Identity, FoundTarget> wanted,
      int limit,
      Map<FoundTarget.Identity, Refused> refusals) {
    String reason =
        "not scraped: %d targets after relabelings, spec.limits.targets allows %d; drop some with"
                .formatted(wanted.size(), limit)
            + " relabelings or raise it";
    wanted.forEach((identity, target) -> refusals.put(identity, new Refused(target, reason)));
  }

  private void startOrUpdate(
      FoundTarget.Identity identity,
      FoundTarget target,
      Map<FoundTarget.Identity, Refused> refusals) {
    TargetLoop running = loops.get(identity);
    if (running != null) {
      running.update(runtime, target);
      return;
    }
    int max = context.config().maxTargets();
    if (context.targets().incrementAndGet() > max) {
      context.targets().decrementAndGet();
      String reason =
          "not scraped: this process scrapes %d targets already, as many as it may; drop some with"
                  .formatted(max)
              + " relabelings or let another process scrape them";
      refusals.put(identity, new Refused(target, reason));
      return;
    }
    TargetScraper scraper =
        context
            .departing()
            .comeBack(target.labels())
            .orElseGet(() -> new TargetScraper(context, target.labels()));
    TargetLoop loop = new TargetLoop(context, scraper, runtime, target);
    loops.put(identity, loop);
    loop.start();
  }

  List<Target> active() {
    lock.lock();
    try {
      List<Target> targets = new ArrayList<>();
      for (TargetLoop loop : loops.values()) {
        TargetScraper.Last last = loop.last();
        targets.add(shown(loop.target(), last));
      }
      for (Refused refusal : refused.values()) {
        TargetScraper.Last last =
            new TargetScraper.Last(Health.DOWN, refusal.reason, Optional.empty(), Duration.ZERO, 0);
        targets.add(shown(refusal.target, last));
      }
      return targets;
    } finally {
      lock.unlock();
    }
  }

  private Target shown(FoundTarget target, TargetScraper.Last last) {
    return new Target(
        runtime.config().name(),
        target.url().toString(),
        target.discovered(),
        target.labels(),
        target.interval(),
        target.timeout(),
        last.health(),
        last.error(),
        last.begun(),
        last.took());
  }

  String name() {
    lock.lock();
    try {
      return runtime.config().name();
    } finally {
      lock.unlock();
    }
  }

  List<TargetFamilies> families() {
    lock.lock();
    try {
      return loops.values().stream()
          .map(loop -> new TargetFamilies(loop.target().labels(), loop.families()))
          .toList();
    } finally {
      lock.unlock();
    }
  }

  List<RelabelStep> relabelSteps(Labels discovered) {
    List<RelabelRule> rules;
    lock.lock();
    try {
      rules = runtime.config().relabelings();
    } finally {
      lock.unlock();
    }
    return RelabelSteps.of(rules, discovered);
  }

  List<Dropped> dropped() {
    lock.lock();
    try {
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  List<FailedLookup> failedLookups() {
    lock.lock();
    try {
      return sources.stream()
          .flatMap(source -> source.discovery.failures().stream())
          .map(place -> new FailedLookup(runtime.config().name(), place))
          .toList();
    } finally {
      lock.unlock();
    }
  }

  int refusedCount() {
    lock.lock();
    try {
      return refused.size();
    } finally {
      lock.unlock();
    }
  }

  long cacheBytes() {
    lock.lock();
    try {
      return loops.values().stream().mapToLong(loop -> loop.last().cache()).sum();
    } finally {
      lock.unlock();
    }
  }

  /** The ScrapeTarget is gone: so are its targets, and their series end. */
  void leave() {
    close(TargetLoop::leave);
    closeLater(runtime);
  }

  /** The process ends: scrapes stop, series stay as they are. */
  void stop() {
    close(TargetLoop::stop);
    runtime.fetcher().close();
  }

  private void close(Consumer<TargetLoop> how) {
    lock.lock();
    try {
      closed = true;
      sources.forEach(source -> source.timer.cancel());
      sources = List.of();
      loops.values().forEach(how);
      context.targets().addAndGet(-loops.size());
      loops.clear();
      refused = Map.of();
      dropped = List.of();
    } finally {
      lock.unlock();
    }
  }
}
