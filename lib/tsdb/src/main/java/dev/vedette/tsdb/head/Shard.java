package dev.vedette.tsdb.head;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * A part of the series and the memory of their chunks. Everything here belongs to the holder of
 * {@link #lock}; readers use {@link SampleReader}.
 */
final class Shard {
  /** What became of a sample. */
  static final int STORED = 0;

  static final int DUPLICATE = 1;
  static final int CONFLICT = 2;
  static final int LATE = 3;

  final ReentrantLock lock = new ReentrantLock();
  final SlabArena arena;
  private final SeriesRecords records;
  private final SampleReader reader;
  private final ChunkAppender appender;
  private final ChunkTrimmer trimmer;
  private final long lateWindowMillis;
  private @Nullable RoaringBitmap lateRefs;

  Shard(SeriesRecords records, SlabArena[] arenas, int number, long lateWindowMillis) {
    this.lateWindowMillis = lateWindowMillis;
    this.records = records;
    this.arena = arenas[number];
    this.reader = new SampleReader(records, arenas);
    this.appender = new ChunkAppender(arena);
    this.trimmer = new ChunkTrimmer(arena, appender, reader);
  }

  /** Any sample that is not the next of a run; {@link Append} handles that one in place. */
  int append(int ref, long[] segment, int at, long timestamp, long bits) {
    long last = segment[at + SeriesRecords.LAST_TS];
    if (timestamp <= last) {
      return judgeLate(ref, segment, at, timestamp, bits);
    }
    long version = SeriesRecords.beginChange(segment, at);
    appender.add(segment, at, timestamp, bits);
    SeriesRecords.endChange(segment, at, version);
    return STORED;
  }

  private int judgeLate(int ref, long[] segment, int at, long timestamp, long bits) {
    long last = segment[at + SeriesRecords.LAST_TS];
    if (timestamp == last) {
      return bits == segment[at + SeriesRecords.LAST_BITS] ? DUPLICATE : CONFLICT;
    }
    // A sender that repeats a whole request must find its older samples, too.
    if (reader.read(ref, timestamp, timestamp) > 0) {
      return reader.valueBits()[reader.from()] == bits ? DUPLICATE : CONFLICT;
    }
    if (timestamp < last - lateWindowMillis) {
      return LATE;
    }
    insert(ref, segment, at, timestamp, bits);
    return STORED;
  }

  /**
   * Puts a late sample in its place by writing the series again, some 10 ns a sample: late ones are
   * few, and so the many need no structure for them.
   */
  private void insert(int ref, long[] segment, int at, long timestamp, long bits) {
    reader.read(ref, Long.MIN_VALUE, Long.MAX_VALUE);
    RoaringBitmap noted = lateRefs;
    if (noted != null) {
      noted.add(ref);
    }
    long version = SeriesRecords.beginChange(segment, at);
    trimmer.dropAll(segment, at);
    boolean inserted = false;
    for (int i = reader.from(); i < reader.to(); i++) {
      long next = reader.timestamps()[i];
      if (!inserted && next > timestamp) {
        appender.add(segment, at, timestamp, bits);
        inserted = true;
      }
      appender.add(segment, at, next, reader.valueBits()[i]);
    }
    if (!inserted) {
      appender.add(segment, at, timestamp, bits);
    }
    SeriesRecords.endChange(segment, at, version);
  }

  /** Begins or ends noting the series that take late samples. */
  void noteLate(boolean note) {
    lateRefs = note ? new RoaringBitmap() : null;
  }

  /** Whether a series took a late sample since they are noted. */
  boolean tookLate(int ref) {
    RoaringBitmap noted = lateRefs;
    return noted != null && noted.contains(ref);
  }

  /**
   * Drops the samples up to and including {@code through}, which are in a block now.
   *
   * @return whether the series holds no sample any more
   */
  boolean dropThrough(int ref, long through) {
    long[] segment = records.segment(ref);
    int at = SeriesRecords.at(ref);
    long version = SeriesRecords.beginChange(segment, at);
    trimmer.dropThrough(ref, segment, at, through);
    SeriesRecords.endChange(segment, at, version);
    return SeriesRecords.low(segment[at + SeriesRecords.RUN]) == 0
        && segment[at + SeriesRecords.CHUNKS] == 0;
  }

  /** Takes the hash from a series that holds nothing and got nothing for long; takes the lock. */
  boolean bury(int ref, long idleBeforeMillis) {
    long[] segment = records.segment(ref);
    int at = SeriesRecords.at(ref);
    lock.lock();
    try {
      boolean isIdle = isIdle(segment, at, idleBeforeMillis);
      if (isIdle) {
        segment[at + SeriesRecords.HASH] = 0;
        segment[at + SeriesRecords.STATE] &= ~SeriesRecords.ALIASED;
      }
      return isIdle;
    } finally {
      lock.unlock();
    }
  }

  /** Whether {@link #bury} would take a series; takes the lock. */
  boolean isIdle(int ref, long idleBeforeMillis) {
    lock.lock();
    try {
      return isIdle(records.segment(ref), SeriesRecords.at(ref), idleBeforeMillis);
    } finally {
      lock.unlock();
    }
  }

  private static boolean isIdle(long[] segment, int at, long idleBeforeMillis) {
    return segment[at + SeriesRecords.LAST_TS] < idleBeforeMillis
        && SeriesRecords.low(segment[at + SeriesRecords.RUN]) == 0
        && segment[at + SeriesRecords.CHUNKS] == 0;
  }

  /** Chunks of this shard, those that are runs in a record alone not counted. */
  long chunks() {
    return appender.chunks();
  }
}
