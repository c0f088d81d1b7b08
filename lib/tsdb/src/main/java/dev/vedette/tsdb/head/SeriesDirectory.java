package dev.vedette.tsdb.head;

import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesOrder;
import dev.vedette.model.TenantId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which series there are: their records, labels and tenants, in which shard each lives, and how a
 * writer finds them. Changed under {@link #birthLock}; a shard's lock may be taken inside it, never
 * the other way round. Looked up without a lock.
 */
final class SeriesDirectory {
  final ReentrantLock birthLock = new ReentrantLock();
  private final SeriesRecords records = new SeriesRecords();
  private final SeriesStarts starts = new SeriesStarts();
  private final LabelStore labels = new LabelStore();
  private final SlabArena[] arenas;
  private final Shard[] shards;
  private final ConcurrentHashMap<TenantId, TenantIndex> tenants = new ConcurrentHashMap<>();
  private final List<TenantIndex> tenantsByNumber = new ArrayList<>();
  private final SplittableRandom salts = new SplittableRandom();
  private volatile SeriesTable table = new SeriesTable();

  SeriesDirectory(HeadConfig config) {
    this.arenas = new SlabArena[config.shards()];
    this.shards = new Shard[config.shards()];
    for (int i = 0; i < shards.length; i++) {
      arenas[i] = new SlabArena();
      shards[i] = new Shard(records, starts, arenas, i);
    }
  }

  /** A tenant, new where nobody knew it. */
  TenantIndex tenant(TenantId tenant) {
    TenantIndex known = tenants.get(tenant);
    if (known != null) {
      return known;
    }
    birthLock.lock();
    try {
      return tenants.computeIfAbsent(tenant, this::newTenant);
    } finally {
      birthLock.unlock();
    }
  }

  private TenantIndex newTenant(TenantId tenant) {
    int number = tenantsByNumber.size();
    TenantIndex index = new TenantIndex(tenant, number, salts.nextLong(), labels, records);
    tenantsByNumber.add(index);
    return index;
  }

  @Nullable TenantIndex find(TenantId tenant) {
    return tenants.get(tenant);
  }

  Collection<TenantIndex> tenants() {
    return tenants.values();
  }

  SeriesRecords records() {
    return records;
  }

  LabelStore labels() {
    return labels;
  }

  SeriesTable table() {
    return table;
  }

  Shard[] shards() {
    return shards;
  }

  /** Reads what series have in memory. */
  SeriesReader newReader() {
    return new SeriesReader(this);
  }

  /** Reads what series have in order. */
  SampleReader newSampleReader() {
    return new SampleReader(records, starts, arenas);
  }

  boolean isAlive(int ref) {
    return ref >>> SeriesRecords.SEGMENT_BITS < records.segments().length
        && records.segment(ref)[SeriesRecords.at(ref) + SeriesRecords.HASH] != 0;
  }

  Shard shardOf(int ref) {
    long state = records.segment(ref)[SeriesRecords.at(ref) + SeriesRecords.STATE];
    return shards[SeriesRecords.shard(state)];
  }

  Labels labels(int ref) {
    return labels.labels(labelAddress(ref));
  }

  /** Those of them that have one of the names. */
  Labels labels(int ref, String[] names) {
    return names.length == 0 ? Labels.EMPTY : labels.labels(labelAddress(ref), names);
  }

  int labelAddress(int ref) {
    return SeriesRecords.low(records.segment(ref)[SeriesRecords.at(ref) + SeriesRecords.VERSION]);
  }

  TenantIndex tenantOf(int ref) {
    return tenantsByNumber.get(labels.tenant(labelAddress(ref)));
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

  /** Other bytes for a series that exists, below {@code limit} as all. Under the birth lock. */
  void addAlias(int ref, long hash, int check, int limit) {
    if (table.size() > 4L * limit + 1024) {
      forgetAliases(limit);
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
  private void forgetAliases(int limit) {
    SeriesTable fresh = new SeriesTable();
    for (int ref = 0; ref < limit; ref++) {
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

  /** Series of all tenants. */
  long series() {
    long total = 0;
    for (TenantIndex tenant : tenants.values()) {
      total += tenant.series();
    }
    return total;
  }

  /** Memory held for chunks. */
  long chunkBytes() {
    long total = 0;
    for (SlabArena arena : arenas) {
      total += arena.usedBytes();
    }
    for (Shard shard : shards) {
      total += shard.wide.bytes();
    }
    return total;
  }

  /** Time of the newest sample a series ever had; {@link Long#MIN_VALUE} where none is known. */
  long newestMillis(int ref) {
    long[] segment = records.segment(ref);
    int at = SeriesRecords.at(ref);
    while (true) {
      long version = SeriesRecords.acquireVersion(segment, at);
      long newest = segment[at + SeriesRecords.LAST_TS];
      if (!SeriesRecords.isChanging(version) && SeriesRecords.unchanged(segment, at, version)) {
        WideSeries wide = shardOf(ref).wide.find(ref);
        return wide == null ? newest : Math.max(newest, wide.inOrder.newestMillis());
      }
      Thread.onSpinWait();
    }
  }

  /** Memory held for late samples. */
  long lateBytes() {
    long total = 0;
    for (Shard shard : shards) {
      total += shard.late.bytes() + shard.wide.lateBytes();
    }
    return total;
  }

  long lateSamples() {
    long total = 0;
    for (Shard shard : shards) {
      total += shard.late.samples() + shard.wide.lateSamples();
    }
    return total;
  }

  long memoryBytes() {
    return records.memoryBytes()
        + starts.memoryBytes()
        + table.memoryBytes()
        + labels.memoryBytes();
  }
}
