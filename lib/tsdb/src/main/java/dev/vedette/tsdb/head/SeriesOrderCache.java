package dev.vedette.tsdb.head;

import dev.vedette.model.Labels;
import dev.vedette.model.SeriesOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.roaringbitmap.IntIterator;
import org.roaringbitmap.RoaringBitmap;

/**
 * The series of a tenant in {@link SeriesOrder}: sorted once and kept, so that a selection of many
 * series costs a walk instead of a sort. Series born since are sorted by themselves and merged in.
 *
 * <p>Any thread may call {@link #sorted}.
 */
final class SeriesOrderCache {
  // A selection this small is sorted directly.
  private static final int SMALL = 512;

  @SuppressWarnings("ArrayRecordComponent") // Read-only, and never compared.
  private record Snapshot(int[] refs, RoaringBitmap members) {
    static final Snapshot EMPTY = new Snapshot(new int[0], new RoaringBitmap());
  }

  private record Entry(int ref, Labels labels) {}

  private static final Comparator<Entry> BY_LABELS =
      Comparator.comparing(Entry::labels, SeriesOrder.INSTANCE);

  private final Map<String, LabelName> names;
  private final SeriesRecords records;
  private final LabelStore store;
  private volatile Snapshot snapshot = Snapshot.EMPTY;

  SeriesOrderCache(Map<String, LabelName> names, SeriesRecords records, LabelStore store) {
    this.names = names;
    this.records = records;
    this.store = store;
  }

  /** Forgets series. Under the birth lock. */
  void died(RoaringBitmap dead) {
    synchronized (this) {
      Snapshot now = snapshot;
      int[] rest = new int[now.refs.length];
      int count = 0;
      for (int ref : now.refs) {
        if (!dead.contains(ref)) {
          rest[count++] = ref;
        }
      }
      int[] refs = Arrays.copyOf(rest, count);
      snapshot = new Snapshot(refs, RoaringBitmap.andNot(now.members, dead));
    }
  }

  /** The given series, which all belong to this tenant, in order. */
  int[] sorted(RoaringBitmap series) {
    int count = series.getCardinality();
    if (count <= SMALL) {
      return refs(sortDirectly(series));
    }
    Snapshot now = snapshot(series);
    int[] known = new int[count];
    int found = 0;
    for (int ref : now.refs) {
      if (series.contains(ref)) {
        known[found++] = ref;
      }
    }
    if (found == count) {
      return known;
    }
    return merge(known, found, sortDirectly(RoaringBitmap.andNot(series, now.members)));
  }

  /** Takes the series in that the snapshot lacks, once they are many. */
  private Snapshot snapshot(RoaringBitmap series) {
    Snapshot now = snapshot;
    int missing = series.getCardinality() - RoaringBitmap.andCardinality(series, now.members);
    if (missing <= Math.max(SMALL, now.refs.length / 256)) {
      return now;
    }
    synchronized (this) {
      now = snapshot;
      RoaringBitmap added = RoaringBitmap.andNot(series, now.members);
      if (!added.isEmpty()) {
        RoaringBitmap members = RoaringBitmap.or(now.members, added);
        boolean few = added.getCardinality() < now.refs.length / 16;
        int[] refs =
            few
                ? merge(now.refs, now.refs.length, sortDirectly(added))
                : sortByRank(members.toArray());
        now = new Snapshot(refs, members);
        snapshot = now;
      }
      return now;
    }
  }

  private int[] sortByRank(int[] refs) {
    new SeriesRanks(names, records, store).sort(refs);
    return refs;
  }

  private List<Entry> sortDirectly(RoaringBitmap series) {
    List<Entry> entries = new ArrayList<>(series.getCardinality());
    IntIterator each = series.getIntIterator();
    while (each.hasNext()) {
      int ref = each.next();
      entries.add(new Entry(ref, labels(ref)));
    }
    entries.sort(BY_LABELS);
    return entries;
  }

  private Labels labels(int ref) {
    long word = records.segment(ref)[SeriesRecords.at(ref) + SeriesRecords.VERSION];
    return store.labels(SeriesRecords.low(word));
  }

  private static int[] refs(List<Entry> entries) {
    return entries.stream().mapToInt(Entry::ref).toArray();
  }

  /** Finds each added series its place by binary search: there are few of them. */
  private int[] merge(int[] known, int count, List<Entry> added) {
    int[] merged = new int[count + added.size()];
    int from = 0;
    int out = 0;
    for (Entry entry : added) {
      int place = place(known, from, count, entry.labels);
      System.arraycopy(known, from, merged, out, place - from);
      out += place - from;
      from = place;
      merged[out++] = entry.ref;
    }
    System.arraycopy(known, from, merged, out, count - from);
    return merged;
  }

  private int place(int[] known, int from, int to, Labels labels) {
    // Neighbours mostly go to neighbouring places, so look near the last one first.
    int low = from;
    int step = 1;
    while (low + step < to && isBefore(known[low + step], labels)) {
      low += step;
      step *= 2;
    }
    int high = Math.min(to, low + step);
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (isBefore(known[middle], labels)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private boolean isBefore(int ref, Labels labels) {
    return SeriesOrder.INSTANCE.compare(labels(ref), labels) < 0;
  }
}
