package dev.vedette.tsdb.head;

import dev.vedette.model.TenantId;
import dev.vedette.tsdb.block.SortedSeries;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.roaringbitmap.RoaringBitmap;

/**
 * The samples before some time on their way from the head into blocks. Writes and reads go on all
 * the while.
 *
 * <p>At the start it notes for each series how far it will go, its horizon; what is appended later
 * lies behind that, and series that take a late sample meanwhile keep everything for the next
 * flush. So nothing is dropped that is not in a block. Steps, by one thread: {@link #windows} and
 * {@link #series} to write blocks, {@link #drop} once readers have them, {@link #needsLog} for the
 * checkpoint of the log, {@link #finish} after that, {@link #close} in any case.
 */
public final class HeadFlush implements AutoCloseable {
  private static final long NOTHING = Long.MIN_VALUE;

  private final Head head;
  private final SeriesDirectory directory;
  private final long cutoffMillis;
  private final long[] horizons;
  private final RoaringBitmap keptBack = new RoaringBitmap();
  private final Map<TenantIndex, TreeSet<Long>> windows =
      new TreeMap<>(Comparator.comparing((TenantIndex tenant) -> tenant.tenant));
  private final Map<TenantIndex, int[]> sorted = new TreeMap<>(Comparator.comparing(t -> t.tenant));
  private final List<Departure> departures = new ArrayList<>();

  /** Series of one tenant that left the head in this flush. */
  @SuppressWarnings("ArrayRecordComponent") // Read-only, and never compared.
  private record Departure(
      TenantIndex tenant, int[] refs, int[] labels, RoaringBitmap dead, List<LabelPair> gone) {}

  HeadFlush(Head head, long cutoffMillis, long windowMillis) {
    this.head = head;
    this.directory = head.directory();
    this.cutoffMillis = cutoffMillis;
    head.noteLate(true);
    this.horizons = new long[head.births().limit()];
    Arrays.fill(horizons, NOTHING);
    SampleReader reader = directory.newReader();
    for (int ref = 0; ref < horizons.length; ref++) {
      if (directory.isAlive(ref)) {
        look(reader, ref, cutoffMillis, windowMillis);
      }
    }
  }

  private void look(SampleReader reader, int ref, long cutoffMillis, long windowMillis) {
    if (reader.bounds(ref, cutoffMillis - 1) == 0) {
      return;
    }
    TreeSet<Long> starts = windows.computeIfAbsent(directory.tenantOf(ref), _ -> new TreeSet<>());
    long horizon = NOTHING;
    for (int piece = 0; piece < reader.pieces(); piece++) {
      long newest = Math.min(reader.pieceMax(piece), cutoffMillis - 1);
      horizon = Math.max(horizon, newest);
      long start = Math.floorDiv(reader.pieceMin(piece), windowMillis) * windowMillis;
      for (; start <= newest; start += windowMillis) {
        starts.add(start);
      }
    }
    horizons[ref] = horizon;
  }

  public List<TenantId> tenants() {
    return windows.keySet().stream().map(tenant -> tenant.tenant).toList();
  }

  /** Starts of the windows a tenant may have samples in; some may turn out empty. */
  public SortedSet<Long> windows(TenantId tenantId) {
    return windows.entrySet().stream()
        .filter(entry -> entry.getKey().tenant.equals(tenantId))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseGet(TreeSet::new);
  }

  /** The samples of a tenant in a closed range of time, to be written to a block. */
  public SortedSeries series(TenantId tenantId, long startMillis, long endMillis) {
    TenantIndex tenant = directory.tenant(tenantId);
    int[] refs = sorted.computeIfAbsent(tenant, this::sort);
    return new HeadSeries(directory, refs, horizons, startMillis, endMillis);
  }

  private int[] sort(TenantIndex tenant) {
    RoaringBitmap flushed = new RoaringBitmap();
    tenant
        .all
        .bitmap()
        .forEach(
            (int ref) -> {
              if (ref < horizons.length && horizons[ref] != NOTHING) {
                flushed.add(ref);
              }
            });
    return tenant.order().sorted(flushed);
  }

  /**
   * Waits for reads that began before, then takes what was written to blocks out of memory, and
   * with it the series whose newest sample is older than {@code idleBeforeMillis}.
   */
  public void drop(long idleBeforeMillis) throws InterruptedException {
    head.reads().awaitEarlierReads();
    for (int ref = 0; ref < horizons.length; ref++) {
      if (horizons[ref] != NOTHING && !head.drop(ref, horizons[ref])) {
        keptBack.add(ref);
      }
    }
    removeIdle(idleBeforeMillis);
  }

  private void removeIdle(long idleBeforeMillis) throws InterruptedException {
    Births births = head.births();
    births.lock.lock();
    try {
      Map<TenantIndex, List<Integer>> idle = head.bury(horizons.length, idleBeforeMillis);
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

  /** Whether series took late samples meanwhile, and so kept all they have in memory. */
  public boolean keptBack() {
    return !keptBack.isEmpty();
  }

  /** Whether a sample that was logged before this flush is in no block yet. */
  public boolean needsLog(int ref, long timestampMillis) {
    // Whatever was logged before and is older was either in the head, and now is in a block, or in
    // a block already.
    return timestampMillis >= cutoffMillis || keptBack.contains(ref);
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

  /** Ends the flush, or gives it up: what was not dropped stays. */
  @Override
  public void close() {
    head.noteLate(false);
  }
}
