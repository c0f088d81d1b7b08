package dev.vedette.tsdb.head;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.roaringbitmap.RoaringBitmap;

/**
 * The samples before some time on their way from the head into blocks. Writes and reads go on all
 * the while.
 *
 * <p>At the start it settles which samples it takes ({@link FlushPlan}); what is appended later is
 * for the next flush. So nothing is dropped that is not in a block. Steps, by one thread: {@link
 * #source} to write blocks, {@link #drop} once readers have them, {@link #needsLog} for the
 * checkpoint of the log, {@link #finish} after that.
 */
public final class HeadFlush {
  private final Head head;
  private final SeriesDirectory directory;
  private final long cutoffMillis;
  private final FlushPlan plan;

  /** Receives exemplars. */
  public interface Exemplars {
    void exemplar(int ref, long timestampMillis, long valueBits, byte[] labels);
  }

  /** Receives the newest sample of a series. */
  public interface Newest {
    void newest(int ref, long timestampMillis, long valueBits);
  }

  private final List<Departure> departures = new ArrayList<>();

  /** Series of one tenant that left the head in this flush. */
  @SuppressWarnings("ArrayRecordComponent") // Read-only, and never compared.
  private record Departure(
      TenantIndex tenant, int[] refs, int[] labels, RoaringBitmap dead, List<LabelPair> gone) {}

  HeadFlush(Head head, long cutoffMillis, long windowMillis) {
    this.head = head;
    this.directory = head.directory();
    this.cutoffMillis = cutoffMillis;
    this.plan = new FlushPlan(directory, head.births().limit(), windowMillis);
    plan.takeInOrder(cutoffMillis);
    plan.takeLate(_ -> cutoffMillis);
  }

  /** The samples it takes, to be written to blocks. */
  public FlushSource source() {
    return plan;
  }

  /**
   * Waits for reads that began before, then takes what was written to blocks out of memory, and
   * with it the series whose newest sample is older than {@code idleBeforeMillis} and of which none
   * came since the last flush: a sender that catches up is not silent.
   */
  public void drop(long idleBeforeMillis) throws InterruptedException {
    head.reads().awaitEarlierReads();
    plan.drop();
    removeIdle(idleBeforeMillis);
  }

  private void removeIdle(long idleBeforeMillis) throws InterruptedException {
    Births births = head.births();
    births.lock.lock();
    try {
      Map<TenantIndex, List<Integer>> idle = head.bury(plan, idleBeforeMillis);
      idle.forEach((tenant, refs) -> departures.add(depart(tenant, refs)));
    } finally {
      births.lock.unlock();
    }
    if (departures.isEmpty()) {
      return;
    }
    head.reads().awaitEarlierReads();
    births.lock.lock();
    try {
      for (Departure each : departures) {
        each.tenant.release(each.dead, each.labels, each.gone);
      }
    } finally {
      births.lock.unlock();
    }
  }

  private Departure depart(TenantIndex tenant, List<Integer> idle) {
    int[] refs = idle.stream().mapToInt(Integer::intValue).toArray();
    int[] labels = Arrays.stream(refs).map(directory::labelAddress).toArray();
    RoaringBitmap dead = RoaringBitmap.bitmapOf(refs);
    return new Departure(tenant, refs, labels, dead, tenant.remove(dead, labels));
  }

  /** Whether a sample that was logged before this flush may be in no block yet. */
  public boolean needsLog(long timestampMillis) {
    // Whatever was logged before and is older was either in the head, and now is in a block, or in
    // a block already.
    return timestampMillis >= cutoffMillis;
  }

  /** Passes on the exemplars of series in memory, the oldest first. */
  public void exemplars(Exemplars into) {
    head.forEachExemplar(into);
  }

  /** Passes on the newest sample of a series that has all of its samples in blocks. */
  public void newest(int ref, Newest into) {
    Shard shard = directory.shardOf(ref);
    shard.lock.lock();
    long[] segment = directory.records().segment(ref);
    int at = SeriesRecords.at(ref);
    long newest;
    long bits;
    try {
      WideSeries wide = shard.wide.find(ref);
      if (!SeriesRecords.isEmpty(segment, at) || wide != null && !wide.inOrder.isEmpty()) {
        return;
      }
      newest = segment[at + SeriesRecords.LAST_TS];
      bits = segment[at + SeriesRecords.LAST_BITS];
      if (wide != null && wide.inOrder.newestMillis() > newest) {
        newest = wide.inOrder.newestMillis();
        bits = wide.inOrder.newestFingerprint();
      }
    } finally {
      shard.lock.unlock();
    }
    if (newest != Long.MIN_VALUE) {
      into.newest(ref, newest, bits);
    }
  }

  /** Whether a series is alive, so that the log has to keep its labels. */
  public boolean needsLog(int ref) {
    return directory.isAlive(ref);
  }

  /**
   * Call once the log has its checkpoint. Series that left before this flush are in no record of
   * the log any more, so their refs may be used again; those of this flush wait for the next.
   */
  public void finish() {
    Births births = head.births();
    births.lock.lock();
    try {
      births.recycleQuarantined();
      departures.forEach(departure -> births.quarantine(departure.refs));
    } finally {
      births.lock.unlock();
    }
  }
}
