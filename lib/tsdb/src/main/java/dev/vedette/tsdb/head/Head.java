package dev.vedette.tsdb.head;

import dev.vedette.model.CardinalityReport;
import dev.vedette.model.ErrorId;
import dev.vedette.model.Invariant;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesOrder;
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
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.roaringbitmap.RoaringBitmap;

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
 * <p>A sample newer than its series' newest is in order whatever its age within retention; an older
 * one is put in its place within the late window; the same sample again is a duplicate; anything
 * else is refused, and the rest of the request goes on.
 */
public final class Head {
  static final Set<ErrorId> REASONS =
      EnumSet.of(
          ErrorId.INVALID_LABELS,
          ErrorId.LABEL_COUNT_LIMIT,
          ErrorId.LABEL_SIZE_LIMIT,
          ErrorId.SERIES_LIMIT,
          ErrorId.METRIC_SERIES_LIMIT,
          ErrorId.LABEL_VALUES_LIMIT,
          ErrorId.SAMPLE_TOO_OLD,
          ErrorId.SAMPLE_TOO_NEW,
          ErrorId.SAMPLE_OUT_OF_ORDER,
          ErrorId.SAMPLE_CONFLICT);

  // Requests in flight that keep their buffers; more make new ones and drop them.
  private static final int KEPT_APPENDS = 64;
  private static final int MAX_ROUNDS = 10_000;
  private static final Duration READ_PATIENCE = Duration.ofMinutes(2);

  private final HeadConfig config;
  private final Clock clock;
  private final HeadLog log;
  private final HeadMetrics metrics;
  private final SeriesRecords records = new SeriesRecords();
  private final LabelStore labels = new LabelStore();
  private final SlabArena[] arenas;
  private final Shard[] shards;
  private final SeriesLimitCheck limits;
  private final Births births;
  private final ReadGate reads = new ReadGate(READ_PATIENCE);
  private final ConcurrentHashMap<TenantId, TenantIndex> tenants = new ConcurrentHashMap<>();
  private final List<TenantIndex> tenantsByNumber = new ArrayList<>();
  private final SplittableRandom salts = new SplittableRandom();
  private final ArrayDeque<Append> idle = new ArrayDeque<>();
  // What a kept append holds on to between two requests, so that it keeps no sender's bytes.
  private final WriteBatch nothing = new WriteBatch();
  private volatile SeriesTable table = new SeriesTable();
  private volatile boolean logHasGaps;

  public Head(HeadConfig config, Clock clock, HeadLog log, PrometheusRegistry registry) {
    this.config = config;
    this.clock = clock;
    this.log = log;
    this.arenas = new SlabArena[config.shards()];
    this.shards = new Shard[config.shards()];
    for (int i = 0; i < shards.length; i++) {
      arenas[i] = new SlabArena();
      shards[i] = new Shard(records, arenas, i, config.lateWindow().toMillis());
    }
    this.limits = new SeriesLimitCheck(config.limits(), this::countWarning);
    this.births = new Births(this, limits);
    this.metrics = new HeadMetrics(registry, this);
  }

