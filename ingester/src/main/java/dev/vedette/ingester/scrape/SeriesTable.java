package dev.vedette.ingester.scrape;

import dev.vedette.model.LabelBytes;
import java.util.Arrays;

/**
 * Series of one target by their label bytes, what is known of each, and which of them are alive:
 * have a newest sample that is no staleness marker. Confined to the target's loop.
 *
 * <p>The first series added are the target's own ({@code up} and its like): {@link #pin} keeps them
 * whatever pages say.
 */
final class SeriesTable {
  private byte[] labels = new byte[8192];
  private int labelsUsed;
  private int count;
  private int pinned;
  private int page;
  private int[] labelsFrom = new int[64];
  private int[] labelsTo = new int[64];
  private long[] hash = new long[64];
  private int[] check = new int[64];
  private int[] seen = new int[64];
  // The page of the last sample without a timestamp of its own.
  private int[] tracked = new int[64];
  private boolean[] alive = new boolean[64];
  private int[] table = new int[128];
  private int aliveCount;
  private int aliveSeen;

  int count() {
    return count;
  }

  long bytes() {
    return labels.length + labelsFrom.length * 29L + table.length * 4L;
  }

  /** Label bytes of all series; another array once it had to grow. */
  byte[] labels() {
    return labels;
  }

  int labelsFrom(int series) {
    return labelsFrom[series];
  }

  int labelsTo(int series) {
    return labelsTo[series];
  }

  long hash(int series) {
    return hash[series];
  }

  int check(int series) {
    return check[series];
  }

  void beginPage() {
    page++;
    aliveSeen = 0;
  }

  /** The series of these label bytes, added if it is not there. */
  int of(byte[] bytes) {
    long h = LabelBytes.hash(bytes, 0, bytes.length);
    for (int slot = slot(h); ; slot = slot + 1 & table.length - 1) {
      int series = table[slot] - 1;
      if (series < 0) {
        return add(bytes, 0, bytes.length, h, LabelBytes.check(bytes, 0, bytes.length));
      }
      if (hash[series] == h
          && Arrays.equals(labels, labelsFrom[series], labelsTo[series], bytes, 0, bytes.length)) {
        return series;
      }
    }
  }

  private int slot(long h) {
    return (int) (h >>> 32) & table.length - 1;
  }

  private int add(byte[] from, int start, int end, long h, int c) {
    if (count == labelsFrom.length) {
      grow();
    }
    int length = end - start;
    if (labelsUsed + length > labels.length) {
      labels = Arrays.copyOf(labels, Math.max(labelsUsed + length, labels.length * 2));
    }
    System.arraycopy(from, start, labels, labelsUsed, length);
    int series = count++;
    labelsFrom[series] = labelsUsed;
    labelsUsed += length;
    labelsTo[series] = labelsUsed;
    hash[series] = h;
    check[series] = c;
    put(series);
    return series;
  }

  private void grow() {
    int capacity = count * 2;
    labelsFrom = Arrays.copyOf(labelsFrom, capacity);
    labelsTo = Arrays.copyOf(labelsTo, capacity);
    hash = Arrays.copyOf(hash, capacity);
    check = Arrays.copyOf(check, capacity);
    seen = Arrays.copyOf(seen, capacity);
    tracked = Arrays.copyOf(tracked, capacity);
    alive = Arrays.copyOf(alive, capacity);
    table = new int[capacity * 2];
    for (int series = 0; series < count; series++) {
      put(series);
    }
  }

  private void put(int series) {
    int slot = slot(hash[series]);
    while (table[slot] != 0) {
      slot = slot + 1 & table.length - 1;
    }
    table[slot] = series + 1;
  }

  /** All series so far stay for good and never go stale with a page. */
  void pin() {
    pinned = count;
  }

  /** Whether this page already had a sample of the series. */
  boolean seenOnPage(int series) {
    return seen[series] == page;
  }

  /**
   * This page has a sample of the series.
   *
   * @param endsWithPage whether the series ends when a page no longer has it
   */
  void see(int series, boolean endsWithPage) {
    seen[series] = page;
    if (endsWithPage && tracked[series] != page) {
      tracked[series] = page;
      if (alive[series]) {
        aliveSeen++;
      }
    }
  }

  /** Whether a series that was alive is not on this page. */
  boolean anyEnded() {
    return aliveSeen < aliveCount;
  }

  /** The series from {@code from} on that was alive and is not on this page, or -1. */
  int nextEnded(int from) {
    for (int series = from; series < count; series++) {
      if (alive[series] && tracked[series] != page) {
        return series;
      }
    }
    return -1;
  }

  /**
   * The page is whole.
   *
   * @param stored whether storage took it: its series are alive then and the others ended. If not,
   *     those that ended still have to, and of the others some may have reached it all the same.
   */
  void settle(boolean stored) {
    aliveCount = 0;
    for (int series = pinned; series < count; series++) {
      alive[series] = tracked[series] == page || (!stored && alive[series]);
      aliveCount += alive[series] ? 1 : 0;
    }
  }

  /**
   * Gives back the series that are neither pinned, alive nor, where asked for, on this page.
   * Returns the new number of each series by its old one; -1 where it is gone.
   */
  int[] compact(boolean keepSeen) {
    int[] moved = new int[count];
    byte[] oldLabels = labels;
    int[] oldFrom = labelsFrom;
    int[] oldTo = labelsTo;
    long[] oldHash = hash;
    int[] oldCheck = check;
    int[] oldSeen = seen;
    int[] oldTracked = tracked;
    boolean[] oldAlive = alive;
    int oldCount = count;
    clear();
    for (int series = 0; series < oldCount; series++) {
      boolean keep = series < pinned || oldAlive[series] || (keepSeen && oldSeen[series] == page);
      moved[series] = -1;
      if (keep) {
        int copy =
            add(oldLabels, oldFrom[series], oldTo[series], oldHash[series], oldCheck[series]);
        seen[copy] = oldSeen[series];
        tracked[copy] = oldTracked[series];
        alive[copy] = oldAlive[series];
        moved[series] = copy;
      }
    }
    return moved;
  }

  private void clear() {
    labels = new byte[8192];
    labelsUsed = 0;
    count = 0;
    labelsFrom = new int[64];
    labelsTo = new int[64];
    hash = new long[64];
    check = new int[64];
    seen = new int[64];
    tracked = new int[64];
    alive = new boolean[64];
    table = new int[128];
  }
}
