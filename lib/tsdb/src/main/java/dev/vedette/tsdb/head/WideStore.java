package dev.vedette.tsdb.head;

import dev.vedette.model.Histogram;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The wide series of a shard: those that have had a histogram, or a float whose start timestamp
 * plain ones cannot have ({@link Shard#begins}). All others, most of those with start timestamps
 * among them, have nothing here, and cost nothing for it.
 *
 * <p>Changed by the holder of the shard's lock; read by any thread.
 */
final class WideStore {
  private final SeriesRecords records;
  private final LateStore lateFloats;
  private final SampleReader floats;
  private final ConcurrentHashMap<Integer, WideSeries> series = new ConcurrentHashMap<>();
  // Those that are in the map.
  private final RefSet members = new RefSet();
  private final SampleRun found = new SampleRun();
  private volatile long bytes;
  private volatile long lateBytes;
  private volatile long lateSamples;

  /** What became of a sample. */
  enum Outcome {
    STORED,
    /** Stored, older than the newest of its series. */
    LATE,
    /** Late, and another value of that time is out of sight now. */
    REPLACED,
    DUPLICATE,
    /** Not stored: the newest sample has its time and another value. */
    CONFLICT,
    /** Not stored, for there is no room for late ones. */
    FULL
  }

  WideStore(SeriesRecords records, LateStore lateFloats, SampleReader floats) {
    this.records = records;
    this.lateFloats = lateFloats;
    this.floats = floats;
  }

  /**
   * Takes a sample; the series is wide from now on.
   *
   * @param histogram null for a float
   * @param hasRoom whether it may be late
   */
  Outcome take(
      int ref, long time, long bits, @Nullable Histogram histogram, long start, boolean hasRoom) {
    long[] segment = records.segment(ref);
    int at = SeriesRecords.at(ref);
    long lastFloat = segment[at + SeriesRecords.LAST_TS];
    WideSeries of = series.get(ref);
    long newest = of == null ? Long.MIN_VALUE : of.inOrder.newestMillis();
    if (time > newest && time > lastFloat) {
      WideSeries target = of == null ? widen(ref, segment, at) : of;
      long before = target.inOrder.bytes();
      target.inOrder.append(time, bits, histogram, start);
      count(target.inOrder.bytes() - before);
      return Outcome.STORED;
    }
    if (of != null && time == newest && newest > lastFloat) {
      return of.inOrder.isNewest(bits, histogram) ? Outcome.DUPLICATE : Outcome.CONFLICT;
    }
    boolean isThere = find(ref, of, time);
    if (isThere && isFound(bits, histogram)) {
      return Outcome.DUPLICATE;
    }
    if (time == lastFloat && lastFloat > newest) {
      // In a block, where it is not here; of a histogram the record has the fingerprint then.
      boolean isSame =
          !isThere && WideRun.fingerprint(bits, histogram) == segment[at + SeriesRecords.LAST_BITS];
      return isSame ? Outcome.DUPLICATE : Outcome.CONFLICT;
    }
    if (!hasRoom) {
      return Outcome.FULL;
    }
    putLate(of == null ? widen(ref, segment, at) : of, time, bits, histogram, start);
    return isThere ? Outcome.REPLACED : Outcome.LATE;
  }

  /** Puts a sample in the place of the newest one, whatever that is. For a log that is read. */
  void replace(int ref, long time, long bits, @Nullable Histogram histogram, long start) {
    WideSeries of = series.get(ref);
    putLate(
        of == null ? widen(ref, records.segment(ref), SeriesRecords.at(ref)) : of,
        time,
        bits,
        histogram,
        start);
  }

  private WideSeries widen(int ref, long[] segment, int at) {
    WideSeries of = new WideSeries();
    count(of.inOrder.bytes());
    members.add(ref);
    series.put(ref, of);
    long version = SeriesRecords.beginChange(segment, at);
    segment[at + SeriesRecords.STATE] |= SeriesRecords.WIDE;
    SeriesRecords.endChange(segment, at, version);
    return of;
  }

  /** Looks for a sample in memory, wherever it may be; it is in {@link #found} then. */
  private boolean find(int ref, @Nullable WideSeries of, long time) {
    if (of != null) {
      of.copy(time, time, found);
      if (found.size() > 0) {
        return true;
      }
    }
    LateSeries late = lateFloats.find(ref);
    if (late != null) {
      found.clear();
      late.copy(time, time, found);
      if (found.size() > 0) {
        return true;
      }
    }
    if (floats.read(ref, time, time) > 0) {
      found.clear();
      found.add(time, floats.valueBits()[floats.from()]);
      return true;
    }
    return false;
  }

  private boolean isFound(long bits, @Nullable Histogram histogram) {
    Histogram other = found.histogram(found.from);
    return histogram == null || other == null
        ? histogram == other && bits == found.bits[found.from]
        : histogram.hasContentOf(other);
  }

  private void putLate(
      WideSeries of, long time, long bits, @Nullable Histogram histogram, long start) {
    WideRun late = of.lateToWrite();
    long bytesBefore = of.lateBytes();
    int samplesBefore = of.lateSamples();
    late.put(time, bits, histogram, start);
    countLate(of.lateBytes() - bytesBefore, of.lateSamples() - samplesBefore);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer, the holder of the shard's lock.
  private void count(long more) {
    bytes += more;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer, the holder of the shard's lock.
  private void countLate(long moreBytes, int moreSamples) {
    lateBytes += moreBytes;
    lateSamples += moreSamples;
  }

  /** A wide series; null for one of plain floats. */
  @Nullable WideSeries find(int ref) {
    return members.has(ref) ? series.get(ref) : null;
  }

  /** All wide series by ref, as they are while they are walked. */
  Map<Integer, WideSeries> all() {
    return series;
  }

  /** Copies the late samples of each series that are older than what {@code end} says of it. */
  void collectLate(IntToLongFunction end, Map<Integer, SampleRun> into) {
    series.forEach(
        (ref, of) -> {
          WideRun late = of.late();
          if (late != null && !late.isEmpty()) {
            SampleRun run = new SampleRun();
            late.copy(Long.MIN_VALUE, end.applyAsLong(ref) - 1, run);
            if (run.size() > 0) {
              into.put(ref, run);
            }
          }
        });
  }

  /** Takes out samples in order that are in a block now. */
  void dropThrough(int ref, long through) {
    WideSeries of = series.get(ref);
    if (of != null) {
      long before = of.inOrder.bytes();
      of.inOrder.dropThrough(through);
      count(of.inOrder.bytes() - before);
    }
  }

  /** Takes out late samples that are in a block now; those that were replaced meanwhile stay. */
  void removeLate(int ref, SampleRun gone) {
    WideSeries of = series.get(ref);
    WideRun late = of == null ? null : of.late();
    if (of != null && late != null) {
      long bytesBefore = of.lateBytes();
      int samplesBefore = of.lateSamples();
      late.remove(gone);
      countLate(of.lateBytes() - bytesBefore, of.lateSamples() - samplesBefore);
    }
  }

  /** Forgets a series that left. */
  void forget(int ref) {
    WideSeries of = series.remove(ref);
    members.remove(ref);
    if (of != null) {
      count(-of.inOrder.bytes());
      countLate(-of.lateBytes(), -of.lateSamples());
    }
  }

  /** Whether there is a sample older than a time. */
  boolean hasBefore(long endMillis) {
    return series.values().stream().anyMatch(of -> of.minMillis() < endMillis);
  }

  /** Memory held for samples in order. */
  long bytes() {
    return bytes;
  }

  /** Memory held for late samples. */
  long lateBytes() {
    return lateBytes;
  }

  long lateSamples() {
    return lateSamples;
  }

  long chunks() {
    long total = 0;
    for (WideSeries of : series.values()) {
      total += of.inOrder.chunks();
    }
    return total;
  }
}
