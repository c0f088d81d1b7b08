package dev.vedette.tsdb.block;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.Corruption;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.encode.PieceReader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds the columns of a tier's buckets. Thread-safe. */
final class BucketsReader {
  private static final int COLUMNS = BucketColumn.values().length;

  private final SamplesReader samples;
  private final @Nullable ExtrasReader histograms;
  private final int seriesCount;

  BucketsReader(
      PieceReader reader, Piece directory, @Nullable Piece histogramDirectory, int seriesCount) {
    long columns = (long) seriesCount * COLUMNS;
    this.samples = new SamplesReader(reader, directory, (int) Math.min(columns, Integer.MAX_VALUE));
    this.histograms =
        histogramDirectory == null ? null : new ExtrasReader(reader, histogramDirectory);
    this.seriesCount = seriesCount;
  }

  /** Columns of histograms; null where there are none. */
  @Nullable ExtrasReader histograms() {
    return histograms;
  }

  /** Reads everything, and tells of each piece that is damaged. */
  void verify(Consumer<Corruption> damage) {
    samples.verify(damage);
    if (histograms != null) {
      histograms.verify(damage);
    }
  }

  SamplesReader samples() {
    return samples;
  }

  /** Number of a series' column among all columns. */
  int number(int series, BucketColumn column) {
    int first = series - series % BucketsWriter.SERIES;
    int together = Math.min(BucketsWriter.SERIES, seriesCount - first);
    return first * COLUMNS + column.ordinal() * together + series - first;
  }

  /** Bytes of the file that all of this takes. */
  long storedBytes() {
    SamplesReader.Sizes sizes = samples.sizes();
    return sizes.values()
        + sizes.headers()
        + sizes.tables()
        + sizes.timestamps()
        + sizes.directory()
        + (histograms == null ? 0 : histograms.storedBytes());
  }
}
