package dev.vedette.tsdb.head;

import dev.vedette.model.Labels;
import java.util.Arrays;

/**
 * The labels of every series as ids of {@link LabelPair}s: {@code tenant << 8 | count}, then the
 * ids in the order of the label set. Addresses are positive ints, 0 is none.
 *
 * <p>Written under the birth lock. A reader may read an address it got from a record as long as its
 * read lease is open; space is used again only after that.
 */
final class LabelStore {
  /** The most labels a series may ever have, whatever the limits say. */
  static final int MAX_LABELS = 255;

  private static final int SEGMENT_BITS = 16;
  private static final int SEGMENT_SIZE = 1 << SEGMENT_BITS;

  private volatile int[][] segments = {new int[SEGMENT_SIZE]};
  private volatile LabelPair[][] pairs = {new LabelPair[SEGMENT_SIZE]};
  private int next = 1;
  private final int[] freed = new int[MAX_LABELS + 1];
  private volatile int nextPair;
  private int[] freePairs = new int[16];
  private int freePairCount;

  /** An id for a new pair. */
  int newPairId() {
    if (freePairCount > 0) {
      return freePairs[--freePairCount];
    }
    if (nextPair >>> SEGMENT_BITS == pairs.length) {
      LabelPair[][] grown = Arrays.copyOf(pairs, pairs.length + 1);
      grown[pairs.length] = new LabelPair[SEGMENT_SIZE];
      pairs = grown;
    }
    int id = nextPair;
    nextPair = id + 1;
    return id;
  }

  void register(LabelPair pair) {
    pairs[pair.id >>> SEGMENT_BITS][pair.id & SEGMENT_SIZE - 1] = pair;
  }

  void forget(LabelPair pair) {
    if (freePairCount == freePairs.length) {
      freePairs = Arrays.copyOf(freePairs, freePairCount * 2);
    }
    freePairs[freePairCount++] = pair.id;
  }

  LabelPair pairById(int id) {
    return pairs[id >>> SEGMENT_BITS][id & SEGMENT_SIZE - 1];
  }

  int add(int tenant, LabelPair[] labels) {
    int count = labels.length;
    int address = freed[count];
    if (address == 0) {
      address = space(count + 1);
    } else {
      freed[count] = segments[address >>> SEGMENT_BITS][(address & SEGMENT_SIZE - 1) + 1];
    }
    int[] segment = segments[address >>> SEGMENT_BITS];
    int at = address & SEGMENT_SIZE - 1;
    segment[at] = tenant << 8 | count;
    for (int i = 0; i < count; i++) {
      segment[at + 1 + i] = labels[i].id;
    }
    return address;
  }

  private int space(int ints) {
    if ((next & SEGMENT_SIZE - 1) + ints > SEGMENT_SIZE) {
      next = ((next >>> SEGMENT_BITS) + 1) << SEGMENT_BITS;
    }
    if (next >>> SEGMENT_BITS == segments.length) {
      int[][] grown = Arrays.copyOf(segments, segments.length + 1);
      grown[segments.length] = new int[SEGMENT_SIZE];
      segments = grown;
    }
    int address = next;
    next += ints;
    return address;
  }

  void free(int address) {
    int[] segment = segments[address >>> SEGMENT_BITS];
    int at = address & SEGMENT_SIZE - 1;
    int count = segment[at] & 0xff;
    if (count > 0) {
      segment[at + 1] = freed[count];
      freed[count] = address;
    }
  }

  int tenant(int address) {
    return segments[address >>> SEGMENT_BITS][address & SEGMENT_SIZE - 1] >>> 8;
  }

  int count(int address) {
    return segments[address >>> SEGMENT_BITS][address & SEGMENT_SIZE - 1] & 0xff;
  }

  /** One past the largest id of a pair. */
  int pairIds() {
    return nextPair;
  }

  LabelPair pair(int address, int index) {
    return pairById(pairId(address, index));
  }

  int pairId(int address, int index) {
    return segments[address >>> SEGMENT_BITS][(address & SEGMENT_SIZE - 1) + 1 + index];
  }

  Labels labels(int address) {
    int count = count(address);
    String[] text = new String[2 * count];
    for (int i = 0; i < count; i++) {
      LabelPair pair = pair(address, i);
      text[2 * i] = pair.name.name;
      text[2 * i + 1] = pair.value;
    }
    return Labels.ofSorted(text);
  }

  /** Those that have one of the names. */
  Labels labels(int address, String[] names) {
    int count = count(address);
    String[] text = new String[2 * Math.min(count, names.length)];
    int found = 0;
    for (int i = 0; i < count && found < text.length; i++) {
      LabelPair pair = pair(address, i);
      if (isOneOf(pair.name.name, names)) {
        text[found++] = pair.name.name;
        text[found++] = pair.value;
      }
    }
    return Labels.ofSorted(found == text.length ? text : Arrays.copyOf(text, found));
  }

  private static boolean isOneOf(String label, String[] names) {
    for (String name : names) {
      if (name.equals(label)) {
        return true;
      }
    }
    return false;
  }

  long memoryBytes() {
    return (long) segments.length * SEGMENT_SIZE * 4 + (long) pairs.length * SEGMENT_SIZE * 4;
  }
}
