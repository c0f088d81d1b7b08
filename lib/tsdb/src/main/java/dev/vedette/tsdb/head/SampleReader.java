package dev.vedette.tsdb.head;

import dev.vedette.tsdb.chunk.XorDecoder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes a consistent copy of one series' samples while its writer goes on.
 *
 * <p>The record's version makes it a sequence lock: the reader copies record and chunks without a
 * lock and keeps the copy only when the version was even and did not move. An address is followed
 * only after the version was seen unchanged, and chunks are freed only while it is odd, so a copy
 * that meets freed memory is thrown away before anything in it is believed. The writer never waits;
 * a reader repeats the copy, some microseconds, when the series was appended to meanwhile.
 *
 * <p>One thread; reusable. What {@link #read} found stays valid until the next call.
 */
final class SampleReader {
  private static final int RUN = -1;

  private final SeriesRecords records;
  private final SeriesStarts starts;
  private final SlabArena[] arenas;
  private final XorDecoder decoder = new XorDecoder();

  // Pieces from the newest to the oldest. A run: count, first, interval, value; a stream: its
  // place.
  private int pieces;
  private int[] pieceOffset = new int[16];
  private int[] pieceLength = new int[16];
  private int[] pieceCount = new int[16];
  private long[] pieceFirst = new long[16];
  private long[] pieceLast = new long[16];
  private long[] pieceInterval = new long[16];
  private long[] pieceValue = new long[16];
  private byte[] bytes = new byte[4096];
  private int bytesUsed;

  private long[] timestamps = new long[512];
  private long[] valueBits = new long[512];
  private int from;
  private int to;

  // What is known of start timestamps, as it was with the copy.
  private long start;
  private long @Nullable [] startChanges;

  SampleReader(SeriesRecords records, SeriesStarts starts, SlabArena[] arenas) {
    this.records = records;
    this.starts = starts;
    this.arenas = arenas;
  }

  /** Reads the samples of a series in {@code [start, end]} and returns how many there are. */
  int read(int ref, long start, long end) {
    long[] segment = records.segment(ref);
    int at = SeriesRecords.at(ref);
    for (int attempt = 1; ; attempt++) {
      long version = SeriesRecords.acquireVersion(segment, at);
      if (!SeriesRecords.isChanging(version) && copy(ref, segment, at, version, start, end)) {
        return decode(start, end);
      }
      pause(attempt);
    }
  }

  /**
   * Reads the last sample of a series, which its record has; none where it is older than the range.
   *
   * @return false where it is newer, so that the range's own have to be read
   */
  boolean readLast(int ref, long start, long end) {
    long[] segment = records.segment(ref);
    int at = SeriesRecords.at(ref);
    for (int attempt = 1; ; attempt++) {
      long version = SeriesRecords.acquireVersion(segment, at);
      long last = segment[at + SeriesRecords.LAST_TS];
      long bits = segment[at + SeriesRecords.LAST_BITS];
      boolean isEmpty = SeriesRecords.isEmpty(segment, at);
      if (!SeriesRecords.isChanging(version)) {
        copyStarts(ref, segment[at + SeriesRecords.STATE]);
        if (SeriesRecords.unchanged(segment, at, version)) {
          timestamps[0] = last;
          valueBits[0] = bits;
          from = 0;
          to = isEmpty || last < start ? 0 : 1;
          return isEmpty || last <= end;
        }
      }
      pause(attempt);
    }
  }

  /** Finds the chunks of a series that begin at or before {@code end}, and how many there are. */
  int bounds(int ref, long end) {
    long[] segment = records.segment(ref);
    int at = SeriesRecords.at(ref);
    for (int attempt = 1; ; attempt++) {
      long version = SeriesRecords.acquireVersion(segment, at);
      if (!SeriesRecords.isChanging(version)
          && copy(ref, segment, at, version, Long.MIN_VALUE, end)) {
        return pieces;
      }
      pause(attempt);
    }
  }

  int pieces() {
    return pieces;
  }

  /** Oldest timestamp of a chunk found, 0 the newest chunk. */
  long pieceMin(int piece) {
    return pieceFirst[piece];
  }

  /** Newest timestamp of a chunk found. */
  long pieceMax(int piece) {
    return pieceLast[piece];
  }

  /** For the writer, of its own chunk: the samples of a sealed stream from {@code start} on. */
  void decodeChunk(byte[] page, int chunk, long start) {
    pieces = 0;
    bytesUsed = 0;
    int length = Chunks.length(page, chunk) - 2;
    copyStream(page, chunk + Chunks.STREAM, length, Chunks.count(page, chunk), 0, 0);
    decode(start, Long.MAX_VALUE);
  }

  /** For the writer: the samples of an open stream from {@code start} on. */
  void decodeStream(byte[] page, int chunk, long state, long start) {
    pieces = 0;
    bytesUsed = 0;
    int length = (SeriesRecords.bits(state) + 7) / 8;
    copyStream(page, chunk + Chunks.STREAM, length, SeriesRecords.count(state), 0, 0);
    decode(start, Long.MAX_VALUE);
  }

  @SuppressWarnings("ThreadPriorityCheck")
  private static void pause(int attempt) {
    // The writer may have lost its core in the middle of a change; give it ours now and then.
    if (attempt % 64 == 0) {
      Thread.yield();
    } else {
      Thread.onSpinWait();
    }
  }

  private boolean copy(int ref, long[] segment, int at, long version, long start, long end) {
    pieces = 0;
    bytesUsed = 0;
    long last = segment[at + SeriesRecords.LAST_TS];
    long bits = segment[at + SeriesRecords.LAST_BITS];
    long run = segment[at + SeriesRecords.RUN];
    long chunks = segment[at + SeriesRecords.CHUNKS];
    long state = segment[at + SeriesRecords.STATE];
    copyStarts(ref, state);
    if (!SeriesRecords.unchanged(segment, at, version)) {
      return false;
    }
    if (last < start) {
      return true;
    }
    SlabArena arena = arenas[SeriesRecords.shard(state)];
    int samples = SeriesRecords.low(run);
    long interval = SeriesRecords.high(run);
    long first = last - (samples - 1) * interval;
    if (samples > 0 && first <= end) {
      addRun(samples, first, last, interval, bits);
    }
    int open = SeriesRecords.high(chunks);
    if (open != 0 && !copyOpen(arena, open, state, last - samples * interval, end)) {
      return false;
    }
    return copySealed(arena, SeriesRecords.low(chunks), segment, at, version, start, end);
  }

  private void copyStarts(int ref, long state) {
    boolean isStarted = (state & SeriesRecords.STARTED) != 0;
    this.start = isStarted ? starts.current(ref) : 0;
    startChanges = isStarted ? starts.changes(ref) : null;
  }

  private boolean copyOpen(SlabArena arena, int open, long state, long max, long end) {
    byte[] page = arena.peek(open);
    if (page == null) {
      return false;
    }
    int chunk = SlabArena.offset(open);
    long min = Chunks.min(page, chunk);
    int length = (SeriesRecords.bits(state) + 7) / 8;
    return min > end
        || copyStream(page, chunk + Chunks.STREAM, length, SeriesRecords.count(state), min, max);
  }

  private boolean copySealed(
      SlabArena arena, int newest, long[] segment, int at, long version, long start, long end) {
    int address = newest;
    while (address != 0) {
      byte[] page = arena.peek(address);
      if (page == null) {
        return false;
      }
      int chunk = SlabArena.offset(address);
      int previous = Chunks.previous(page, chunk);
      boolean isRun = Chunks.isRun(page, chunk);
      int length = Chunks.length(page, chunk);
      long min = Chunks.min(page, chunk);
      long max = Chunks.max(page, chunk);
      if (!SeriesRecords.unchanged(segment, at, version)) {
        return false;
      }
      if (max < start) {
        break;
      }
      if (min <= end) {
        if (isRun) {
          int count = length == 0 ? 1 : (int) ((max - min) / length) + 1;
          addRun(count, min, max, length, Chunks.runValue(page, chunk));
        } else if (!copyStream(
            page, chunk + Chunks.STREAM, length - 2, Chunks.count(page, chunk), min, max)) {
          return false;
        }
      }
      address = previous;
    }
    return SeriesRecords.unchanged(segment, at, version);
  }

  private void addRun(int count, long first, long last, long interval, long value) {
    int piece = addPiece();
    pieceOffset[piece] = RUN;
    pieceCount[piece] = count;
    pieceFirst[piece] = first;
    pieceLast[piece] = last;
    pieceInterval[piece] = interval;
    pieceValue[piece] = value;
  }

  private boolean copyStream(byte[] page, int from, int length, int count, long min, long max) {
    if (length < 0 || from + length > page.length) {
      return false;
    }
    int piece = addPiece();
    if (bytesUsed + length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, bytesUsed + length));
    }
    System.arraycopy(page, from, bytes, bytesUsed, length);
    pieceOffset[piece] = bytesUsed;
    pieceLength[piece] = length;
    pieceCount[piece] = count;
    pieceFirst[piece] = min;
    pieceLast[piece] = max;
    bytesUsed += length;
    return true;
  }

  private int addPiece() {
    if (pieces == pieceOffset.length) {
      int capacity = pieces * 2;
      pieceOffset = Arrays.copyOf(pieceOffset, capacity);
      pieceLength = Arrays.copyOf(pieceLength, capacity);
      pieceCount = Arrays.copyOf(pieceCount, capacity);
      pieceFirst = Arrays.copyOf(pieceFirst, capacity);
      pieceLast = Arrays.copyOf(pieceLast, capacity);
      pieceInterval = Arrays.copyOf(pieceInterval, capacity);
      pieceValue = Arrays.copyOf(pieceValue, capacity);
    }
    return pieces++;
  }

  private int decode(long start, long end) {
    reserve();
    int size = 0;
    for (int piece = pieces - 1; piece >= 0; piece--) {
      int count = pieceCount[piece];
      if (pieceOffset[piece] == RUN) {
        size += expand(piece, start, end, size);
      } else {
        int offset = pieceOffset[piece];
        int stop = offset + pieceLength[piece];
        decoder.decode(bytes, offset, stop, count, timestamps, valueBits, size);
        size += count;
      }
    }
    from = firstAtOrAfter(start, size);
    to = end == Long.MAX_VALUE ? size : firstAtOrAfter(end + 1, size);
    return Math.max(0, to - from);
  }

  private void reserve() {
    int total = 0;
    for (int piece = 0; piece < pieces; piece++) {
      total += pieceCount[piece];
    }
    if (total > timestamps.length) {
      int capacity = Math.max(total, timestamps.length * 2);
      timestamps = new long[capacity];
      valueBits = new long[capacity];
    }
  }

  /** Samples of a run that are in the range, and how many these are. */
  private int expand(int piece, long start, long end, int into) {
    long interval = pieceInterval[piece];
    long first = pieceFirst[piece];
    long last = pieceLast[piece];
    if (interval > 0 && first < start) {
      first = last < start ? last + interval : last - (last - start) / interval * interval;
    }
    if (interval > 0 && last > end) {
      last = first > end ? first - interval : first + (end - first) / interval * interval;
    }
    int count = interval > 0 ? (int) ((last - first) / interval) + 1 : pieceCount[piece];
    long timestamp = first;
    for (int i = 0; i < count; i++) {
      timestamps[into + i] = timestamp;
      timestamp += interval;
    }
    Arrays.fill(valueBits, into, into + count, pieceValue[piece]);
    return count;
  }

  private int firstAtOrAfter(long timestamp, int size) {
    int found = Arrays.binarySearch(timestamps, 0, size, timestamp);
    return found >= 0 ? found : -found - 1;
  }

  /** Start timestamps of the samples found, an array of their own; null where none has one. */
  long @Nullable [] starts() {
    if (start == 0 && startChanges == null) {
      return null;
    }
    long[] startOf = new long[to];
    SeriesStarts.fill(startOf, timestamps, from, to, start, startChanges);
    return startOf;
  }

  /** The first sample found, an index into {@link #timestamps} and {@link #valueBits}. */
  int from() {
    return from;
  }

  /** Behind the last sample found. */
  int to() {
    return to;
  }

  long[] timestamps() {
    return timestamps;
  }

  long[] valueBits() {
    return valueBits;
  }
}
