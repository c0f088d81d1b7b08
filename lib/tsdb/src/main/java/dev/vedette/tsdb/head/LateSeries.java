package dev.vedette.tsdb.head;

import java.util.Arrays;

/**
 * Late samples of one series by time, 16 bytes each, in leaves of at most {@value #LEAF_SAMPLES}:
 * so the cost of a sample is that of moving half a leaf at worst, and next to nothing where they
 * come in order among themselves, as those of a sender that catches up do.
 *
 * <p>Any thread; each call holds the monitor for less than a microsecond but {@link #copy}.
 */
final class LateSeries {
  static final int LEAF_SAMPLES = 256;
  private static final int FIRST_SAMPLES = 4;
  // Headers of this, of its arrays, and its entry in the map of its shard.
  private static final int FIXED_BYTES = 160;
  private static final int LEAF_BYTES = 24;

  /** Pairs of timestamp and value bits. */
  private long[][] leaves = {new long[2 * FIRST_SAMPLES]};

  private int[] sizes = new int[1];
  private int count = 1;
  private int samples;
  private long bytes = FIXED_BYTES + LEAF_BYTES + 16L * FIRST_SAMPLES;

  /** What {@link #find} says of a time. */
  enum Found {
    NOTHING,
    SAME,
    OTHER
  }

  /** Whether there is a sample at a time, and whether it is this one. */
  synchronized Found find(long timestamp, long valueBits) {
    int leaf = leafOf(timestamp);
    int at = indexIn(leaf, timestamp);
    if (at == sizes[leaf] || leaves[leaf][2 * at] != timestamp) {
      return Found.NOTHING;
    }
    return leaves[leaf][2 * at + 1] == valueBits ? Found.SAME : Found.OTHER;
  }

  /** Adds a sample, or gives the one at its time another value. */
  synchronized void put(long timestamp, long valueBits) {
    int leaf = leafOf(timestamp);
    int at = indexIn(leaf, timestamp);
    if (at < sizes[leaf] && leaves[leaf][2 * at] == timestamp) {
      leaves[leaf][2 * at + 1] = valueBits;
      return;
    }
    if (sizes[leaf] == LEAF_SAMPLES) {
      split(leaf, at);
      leaf = leafOf(timestamp);
      at = indexIn(leaf, timestamp);
    }
    insert(leaf, at, timestamp, valueBits);
  }

  private void insert(int leaf, int at, long timestamp, long valueBits) {
    long[] pairs = leaves[leaf];
    int size = sizes[leaf];
    if (2 * size == pairs.length) {
      pairs = Arrays.copyOf(pairs, 2 * pairs.length);
      leaves[leaf] = pairs;
      bytes += 8L * pairs.length / 2;
    }
    System.arraycopy(pairs, 2 * at, pairs, 2 * at + 2, 2 * (size - at));
    pairs[2 * at] = timestamp;
    pairs[2 * at + 1] = valueBits;
    sizes[leaf]++;
    samples++;
  }

  /** Makes room in a full leaf; one that grows at its end is left full, and the next one begun. */
  private void split(int leaf, int at) {
    int kept = leaf == count - 1 && at == LEAF_SAMPLES ? LEAF_SAMPLES : LEAF_SAMPLES / 2;
    if (kept == LEAF_SAMPLES) {
      // The first pair of a leaf is what leafOf compares with, so an empty one must not be found:
      // it borrows the last sample of the one before.
      kept--;
    }
    if (count == leaves.length) {
      leaves = Arrays.copyOf(leaves, 2 * count);
      sizes = Arrays.copyOf(sizes, 2 * count);
    }
    System.arraycopy(leaves, leaf + 1, leaves, leaf + 2, count - leaf - 1);
    System.arraycopy(sizes, leaf + 1, sizes, leaf + 2, count - leaf - 1);
    int moved = LEAF_SAMPLES - kept;
    long[] right = new long[2 * LEAF_SAMPLES];
    System.arraycopy(leaves[leaf], 2 * kept, right, 0, 2 * moved);
    leaves[leaf + 1] = right;
    sizes[leaf] = kept;
    sizes[leaf + 1] = moved;
    count++;
    bytes += LEAF_BYTES + 16L * LEAF_SAMPLES;
  }

  /** The leaf that has a time, or would have it. */
  private int leafOf(long timestamp) {
    int low = 0;
    int high = count - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (leaves[middle][0] <= timestamp) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** Index of the first sample of a leaf at or after a time. */
  private int indexIn(int leaf, long timestamp) {
    long[] pairs = leaves[leaf];
    int low = 0;
    int high = sizes[leaf];
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (pairs[2 * middle] < timestamp) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Replaces a run by the samples of a closed range of time. */
  synchronized void copy(long startMillis, long endMillis, SampleRun into) {
    into.clear();
    for (int leaf = leafOf(startMillis); leaf < count; leaf++) {
      long[] pairs = leaves[leaf];
      for (int i = indexIn(leaf, startMillis); i < sizes[leaf]; i++) {
        if (pairs[2 * i] > endMillis) {
          return;
        }
        into.add(pairs[2 * i], pairs[2 * i + 1]);
      }
    }
  }

  /** Takes out the samples of a run that still have the value they have there. */
  synchronized void remove(SampleRun gone) {
    SampleRun all = new SampleRun(Math.max(1, samples));
    copy(Long.MIN_VALUE, Long.MAX_VALUE, all);
    leaves = new long[][] {new long[2 * FIRST_SAMPLES]};
    sizes = new int[1];
    count = 1;
    samples = 0;
    bytes = FIXED_BYTES + LEAF_BYTES + 16L * FIRST_SAMPLES;
    int next = gone.from;
    for (int i = all.from; i < all.to; i++) {
      while (next < gone.to && gone.timestamps[next] < all.timestamps[i]) {
        next++;
      }
      boolean isGone =
          next < gone.to
              && gone.timestamps[next] == all.timestamps[i]
              && gone.bits[next] == all.bits[i];
      if (!isGone) {
        put(all.timestamps[i], all.bits[i]);
      }
    }
  }

  synchronized boolean isEmpty() {
    return samples == 0;
  }

  synchronized int samples() {
    return samples;
  }

  /** Oldest time; {@link Long#MAX_VALUE} without samples. */
  synchronized long minMillis() {
    return samples == 0 ? Long.MAX_VALUE : leaves[0][0];
  }

  /** Newest time; {@link Long#MIN_VALUE} without samples. */
  synchronized long maxMillis() {
    int last = count - 1;
    return samples == 0 ? Long.MIN_VALUE : leaves[last][2 * (sizes[last] - 1)];
  }

  synchronized long bytes() {
    return bytes;
  }
}
