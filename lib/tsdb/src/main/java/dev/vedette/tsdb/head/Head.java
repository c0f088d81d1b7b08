package dev.vedette.tsdb.head;

import dev.vedette.model.CardinalityReport;
import dev.vedette.model.ErrorId;
import dev.vedette.model.Invariant;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.ReadCheck;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesExemplars;
import dev.vedette.model.TenantId;
import dev.vedette.model.Unavailable;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Recent samples of every tenant, in memory.
 *
 * <p>Writing: a request resolves its series without a lock, those it does not find are born under
 * the birth lock, and then each shard's samples are appended and logged under that shard's lock, so
 * that the log has the samples of a series in the order the head took them. A known series costs
 * some 50 ns a sample and no allocation. Any number of threads, virtual ones included.
 *
 * <p>Reading: cursors copy one series at a time ({@link SampleReader}) under a lease of {@link
 * ReadGate}. Writers and readers never wait for each other.
 *
 * <p>A sample newer than its series' newest is in order whatever its age within retention. An older
 * one is late: it lies beside the chunks ({@link LateStore}) until a flush, and wins over a sample
 * of its time that was there before. The same sample again is a duplicate; another value for the
 * newest time is refused, and the rest of the request goes on.
 */
public final class Head {
  static final Set<ErrorId> REASONS =
      EnumSet.of(
          ErrorId.INVALID_LABELS,
          ErrorId.LABEL_COUNT_LIMIT,
          ErrorId.LABEL_SIZE_LIMIT,
          ErrorId.HISTOGRAM_BUCKET_LIMIT,
          ErrorId.SERIES_LIMIT,
          ErrorId.METRIC_SERIES_LIMIT,
          ErrorId.LABEL_VALUES_LIMIT,
          ErrorId.SAMPLE_TOO_OLD,
          ErrorId.SAMPLE_TOO_NEW,
          ErrorId.LATE_SAMPLES_LIMIT,
          ErrorId.SAMPLE_CONFLICT);

  // Requests in flight that keep their buffers; more make new ones and drop them.
  private static final int KEPT_APPENDS = 64;
  private static final int MAX_ROUNDS = 10_000;
  private static final Duration READ_PATIENCE = Duration.ofMinutes(2);

  private final HeadConfig config;
  private final Clock clock;
  private final HeadLog log;
  private final StoredTimes times;
  private final Backlog backlog;
  private final HeadMetrics metrics;
  private final SeriesDirectory directory;
  private final SeriesLimitCheck limits;
  private final Births births;
  private final ReadGate reads = new ReadGate(READ_PATIENCE);
  private final HeadReads queries;
  private final Exemplars exemplars;
  private final ArrayDeque<Append> idle = new ArrayDeque<>();
  // What a kept append holds on to between two requests, so that it keeps no sender's bytes.
  private final WriteBatch nothing = new WriteBatch();
  private volatile boolean logHasGaps;
  // Of what is remembered, so that who repeats it waits for it.
  private final AtomicLong metadataPosition = new AtomicLong();

  public Head(HeadConfig config, Clock clock, HeadLog log, PrometheusRegistry registry) {
    this(config, clock, log, StoredTimes.IGNORED, registry);
  }

  /**
   * @param times told of what is stored
   */
  public Head(
      HeadConfig config, Clock clock, HeadLog log, StoredTimes times, PrometheusRegistry registry) {
    this.config = config;
    this.clock = clock;
    this.log = log;
    this.times = times;
    this.backlog = new Backlog(clock);
    this.directory = new SeriesDirectory(config);
    this.queries = new HeadReads(directory, reads);
    this.limits = new SeriesLimitCheck(config.limits(), this::countWarning);
    this.births = new Births(this, limits);
    this.metrics = new HeadMetrics(registry, this);
    ExemplarMetrics counted =
        new ExemplarMetrics(registry, config, this::exemplars, this::exemplarBytes);
    this.exemplars = new Exemplars(config, log, counted);
  }

  /**
   * Appends a batch and returns once what was not refused is durable.
   *
   * @throws Unavailable where the log cannot be written; nothing of the batch is then promised
   */
  public WriteOutcome write(TenantId tenantId, WriteBatch batch) {
    log.checkWritable();
    TenantIndex tenant = directory.tenant(tenantId);
    Append append = take(tenant, batch);
    try {
      long now = clock.millis();
      append.begin(
          tenant,
          batch,
          now - config.retention().toMillis(),
          now + config.futureLimit().toMillis());
      long position = appendAndNoteTimes(append);
      position = Math.max(position, exemplars.append(append));
      log.awaitDurable(append.hasDuplicates() ? log.end() : position);
      return outcome(append);
    } finally {
      give(append);
    }
  }

  private long appendAndNoteTimes(Append append) {
    try {
      return append(append);
    } finally {
      // Also of a request that fails from here on: sent again, its samples are duplicates, and they
      // must be found by then.
      if (append.minStored <= append.maxStored) {
        append.tenant.noteTimes(append.minStored, append.maxStored);
        times.stored(append.tenant.tenant, append.minStored, append.maxStored);
        backlog.stored(append.tenant.tenant, append.minStored, append.maxStored, append.stored);
      }
    }
  }

