package dev.vedette.tsdb.head;

/** Counts by a key that is never 0: open addressing, at most half full. One thread at a time. */
final class LongCounts {
  private long[] keys = new long[64];
  private int[] counts = new int[64];
  private int used;

  int get(long key) {
    return counts[slot(key)];
  }

  /** Adds {@code by} and returns the new count; a key whose count is 0 is gone. */
  int add(long key, int by) {
    int slot = slot(key);
    if (keys[slot] == 0) {
      if (2 * (used + 1) > keys.length) {
        grow();
        slot = slot(key);
      }
      keys[slot] = key;
      used++;
    }
    int count = counts[slot] + by;
    counts[slot] = count;
    if (count == 0) {
      remove(slot);
    }
    return count;
  }

  private int slot(long key) {
    return slot(keys, key);
  }

  private static int slot(long[] keys, long key) {
    int mask = keys.length - 1;
    int slot = home(key, mask);
    while (keys[slot] != 0 && keys[slot] != key) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private static int home(long key, int mask) {
    return (int) ((key * 0x9e3779b97f4a7c15L) >>> 32) & mask;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldCounts = counts;
    long[] newKeys = new long[oldKeys.length * 2];
    int[] newCounts = new int[oldKeys.length * 2];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        int slot = slot(newKeys, oldKeys[i]);
        newKeys[slot] = oldKeys[i];
        newCounts[slot] = oldCounts[i];
      }
    }
    keys = newKeys;
    counts = newCounts;
  }

  /** Closes the gap, so that no later key becomes unreachable. */
  private void remove(int slot) {
    int mask = keys.length - 1;
    int gap = slot;
    int at = slot;
    used--;
    while (true) {
      keys[gap] = 0;
      counts[gap] = 0;
      while (true) {
        at = at + 1 & mask;
        if (keys[at] == 0) {
          return;
        }
        int home = home(keys[at], mask);
        boolean stays = gap <= at ? gap < home && home <= at : gap < home || home <= at;
        if (!stays) {
          break;
        }
      }
      keys[gap] = keys[at];
      counts[gap] = counts[at];
      gap = at;
    }
  }
}
