package dev.vedette.tsdb.head;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Series by ref, a bit each: whether there is one is known without a look into a map, which costs
 * more than the rest of reading a series. One thread at a time changes it, any thread asks.
 */
final class RefSet {
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  private volatile long[] words = new long[0];

  boolean has(int ref) {
    long[] all = words;
    int word = ref / Long.SIZE;
    return word < all.length && ((long) WORD.getAcquire(all, word) >>> ref & 1) != 0;
  }

  void add(int ref) {
    int word = ref / Long.SIZE;
    long[] all = words;
    if (word >= all.length) {
      all = Arrays.copyOf(all, Math.max(word + 1, all.length * 2));
    }
    WORD.setVolatile(all, word, all[word] | 1L << ref);
    words = all;
  }

  void remove(int ref) {
    int word = ref / Long.SIZE;
    long[] all = words;
    if (word < all.length) {
      WORD.setVolatile(all, word, all[word] & ~(1L << ref));
    }
  }
}
