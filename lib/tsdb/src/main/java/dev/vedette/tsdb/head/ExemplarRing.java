package dev.vedette.tsdb.head;

import dev.vedette.model.Exemplar;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesExemplars;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The exemplars of one tenant that came last: a ring in which a new one takes the place of the
 * oldest, and a chain through those of each series. Columns; labels stay bytes until they are read.
 *
 * <p>Any thread; each call holds the monitor, {@link #select} for as long as it takes to look at
 * all of them.
 */
final class ExemplarRing {
  private static final int NONE = -1;
  private static final int FIRST_CAPACITY = 64;
  // Late ones are few; a sender that repeats a request repeats what came last.
  private static final int MAX_SEARCH = 64;

  private final int capacity;
  private final Map<Labels, Chain> chains = new HashMap<>();
  private @Nullable Chain[] chainOf = new Chain[0];
  private byte[][] labels = new byte[0][];
  private long[] timestamps = {};
  private long[] valueBits = {};
  private int[] previous = {};
  private int next;
  private int size;

  private static final class Chain {
    final Labels series;
    int ref;
    int newest = NONE;
    int count;
    long maxMillis = Long.MIN_VALUE;

    Chain(Labels series) {
      this.series = series;
    }
  }

  /** Receives exemplars in the order in which they came. */
  interface Visitor {
    void exemplar(int ref, Labels series, long timestampMillis, long valueBits, byte[] labels);
  }

  ExemplarRing(int capacity) {
    this.capacity = capacity;
  }

  /**
   * Adds an exemplar, however old, and says whether it is new: the same again is not kept twice.
   *
   * @param ref of the series now
   * @param own its labels as {@link LabelBytes}, kept
   */
  synchronized boolean add(int ref, Labels series, long timestamp, long bits, byte[] own) {
    Chain chain = chains.get(series);
    if (chain == null) {
      chain = new Chain(series);
    } else if (timestamp <= chain.maxMillis && has(chain, timestamp, bits, own)) {
      chain.ref = ref;
      return false;
    }
    chain.ref = ref;
    int slot = takeSlot();
    // Only now, for the slot may have held the last one of the chain.
    chains.putIfAbsent(series, chain);
    chainOf[slot] = chain;
    labels[slot] = own;
    timestamps[slot] = timestamp;
    valueBits[slot] = bits;
    previous[slot] = chain.count == 0 ? NONE : chain.newest;
    chain.newest = slot;
    chain.count++;
    chain.maxMillis = Math.max(chain.maxMillis, timestamp);
    return true;
  }

  private boolean has(Chain chain, long timestamp, long bits, byte[] own) {
    int slot = chain.newest;
    for (int i = 0; i < Math.min(chain.count, MAX_SEARCH); i++) {
      if (timestamps[slot] == timestamp
          && valueBits[slot] == bits
          && Arrays.equals(labels[slot], own)) {
        return true;
      }
      slot = previous[slot];
    }
    return false;
  }

  private int takeSlot() {
    if (size < capacity) {
      if (size == timestamps.length) {
        grow(Math.min(capacity, Math.max(FIRST_CAPACITY, 2 * size)));
      }
      return size++;
    }
    int slot = next;
    next = next + 1 == capacity ? 0 : next + 1;
    // Slots are used in turn, so this one is the oldest of its chain.
    Chain chain = chainOf[slot];
    if (chain != null && --chain.count == 0) {
      chains.remove(chain.series);
    }
    return slot;
  }

  private void grow(int length) {
    chainOf = Arrays.copyOf(chainOf, length);
    labels = Arrays.copyOf(labels, length);
    timestamps = Arrays.copyOf(timestamps, length);
    valueBits = Arrays.copyOf(valueBits, length);
    previous = Arrays.copyOf(previous, length);
  }

  /** Exemplars in a closed range of time of the series that any of the selectors matches. */
  synchronized List<SeriesExemplars> select(
      List<List<LabelMatcher>> selectors, long startMillis, long endMillis) {
    List<SeriesExemplars> found = new ArrayList<>();
    for (Chain chain : chains.values()) {
      if (selectors.stream().anyMatch(matchers -> matches(matchers, chain.series))) {
        List<Exemplar> exemplars = exemplars(chain, startMillis, endMillis);
        if (!exemplars.isEmpty()) {
          found.add(new SeriesExemplars(chain.series, exemplars));
        }
      }
    }
    found.sort(Comparator.comparing(SeriesExemplars::series));
    return found;
  }

  private static boolean matches(List<LabelMatcher> matchers, Labels series) {
    return matchers.stream().allMatch(matcher -> matcher.matches(series));
  }

  private List<Exemplar> exemplars(Chain chain, long startMillis, long endMillis) {
    List<Exemplar> found = new ArrayList<>();
    int slot = chain.newest;
    for (int i = 0; i < chain.count; i++) {
      if (timestamps[slot] >= startMillis && timestamps[slot] <= endMillis) {
        byte[] own = labels[slot];
        found.add(
            new Exemplar(
                LabelBytes.decodeUnnamed(own, 0, own.length),
                timestamps[slot],
                Double.longBitsToDouble(valueBits[slot])));
      }
      slot = previous[slot];
    }
    List<Exemplar> inOrder = found.reversed();
    return inOrder.stream().sorted(Comparator.comparingLong(Exemplar::timestampMillis)).toList();
  }

  /** Shows all exemplars, the oldest first. */
  synchronized void forEach(Visitor visitor) {
    for (int i = 0; i < size; i++) {
      int slot = size < capacity ? i : (next + i) % capacity;
      Chain chain = chainOf[slot];
      if (chain != null) {
        visitor.exemplar(chain.ref, chain.series, timestamps[slot], valueBits[slot], labels[slot]);
      }
    }
  }

  synchronized int size() {
    return size;
  }
}
