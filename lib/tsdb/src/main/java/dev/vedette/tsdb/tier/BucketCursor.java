package dev.vedette.tsdb.tier;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketColumns;
import dev.vedette.model.Histogram;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SpecialValues;
import dev.vedette.tsdb.block.Buckets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes buckets of samples as they are read: the same ones, whether a tier is built of them or a
 * query reads what is not built yet. One thread; closing closes the cursor it reads.
 *
 * <p>A bucket gives its last sample, and a staleness marker if it ends with one; where samples are
 * not of one kind, as {@link BucketColumn} says, the last of each stretch of one kind.
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

    void setHistograms(int entry, int count) {
      setMarker(entry);
      if (wanted.contains(BucketColumn.COUNT)) {
        columns[BucketColumn.COUNT.ordinal()][entry] = count;
      }
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
    Mixed samples = new Mixed(located, read.values(series), read.histograms(series));
    for (int i = 0; i < buckets; i++) {
      samples.split(i == 0 ? 0 : ends[i - 1], ends[i]);
    }
    samples.fill();
    batch.add(
        read.labels(series),
        samples.times,
        samples.last,
        samples.lastHistograms,
        null,
        samples.size);
    if (folds) {
      batch.setBuckets(samples.columns());
    }
  }

  /** Samples of a series, cut into entries. */
  private final class Mixed {
    private final long[] timestamps;
    private final double[] values;
    private final @Nullable Histogram @Nullable [] all;
    // First and last sample of each entry.
    private int[] firsts = new int[buckets + 1];
    private int[] lasts = new int[buckets + 1];
    int size;
    long[] times = {};
    double[] last = {};
    @Nullable Histogram @Nullable [] lastHistograms;
    private Made made = new Made(0);
    private @Nullable Histogram[] firstHistograms = {};
    private @Nullable Histogram[] sums = {};
    private final HistogramFold histogramFold = new HistogramFold();

    Mixed(long[] timestamps, double[] values, @Nullable Histogram @Nullable [] all) {
      this.timestamps = timestamps;
      this.values = values;
      this.all = all;
    }

    /** Cuts a bucket, its first sample and the one behind its last, into stretches of one kind. */
    void split(int from, int to) {
      int at = from;
      while (at < to) {
        if (isMarkerAt(at)) {
          if (at == to - 1) {
            add(at, at);
          }
          at++;
        } else {
          int end = histogramAt(at) == null ? endOfFloats(at, to) : endOfHistograms(at, to);
          int lastOne = end - 1;
          while (isMarkerAt(lastOne)) {
            lastOne--;
          }
          add(at, lastOne);
          // A marker behind it may be the bucket's end.
          at = lastOne + 1;
        }
      }
    }

    private void add(int first, int lastOne) {
      if (size == firsts.length) {
        firsts = Arrays.copyOf(firsts, size * 2);
        lasts = Arrays.copyOf(lasts, size * 2);
      }
      firsts[size] = first;
      lasts[size++] = lastOne;
    }

    private @Nullable Histogram histogramAt(int at) {
      return all == null ? null : all[at];
    }

    private boolean isMarkerAt(int at) {
      Histogram histogram = histogramAt(at);
      return histogram == null ? isMarker(values[at]) : histogram.isStale();
    }

    /** Markers between floats are left out. */
    private int endOfFloats(int from, int to) {
      int at = from + 1;
      while (at < to && (histogramAt(at) == null || isMarkerAt(at))) {
        at++;
      }
      return at;
    }

    private int endOfHistograms(int from, int to) {
      double count = Objects.requireNonNull(histogramAt(from)).count();
      for (int at = from + 1; at < to; at++) {
        Histogram now = histogramAt(at);
        if (now == null || !HistogramFold.joins(histogramAt(at - 1), now, count)) {
          return at;
        }
        count += now.count();
      }
      return to;
    }

    void fill() {
      times = new long[size];
      last = new double[size];
      lastHistograms = all == null ? null : new Histogram[size];
      made = new Made(size);
      firstHistograms = new Histogram[size];
      sums = new Histogram[size];
      for (int i = 0; i < size; i++) {
        times[i] = timestamps[lasts[i]];
        last[i] = values[lasts[i]];
        if (lastHistograms != null) {
          lastHistograms[i] = histogramAt(lasts[i]);
        }
        if (folds) {
          fill(i);
        }
      }
    }

    private void fill(int entry) {
      Histogram histogram = histogramAt(lasts[entry]);
      if (isMarkerAt(lasts[entry])) {
        made.setMarker(entry);
      } else if (histogram == null) {
        fold.begin();
        for (int at = firsts[entry]; at <= lasts[entry]; at++) {
          if (!isMarkerAt(at)) {
            fold.add(values[at]);
          }
        }
        made.set(entry);
      } else {
        made.setHistograms(entry, lasts[entry] - firsts[entry] + 1);
        firstHistograms[entry] = histogramAt(firsts[entry]);
        if (wanted.contains(BucketColumn.SUM)) {
          sums[entry] = sum(firsts[entry], lasts[entry]);
        }
      }
    }

    private @Nullable Histogram sum(int from, int to) {
      if (from == to) {
        return histogramAt(from);
      }
      histogramFold.begin(
          from == 0 ? null : histogramAt(from - 1), Objects.requireNonNull(histogramAt(from)));
      for (int at = from + 1; at <= to; at++) {
        histogramFold.add(Objects.requireNonNull(histogramAt(at)));
      }
      return histogramFold.sum();
    }

    BucketColumns columns() {
      long[] firstTimes = new long[size];
      for (int i = 0; i < size; i++) {
        firstTimes[i] = timestamps[firsts[i]];
      }
      BucketColumns columns = made.columns(firstTimes);
      if (all != null && wanted.contains(BucketColumn.FIRST)) {
        columns.setHistograms(BucketColumn.FIRST, firstHistograms);
      }
      if (all != null && wanted.contains(BucketColumn.SUM)) {
        columns.setHistograms(BucketColumn.SUM, sums);
      }
      return columns;
    }
  }

  @Override
  public void close() {
    samples.close();
  }
}
