package dev.vedette.tsdb.block;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketColumns;
import dev.vedette.model.Corruption;
import dev.vedette.tsdb.encode.PageDecoder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/** Reads some of the columns of a tier's buckets, series by series in order. One thread. */
final class BucketsDecoder {
  private final BucketsReader reader;
  private final SamplesReader samples;
  private final Map<BucketColumn, Open> open = new EnumMap<>(BucketColumn.class);
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

  BucketsDecoder(BucketsReader reader, Set<BucketColumn> columns) {
    this.reader = reader;
    this.samples = reader.samples();
    columns.forEach(column -> open.put(column, new Open(new PageDecoder(samples))));
  }

  /** Which series will be the last one to be read for now; pages are decoded as far as that. */
  void upTo(int series) {
    lastWanted = series;
  }

  /**
   * Entries {@code from} (inclusive) to {@code to} (exclusive) of a series.
   *
   * @param size how many entries there are
   * @throws Corruption where a page is damaged
   */
  BucketColumns read(int series, int from, int to, int size) {
    BucketColumns columns = new BucketColumns();
    open.forEach((column, one) -> read(series, from, to, size, column, one, columns));
    return columns;
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
