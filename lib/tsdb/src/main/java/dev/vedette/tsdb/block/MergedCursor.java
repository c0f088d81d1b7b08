package dev.vedette.tsdb.block;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketColumns;
import dev.vedette.model.Histogram;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesOrder;
import dev.vedette.model.SeriesParts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Several cursors over one tenant as one. A series that several have comes once; of samples with
 * one timestamp that of the later cursor stays. A single cursor is passed through without a copy.
 * One thread.
 */
public final class MergedCursor implements SeriesCursor {
  private static final long[] NONE = {};
  private static final Comparator<Source> BY_RANK = Comparator.comparingInt(source -> source.rank);

  private final List<Source> sources = new ArrayList<>();
  private final Comparator<Labels> order;
  // Those that have the series at hand, by rank, and the others that have series left: of a group
  // that has the same the first.
  private final List<Source> current = new ArrayList<>();
  private final PriorityQueue<Source> waiting;
  // The current ones in order of time, and those of the series before if that was appended.
  private final List<Source> byTime = new ArrayList<>();
  private final List<Source> appended = new ArrayList<>();
  private final long[][] timestamps = new long[SeriesBatch.CAPACITY][];
  private final double[][] values = new double[SeriesBatch.CAPACITY][];
  private long[] mergedTimestamps = new long[1024];
  private double[] mergedValues = new double[1024];
  // Of the series at hand; null where no source has any of it.
  private @Nullable Histogram @Nullable [] mergedHistograms;
  private long @Nullable [] mergedStarts;
  private @Nullable BucketColumns mergedBuckets;
  private boolean begun;

  private static final class Source {
    final SeriesCursor cursor;
    final int rank;
    final SeriesBatch batch = new SeriesBatch();
    // The next of the group that has the same series.
    @Nullable Source beside;
    int at;
    int sample;
    // Of the series merged last, if that was of the same batch: an array may be used again later.
    long[] lastTimestamps = NONE;
    int lastSize;

    Source(SeriesCursor cursor, int rank) {
      this.cursor = cursor;
      this.rank = rank;
    }

    boolean next() {
      at++;
      if (at >= batch.count()) {
        at = 0;
        lastTimestamps = NONE;
        return cursor.next(batch);
      }
      return true;
    }

    /** Remembers the times of the series at hand; whether they are those remembered before. */
    @SuppressWarnings("ReferenceEquality") // Series that share an array are what this is for.
    boolean hasTimesOfLast() {
      long[] times = batch.timestamps(at);
      boolean same = times == lastTimestamps && size() == lastSize;
      lastTimestamps = times;
      lastSize = size();
      return same;
    }

    boolean hasValuesOnly() {
      return batch.histograms(at) == null && batch.starts(at) == null && batch.buckets(at) == null;
    }

    long firstMillis() {
      return batch.timestamps(at)[0];
    }

    long lastMillis() {
      return batch.timestamps(at)[size() - 1];
    }

    Labels labels() {
      return batch.labels(at);
    }

    int size() {
      return batch.size(at);
    }

    long timestamp() {
      return batch.timestamps(at)[sample];
    }
  }

  /** Takes over cursors, the one that wins last. */
  public MergedCursor(List<SeriesCursor> cursors) {
    this(cursors, MergedCursor::compare);
  }

  /**
   * @param order that of series
   */
  MergedCursor(List<SeriesCursor> cursors, Comparator<Labels> order) {
    this.order = order;
    waiting = new PriorityQueue<>((a, b) -> order.compare(a.labels(), b.labels()));
    for (SeriesCursor cursor : cursors) {
      sources.add(new Source(cursor, sources.size()));
    }
  }

  @Override
  public boolean next(SeriesBatch batch) {
    if (sources.size() == 1) {
      return sources.getFirst().cursor.next(batch);
    }
    batch.clear();
    while (!batch.isFull() && advance()) {
      int slot = batch.count();
      if (!append(batch)) {
        addMerged(batch);
      }
    }
    return batch.count() > 0;
  }

  /**
   * Moves to the next series: {@link #current} are the sources that have it. Neighbouring blocks
   * have the same series, so sources are mostly found equal, which is quicker than ordering them;
   * those that are not wait in a heap, so that blocks with other series each cost no more than the
   * logarithm of their number.
   */
  private boolean advance() {
    Source first = group(begun ? current : sources);
    begun = true;
    Source next = waiting.peek();
    if (first != null && next != null && order.compare(first.labels(), next.labels()) > 0) {
      waiting.add(first);
      first = null;
    }
    if (first == null) {
      first = waiting.poll();
    }
    current.clear();
    if (first == null) {
      return false;
    }
    addEqual(first);
    return true;
  }

