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
 * The series of a tenant in {@link SeriesOrder}: sorted once and kept with the rank of each, so
 * that a selection costs as much as it has series, instead of a sort. Series born since are sorted
 * by themselves and merged in.
 *
 * <p>Any thread may call {@link #sorted}.
 */
final class SeriesOrderCache {
  // A selection this small is sorted directly, where it is the first.
  private static final int SMALL = 512;

  @SuppressWarnings("ArrayRecordComponent") // Read-only, and never compared.
  private record Snapshot(int[] refs, RoaringBitmap members, int[] ranks) {
    static final Snapshot EMPTY = of(new int[0], new RoaringBitmap());

    static Snapshot of(int[] refs, RoaringBitmap members) {
      int[] ranks = new int[members.isEmpty() ? 0 : members.last() + 1];
      Arrays.fill(ranks, UNKNOWN);
      for (int rank = 0; rank < refs.length; rank++) {
        ranks[refs[rank]] = rank;
      }
      return new Snapshot(refs, members, ranks);
    }

    int rank(int ref) {
      return ref < ranks.length ? ranks[ref] : UNKNOWN;
    }
  }

  private static final int UNKNOWN = -1;

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
      snapshot = Snapshot.of(refs, RoaringBitmap.andNot(now.members, dead));
    }
  }

  /** The given series, which all belong to this tenant, in order. */
  int[] sorted(RoaringBitmap series) {
    int count = series.getCardinality();
    Snapshot now = count <= SMALL ? snapshot : snapshot(series);
    if (now.refs.length == 0) {
      return refs(sortDirectly(series));
    }
    long[] ranks = new long[(now.refs.length + Long.SIZE - 1) / Long.SIZE];
    RoaringBitmap born = new RoaringBitmap();
    IntIterator each = series.getIntIterator();
    while (each.hasNext()) {
      int ref = each.next();
      int rank = now.rank(ref);
      if (rank == UNKNOWN) {
        born.add(ref);
      } else {
        ranks[rank / Long.SIZE] |= 1L << rank;
      }
    }
    int[] known = inOrder(now.refs, ranks, count);
    return born.isEmpty() ? known : merge(known, count - born.getCardinality(), sortDirectly(born));
  }

  /** The series whose ranks are set. */
  private static int[] inOrder(int[] refs, long[] ranks, int most) {
    int[] found = new int[most];
    int count = 0;
    for (int word = 0; word < ranks.length; word++) {
      for (long rest = ranks[word]; rest != 0; rest &= rest - 1) {
        found[count++] = refs[word * Long.SIZE + Long.numberOfTrailingZeros(rest)];
      }
    }
    return found;
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
        now = Snapshot.of(refs, members);
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
