package dev.vedette.tsdb.head;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Start timestamps of the plain floats that series have in memory: one number a series, since a
 * counter begins once and then counts for days. Where it began again in between, the series has a
 * list of when which start came, too. Eight bytes a series where any of its neighbours has a start,
 * nothing elsewhere; a list takes some 70 bytes and 16 for each start in it.
 *
 * <p>Changed by the holder of the series' shard's lock, while the version of its record is odd;
 * readers look between two looks at the version, as {@link SampleReader} does.
 */
final class SeriesStarts {
  /** More changes than this among the samples in memory, and the series is a wide one. */
  static final int MAX_CHANGES = 16;

  private static final long[] NO_PAGE = {};
  private static final int WORDS = 2;
  // Of the map's entry, its key and the array.
  private static final int LIST_BYTES = 72;

  // By ref as records are; a page without any start is empty.
  private volatile long[][] pages = new long[0][];
  // Time from which on, start: ascending, the first for the samples before any change; only where
  // samples in memory have more than one start.
  private final ConcurrentHashMap<Integer, long[]> changes = new ConcurrentHashMap<>();
  private final LongAdder listBytes = new LongAdder();

  /** Start of the newest samples of a series, 0 for none. */
  long current(int ref) {
    long[][] now = pages;
    int page = ref >>> SeriesRecords.SEGMENT_BITS;
    return page < now.length && now[page].length > 0
        ? now[page][ref & SeriesRecords.SEGMENT_SIZE - 1]
        : 0;
  }

  /**
   * When which start came, pairs, the first for the samples before any change; null where all
   * samples in memory have the current one.
   */
  long @Nullable [] changes(int ref) {
    return changes.isEmpty() ? null : changes.get(ref);
  }

  /** Whether a series has changed its start so often that another one is not for here. */
  boolean isFull(int ref) {
    long[] of = changes(ref);
    return of != null && of.length / WORDS - 1 >= MAX_CHANGES;
  }

  /**
   * All samples from a time on have another start.
   *
   * @param isFirst whether there are no samples before it in memory
   */
  void change(int ref, long fromMillis, long start, boolean isFirst) {
    if (isFirst) {
      keep(ref, null);
    } else {
      long[] before = changes(ref);
      long[] of = before == null ? new long[] {Long.MIN_VALUE, current(ref)} : before;
      long[] more = Arrays.copyOf(of, of.length + WORDS);
      more[of.length] = fromMillis;
      more[of.length + 1] = start;
      keep(ref, more);
    }
    page(ref)[ref & SeriesRecords.SEGMENT_SIZE - 1] = start;
  }

  /** The series' list from now on, null for none. */
  private void keep(int ref, long @Nullable [] list) {
    long[] before = list == null ? changes.remove(ref) : changes.put(ref, list);
    long bytes = bytes(list) - bytes(before);
    if (bytes != 0) {
      listBytes.add(bytes);
    }
  }

  private static long bytes(long @Nullable [] list) {
    return list == null ? 0 : LIST_BYTES + (long) list.length * Long.BYTES;
  }

  private long[] page(int ref) {
    int page = ref >>> SeriesRecords.SEGMENT_BITS;
    long[][] now = pages;
    return page < now.length && now[page].length > 0 ? now[page] : addPage(page);
  }

  /** Writers of other shards may do the same at the same moment. */
  private synchronized long[] addPage(int page) {
    long[][] now = pages;
    if (page < now.length && now[page].length > 0) {
      return now[page];
    }
    long[][] more = Arrays.copyOf(now, Math.max(now.length, page + 1));
    Arrays.fill(more, now.length, more.length, NO_PAGE);
    more[page] = new long[SeriesRecords.SEGMENT_SIZE];
    pages = more;
    return more[page];
  }

  /** The samples up to a time are gone. */
  void dropThrough(int ref, long through) {
    long[] of = changes(ref);
    if (of == null) {
      return;
    }
    int first = 0;
    while (first + WORDS < of.length && of[first + WORDS] <= through + 1) {
      first += WORDS;
    }
    if (first + WORDS == of.length) {
      keep(ref, null);
    } else if (first > 0) {
      keep(ref, Arrays.copyOfRange(of, first, of.length));
    }
  }

  /** The series leaves. */
  void forget(int ref) {
    if (current(ref) != 0) {
      page(ref)[ref & SeriesRecords.SEGMENT_SIZE - 1] = 0;
    }
    keep(ref, null);
  }

  /**
   * Fills in the starts of samples by their times.
   *
   * @param current what {@link #current} was when the samples were there
   * @param changes what {@link #changes} was then
   */
  static void fill(
      long[] starts, long[] timestamps, int from, int to, long current, long @Nullable [] changes) {
    if (changes == null) {
      Arrays.fill(starts, from, to, current);
      return;
    }
    int at = 0;
    for (int i = from; i < to; i++) {
      while (at + WORDS < changes.length && changes[at + WORDS] <= timestamps[i]) {
        at += WORDS;
      }
      starts[i] = changes[at + 1];
    }
  }

  /** Memory held for starts and for the lists of series whose start changed, about. */
  long memoryBytes() {
    long total = listBytes.sum();
    for (long[] page : pages) {
      total += (long) page.length * Long.BYTES;
    }
    return total;
  }
}
