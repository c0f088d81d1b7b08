package dev.vedette.tsdb.head;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.IntPredicate;

/**
 * From the hash of label bytes (64 and 32 bits, the tenant's salt mixed in) to the series ref: open
 * addressing in one array of longs, at most half full. Several keys may lead to one ref.
 *
 * <p>Readers need no lock: an entry never changes once its second word is there, and a table that
 * grows or forgets is a new one. Writers hold the birth lock.
 */
final class SeriesTable {
  /** No such series. */
  static final int ABSENT = -1;

  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  private volatile long[] slots = new long[2 * 1024];
  private int used;

  int find(long hash, int check) {
    long[] slots = this.slots;
    int mask = slots.length / 2 - 1;
    int slot = slot(hash, mask);
    while (true) {
      long second = (long) WORD.getAcquire(slots, 2 * slot + 1);
      if (second == 0) {
        return ABSENT;
      }
      if (slots[2 * slot] == hash && SeriesRecords.high(second) == check) {
        return SeriesRecords.low(second) - 1;
      }
      slot = slot + 1 & mask;
    }
  }

  private static int slot(long hash, int mask) {
    return (int) (hash >>> 32) & mask;
  }

  /** Adds a key that is not there yet. */
  void add(long hash, int check, int ref) {
    if (2 * (used + 1) > slots.length / 2) {
      slots = copy(slots.length * 2, _ -> true);
    }
    put(slots, hash, SeriesRecords.pair(check, ref + 1));
    used++;
  }

  private static void put(long[] slots, long hash, long second) {
    int mask = slots.length / 2 - 1;
    int slot = slot(hash, mask);
    while (slots[2 * slot + 1] != 0) {
      slot = slot + 1 & mask;
    }
    slots[2 * slot] = hash;
    WORD.setRelease(slots, 2 * slot + 1, second);
  }

  /** Forgets every key of the refs that are not kept. */
  void retain(IntPredicate kept) {
    slots = copy(slots.length, kept);
  }

  private long[] copy(int length, IntPredicate kept) {
    long[] copy = new long[length];
    int copied = 0;
    for (int i = 0; i < slots.length; i += 2) {
      long second = slots[i + 1];
      if (second != 0 && kept.test(SeriesRecords.low(second) - 1)) {
        put(copy, slots[i], second);
        copied++;
      }
    }
    used = copied;
    return copy;
  }

  /** Keys in the table. */
  int size() {
    return used;
  }

  long memoryBytes() {
    return 8L * slots.length;
  }
}
