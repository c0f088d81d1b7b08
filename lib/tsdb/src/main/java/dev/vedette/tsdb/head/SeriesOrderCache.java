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
 * The series of a tenant in {@link SeriesOrder}: sorted once and kept with the rank of each, in 12
 * bytes a series. A selection costs what its own series do, instead of a sort by labels: a look for
 * the rank of each, at most logarithmic in the tenant's, and a sort of those numbers; one that is
 * not small besides a bit for each of the tenant's. Series born since are sorted by themselves and
 * merged in.
 *
 * <p>Any thread may call {@link #sorted}.
 */
final class SeriesOrderCache {
  // A selection this small is sorted directly, where it is the first.
  private static final int SMALL = 512;

  /**
   * Series sorted so far.
   *
   * @param refs in order
   * @param members the same as a set
   * @param ascending the same by number
   * @param ranks of those, where each is in {@code refs}
   */
  @SuppressWarnings("ArrayRecordComponent") // Read-only, and never compared.
  private record Snapshot(int[] refs, RoaringBitmap members, int[] ascending, int[] ranks) {
    static final Snapshot EMPTY = of(new int[0], new RoaringBitmap());

    static Snapshot of(int[] refs, RoaringBitmap members) {
      Snapshot made = new Snapshot(refs, members, members.toArray(), new int[refs.length]);
      for (int rank = 0; rank < refs.length; rank++) {
        made.ranks[made.place(refs[rank])] = rank;
      }
      return made;
    }

    int rank(int ref) {
      int place = place(ref);
      return place < 0 ? UNKNOWN : ranks[place];
    }

    /**
     * Where a series is by number, negative where it is not. Between the first and the last there
     * are only so many numbers that are not the tenant's, so that its place is known but for those;
     * with a single tenant these are few.
     */
    private int place(int ref) {
      int last = ascending.length - 1;
      if (last < 0 || ref < ascending[0] || ref > ascending[last]) {
        return -1;
      }
      int from = Math.max(0, last - (ascending[last] - ref));
      int to = Math.min(last, ref - ascending[0]);
      return Arrays.binarySearch(ascending, from, to + 1, ref);
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
    if (count == now.refs.length && series.equals(now.members)) {
      return now.refs.clone();
    }
    int[] ranks = new int[count];
    int known = 0;
    RoaringBitmap born = new RoaringBitmap();
    IntIterator each = series.getIntIterator();
    while (each.hasNext()) {
      int ref = each.next();
      int rank = now.rank(ref);
      if (rank == UNKNOWN) {
        born.add(ref);
      } else {
        ranks[known++] = rank;
      }
    }
    int[] found = inOrder(now.refs, ranks, known);
    return born.isEmpty() ? found : merge(found, known, sortDirectly(born));
  }

  /** The series of the first ranks, in their place; nothing but those is read of it. */
  private static int[] inOrder(int[] refs, int[] ranks, int count) {
    // Sorting takes some steps for each of them, the other way one for 64 of all.
    if (count < refs.length / Long.SIZE) {
      Arrays.sort(ranks, 0, count);
    } else {
      sortByBits(ranks, count, refs.length);
    }
    for (int i = 0; i < count; i++) {
      ranks[i] = refs[ranks[i]];
    }
    return ranks;
  }

  private static void sortByBits(int[] ranks, int count, int all) {
    long[] bits = new long[(all + Long.SIZE - 1) / Long.SIZE];
    for (int i = 0; i < count; i++) {
      bits[ranks[i] / Long.SIZE] |= 1L << ranks[i];
    }
    int at = 0;
    for (int word = 0; word < bits.length; word++) {
      for (long rest = bits[word]; rest != 0; rest &= rest - 1) {
        ranks[at++] = word * Long.SIZE + Long.numberOfTrailingZeros(rest);
      }
    }
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
