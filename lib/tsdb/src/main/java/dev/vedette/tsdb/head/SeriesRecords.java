package dev.vedette.tsdb.head;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The state of every series, eight longs each, one cache line, indexed by series ref. Refs are
 * given out in order of arrival, so a scrape that repeats walks through memory forward.
 *
 * <p>Fields of a record are written under the lock of the series' shard, with the version odd while
 * that happens; {@link SampleReader} copies them without a lock and tries again when the version
 * moved. The array of segments grows under the birth lock.
 */
final class SeriesRecords {
  static final int SEGMENT_BITS = 14;
  static final int SEGMENT_SIZE = 1 << SEGMENT_BITS;
  static final int WORDS = 8;

  /** Newest timestamp; {@link Long#MIN_VALUE} before the first sample. Stays after a flush. */
  static final int LAST_TS = 0;

  /** Bits of the newest value. */
  static final int LAST_BITS = 1;

  /** {@code LabelBytes.hash} of the label bytes seen first, with the tenant's salt; 0 = nobody. */
  static final int HASH = 2;

  /** High half: {@code LabelBytes.check}; low half: the ref that followed in the last request. */
  static final int CHECK_NEXT = 3;

  /** High half: last interval in milliseconds, 0 = none; low half: samples of the open run. */
  static final int RUN = 4;

  /** High half: version, odd while the record changes; low half: address of the labels. */
  static final int VERSION = 5;

  /** High half: open XOR chunk; low half: newest sealed chunk; both addresses, 0 = none. */
  static final int CHUNKS = 6;

  /** Samples and bits of the open XOR chunk, its window, shard and flags; see the accessors. */
  static final int STATE = 7;

  /** In {@link #STATE}: other label bytes than the hashed ones lead here too. */
  static final long ALIASED = 1;

  /**
   * In {@link #STATE}: the series has samples in the {@link WideStore}, and gets all others there.
   */
  static final long WIDE = 2;

  /** In {@link #STATE}: {@link SeriesStarts} knows something of the series. */
  static final long STARTED = 4;

  static final long VERSION_STEP = 1L << 32;
  private static final long LOW = 0xffff_ffffL;

  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  private volatile long[][] segments = new long[0][];

  long[] segment(int ref) {
    return segments[ref >>> SEGMENT_BITS];
  }

  long[][] segments() {
    return segments;
  }

  static int at(int ref) {
    return (ref & SEGMENT_SIZE - 1) * WORDS;
  }

  /** Makes room for a ref. Under the birth lock. */
  void ensure(int ref) {
    int needed = (ref >>> SEGMENT_BITS) + 1;
    int have = segments.length;
    if (needed > have) {
      long[][] grown = Arrays.copyOf(segments, needed);
      for (int i = have; i < needed; i++) {
        grown[i] = new long[SEGMENT_SIZE * WORDS];
      }
      segments = grown;
    }
  }

  long memoryBytes() {
    return (long) segments.length * SEGMENT_SIZE * WORDS * Long.BYTES;
  }

  /** The writer is about to change a record. */
  static long beginChange(long[] segment, int at) {
    long version = segment[at + VERSION];
    WORD.setOpaque(segment, at + VERSION, version + VERSION_STEP);
    VarHandle.storeStoreFence();
    return version;
  }

  /** The writer is done; {@code version} is what {@link #beginChange} gave. */
  static void endChange(long[] segment, int at, long version) {
    WORD.setRelease(segment, at + VERSION, version + 2 * VERSION_STEP);
  }

  static long acquireVersion(long[] segment, int at) {
    return (long) WORD.getAcquire(segment, at + VERSION);
  }

  /** Whether the record has not changed since {@code version} was acquired. */
  static boolean unchanged(long[] segment, int at, long version) {
    VarHandle.acquireFence();
    return (long) WORD.getOpaque(segment, at + VERSION) == version;
  }

  static boolean isChanging(long version) {
    return (version & VERSION_STEP) != 0;
  }

  /** Whether a series has no sample in its chunks. Under the shard's lock. */
  static boolean isEmpty(long[] segment, int at) {
    return low(segment[at + RUN]) == 0 && segment[at + CHUNKS] == 0;
  }

  static boolean isWide(long[] segment, int at) {
    return (segment[at + STATE] & WIDE) != 0;
  }

  static boolean isStarted(long[] segment, int at) {
    return (segment[at + STATE] & STARTED) != 0;
  }

  static int high(long word) {
    return (int) (word >>> 32);
  }

  static int low(long word) {
    return (int) word;
  }

  static long pair(int high, int low) {
    return ((long) high << 32) | (low & LOW);
  }

  static int count(long state) {
    return (int) (state >>> 48);
  }

  static int bits(long state) {
    return (int) (state >>> 32) & 0xffff;
  }

  static int leading(long state) {
    return (int) (state >>> 24) & 0xff;
  }

  static int trailing(long state) {
    return (int) (state >>> 16) & 0xff;
  }

  static int shard(long state) {
    return (int) (state >>> 8) & 0xff;
  }

  static long state(int count, int bits, int leading, int trailing, long shardAndFlags) {
    return ((long) count << 48)
        | ((long) bits << 32)
        | ((long) leading << 24)
        | ((long) trailing << 16)
        | (shardAndFlags & 0xffff);
  }
}
