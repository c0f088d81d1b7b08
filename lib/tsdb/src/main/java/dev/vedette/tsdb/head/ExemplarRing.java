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
 * <p>Each has a number, in the order in which they came; its slot is the number modulo the length
 * of the columns, which grow and shrink with what is kept.
 *
 * <p>Any thread; each call holds the monitor, {@link #select} for as long as it takes to look at
 * all of them.
 */
final class ExemplarRing {
  private static final byte[] NO_LABELS = {};
  private static final int FIRST_CAPACITY = 8;
  // Late ones are few; a sender that repeats a request repeats what came last.
  private static final int MAX_SEARCH = 64;
  // A slot in columns that may be half empty, and the object that holds its labels.
  private static final int BYTES_OF_EXEMPLAR = 2 * 32 + 16;
  // A chain, its entry in the map, the label set, and what is around two strings of a label.
  private static final int BYTES_OF_CHAIN = 192;
  private static final int BYTES_OF_LABEL = 96;

  private final int capacity;
  private final Map<Labels, Chain> chains = new HashMap<>();
  private @Nullable Chain[] chainOf = new Chain[0];
  private byte[][] labels = new byte[0][];
  private long[] timestamps = {};
  private long[] valueBits = {};
  private long[] previous = {};
  // The number of the oldest one.
  private long first;
  private int size;
  private long bytes;

  private static final class Chain {
    final Labels series;
    final int bytes;
    int ref;
    long newest;
    int count;
    long maxMillis = Long.MIN_VALUE;

    Chain(Labels series) {
      this.series = series;
      this.bytes = bytesOf(series);
    }

    private static int bytesOf(Labels series) {
      int bytes = BYTES_OF_CHAIN;
      for (int i = 0; i < series.size(); i++) {
        bytes += BYTES_OF_LABEL + series.name(i).length() + series.value(i).length();
      }
      return bytes;
    }
  }

  /** Receives exemplars in the order in which they came. */
  interface Visitor {
    void exemplar(int ref, Labels series, long timestampMillis, long valueBits, byte[] labels);
  }

  ExemplarRing(int capacity) {
    this.capacity = capacity;
  }

  private int slot(long number) {
    return (int) (number % timestamps.length);
  }

  /**
   * Adds an exemplar, however old, and says whether it is new: the same again is not kept twice.
   *
   * @param ref of the series now
   * @param own its labels as {@link LabelBytes}, kept
   */
  synchronized boolean add(int ref, Labels series, long timestamp, long bits, byte[] own) {
    Chain chain = chains.get(series);
    if (chain != null && timestamp <= chain.maxMillis && has(chain, timestamp, bits, own)) {
      chain.ref = ref;
      return false;
    }
    makeSlot();
    // Only now, for the oldest may have been the last one of the chain.
    chain = chains.computeIfAbsent(series, this::begin);
    chain.ref = ref;
    long number = first + size++;
    int slot = slot(number);
    chainOf[slot] = chain;
    labels[slot] = own;
    timestamps[slot] = timestamp;
    valueBits[slot] = bits;
    previous[slot] = chain.newest;
    chain.newest = number;
    chain.count++;
    chain.maxMillis = Math.max(chain.maxMillis, timestamp);
    bytes += BYTES_OF_EXEMPLAR + own.length;
    return true;
  }

  private Chain begin(Labels series) {
    Chain chain = new Chain(series);
    bytes += chain.bytes;
    return chain;
  }

  private boolean has(Chain chain, long timestamp, long bits, byte[] own) {
    long number = chain.newest;
    for (int i = 0; i < Math.min(chain.count, MAX_SEARCH); i++) {
      int slot = slot(number);
      if (timestamps[slot] == timestamp
          && valueBits[slot] == bits
          && Arrays.equals(labels[slot], own)) {
        return true;
      }
      number = previous[slot];
    }
    return false;
  }

  private void makeSlot() {
    if (size == capacity) {
      removeOldest();
    } else if (size == timestamps.length) {
      resize(Math.min(capacity, Math.max(FIRST_CAPACITY, 2 * size)));
    }
  }

  private void removeOldest() {
    int slot = slot(first++);
    size--;
    bytes -= BYTES_OF_EXEMPLAR + labels[slot].length;
    // They go in turn, so this one is the oldest of its chain.
    Chain chain = chainOf[slot];
    if (chain != null && --chain.count == 0) {
      chains.remove(chain.series);
      bytes -= chain.bytes;
    }
    chainOf[slot] = null;
    labels[slot] = NO_LABELS;
  }

  private void resize(int length) {
    @Nullable Chain[] newChains = new Chain[length];
    byte[][] newLabels = new byte[length][];
    long[] newTimestamps = new long[length];
    long[] newBits = new long[length];
    long[] newPrevious = new long[length];
    for (long number = first; number < first + size; number++) {
      int from = slot(number);
      int to = (int) (number % length);
      newChains[to] = chainOf[from];
      newLabels[to] = labels[from];
      newTimestamps[to] = timestamps[from];
      newBits[to] = valueBits[from];
      newPrevious[to] = previous[from];
    }
    chainOf = newChains;
    labels = newLabels;
    timestamps = newTimestamps;
    valueBits = newBits;
    previous = newPrevious;
  }

  /** Lets the oldest go until what is left takes no more, and says how many went. */
  synchronized int trim(long mostBytes) {
    int before = size;
    while (size > 0 && bytes > mostBytes) {
      removeOldest();
    }
    if (size < timestamps.length / 2) {
      resize(size);
    }
    return before - size;
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
    long number = chain.newest;
    for (int i = 0; i < chain.count; i++) {
      int slot = slot(number);
      if (timestamps[slot] >= startMillis && timestamps[slot] <= endMillis) {
        byte[] own = labels[slot];
        found.add(
            new Exemplar(
                LabelBytes.decodeUnnamed(own, 0, own.length),
                timestamps[slot],
                Double.longBitsToDouble(valueBits[slot])));
      }
      number = previous[slot];
    }
    List<Exemplar> inOrder = found.reversed();
    return inOrder.stream().sorted(Comparator.comparingLong(Exemplar::timestampMillis)).toList();
  }

  /** Shows all exemplars, the oldest first. */
  synchronized void forEach(Visitor visitor) {
    for (long number = first; number < first + size; number++) {
      int slot = slot(number);
      Chain chain = chainOf[slot];
      if (chain != null) {
        visitor.exemplar(chain.ref, chain.series, timestamps[slot], valueBits[slot], labels[slot]);
      }
    }
  }

  synchronized int size() {
    return size;
  }

  /** What they take of memory, label sets of series included; about. */
  synchronized long bytes() {
    return bytes;
  }
}
