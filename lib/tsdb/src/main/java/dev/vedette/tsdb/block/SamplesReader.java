package dev.vedette.tsdb.block;

import dev.vedette.tsdb.encode.ByteSource;
import dev.vedette.tsdb.encode.Packed;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.encode.PieceList;
import dev.vedette.tsdb.encode.PieceReader;

/** Finds and decodes pages. Thread-safe; a {@link PageDecoder} is not. */
final class SamplesReader {
  private static final int MAX_PAGE_BYTES = 1 << 30;

  private final PieceReader reader;
  private final PieceList pages;
  private final int seriesCount;

  SamplesReader(PieceReader reader, Piece directory, int seriesCount) {
    this.reader = reader;
    this.seriesCount = seriesCount;
    ByteSource in = reader.read(directory);
    pages = PieceList.read(in);
    in.expectEnd();
    int expected = Math.ceilDiv(seriesCount, SamplesWriter.SERIES_PER_PAGE);
    if (pages.size() != expected) {
      throw in.damaged("%d pages".formatted(expected), "%d".formatted(pages.size()));
    }
  }

  int pageCount() {
    return pages.size();
  }

  int pageOf(int series) {
    return series / SamplesWriter.SERIES_PER_PAGE;
  }

  int firstSeries(int page) {
    return page * SamplesWriter.SERIES_PER_PAGE;
  }

  PageDecoder decoder() {
    return new PageDecoder();
  }

  /** One page at a time, decoded. */
  final class PageDecoder {
    private final long[][] timestamps = new long[SamplesWriter.SERIES_PER_PAGE][];
    private final double[][] values = new double[SamplesWriter.SERIES_PER_PAGE][];

    void open(int page) {
      ByteSource in = Packed.read(reader.read(pages.get(page)), MAX_PAGE_BYTES);
      int count = Math.min(SamplesWriter.SERIES_PER_PAGE, seriesCount - firstSeries(page));
      for (int i = 0; i < count; i++) {
        int size = in.count("a number of samples", in.remaining() / 2);
        timestamps[i] = new long[size];
        values[i] = new double[size];
        long time = 0;
        long bits = 0;
        for (int j = 0; j < size; j++) {
          time += in.signed();
          timestamps[i][j] = time;
        }
        for (int j = 0; j < size; j++) {
          bits ^= in.varint();
          values[i][j] = Double.longBitsToDouble(bits);
        }
      }
      in.expectEnd();
    }

    /** All timestamps of a series of the page; series that share a vector return one array. */
    long[] timestamps(int index) {
      return timestamps[index];
    }

    /** Writes the values from one sample to before another to the front of an array. */
    void values(int index, int from, int to, double[] out) {
      System.arraycopy(values[index], from, out, 0, to - from);
    }
  }
}
