package dev.vedette.tsdb.head;

import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.LabelTexts;
import dev.vedette.model.Labels;
import dev.vedette.model.WriteBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.roaringbitmap.RoaringBitmap;

/**
 * Where series are born: the only path that parses labels. All of it happens under {@link #lock},
 * the birth lock; a shard's lock may be taken inside it, never the other way round.
 *
 * <p>A series is in the table, where writers find it, only once its record is in the log: otherwise
 * a second writer's samples could be durable without the labels they belong to.
 */
final class Births {
  final ReentrantLock lock;
  private final Head head;
  private final SeriesDirectory directory;
  private final SeriesLimitCheck limits;
  private final List<Newborn> unlogged = new ArrayList<>();
  private final Map<Key, Newborn> unloggedByLabels = new HashMap<>();
  private final LabelTexts texts = new LabelTexts();
  private int[] freeRefs = new int[64];
  private int freeCount;
  private final RoaringBitmap quarantined = new RoaringBitmap();
  private volatile int nextRef;

  private record Key(int tenant, Labels labels) {}

  private static final class Newborn {
    final TenantIndex tenant;
    final int ref;
    final byte[] bytes;
    final long hash;
    final int check;
    final List<long[]> keys = new ArrayList<>(1);

    Newborn(TenantIndex tenant, int ref, byte[] bytes, long hash, int check) {
      this.tenant = tenant;
      this.ref = ref;
      this.bytes = bytes;
      this.hash = hash;
      this.check = check;
    }

    void addKey(long hash, int check) {
      for (long[] key : keys) {
        if (key[0] == hash && key[1] == check) {
          return;
        }
      }
      keys.add(new long[] {hash, check});
    }
  }

  Births(Head head, SeriesLimitCheck limits) {
    this.head = head;
    this.directory = head.directory();
    this.lock = directory.birthLock;
    this.limits = limits;
  }

  /** Gives every unresolved series of a request a ref or a refusal. Returns the log position. */
  long create(Append append) {
    lock.lock();
    try {
      append.records.clear();
      WriteBatch batch = append.batch;
      for (int i = 0; i < batch.seriesCount(); i++) {
        if (append.refs[i] == Append.UNRESOLVED) {
          append.refs[i] = bear(append, i);
        }
      }
      return logAndPublish(append.records);
    } finally {
      append.records.clear();
      lock.unlock();
    }
  }

  private int bear(Append append, int i) {
    TenantIndex tenant = append.tenant;
    long hash = append.batch.hash(i) ^ tenant.salt;
    int check = append.batch.check(i);
    int known = directory.table().find(hash, check);
    if (known != SeriesTable.ABSENT) {
      return known;
    }
    if (!append.hasSampleInTime(i)) {
      return Append.REFUSED;
    }
    Labels labels;
    try {
      labels = append.batch.labels(i, texts);
    } catch (InvalidRequest e) {
      append.refusals.add(e.id(), append.samples(i), e.advice());
      return Append.REFUSED;
    }
    Newborn newborn = unloggedByLabels.get(new Key(tenant.number, labels));
    if (newborn != null) {
      newborn.addKey(hash, check);
      return newborn.ref;
    }
    // Most senders write labels as we do, and then this hash is the only one.
    boolean isCanonical = append.batch.isCanonical(i);
    byte[] canonical = isCanonical ? append.batch.copyLabels(i) : LabelBytes.encode(labels);
    long canonicalHash = hash;
    int canonicalCheck = check;
    if (!isCanonical) {
      canonicalHash = LabelBytes.hash(canonical, 0, canonical.length) ^ tenant.salt;
      canonicalCheck = LabelBytes.check(canonical, 0, canonical.length);
      known = directory.table().find(canonicalHash, canonicalCheck);
      if (known != SeriesTable.ABSENT) {
        directory.addAlias(known, hash, check, nextRef);
        return known;
      }
    }
    if (limits.refuses(tenant, labels, append.refusals, append.samples(i))) {
      return Append.REFUSED;
    }
    newborn = new Newborn(tenant, takeRef(), canonical, hash, check);
    newborn.addKey(hash, check);
    newborn.addKey(canonicalHash, canonicalCheck);
    prepare(newborn.ref, tenant, labels);
    unlogged.add(newborn);
    unloggedByLabels.put(new Key(tenant.number, labels), newborn);
    return newborn.ref;
  }

