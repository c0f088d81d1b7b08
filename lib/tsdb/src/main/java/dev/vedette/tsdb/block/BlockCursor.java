package dev.vedette.tsdb.block;

import dev.vedette.model.BucketColumns;
import dev.vedette.model.Corruption;
import dev.vedette.model.Histogram;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.tsdb.encode.PageDecoder;
import dev.vedette.tsdb.index.BlockIndex;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/** Walks the matching series of a block, a page at a time. Holds its block open until closed. */
final class BlockCursor implements SeriesCursor {
  private final Block block;
  private final BlockIndex index;
  private final SamplesReader samples;
  private final DeletedSeries deleted;
  private final PageDecoder page;
  private final @Nullable ExtrasReader extras;
  private final @Nullable ExtrasDecoder extrasDecoder;
  private final @Nullable BucketsDecoder buckets;
  private final DamageListener damage;
  private final PeekableIntIterator series;
  private final long startMillis;
  private final long endMillis;
  private final int[] wanted = new int[SeriesBatch.CAPACITY];
  private final double[][] values = new double[SeriesBatch.CAPACITY][];
  // The vector trimmed last, and the trimmed copy: neighbours mostly share theirs.
  private long[] trimmedOf = {};
  private long[] trimmed = {};
  private boolean closed;

  /** The caller has retained the block; closing gives it back. */
  BlockCursor(
      Block block,
      BlockIndex index,
      SamplesReader samples,
      @Nullable ExtrasReader extras,
      @Nullable BucketsDecoder buckets,
      DeletedSeries deleted,
      ImmutableRoaringBitmap series,
      long startMillis,
      long endMillis,
      DamageListener damage) {
    this.block = block;
    this.index = index;
    this.samples = samples;
    this.deleted = deleted;
    this.page = new PageDecoder(samples);
    this.extras = extras;
    this.extrasDecoder = extras == null ? null : new ExtrasDecoder(extras, block.file().toString());
    this.buckets = buckets;
    this.damage = damage;
    this.series = series.getIntIterator();
    this.startMillis = startMillis;
    this.endMillis = endMillis;
    Arrays.fill(values, new double[0]);
  }

  @Override
  public boolean next(SeriesBatch batch) {
    if (closed) {
      throw new IllegalStateException("this cursor is closed");
    }
    batch.clear();
    while (batch.count() == 0 && series.hasNext()) {
      int number = samples.pageOf(series.peekNext());
      int first = samples.firstSeries(number);
      int count = gather(number);
      if (open(number, wanted[count - 1] - first)) {
        if (buckets != null) {
          buckets.upTo(wanted[count - 1]);
        }
        for (int i = 0; i < count; i++) {
          add(batch, wanted[i], wanted[i] - first);
        }
      }
    }
    return batch.count() > 0;
  }

  private boolean open(int number, int last) {
    try {
      page.open(number, last);
      return true;
    } catch (Corruption corruption) {
      damage.damaged(corruption);
      return false;
    }
  }

  /** Takes the series of one page off the iterator; returns how many. */
  private int gather(int number) {
    int end = samples.firstSeries(number) + samples.seriesCount(number);
    int count = 0;
    while (series.hasNext() && series.peekNext() < end) {
      wanted[count++] = series.next();
    }
    return count;
  }

  private void add(SeriesBatch batch, int id, int inPage) {
    long[] timestamps = page.timestamps(inPage);
    int from = firstNotBelow(timestamps, startMillis);
    int to =
        endMillis == Long.MAX_VALUE ? timestamps.length : firstNotBelow(timestamps, endMillis + 1);
    if (from >= to) {
      return;
    }
    int slot = batch.count();
    int size = to - from;
    if (values[slot].length < size) {
      values[slot] = new double[timestamps.length];
    }
    @Nullable Histogram[] histograms = null;
    long[] starts = null;
    BucketColumns columns = null;
    try {
      page.values(inPage, from, to, values[slot]);
      SeriesExtras extra = extras == null ? null : extras.find(id);
      if (extra != null && extrasDecoder != null) {
        histograms = extrasDecoder.histograms(extra, from, to);
        starts = extrasDecoder.starts(extra, from, to);
      }
      if (buckets != null) {
        columns = buckets.read(id, from, to, timestamps.length, histograms);
      }
    } catch (Corruption corruption) {
      // This one is a copy of a series in a page that is damaged, or its histograms or columns are:
      // its neighbours need not be.
      damage.damaged(corruption);
      return;
    }
    if (!deleted.isEmpty()) {
      Runs kept = deleted.kept(id, timestamps, from, to);
      if (!kept.isEverything()) {
        addKept(
            batch, id, kept, Arrays.copyOfRange(timestamps, from, to), histograms, starts, columns);
        return;
      }
    }
    long[] trimmed = from == 0 ? timestamps : trim(timestamps, from);
    batch.add(index.labels(id), trimmed, values[slot], histograms, starts, size);
    if (columns != null) {
      batch.setBuckets(columns);
    }
  }

  private void addKept(
      SeriesBatch batch,
      int id,
      Runs kept,
      long[] timestamps,
      @Nullable Histogram @Nullable [] histograms,
      long @Nullable [] starts,
      @Nullable BucketColumns columns) {
    if (kept.size() > 0) {
      double[] column = values[batch.count()];
      kept.compact(timestamps);
      kept.compact(column);
      if (histograms != null) {
        kept.compact(histograms);
      }
      if (starts != null) {
        kept.compact(starts);
      }
      batch.add(index.labels(id), timestamps, column, histograms, starts, kept.size());
      if (columns != null) {
        kept.compact(columns);
        batch.setBuckets(columns);
      }
    }
  }

  @SuppressWarnings("ReferenceEquality") // Whether it is the shared array, whatever it holds.
  private long[] trim(long[] timestamps, int from) {
    if (trimmedOf != timestamps) {
      trimmedOf = timestamps;
      trimmed = Arrays.copyOfRange(timestamps, from, timestamps.length);
    }
    return trimmed;
  }

  static int firstNotBelow(long[] timestamps, long millis) {
    int found = Arrays.binarySearch(timestamps, millis);
    return found >= 0 ? found : -found - 1;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      block.release();
    }
  }
}
