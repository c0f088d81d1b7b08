package dev.vedette.tsdb.block;

import dev.vedette.model.BucketColumn;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.encode.PieceReader;

/** Finds the columns of a tier's buckets. Thread-safe. */
final class BucketsReader {
  private static final int COLUMNS = BucketColumn.values().length;

  private final SamplesReader samples;
  private final int seriesCount;

  BucketsReader(PieceReader reader, Piece directory, int seriesCount) {
    long columns = (long) seriesCount * COLUMNS;
    this.samples = new SamplesReader(reader, directory, (int) Math.min(columns, Integer.MAX_VALUE));
    this.seriesCount = seriesCount;
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
        + sizes.directory();
  }
}
