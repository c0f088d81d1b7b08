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
import java.util.function.Consumer;
import java.util.function.IntToLongFunction;
import org.roaringbitmap.RoaringBitmap;

/**
 * Which samples a flush takes, settled at its start: of those in order all up to a horizon a
 * series, of the late ones a copy. What comes later is for the next flush.
 */
final class FlushPlan implements FlushSource {
  private static final long NOTHING = Long.MIN_VALUE;
  private static final SampleRun NONE = new SampleRun(0);

  private final SeriesDirectory directory;
  private final long windowMillis;
  private final long[] horizons;
  private final Map<Integer, SampleRun> late = new HashMap<>();
  private final Map<Integer, Long> wideHorizons = new HashMap<>();
  private final Map<Integer, SampleRun> wideLate = new HashMap<>();
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
    for (Shard shard : directory.shards()) {
      shard.wide.all().forEach((ref, of) -> takeWide(ref, of.inOrder, endMillis));
    }
  }

  private void takeWide(int ref, WideRun inOrder, long endMillis) {
    long horizon = inOrder.newestBelow(endMillis);
    if (ref >= horizons.length || horizon == Long.MIN_VALUE) {
      return;
    }
    wideHorizons.put(ref, horizon);
    for (WideChunk chunk : inOrder.snapshot()) {
      if (chunk.first() <= horizon) {
        noteWindows(ref, chunk.first(), Math.min(chunk.last(), horizon));
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
    for (Shard shard : directory.shards()) {
      shard.late.collect(end, late);
      shard.wide.collectLate(end, wideLate);
    }
    late.keySet().removeIf(ref -> ref >= horizons.length);
    wideLate.keySet().removeIf(ref -> ref >= horizons.length);
    late.forEach(this::noteWindows);
    wideLate.forEach(this::noteWindows);
  }

  private void noteWindows(int ref, SampleRun run) {
    for (int i = run.from; i < run.to; i++) {
      if (i == run.from || startOf(run.timestamps[i]) != startOf(run.timestamps[i - 1])) {
        noteWindows(ref, run.timestamps[i], run.timestamps[i]);
      }
    }
  }

  /** Late samples taken, by ref, those of wide series not among them. */
  Map<Integer, SampleRun> late() {
    return late;
  }

  /** Late samples taken of wide series, by ref. */
  Map<Integer, SampleRun> wideLate() {
    return wideLate;
  }

  /** Samples taken of a wide series in a closed range of time; none of another one. */
  void copyWide(int ref, long start, long end, SampleRun into) {
    into.clear();
    SampleRun inOrder = new SampleRun();
    Long horizon = wideHorizons.get(ref);
    WideSeries of = horizon == null ? null : directory.shardOf(ref).wide.find(ref);
    if (of != null && horizon != null) {
      of.inOrder.copy(start, Math.min(end, horizon), inOrder);
    }
    SampleRun behind = wideLate.get(ref);
    if (inOrder.size() > 0 || behind != null) {
      into.merge(inOrder, behind == null ? NONE : behind.within(start, end));
    }
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
    wideHorizons.forEach((ref, horizon) -> locked(ref, wide -> wide.dropThrough(ref, horizon)));
    wideLate.forEach((ref, run) -> locked(ref, wide -> wide.removeLate(ref, run)));
    for (Shard shard : directory.shards()) {
      locked(shard, () -> shard.arena.trim());
    }
  }

  private void locked(int ref, Consumer<WideStore> change) {
    Shard shard = directory.shardOf(ref);
    locked(shard, () -> change.accept(shard.wide));
  }

  private static void locked(Shard shard, Runnable change) {
    shard.lock.lock();
    try {
      change.run();
    } finally {
      shard.lock.unlock();
    }
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

  /** Whether it takes any sample of a series. */
  boolean isTaken(int ref) {
    return takesInOrder(ref)
        || late.containsKey(ref)
        || wideHorizons.containsKey(ref)
        || wideLate.containsKey(ref);
  }

  private int[] sort(TenantIndex tenant) {
    RoaringBitmap flushed = new RoaringBitmap();
    tenant
        .all
        .bitmap()
        .forEach(
            (int ref) -> {
              if (ref < horizons.length && isTaken(ref)) {
                flushed.add(ref);
              }
            });
    return tenant.order().sorted(flushed);
  }
}