  /**
   * Appends a batch and returns once what was not refused is durable.
   *
   * @throws Unavailable where the log cannot be written; nothing of the batch is then promised
   */
  public WriteOutcome write(TenantId tenantId, WriteBatch batch) {
    log.checkWritable();
    TenantIndex tenant = tenant(tenantId);
    Append append = take(tenant, batch);
    try {
      long now = clock.millis();
      append.begin(
          tenant,
          batch,
          now - config.retention().toMillis(),
          now + config.futureLimit().toMillis());
      long position = appendAndNoteTimes(append);
      log.awaitDurable(append.duplicates > 0 ? log.end() : position);
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
      if (append.stored > 0) {
        append.tenant.noteTimes(append.minStored, append.maxStored);
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

  private long appendMetadata(Append append) {
    List<MetricMetadata> families = append.batch.metadata();
    if (families.isEmpty()) {
      return 0;
    }
    for (int i = 0; i < families.size(); i++) {
      if (append.tenant.putMetadata(families.get(i))) {
        append.records.metadata(append.tenant.tenant, families.get(i));
      }
    }
    long position = append.records.isEmpty() ? 0 : log.append(append.records);
    append.records.clear();
    return position;
  }

  private WriteOutcome outcome(Append append) {
    metrics.appended.inc(append.stored);
    metrics.duplicates.inc(append.duplicates);
    metrics.speculationMisses.inc(append.probes);
    metrics.rejected(append.refusals);
    return new WriteOutcome(append.stored, append.duplicates, append.refusals.toList());
  }

  private Append take(TenantIndex tenant, WriteBatch batch) {
    synchronized (idle) {
      Append kept = idle.pollLast();
      if (kept != null) {
        return kept;
      }
    }
    return new Append(this, tenant, batch, shards.length);
  }

  private void give(Append append) {
    append.batch = nothing;
    synchronized (idle) {
      if (idle.size() < KEPT_APPENDS) {
        idle.addLast(append);
      }
    }
  }

  private TenantIndex tenant(TenantId tenant) {
    TenantIndex known = tenants.get(tenant);
    if (known != null) {
      return known;
    }
    births.lock.lock();
    try {
      return tenants.computeIfAbsent(tenant, this::newTenant);
    } finally {
      births.lock.unlock();
    }
  }

  private TenantIndex newTenant(TenantId tenant) {
    int number = tenantsByNumber.size();
    TenantIndex index = new TenantIndex(tenant, number, salts.nextLong(), labels, records);
    tenantsByNumber.add(index);
    return index;
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

  SeriesRecords records() {
    return records;
  }

  SeriesTable table() {
    return table;
  }

  /** Whether samples may be in memory that the log never got. */
  boolean logHasGaps() {
    return logHasGaps;
  }

  void noteLogGap() {
    logHasGaps = true;
  }

  Shard shard(int number) {
    return shards[number];
  }

  /** Makes the record of a new series complete but for its hash. */
  void initialize(int ref, int labelAddress, Labels series, TenantIndex tenant) {
    long[] segment = records.segment(ref);
    int at = SeriesRecords.at(ref);
    long version = SeriesRecords.beginChange(segment, at);
    segment[at + SeriesRecords.LAST_TS] = Long.MIN_VALUE;
    segment[at + SeriesRecords.LAST_BITS] = 0;
    segment[at + SeriesRecords.HASH] = 0;
    segment[at + SeriesRecords.CHECK_NEXT] = 0;
    segment[at + SeriesRecords.RUN] = 0;
    segment[at + SeriesRecords.CHUNKS] = 0;
    segment[at + SeriesRecords.STATE] = (long) shardOf(series, tenant) << 8;
    SeriesRecords.endChange(
        segment, at, SeriesRecords.pair(SeriesRecords.high(version), labelAddress));
  }

  /** A histogram, or a summary, lives in one shard whole. */
  private int shardOf(Labels series, TenantIndex tenant) {
    if (shards.length == 1) {
      return 0;
    }
    int hash = tenant.number * 31 + SeriesOrder.family(series.metricName()).hashCode();
    for (int i = 0; i < series.size(); i++) {
      String name = series.name(i);
      boolean inFamily =
          name.equals(Labels.METRIC_NAME) || name.equals("le") || name.equals("quantile");
      if (!inFamily) {
        hash = (hash * 31 + name.hashCode()) * 31 + series.value(i).hashCode();
      }
    }
    return Integer.remainderUnsigned((hash * 0x9e3779b9) >>> 8, shards.length);
  }

  /** Lets writers recognise a series by the hash of its label bytes. */
  void publish(int ref, long hash, int check, boolean aliased) {
    long[] segment = records.segment(ref);
    int at = SeriesRecords.at(ref);
    Shard shard = shards[SeriesRecords.shard(segment[at + SeriesRecords.STATE])];
    // Under the lock that an append holds, so that it sees the rest of the record, too.
    shard.lock.lock();
    try {
      segment[at + SeriesRecords.CHECK_NEXT] = SeriesRecords.pair(check, 0);
      if (aliased) {
        segment[at + SeriesRecords.STATE] |= SeriesRecords.ALIASED;
      }
      segment[at + SeriesRecords.HASH] = hash;
    } finally {
      shard.lock.unlock();
    }
  }

  /** Other bytes for a series that exists. Under the birth lock. */
  void addAlias(int ref, long hash, int check) {
    if (table.size() > 4L * births.limit() + 1024) {
      forgetAliases();
    }
    long[] segment = records.segment(ref);
    int at = SeriesRecords.at(ref);
    Shard shard = shards[SeriesRecords.shard(segment[at + SeriesRecords.STATE])];
    shard.lock.lock();
    try {
      segment[at + SeriesRecords.STATE] |= SeriesRecords.ALIASED;
    } finally {
      shard.lock.unlock();
    }
    table.add(hash, check, ref);
  }

  /** A sender that writes its labels in ever new orders must not fill the table. */
  private void forgetAliases() {
    SeriesTable fresh = new SeriesTable();
    for (int ref = 0; ref < births.limit(); ref++) {
      if (isAlive(ref)) {
        long[] segment = records.segment(ref);
        int at = SeriesRecords.at(ref);
        long hash = segment[at + SeriesRecords.HASH];
        int check = SeriesRecords.high(segment[at + SeriesRecords.CHECK_NEXT]);
        fresh.add(hash, check, ref);
        addCanonical(fresh, ref);
      }
    }
    table = fresh;
  }

  private void addCanonical(SeriesTable fresh, int ref) {
    byte[] bytes = LabelBytes.encode(labels(ref));
    long hash = LabelBytes.hash(bytes, 0, bytes.length) ^ tenantOf(ref).salt;
    int check = LabelBytes.check(bytes, 0, bytes.length);
    if (fresh.find(hash, check) == SeriesTable.ABSENT) {
      fresh.add(hash, check, ref);
    }
  }

  /** Whether a hash that is not the record's own leads to it all the same. */
  boolean isAlias(long[] segment, int at, int ref, long hash, int check) {
    return segment[at + SeriesRecords.HASH] != 0
        && (segment[at + SeriesRecords.STATE] & SeriesRecords.ALIASED) != 0
        && table.find(hash, check) == ref;
  }

  boolean isAlive(int ref) {
    return ref >>> SeriesRecords.SEGMENT_BITS < records.segments().length
        && records.segment(ref)[SeriesRecords.at(ref) + SeriesRecords.HASH] != 0;
  }

  void countBorn(int count) {
    metrics.born.inc(count);
  }

  private void countWarning() {
    metrics.labelValueWarnings.inc();
  }

  // ---- reading

  /** Series that match and have samples in the range, in order. Close the cursor. */
  public SeriesCursor select(TenantId tenantId, Selection selection) {
    ReadGate.Lease lease = reads.enter();
    try {
      int[] refs = matching(tenantId, selection);
      return new HeadCursor(this, lease, refs, selection.startMillis(), selection.endMillis());
    } catch (RuntimeException e) {
      lease.close();
      throw e;
    }
  }

  private int[] matching(TenantId tenantId, Selection selection) {
    TenantIndex tenant = tenants.get(tenantId);
    return tenant == null || !overlaps(tenant, selection)
        ? new int[0]
        : tenant.order().sorted(evaluate(tenant, selection));
  }

  private RoaringBitmap evaluate(TenantIndex tenant, Selection selection) {
    return new MatcherEvaluation(tenant, labels, records).evaluate(selection.matchers());
  }

  private static boolean overlaps(TenantIndex tenant, Selection selection) {
    return selection.startMillis() <= tenant.maxMillis.get()
        && selection.endMillis() >= tenant.minMillis.get();
  }

  /** Label sets that match and have samples in the range, in order. */
  public List<Labels> series(TenantId tenantId, Selection selection, int limit) {
    try (ReadGate.Lease lease = reads.enter()) {
      List<Labels> found = new ArrayList<>();
      SampleReader reader = newReader();
      for (int ref : matching(tenantId, selection)) {
        lease.check();
        if (limit > 0 && found.size() == limit) {
          break;
        }
        if (reader.read(ref, selection.startMillis(), selection.endMillis()) > 0) {
          found.add(labels(ref));
        }
      }
      return found;
    }
  }

  /** Names of labels, unsorted; all of them where there are no matchers. */
  public Collection<String> labelNames(TenantId tenantId, Selection selection) {
    return new LabelQueries(labels, records)
        .names(tenants.get(tenantId), reads, selection, Head::overlaps);
  }

  /** Values of a label, unsorted; all of them where there are no matchers. */
  public Collection<String> labelValues(TenantId tenantId, String name, Selection selection) {
    return new LabelQueries(labels, records)
        .values(tenants.get(tenantId), reads, name, selection, Head::overlaps);
  }

  public List<MetricMetadata> metadata(TenantId tenantId) {
    TenantIndex tenant = tenants.get(tenantId);
    return tenant == null ? List.of() : tenant.metadata();
  }

  public CardinalityReport cardinality(TenantId tenantId, int top) {
    TenantIndex tenant = tenants.get(tenantId);
    if (tenant == null) {
      return new CardinalityReport(
          0, 0, 0, Long.MAX_VALUE, Long.MIN_VALUE, List.of(), List.of(), List.of(), List.of());
    }
    long[] bounds = bounds(tenant);
    return new CardinalityReport(
        tenant.series(),
        tenant.labelPairs(),
        chunks(),
        bounds[0],
        bounds[1],
        tenant.seriesByMetric(top),
        tenant.valuesByLabel(top),
        tenant.memoryByLabel(top),
        tenant.seriesByLabelPair(top));
  }

  /** Oldest and newest timestamp that a tenant has in memory. */
  private long[] bounds(TenantIndex tenant) {
    long[] bounds = {Long.MAX_VALUE, Long.MIN_VALUE};
    try (ReadGate.Lease lease = reads.enter()) {
      lease.check();
      SampleReader reader = newReader();
      tenant
          .all
          .bitmap()
          .forEach(
              (int ref) -> {
                int pieces = reader.bounds(ref, Long.MAX_VALUE);
                if (pieces > 0) {
                  bounds[0] = Math.min(bounds[0], reader.pieceMin(pieces - 1));
                  bounds[1] = Math.max(bounds[1], reader.pieceMax(0));
                }
              });
    }
    return bounds;
  }

  /** At least as new as the newest sample in memory; {@link Long#MIN_VALUE} before the first. */
  public long newestMillis() {
    long newest = Long.MIN_VALUE;
    for (TenantIndex tenant : tenants.values()) {
      newest = Math.max(newest, tenant.maxMillis.get());
    }
    return newest;
  }

  SampleReader newReader() {
    return new SampleReader(records, arenas);
  }

  Labels labels(int ref) {
    return labels.labels(labelAddress(ref));
  }

  int labelAddress(int ref) {
    return SeriesRecords.low(records.segment(ref)[SeriesRecords.at(ref) + SeriesRecords.VERSION]);
  }

  TenantIndex tenantOf(int ref) {
    return tenantsByNumber.get(labels.tenant(labelAddress(ref)));
  }

  // ---- restoring

  /** Takes in what the log holds, by one thread, before anybody writes. */
  public HeadRestore restore() {
    return new HeadRestore(this);
  }

  /** A sample that was taken once already. */
  void restoreSample(int ref, long timestampMillis, long valueBits) {
    long[] segment = records.segment(ref);
    int at = SeriesRecords.at(ref);
    shards[SeriesRecords.shard(segment[at + SeriesRecords.STATE])].append(
        ref, segment, at, timestampMillis, valueBits);
  }

  void noteTimes(long min, long max) {
    if (min <= max) {
      tenants.values().forEach(tenant -> tenant.noteTimes(min, max));
    }
  }

  // ---- flushing

  /**
   * Begins to move what is older than {@code cutoffMillis} into blocks of aligned windows. One
   * flush at a time.
   */
  public HeadFlush beginFlush(long cutoffMillis, long windowMillis) {
    return new HeadFlush(this, cutoffMillis, windowMillis);
  }

  /** Whether a flush would find series that hold nothing, none since {@code idleBeforeMillis}. */
  public boolean hasIdle(long idleBeforeMillis) {
    for (int ref = 0; ref < births.limit(); ref++) {
      if (isAlive(ref) && shardOf(ref).isIdle(ref, idleBeforeMillis)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a flush up to there would find samples. */
  public boolean hasSamplesBefore(long cutoffMillis) {
    SampleReader reader = newReader();
    for (int ref = 0; ref < births.limit(); ref++) {
      if (isAlive(ref) && reader.bounds(ref, cutoffMillis - 1) > 0) {
        return true;
      }
    }
    return false;
  }

  Births births() {
    return births;
  }

  /** What reads pass through; also for what a reader sees together with the head. */
  public ReadGate reads() {
    return reads;
  }

  TenantIndex index(TenantId tenantId) {
    return tenant(tenantId);
  }

  void noteLate(boolean note) {
    for (Shard shard : shards) {
      shard.lock.lock();
      try {
        shard.noteLate(note);
      } finally {
        shard.lock.unlock();
      }
    }
  }

  /** Drops samples of a series; false where it took a late one, which may be in no block. */
  boolean drop(int ref, long through) {
    Shard shard = shardOf(ref);
    shard.lock.lock();
    try {
      if (shard.tookLate(ref)) {
        return false;
      }
      shard.dropThrough(ref, through);
      return true;
    } finally {
      shard.lock.unlock();
    }
  }

  private Shard shardOf(int ref) {
    long state = records.segment(ref)[SeriesRecords.at(ref) + SeriesRecords.STATE];
    return shards[SeriesRecords.shard(state)];
  }

  /**
   * Makes series without samples, none since {@code idleBeforeMillis}, unknown to writers. Under
   * the birth lock.
   */
  Map<TenantIndex, List<Integer>> bury(int limit, long idleBeforeMillis) {
    Map<TenantIndex, List<Integer>> buried = new HashMap<>();
    for (int ref = 0; ref < limit; ref++) {
      if (isAlive(ref) && shardOf(ref).bury(ref, idleBeforeMillis)) {
        buried.computeIfAbsent(tenantOf(ref), _ -> new ArrayList<>()).add(ref);
        metrics.died.inc();
      }
    }
    if (!buried.isEmpty()) {
      table.retain(this::isAlive);
    }
    return buried;
  }

  /** Active series of all tenants. */
  public long series() {
    long total = 0;
    for (TenantIndex tenant : tenants.values()) {
      total += tenant.series();
    }
    return total;
  }

  /** Chunks in memory; the open run of a series, which needs none, is not counted. */
  public long chunks() {
    long total = 0;
    for (Shard shard : shards) {
      total += shard.chunks();
    }
    return total;
  }

  /** Memory held for chunks. */
  public long chunkBytes() {
    long total = 0;
    for (SlabArena arena : arenas) {
      total += arena.usedBytes();
    }
    return total;
  }

  /** Memory held for records, table and label ids. */
  public long seriesBytes() {
    return records.memoryBytes() + table.memoryBytes() + labels.memoryBytes();
  }
}
