package dev.vedette.tsdb.encode;

/** Where a {@link PageDecoder} finds pages and what they refer to. Thread-safe. */
public interface PageSource {
  Piece page(int page);

  PieceReader reader();

  int pageOf(int series);

  int firstSeries(int page);

  int seriesCount(int page);

  /** First series of the group a page belongs to; nothing in the page refers further back. */
  int firstSeriesOfGroup(int page);

  TokenTables tables(int page);

  /** Number of vectors in the block. */
  int vectorCount();

  /** Timestamps of a vector; the same array each time while memory lasts. */
  long[] vector(int id);
}
