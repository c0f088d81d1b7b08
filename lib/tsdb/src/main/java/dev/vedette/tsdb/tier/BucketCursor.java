package dev.vedette.tsdb.tier;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketColumns;
import dev.vedette.model.Histogram;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SpecialValues;
import dev.vedette.tsdb.block.Buckets;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes buckets of samples as they are read: the same ones, whether a tier is built of them or a
 * query reads what is not built yet. One thread; closing closes the cursor it reads.
 *
 * <p>A bucket gives its last sample, and a staleness marker if it ends with one. Of floats and
 * histograms in one bucket each gives its last; columns are of floats alone.
 */
public final class BucketCursor implements SeriesCursor {
  private static final double STALE = Double.longBitsToDouble(SpecialValues.STALE_BITS);

  private final SeriesCursor samples;
  private final long resolution;
  private final Set<BucketColumn> wanted;
  private final boolean folds;
  private final SeriesBatch read = new SeriesBatch();
  private final BucketFold fold = new BucketFold();
  // Where the buckets of an array of timestamps end: neighbours mostly share theirs.
  private long[] located = {};
  private int locatedSize = -1;
  private int[] ends = {};
  private int buckets;
  // Last and first times of those, for series that have nothing but samples.
  private long[] lastMillis = {};
  private long[] firstMillis = {};
  private boolean hasTimes;

  /**
   * @param samples over whole buckets
   */
  public BucketCursor(SeriesCursor samples, long resolutionMillis, Set<BucketColumn> columns) {
    this.samples = samples;
    this.resolution = resolutionMillis;
    this.wanted = columns;
    this.folds = !columns.isEmpty();
  }

  @Override
  public boolean next(SeriesBatch batch) {
    batch.clear();
    if (!samples.next(read)) {
      return false;
    }
    locatedSize = -1;
    for (int i = 0; i < read.count(); i++) {
      locate(read.timestamps(i), read.size(i));
      if (read.histograms(i) == null && !hasMarkers(read.values(i), read.size(i))) {
        addPlain(batch, i);
      } else {
        addMixed(batch, i);
      }
    }
    return true;
  }

  private static boolean hasMarkers(double[] values, int size) {
    for (int i = 0; i < size; i++) {
      if (isMarker(values[i])) {
        return true;
      }
    }
    return false;
  }

  private static boolean isMarker(double value) {
    return Double.isNaN(value) && Double.doubleToRawLongBits(value) == SpecialValues.STALE_BITS;
  }

  @SuppressWarnings("ReferenceEquality") // Series that share an array are what this is for.
  private void locate(long[] timestamps, int size) {
    if (timestamps == located && size == locatedSize) {
      return;
    }
    located = timestamps;
    locatedSize = size;
    hasTimes = false;
    buckets = 0;
    int at = 0;
    while (at < size) {
      long end = Buckets.endMillis(timestamps[at], resolution);
      while (at < size && timestamps[at] <= end) {
        at++;
      }
      if (buckets == ends.length) {
        ends = Arrays.copyOf(ends, Math.max(64, buckets * 2));
      }
      ends[buckets++] = at;
    }
  }

  private void addPlain(SeriesBatch batch, int series) {
    if (!hasTimes) {
      hasTimes = true;
      lastMillis = new long[buckets];
      firstMillis = new long[buckets];
      for (int i = 0; i < buckets; i++) {
        lastMillis[i] = located[ends[i] - 1];
        firstMillis[i] = located[i == 0 ? 0 : ends[i - 1]];
      }
    }
    double[] values = read.values(series);
    double[] last = new double[buckets];
    for (int i = 0; i < buckets; i++) {
      last[i] = values[ends[i] - 1];
    }
    batch.add(read.labels(series), lastMillis, last, buckets);
    if (folds) {
      Made made = new Made(buckets);
      for (int i = 0; i < buckets; i++) {
        fold.begin();
        for (int at = i == 0 ? 0 : ends[i - 1]; at < ends[i]; at++) {
          fold.add(values[at]);
        }
        made.set(i);
      }
      batch.setBuckets(made.columns(firstMillis));
    }
  }

