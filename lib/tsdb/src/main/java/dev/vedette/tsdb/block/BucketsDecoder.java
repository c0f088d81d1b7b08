package dev.vedette.tsdb.block;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketColumns;
import dev.vedette.model.Corruption;
import dev.vedette.model.Histogram;
import dev.vedette.tsdb.encode.PageDecoder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads some of the columns of a tier's buckets, series by series in order. One thread. */
final class BucketsDecoder {
  private final BucketsReader reader;
  private final SamplesReader samples;
  private final Map<BucketColumn, Open> open = new EnumMap<>(BucketColumn.class);
  // Each its own: it keeps the page it read last.
  private final Map<BucketColumn, ExtrasDecoder> histograms = new EnumMap<>(BucketColumn.class);
  private int lastWanted;

  /** The page of a column that is being read. */
  private static final class Open {
    final PageDecoder decoder;
    int page = -1;
    int upTo = -1;

    Open(PageDecoder decoder) {
      this.decoder = decoder;
    }
  }

  BucketsDecoder(BucketsReader reader, Set<BucketColumn> columns, String file) {
    this.reader = reader;
    this.samples = reader.samples();
    columns.forEach(column -> open.put(column, new Open(new PageDecoder(samples))));
    ExtrasReader extras = reader.histograms();
    if (extras != null) {
      columns.forEach(column -> histograms.put(column, new ExtrasDecoder(extras, file)));
    }
  }

  /** Which series will be the last one to be read for now; pages are decoded as far as that. */
  void upTo(int series) {
    lastWanted = series;
  }

  /**
   * Entries {@code from} (inclusive) to {@code to} (exclusive) of a series.
   *
   * @param size how many entries there are
   * @param last the last histograms of those entries, null where all are floats
   * @throws Corruption where a page is damaged
   */
  BucketColumns read(
      int series, int from, int to, int size, @Nullable Histogram @Nullable [] last) {
    BucketColumns columns = new BucketColumns();
    open.forEach((column, one) -> read(series, from, to, size, column, one, columns));
    for (int c = 0; c < BucketsWriter.HISTOGRAMS && last != null; c++) {
      BucketColumn column = BucketColumns.OF_HISTOGRAMS.get(c);
      if (open.containsKey(column)) {
        int number = series * BucketsWriter.HISTOGRAMS + c;
        columns.setHistograms(column, histograms(number, column, from, to, last));
      }
    }
    return columns;
  }

  /** What is not stored is of a single histogram. */
  private @Nullable Histogram[] histograms(
      int number, BucketColumn column, int from, int to, @Nullable Histogram[] last) {
    ExtrasReader extras = reader.histograms();
    SeriesExtras found = extras == null ? null : extras.find(number);
    ExtrasDecoder decoder = histograms.get(column);
    @Nullable Histogram[] stored =
        found == null || decoder == null ? null : decoder.histograms(found, from, to);
    @Nullable Histogram[] all = stored == null ? new Histogram[to - from] : stored;
    for (int i = 0; i < all.length; i++) {
      Histogram alone = last[i];
      if (all[i] == null && alone != null && !alone.isStale()) {
        all[i] = alone;
      }
    }
    return all;
  }

  private void read(
      int series,
      int from,
      int to,
      int size,
      BucketColumn column,
      Open one,
      BucketColumns columns) {
    int number = reader.number(series, column);
    int page = samples.pageOf(number);
    int first = samples.firstSeries(page);
    if (one.page != page || one.upTo < number) {
      int last = reader.number(lastWanted, column);
      int end = first + samples.seriesCount(page) - 1;
      one.page = -1;
      one.upTo = last < number ? number : Math.min(last, end);
      one.decoder.open(page, one.upTo - first);
      one.page = page;
    }
    long[] times = one.decoder.timestamps(number - first);
    if (times.length != size) {
      throw new Corruption(
          samples.reader().file(),
          samples.page(page).offset(),
          "a column of %d buckets".formatted(size),
          "%d".formatted(times.length));
    }
    double[] values = new double[to - from];
    one.decoder.values(number - first, from, to, values);
    columns.set(column, values);
    if (column == BucketColumn.FIRST) {
      columns.setFirstMillis(from == 0 ? times : Arrays.copyOfRange(times, from, to));
    }
  }
}
