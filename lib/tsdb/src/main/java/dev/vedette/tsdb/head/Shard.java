package dev.vedette.tsdb.head;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

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
  final LateStore late;
  final WideStore wide;
  private final SeriesRecords records;
  private final SeriesStarts starts;
  private final ChunkAppender appender;
  private final ChunkTrimmer trimmer;

  Shard(SeriesRecords records, SeriesStarts starts, SlabArena[] arenas, int number) {
    this.records = records;
    this.starts = starts;
    this.arena = arenas[number];
    this.late = new LateStore(new SampleReader(records, starts, arenas));
    this.wide = new WideStore(records, late, new SampleReader(records, starts, arenas));
    this.appender = new ChunkAppender(arena);
    this.trimmer = new ChunkTrimmer(arena, appender, new SampleReader(records, starts, arenas));
  }

  /**
   * Sees to it that a sample in order has this start timestamp, 0 for none, once it is appended.
   * Returns whether it can be a plain one: a late sample has no start, and a series whose start
   * changes all the time is a wide one.
   */
  boolean begins(long[] segment, int at, int ref, long timestamp, long start) {
    long last = segment[at + SeriesRecords.LAST_TS];
    if (timestamp <= last) {
      return start == 0 || timestamp == last;
    }
    if (start != starts.current(ref)) {
      if (starts.isFull(ref)) {
        return false;
      }
      long version = SeriesRecords.beginChange(segment, at);
      starts.change(ref, timestamp, start, SeriesRecords.isEmpty(segment, at));
      segment[at + SeriesRecords.STATE] |= SeriesRecords.STARTED;
      SeriesRecords.endChange(segment, at, version);
    }
    return true;
  }

  /** Any sample that is not the next of a run; {@link Append} handles that one in place. */
  int append(long[] segment, int at, long timestamp, long bits) {
    long last = segment[at + SeriesRecords.LAST_TS];
    if (timestamp < last) {
      return LATE;
    }
    if (timestamp == last) {
      return bits == segment[at + SeriesRecords.LAST_BITS] ? DUPLICATE : CONFLICT;
    }
    long version = SeriesRecords.beginChange(segment, at);
    appender.add(segment, at, timestamp, bits);
    SeriesRecords.endChange(segment, at, version);
    return STORED;
  }

  /** Drops the samples up to and including {@code through}, which are in a block now. */
  void dropThrough(int ref, long through) {
    long[] segment = records.segment(ref);
    int at = SeriesRecords.at(ref);
    long version = SeriesRecords.beginChange(segment, at);
    trimmer.dropThrough(ref, segment, at, through);
    starts.dropThrough(ref, through);
    SeriesRecords.endChange(segment, at, version);
  }

  /**
   * Takes the hash from a series that holds nothing and got nothing for long; takes both locks, for
   * a writer holds one of them while it looks at the hash.
   */
  boolean bury(int ref, long idleBeforeMillis) {
    long[] segment = records.segment(ref);
    int at = SeriesRecords.at(ref);
    lock.lock();
    late.lock.lock();
    try {
      boolean isIdle = isIdle(ref, segment, at, idleBeforeMillis);
      if (isIdle) {
        segment[at + SeriesRecords.HASH] = 0;
        segment[at + SeriesRecords.STATE] &=
            ~(SeriesRecords.ALIASED | SeriesRecords.WIDE | SeriesRecords.STARTED);
        wide.forget(ref);
        starts.forget(ref);
      }
      return isIdle;
    } finally {
      late.lock.unlock();
      lock.unlock();
    }
  }

  /** Whether {@link #bury} would take a series; takes the lock. */
  boolean isIdle(int ref, long idleBeforeMillis) {
    lock.lock();
    try {
      return isIdle(ref, records.segment(ref), SeriesRecords.at(ref), idleBeforeMillis);
    } finally {
      lock.unlock();
    }
  }

  private boolean isIdle(int ref, long[] segment, int at, long idleBeforeMillis) {
    return segment[at + SeriesRecords.LAST_TS] < idleBeforeMillis
        && SeriesRecords.isEmpty(segment, at)
        && late.find(ref) == null
        && isIdle(wide.find(ref), idleBeforeMillis);
  }

  private static boolean isIdle(@Nullable WideSeries wide, long idleBeforeMillis) {
    return wide == null || wide.isEmpty() && wide.inOrder.newestMillis() < idleBeforeMillis;
  }

  /**
   * Whether a series has no sample in order and its newest one, wherever it is, is in a closed
   * range.
   */
  boolean holdsNothingSince(int ref, long startMillis, long endMillis) {
    long[] segment = records.segment(ref);
    int at = SeriesRecords.at(ref);
    WideSeries of = wide.find(ref);
    long newest = segment[at + SeriesRecords.LAST_TS];
    if (of != null) {
      newest = Math.max(newest, of.inOrder.newestMillis());
    }
    return newest != Long.MIN_VALUE
        && newest >= startMillis
        && newest <= endMillis
        && SeriesRecords.isEmpty(segment, at)
        && (of == null || of.isEmpty());
  }

  /** Makes a series that holds nothing one that never had a sample. Under both locks. */
  void forgetNewest(int ref) {
    long[] segment = records.segment(ref);
    int at = SeriesRecords.at(ref);
    long version = SeriesRecords.beginChange(segment, at);
    segment[at + SeriesRecords.LAST_TS] = Long.MIN_VALUE;
    segment[at + SeriesRecords.LAST_BITS] = 0;
    segment[at + SeriesRecords.RUN] = 0;
    segment[at + SeriesRecords.STATE] &= ~SeriesRecords.WIDE;
    SeriesRecords.endChange(segment, at, version);
    wide.forget(ref);
  }

  /** Chunks of this shard, those that are runs in a record alone not counted. */
  long chunks() {
    return appender.chunks() + wide.chunks();
  }
}
