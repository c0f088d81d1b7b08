package dev.vedette.tsdb.block;

import dev.vedette.tsdb.encode.ByteSink;
import dev.vedette.tsdb.encode.GroupEncoder;
import dev.vedette.tsdb.encode.Packed;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.encode.PieceList;
import dev.vedette.tsdb.encode.PieceSink;
import dev.vedette.tsdb.encode.VectorsWriter;
import java.io.IOException;

/**
 * Writes the samples of a block's series: timestamps as shared vectors, values in groups of pages.
 * Not thread-safe.
 */
final class SamplesWriter {
  private final PieceSink out;
  private final VectorsWriter vectors;
  private final GroupEncoder group = new GroupEncoder();
  private final PieceList tables = new PieceList();
  private final ByteSink pagesPerGroup = new ByteSink();
  private int pagesOfGroup;
  private final PieceList pages = new PieceList();
  private final ByteSink seriesPerPage = new ByteSink();
  private long sampleCount;

  SamplesWriter(PieceSink out) {
    this.out = out;
    this.vectors = new VectorsWriter(out);
  }

  long sampleCount() {
    return sampleCount;
  }

  void add(long[] timestamps, long[] valueBits, int size) throws IOException {
    group.add(vectors.idOf(timestamps, size), valueBits, size);
    sampleCount += size;
    if (group.isFull()) {
      writeGroup();
    }
  }

  private void writeGroup() throws IOException {
    pagesOfGroup = 0;
    tables.add(
        group.write(
            out,
            (page, seriesCount) -> {
              pages.add(page);
              seriesPerPage.varint(seriesCount);
              pagesOfGroup++;
            }));
    pagesPerGroup.varint(pagesOfGroup);
  }

  /** Writes the rest; returns the piece that says where everything is. */
  Piece finish() throws IOException {
    if (group.seriesCount() > 0) {
      writeGroup();
    }
    ByteSink directory = new ByteSink();
    vectors.finish(directory);
    tables.write(directory);
    directory.raw(pagesPerGroup.array(), 0, pagesPerGroup.size());
    pages.write(directory);
    directory.raw(seriesPerPage.array(), 0, seriesPerPage.size());
    ByteSink packed = new ByteSink();
    Packed.write(packed, directory);
    return out.write(packed);
  }
}