  /** Columns in the making. */
  private final class Made {
    private final double[][] columns = new double[BucketColumn.values().length][];

    Made(int size) {
      wanted.forEach(column -> columns[column.ordinal()] = new double[size]);
    }

    void set(int entry) {
      for (BucketColumn column : wanted) {
        columns[column.ordinal()][entry] =
            switch (column) {
              case COUNT -> fold.count();
              case SUM -> fold.sum();
              case MIN -> fold.min();
              case MAX -> fold.max();
              case FIRST -> fold.first();
              case RESETS -> fold.resets();
            };
      }
    }

    void setMarker(int entry) {
      wanted.forEach(column -> columns[column.ordinal()][entry] = STALE);
    }

    BucketColumns columns(long[] times) {
      BucketColumns made = new BucketColumns();
      wanted.forEach(column -> made.set(column, columns[column.ordinal()]));
      if (wanted.contains(BucketColumn.FIRST)) {
        made.setFirstMillis(times);
      }
      return made;
    }
  }

  /** A series with staleness markers or histograms. */
  private void addMixed(SeriesBatch batch, int series) {
    double[] values = read.values(series);
    @Nullable Histogram[] histograms = read.histograms(series);
    int most = Math.min(3 * buckets, locatedSize);
    Entries entries = new Entries(most, histograms != null);
    for (int i = 0; i < buckets; i++) {
      entries.add(values, histograms, i == 0 ? 0 : ends[i - 1], ends[i]);
    }
    batch.add(
        read.labels(series), entries.times, entries.last, entries.histograms, null, entries.size);
    if (folds) {
      batch.setBuckets(entries.made.columns(entries.firstTimes));
    }
  }

  /** Entries of a series in the making. */
  private final class Entries {
    final long[] times;
    final double[] last;
    final long[] firstTimes;
    final @Nullable Histogram @Nullable [] histograms;
    final Made made;
    int size;

    Entries(int most, boolean hasHistograms) {
      times = new long[most];
      last = new double[most];
      firstTimes = new long[most];
      histograms = hasHistograms ? new Histogram[most] : null;
      made = new Made(most);
    }

    /** Adds a bucket: at most its last float, its last histogram and the marker at its end. */
    void add(double[] values, @Nullable Histogram @Nullable [] all, int from, int to) {
      int first = -1;
      int lastFloat = -1;
      int lastHistogram = -1;
      fold.begin();
      for (int at = from; at < to; at++) {
        Histogram histogram = all == null ? null : all[at];
        if (histogram != null) {
          lastHistogram = histogram.isStale() ? lastHistogram : at;
        } else if (!isMarker(values[at])) {
          fold.add(values[at]);
          first = first < 0 ? at : first;
          lastFloat = at;
        }
      }
      for (int at = Math.max(from, Math.min(lastFloat, lastHistogram)); at < to; at++) {
        boolean isLastMarker = at == to - 1 && at > lastFloat && at > lastHistogram;
        if (at == lastFloat) {
          last[size] = values[at];
          made.set(size);
          add(at, located[first], null);
        } else if (at == lastHistogram || isLastMarker) {
          last[size] = STALE;
          made.setMarker(size);
          add(at, located[at], all == null ? null : all[at]);
        }
      }
    }

    private void add(int at, long firstTime, @Nullable Histogram histogram) {
      times[size] = located[at];
      // A float that came before a histogram of its bucket: nobody reads columns of mixed buckets.
      firstTimes[size] = size > 0 ? Math.max(firstTime, firstTimes[size - 1] + 1) : firstTime;
      if (histograms != null) {
        histograms[size] = histogram;
      }
      size++;
    }
  }

  @Override
  public void close() {
    samples.close();
  }
}