  /**
   * Moves sources on. Returns the first group of neighbours that have the same series then; others
   * go to the heap.
   */
  private @Nullable Source group(List<Source> moving) {
    Source first = null;
    Source head = null;
    Source tail = null;
    for (Source source : moving) {
      if (!source.next()) {
        continue;
      }
      source.beside = null;
      if (head != null && tail != null && source.labels().equals(head.labels())) {
        tail.beside = source;
      } else {
        if (head != first && head != null) {
          waiting.add(head);
        }
        head = source;
        first = first == null ? source : first;
      }
      tail = source;
    }
    if (head != first && head != null) {
      waiting.add(head);
    }
    return first;
  }

  /** Takes a group, and all of the heap that have its series, by rank. */
  private void addEqual(Source first) {
    addAll(first);
    boolean isOne = true;
    for (Source next = waiting.peek();
        next != null && next.labels().equals(first.labels());
        next = waiting.peek()) {
      addAll(waiting.remove());
      isOne = false;
    }
    if (!isOne) {
      current.sort(BY_RANK);
    }
  }

  private void addAll(Source group) {
    for (Source source = group; source != null; source = source.beside) {
      current.add(source);
    }
  }

  private static int compare(Labels a, Labels b) {
    return a.equals(b) ? 0 : SeriesOrder.INSTANCE.compare(a, b);
  }

  /**
   * Adds a series whose sources have plain samples of one time after the other, as those of blocks
   * are: what each has goes to its place at once.
   */
  private boolean append(SeriesBatch batch) {
    sortByTime();
    int size = 0;
    long last = Long.MIN_VALUE;
    for (Source source : byTime) {
      if (!source.hasValuesOnly() || size > 0 && source.firstMillis() <= last) {
        appended.clear();
        return false;
      }
      last = source.lastMillis();
      size = Math.addExact(size, source.size());
    }
    int slot = batch.count();
    // Of the same sources as the series before, with the same times in each.
    boolean shares = byTime.equals(appended) && slot > 0;
    for (Source source : byTime) {
      shares &= source.hasTimesOfLast();
    }
    long[] times = shares ? batch.timestamps(slot - 1) : ownTimestamps(slot, size);
    double[] column = ownValues(slot, size);
    int at = 0;
    for (Source source : byTime) {
      int count = source.size();
      if (!shares) {
        System.arraycopy(source.batch.timestamps(source.at), 0, times, at, count);
      }
      System.arraycopy(source.batch.values(source.at), 0, column, at, count);
      at += count;
    }
    appended.clear();
    appended.addAll(byTime);
    batch.add(current.getFirst().labels(), times, column, size);
    return true;
  }

  /** Insertion: they are nearly always in order. */
  private void sortByTime() {
    byTime.clear();
    for (Source source : current) {
      int place = byTime.size();
      while (place > 0 && byTime.get(place - 1).firstMillis() > source.firstMillis()) {
        place--;
      }
      byTime.add(place, source);
    }
  }

  /** Adds a series sample by sample. */
  private void addMerged(SeriesBatch batch) {
    int slot = batch.count();
    Labels labels = current.getFirst().labels();
    int size = merge();
    batch.add(
        labels,
        shareOrCopy(batch, slot, size),
        copyValues(slot, size),
        mergedHistograms,
        mergedStarts,
        size);
    if (mergedBuckets != null) {
      batch.setBuckets(mergedBuckets);
    }
  }

  private int merge() {
    int most = 0;
    boolean haveHistograms = false;
    boolean haveStarts = false;
    for (Source source : current) {
      most = Math.addExact(most, source.size());
      source.sample = 0;
      haveHistograms |= source.batch.histograms(source.at) != null;
      haveStarts |= source.batch.starts(source.at) != null;
    }
    mergedHistograms = haveHistograms ? new Histogram[most] : null;
    mergedStarts = haveStarts ? new long[most] : null;
    mergedBuckets = newBuckets(most);
    if (mergedTimestamps.length < most) {
      mergedTimestamps = new long[Math.max(most, mergedTimestamps.length * 2)];
      mergedValues = new double[mergedTimestamps.length];
    }
    int size = 0;
    while (!current.isEmpty()) {
      int run = runOfOldest(size);
      if (run < 0) {
        break;
      }
      size = run;
    }
    return size;
  }

  /** Copies from the source with the oldest sample as far as no other has one; -1 at the end. */
  private int runOfOldest(int into) {
    Source oldest = null;
    long next = Long.MAX_VALUE;
    for (Source source : current) {
      if (source.sample < source.size()) {
        // The later source of two with one timestamp is the one to keep.
        if (oldest == null || source.timestamp() <= oldest.timestamp()) {
          next = oldest == null ? Long.MAX_VALUE : Math.min(next, oldest.timestamp());
          oldest = source;
        } else {
          next = Math.min(next, source.timestamp());
        }
      }
    }
    if (oldest == null) {
      return -1;
    }
    long[] from = oldest.batch.timestamps(oldest.at);
    int begin = oldest.sample;
    int end = begin + 1;
    while (end < oldest.size() && from[end] < next) {
      end++;
    }
    int count = end - begin;
    System.arraycopy(from, begin, mergedTimestamps, into, count);
    System.arraycopy(oldest.batch.values(oldest.at), begin, mergedValues, into, count);
    copyExtras(oldest, begin, into, count);
    oldest.sample = end;
    skip(mergedTimestamps[into]);
    return into + count;
  }