  private long append(Append append) {
    long position = appendMetadata(append);
    append.resolve();
    for (int round = 0; ; round++) {
      // Only a series that leaves the head in this very moment takes a second round.
      Invariant.check(round < MAX_ROUNDS, "BUG: series not found after %d rounds", round);
      if (append.unresolved > 0) {
        position = Math.max(position, births.create(append));
      }
      position = Math.max(position, append.append());
      if (append.unresolved == 0) {
        return position;
      }
      append.resolve();
    }
  }

  /** Logs what is new before it is remembered: what is remembered is never logged again. */
  private long appendMetadata(Append append) {
    List<MetricMetadata> families = append.batch.metadata();
    if (families.isEmpty()) {
      return 0;
    }
    for (int i = 0; i < families.size(); i++) {
      if (append.tenant.isNews(families.get(i))) {
        append.records.metadata(append.tenant.tenant, families.get(i));
      }
    }
    if (append.records.isEmpty()) {
      return metadataPosition.get();
    }
    long position;
    try {
      position = log.append(append.records);
    } finally {
      append.records.clear();
    }
    metadataPosition.accumulateAndGet(position, Math::max);
    families.forEach(append.tenant::putMetadata);
    return position;
  }

  private WriteOutcome outcome(Append append) {
    metrics.appended.inc(append.stored);
    metrics.duplicates.inc(append.duplicates);
    metrics.late.inc(append.late.stored);
    metrics.replaced.inc(append.late.replaced);
    metrics.speculationMisses.inc(append.probes);
    metrics.rejected(append.refusals);
    metrics.histograms.inc(append.wide.histograms);
    return new WriteOutcome(
        append.stored,
        append.duplicates,
        append.wide.histograms,
        append.wide.histogramDuplicates,
        append.exemplars,
        append.refusals.toList());
  }

  private Append take(TenantIndex tenant, WriteBatch batch) {
    synchronized (idle) {
      Append kept = idle.pollLast();
      if (kept != null) {
        return kept;
      }
    }
    return new Append(this, tenant, batch, directory.shards().length);
  }

  private void give(Append append) {
    append.batch = nothing;
    synchronized (idle) {
      if (idle.size() < KEPT_APPENDS) {
        idle.addLast(append);
      }
    }
  }

  /** Most buckets that a histogram may have. */
  int maxHistogramBuckets() {
    return limits.limits().maxHistogramBuckets();
  }

  /** Other limits from now on; series that exist stay. */
  public void limits(SeriesLimits replacement) {
    limits.replace(replacement);
  }

  // ---- what births and appends need

  HeadConfig config() {
    return config;
  }

  HeadLog log() {
    return log;
  }

  /** Those who wrote something since the start, or whose data was restored. */
  public Set<TenantId> tenants() {
    return directory.tenants().stream().map(each -> each.tenant).collect(Collectors.toSet());
  }

  SeriesDirectory directory() {
    return directory;
  }

  /** Whether samples may be in memory that the log never got. */
  boolean logHasGaps() {
    return logHasGaps;
  }

  void noteLogGap() {
    logHasGaps = true;
  }

  void countBorn(int count) {
    metrics.born.inc(count);
  }

  private void countWarning() {
    metrics.labelValueWarnings.inc();
  }

  // ---- reading

  /** Series that match and have samples in the range, in order. Close the cursor. */
  public SeriesCursor select(TenantId tenantId, Selection selection, ReadCheck check) {
    return queries.select(tenantId, selection, check);
  }

  /** Label sets that match and have samples in the range, in order. */
  public List<Labels> series(TenantId tenantId, Selection selection, int limit) {
    return queries.series(tenantId, selection, limit);
  }

  /** Names of labels, unsorted; all of them where there are no matchers. */
  public Collection<String> labelNames(TenantId tenantId, Selection selection) {
    return queries.labelNames(tenantId, selection);
  }

  /** Values of a label, unsorted; all of them where there are no matchers. */
  public Collection<String> labelValues(TenantId tenantId, String name, Selection selection) {
    return queries.labelValues(tenantId, name, selection);
  }

  /** Exemplars in a closed range of time of the series that any of the selectors matches. */
  public List<SeriesExemplars> exemplars(
      TenantId tenantId, List<List<LabelMatcher>> selectors, long startMillis, long endMillis) {
    return exemplars.select(tenantId, selectors, startMillis, endMillis);
  }

  public List<MetricMetadata> metadata(TenantId tenantId) {
    return queries.metadata(tenantId);
  }

  /** About how many series of a selection have samples in memory; decodes none. */
  public long estimate(TenantId tenantId, Selection selection) {
    return queries.estimate(tenantId, selection);
  }

  public CardinalityReport cardinality(TenantId tenantId, int top) {
    return queries.cardinality(tenantId, top);
  }

