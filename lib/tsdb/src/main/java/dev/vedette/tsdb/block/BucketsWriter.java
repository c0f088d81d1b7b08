package dev.vedette.tsdb.block;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketColumns;
import dev.vedette.model.Histogram;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.encode.PieceSink;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes the columns of a tier's buckets, coded like the values of series, so that what is alike is
 * side by side: of {@value #SERIES} series first one column, then the next. Not thread-safe.
 *
 * <p>Bytes: {@code docs/format/tier.md}.
 */
final class BucketsWriter {
  /** Series whose columns lie together. */
  static final int SERIES = 64;

  /** Columns of histograms of a series. */
  static final int HISTOGRAMS = BucketColumns.OF_HISTOGRAMS.size();

  private final SamplesWriter columns;
  private final ExtrasWriter histograms;
  private int seriesCount;
  private final long[][][] held = new long[BucketColumn.values().length][SERIES][];
  private final long[][] firstMillis = new long[SERIES][];
  private int count;
  // Ticks 0, 1, 2…: the entries of a column are numbered, its times are those of the samples.
  private long[] ticks = {};

  BucketsWriter(PieceSink out) {
    this.columns = new SamplesWriter(out);
    this.histograms = new ExtrasWriter(out);
  }

  /** Adds the next series. */
  void add(@Nullable BucketColumns buckets, int size) throws IOException {
    BucketColumns series = Objects.requireNonNull(buckets, "BUG: a tier's series without buckets");
    for (BucketColumn column : BucketColumn.values()) {
      double[] values = series.get(column);
      long[] bits = new long[size];
      for (int i = 0; i < size; i++) {
        bits[i] = Double.doubleToRawLongBits(values[i]);
      }
      held[column.ordinal()][count] = bits;
    }
    firstMillis[count++] = Arrays.copyOf(series.firstMillis(), size);
    addHistograms(series, size);
    if (count == SERIES) {
      write();
    }
  }

  /** Sums and first ones, but for those of a single histogram, which is the last one, too. */
  private void addHistograms(BucketColumns series, int size) throws IOException {
    double[] counts = series.get(BucketColumn.COUNT);
    for (int c = 0; c < HISTOGRAMS; c++) {
      @Nullable Histogram[] all = series.histograms(BucketColumns.OF_HISTOGRAMS.get(c));
      if (all != null) {
        @Nullable Histogram[] stored = new Histogram[size];
        for (int i = 0; i < size; i++) {
          stored[i] = counts[i] == 1 ? null : all[i];
        }
        histograms.add(seriesCount * HISTOGRAMS + c, size, stored, null);
      }
    }
    seriesCount++;
  }

  private void write() throws IOException {
    for (BucketColumn column : BucketColumn.values()) {
      for (int i = 0; i < count; i++) {
        long[] bits = held[column.ordinal()][i];
        boolean isTimed = column == BucketColumn.FIRST;
        columns.add(isTimed ? firstMillis[i] : ticks(bits.length), bits, bits.length);
      }
    }
    count = 0;
  }

  private long[] ticks(int size) {
    if (ticks.length < size) {
      ticks = new long[size * 2];
      Arrays.setAll(ticks, i -> i);
    }
    return ticks;
  }

  /** Writes the rest; returns the piece that says where everything is. */
  Piece finish() throws IOException {
    write();
    return columns.finish();
  }

  /** The same of the columns of histograms; null where there are none. */
  @Nullable Piece finishHistograms() throws IOException {
    return histograms.finish();
  }
}