  private void copyExtras(Source source, int from, int into, int count) {
    @Nullable Histogram[] histograms = source.batch.histograms(source.at);
    if (histograms != null && mergedHistograms != null) {
      System.arraycopy(histograms, from, mergedHistograms, into, count);
    }
    BucketColumns buckets = source.batch.buckets(source.at);
    if (buckets != null && mergedBuckets != null) {
      copy(buckets, from, mergedBuckets, into, count);
    }
    long[] starts = source.batch.starts(source.at);
    if (starts != null && mergedStarts != null) {
      System.arraycopy(starts, from, mergedStarts, into, count);
    }
  }

  /** Columns like those of a source, which all have the same. */
  private @Nullable BucketColumns newBuckets(int size) {
    Source source = current.getFirst();
    BucketColumns like = source.batch.buckets(source.at);
    if (like == null) {
      return null;
    }
    BucketColumns columns = new BucketColumns();
    for (BucketColumn column : BucketColumn.values()) {
      if (like.has(column)) {
        columns.set(column, new double[size]);
      }
    }
    if (like.has(BucketColumn.FIRST)) {
      columns.setFirstMillis(new long[size]);
    }
    for (BucketColumn column : BucketColumns.OF_HISTOGRAMS) {
      if (like.has(column) && mergedHistograms != null) {
        columns.setHistograms(column, new Histogram[size]);
      }
    }
    return columns;
  }

  private static void copy(
      BucketColumns source, int from, BucketColumns target, int into, int count) {
    for (BucketColumn column : BucketColumn.values()) {
      if (target.has(column)) {
        System.arraycopy(source.get(column), from, target.get(column), into, count);
      }
    }
    if (target.has(BucketColumn.FIRST)) {
      System.arraycopy(source.firstMillis(), from, target.firstMillis(), into, count);
    }
    for (BucketColumn column : BucketColumns.OF_HISTOGRAMS) {
      @Nullable Histogram[] histograms = source.histograms(column);
      @Nullable Histogram[] merged = target.histograms(column);
      if (histograms != null && merged != null) {
        System.arraycopy(histograms, from, merged, into, count);
      }
    }
  }

  /** The other sources' sample at a time that is taken. */
  private void skip(long timestamp) {
    for (Source source : current) {
      if (source.sample < source.size() && source.timestamp() == timestamp) {
        source.sample++;
      }
    }
  }

  private long[] shareOrCopy(SeriesBatch batch, int slot, int size) {
    if (slot > 0 && batch.size(slot - 1) == size) {
      long[] before = batch.timestamps(slot - 1);
      if (Arrays.equals(before, 0, size, mergedTimestamps, 0, size)) {
        return before;
      }
    }
    long[] own = ownTimestamps(slot, size);
    System.arraycopy(mergedTimestamps, 0, own, 0, size);
    return own;
  }

  private long[] ownTimestamps(int slot, int size) {
    long[] own = timestamps[slot];
    if (own == null || own.length < size) {
      own = new long[Math.max(size, 32)];
      timestamps[slot] = own;
    }
    return own;
  }

  private double[] copyValues(int slot, int size) {
    double[] own = ownValues(slot, size);
    System.arraycopy(mergedValues, 0, own, 0, size);
    return own;
  }

  private double[] ownValues(int slot, int size) {
    double[] own = values[slot];
    if (own == null || own.length < size) {
      own = new double[Math.max(size, 32)];
      values[slot] = own;
    }
    return own;
  }

  @Override
  public Optional<SeriesParts> parts(int leastSeries) {
    List<RangedCursor> ranged = new ArrayList<>();
    for (Source source : sources) {
      if (!(source.cursor instanceof RangedCursor cursor)) {
        return Optional.empty();
      }
      if (cursor.size() > 0) {
        ranged.add(cursor);
      }
    }
    return ranged.isEmpty() ? Optional.empty() : Optional.of(new MergedParts(ranged, leastSeries));
  }

  /** Begins anew, the sources having been set to other series. */
  void restart() {
    waiting.clear();
    current.clear();
    appended.clear();
    begun = false;
    for (Source source : sources) {
      source.batch.clear();
      source.at = 0;
    }
  }

  @Override
  public void close() {
    sources.forEach(source -> source.cursor.close());
  }
}
