package dev.vedette.tsdb.block;

import dev.vedette.tsdb.encode.ByteSink;
import dev.vedette.tsdb.encode.Packed;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.encode.PieceList;
import dev.vedette.tsdb.encode.PieceSink;
import java.io.IOException;

/** Writes the samples of a block's series, page by page. Not thread-safe. */
final class SamplesWriter {
  static final int SERIES_PER_PAGE = 64;

  private final PieceSink out;
  private final PieceList pages = new PieceList();
  private final ByteSink page = new ByteSink();
  private int inPage;
  private long sampleCount;

  SamplesWriter(PieceSink out) {
    this.out = out;
  }

  long sampleCount() {
    return sampleCount;
  }

  void add(long[] timestamps, long[] valueBits, int size) throws IOException {
    page.varint(size);
    long time = 0;
    long bits = 0;
    for (int i = 0; i < size; i++) {
      page.signed(timestamps[i] - time);
      time = timestamps[i];
    }
    for (int i = 0; i < size; i++) {
      page.varint(valueBits[i] ^ bits);
      bits = valueBits[i];
    }
    sampleCount += size;
    inPage++;
    if (inPage == SERIES_PER_PAGE) {
      flush();
    }
  }

  private void flush() throws IOException {
    ByteSink packed = new ByteSink();
    Packed.write(packed, page);
    pages.add(out.write(packed));
    page.clear();
    inPage = 0;
  }

  Piece finish() throws IOException {
    if (inPage > 0) {
      flush();
    }
    ByteSink directory = new ByteSink();
    pages.write(directory);
    return out.write(directory);
  }
}
