package dev.vedette.tsdb.head;

import dev.vedette.model.TenantId;
import dev.vedette.tsdb.block.SortedSeries;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntToLongFunction;
import org.roaringbitmap.RoaringBitmap;

/**
 * Which samples a flush takes, settled at its start: of those in order all up to a horizon a
 * series, of the late ones a copy. What comes later is for the next flush.
 */
final class FlushPlan implements FlushSource {
  private static final long NOTHING = Long.MIN_VALUE;

  private final SeriesDirectory directory;
  private final long windowMillis;
  private final long[] horizons;
  private final Map<Integer, SampleRun> late = new HashMap<>();
  private final Map<TenantIndex, TreeSet<Long>> windows =
      new TreeMap<>(Comparator.comparing((TenantIndex tenant) -> tenant.tenant));
  private final Map<TenantIndex, int[]> sorted = new TreeMap<>(Comparator.comparing(t -> t.tenant));

  /** Takes nothing yet, of series whose refs are below {@code limit}. */
  FlushPlan(SeriesDirectory directory, int limit, long windowMillis) {
    this.directory = directory;
    this.windowMillis = windowMillis;
    this.horizons = new long[limit];
    Arrays.fill(horizons, NOTHING);
  }

  int limit() {
    return horizons.length;
  }

  /** Takes the samples in order that are older than a time. */
  void takeInOrder(long endMillis) {
    SampleReader reader = directory.newSampleReader();
    for (int ref = 0; ref < horizons.length; ref++) {
      if (directory.isAlive(ref) && reader.bounds(ref, endMillis - 1) > 0) {
        look(reader, ref, endMillis - 1);
      }
    }
  }

  private void look(SampleReader reader, int ref, long newestTaken) {
    for (int piece = 0; piece < reader.pieces(); piece++) {
      long newest = Math.min(reader.pieceMax(piece), newestTaken);
      horizons[ref] = Math.max(horizons[ref], newest);
      noteWindows(ref, reader.pieceMin(piece), newest);
    }
  }

  private void noteWindows(int ref, long oldest, long newest) {
    TreeSet<Long> starts = windows.computeIfAbsent(directory.tenantOf(ref), _ -> new TreeSet<>());
    for (long start = startOf(oldest); start <= newest; start += windowMillis) {
      starts.add(start);
    }
  }

  private long startOf(long timestamp) {
    return Math.floorDiv(timestamp, windowMillis) * windowMillis;
  }

  /** Takes the late samples that are older than what {@code end} says of their series. */
  void takeLate(IntToLongFunction end) {
    Map<Integer, SampleRun> found = new HashMap<>();
    for (Shard shard : directory.shards()) {
      shard.late.collect(end, found);
    }
    found.forEach(
        (ref, run) -> {
          if (ref < horizons.length) {
            takeLate(ref, run);
          }
        });
  }

  private void takeLate(int ref, SampleRun run) {
    late.put(ref, run);
    for (int i = run.from; i < run.to; i++) {
      if (i == run.from || startOf(run.timestamps[i]) != startOf(run.timestamps[i - 1])) {
        noteWindows(ref, run.timestamps[i], run.timestamps[i]);
      }
    }
  }

  /** Late samples taken, by ref. */
  Map<Integer, SampleRun> late() {
    return late;
  }

  boolean takesInOrder(int ref) {
    return horizons[ref] != NOTHING;
  }

  /** Newest sample in order that is taken of a series; {@link Long#MIN_VALUE} for none. */
  long horizon(int ref) {
    return horizons[ref];
  }

  /** Takes what the plan took out of memory. */
  void drop() {
    for (int ref = 0; ref < horizons.length; ref++) {
      if (takesInOrder(ref)) {
        Shard shard = directory.shardOf(ref);
        shard.lock.lock();
        try {
          shard.dropThrough(ref, horizons[ref]);
        } finally {
          shard.lock.unlock();
        }
      }
    }
    late.forEach((ref, run) -> directory.shardOf(ref).late.remove(ref, run));
  }

  @Override
  public List<TenantId> tenants() {
    return windows.keySet().stream().map(tenant -> tenant.tenant).toList();
  }

  @Override
  public SortedSet<Long> windows(TenantId tenantId) {
    return windows.getOrDefault(directory.tenant(tenantId), new TreeSet<>());
  }

  @Override
  public SortedSeries series(TenantId tenantId, long startMillis, long endMillis) {
    int[] refs = sorted.computeIfAbsent(directory.tenant(tenantId), this::sort);
    return new HeadSeries(directory, this, refs, startMillis, endMillis);
  }

  private int[] sort(TenantIndex tenant) {
    RoaringBitmap flushed = new RoaringBitmap();
    tenant
        .all
        .bitmap()
        .forEach(
            (int ref) -> {
              if (ref < horizons.length && (takesInOrder(ref) || late.containsKey(ref))) {
                flushed.add(ref);
              }
            });
    return tenant.order().sorted(flushed);
  }
}