  /** At least as new as the newest sample in memory; {@link Long#MIN_VALUE} before the first. */
  public long newestMillis() {
    long newest = Long.MIN_VALUE;
    for (TenantIndex tenant : directory.tenants()) {
      newest = Math.max(newest, tenant.maxMillis.get());
    }
    return newest;
  }

  // ---- restoring

  /** Takes in what the log holds, by one thread, before anybody writes. */
  public HeadRestore restore() {
    return new HeadRestore(this);
  }

  /** What restoring fills, beside the directory. */
  Exemplars exemplarRing() {
    return exemplars;
  }

  /** Shows the exemplars of series that are in memory. */
  void forEachExemplar(HeadFlush.Exemplars into) {
    exemplars.forEach(directory, into);
  }

  /** Exemplars in memory. */
  public long exemplars() {
    return exemplars.count();
  }

  private long exemplarBytes() {
    return exemplars.bytes();
  }

  // ---- flushing

  /**
   * Begins to move what is older than {@code cutoffMillis} into blocks of aligned windows. One
   * flush at a time.
   */
  public HeadFlush beginFlush(long cutoffMillis, long windowMillis) {
    return new HeadFlush(this, cutoffMillis, windowMillis);
  }

  /** Lets writers wait until it is closed. */
  public Standstill standstill() {
    return new Standstill(directory);
  }

  /** Waits until the writers whose samples a reader may see by now have logged them. */
  public void awaitWriters() {
    for (Shard shard : directory.shards()) {
      shard.lock.lock();
      shard.late.lock.lock();
      shard.late.lock.unlock();
      shard.lock.unlock();
    }
  }

  /**
   * Forgets the newest samples of series that are empty, where they lie in a range of which all was
   * deleted. Returns once that is durable.
   *
   * @return false where late samples that are in memory keep a series from it
   */
  public boolean forgetNewest(
      TenantId tenant, List<List<LabelMatcher>> selectors, long startMillis, long endMillis) {
    return new Forgetting(directory, log).run(tenant, selectors, startMillis, endMillis);
  }

  /** Begins to move late samples into blocks of aligned windows. One flush at a time. */
  public LateFlush beginLateFlush(long windowMillis) {
    FlushPlan plan = new FlushPlan(directory, births.limit(), windowMillis);
    return new LateFlush(directory, reads, plan, config.lateWindow().toMillis());
  }

  /** Whether a flush would find series that hold nothing, none since {@code idleBeforeMillis}. */
  public boolean hasIdle(long idleBeforeMillis) {
    for (int ref = 0; ref < births.limit(); ref++) {
      if (directory.isAlive(ref) && directory.shardOf(ref).isIdle(ref, idleBeforeMillis)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a flush up to there would find samples. */
  public boolean hasSamplesBefore(long cutoffMillis) {
    for (Shard shard : directory.shards()) {
      if (shard.late.hasBefore(cutoffMillis) || shard.wide.hasBefore(cutoffMillis)) {
        return true;
      }
    }
    SampleReader reader = directory.newSampleReader();
    for (int ref = 0; ref < births.limit(); ref++) {
      if (directory.isAlive(ref) && reader.bounds(ref, cutoffMillis - 1) > 0) {
        return true;
      }
    }
    return false;
  }

  /** Samples of senders that catch up. */
  public Backlog backlog() {
    return backlog;
  }

  Births births() {
    return births;
  }

  /** What reads pass through; also for what a reader sees together with the head. */
  public ReadGate reads() {
    return reads;
  }

  /**
   * Makes series without samples, none since {@code idleBeforeMillis}, unknown to writers, but for
   * those of which a flush just took some. Under the birth lock.
   */
  Map<TenantIndex, List<Integer>> bury(FlushPlan flushed, long idleBeforeMillis) {
    Map<TenantIndex, List<Integer>> buried = new HashMap<>();
    for (int ref = 0; ref < flushed.limit(); ref++) {
      if (directory.isAlive(ref)
          && !flushed.isTaken(ref)
          && directory.shardOf(ref).bury(ref, idleBeforeMillis)) {
        buried.computeIfAbsent(directory.tenantOf(ref), _ -> new ArrayList<>()).add(ref);
        metrics.died.inc();
      }
    }
    if (!buried.isEmpty()) {
      directory.table().retain(directory::isAlive);
    }
    return buried;
  }

  /** Active series of all tenants. */
  public long series() {
    return directory.series();
  }

  /** Chunks in memory; the open run of a series, which needs none, is not counted. */
  public long chunks() {
    return queries.chunks();
  }

  /** Memory held for chunks. */
  public long chunkBytes() {
    return directory.chunkBytes();
  }

  /** Memory held for late samples. */
  public long lateBytes() {
    return directory.lateBytes();
  }

  /** Late samples in memory. */
  public long lateSamples() {
    return directory.lateSamples();
  }

  /** Memory held for records, table and label ids. */
  public long seriesBytes() {
    return directory.memoryBytes();
  }
}