  /** Puts a series into its record and the index; nobody finds it by hash yet. */
  private void prepare(int ref, TenantIndex tenant, Labels labels) {
    directory.records().ensure(ref);
    int address = tenant.add(ref, labels);
    directory.initialize(ref, address, labels, tenant);
    tenant.publish(ref, address);
  }

  private long logAndPublish(HeadLog.Records records) {
    if (unlogged.isEmpty()) {
      return 0;
    }
    for (Newborn newborn : unlogged) {
      byte[] bytes = newborn.bytes;
      records.series(newborn.ref, newborn.tenant.tenant, bytes, 0, bytes.length);
    }
    long position = head.log().append(records);
    for (Newborn newborn : unlogged) {
      directory.publish(newborn.ref, newborn.hash, newborn.check, newborn.keys.size() > 1);
      for (long[] key : newborn.keys) {
        directory.table().add(key[0], (int) key[1], newborn.ref);
      }
    }
    head.countBorn(unlogged.size());
    unlogged.clear();
    unloggedByLabels.clear();
    return position;
  }

  private int takeRef() {
    return freeCount > 0 ? freeRefs[--freeCount] : newRef();
  }

  private int newRef() {
    int ref = nextRef;
    nextRef = ref + 1;
    return ref;
  }

  /** Keeps refs of dead series apart, since the log may still name them. Under the lock. */
  void quarantine(int[] refs) {
    for (int ref : refs) {
      quarantined.add(ref);
    }
  }

  /** Lets refs be used again that no record of the log names. Under the lock. */
  void recycleQuarantined() {
    recycle(quarantined);
    quarantined.clear();
  }

  private void recycle(RoaringBitmap refs) {
    int[] ascending = refs.toArray();
    if (freeCount + ascending.length > freeRefs.length) {
      freeRefs = Arrays.copyOf(freeRefs, freeCount + ascending.length);
    }
    // They are taken from the end, the lowest first.
    for (int i = ascending.length - 1; i >= 0; i--) {
      freeRefs[freeCount++] = ascending[i];
    }
  }

  /** Ends the restoring: what lies between the refs that the log names is free. */
  void restored(RoaringBitmap named) {
    lock.lock();
    try {
      RoaringBitmap holes = RoaringBitmap.flip(named, 0L, Integer.toUnsignedLong(nextRef));
      holes.andNot(alive());
      recycle(holes);
    } finally {
      lock.unlock();
    }
  }

  private RoaringBitmap alive() {
    RoaringBitmap alive = new RoaringBitmap();
    for (int ref = 0; ref < nextRef; ref++) {
      if (directory.isAlive(ref)) {
        alive.add(ref);
      }
    }
    return alive;
  }

  /**
   * A series as the log had it, before anybody writes.
   *
   * @return the ref to use for it: {@code ref}, or that of the same label set known already
   */
  int restore(int ref, TenantIndex tenant, byte[] bytes, int from, int to) {
    lock.lock();
    try {
      // Whatever the log names is taken, even for a series that is known by another ref.
      nextRef = Math.max(nextRef, ref + 1);
      long hash = LabelBytes.hash(bytes, from, to) ^ tenant.salt;
      int check = LabelBytes.check(bytes, from, to);
      int known = directory.table().find(hash, check);
      if (known != SeriesTable.ABSENT) {
        return known;
      }
      int own = directory.isAlive(ref) ? takeRef() : ref;
      prepare(own, tenant, LabelBytes.decode(bytes, from, to, texts));
      directory.publish(own, hash, check, false);
      directory.table().add(hash, check, own);
      return own;
    } finally {
      lock.unlock();
    }
  }

  /** One past the largest ref ever given out. */
  int limit() {
    return nextRef;
  }
}
