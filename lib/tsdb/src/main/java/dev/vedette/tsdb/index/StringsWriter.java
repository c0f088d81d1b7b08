package dev.vedette.tsdb.index;

import dev.vedette.model.Utf8;
import dev.vedette.tsdb.encode.ByteSink;
import dev.vedette.tsdb.encode.Packed;
import dev.vedette.tsdb.encode.PieceList;
import dev.vedette.tsdb.encode.PieceSink;
import java.io.IOException;
import java.util.Arrays;

/** Writes the values of all labels, label by label, each label's sorted, in front-coded pieces. */
final class StringsWriter {
  static final int MAX_STRINGS = 2048;
  static final int MAX_TEXT_BYTES = 64 << 10;

  private final PieceSink out;
  private final PieceList pieces = new PieceList();
  private final ByteSink counts = new ByteSink();
  private final ByteSink shared = new ByteSink();
  private final ByteSink lengths = new ByteSink();
  private final ByteSink text = new ByteSink();
  private byte[] previous = {};
  private int count;

  StringsWriter(PieceSink out) {
    this.out = out;
  }

  void add(String value) throws IOException {
    byte[] bytes = Utf8.encode(value);
    int same = Arrays.mismatch(previous, bytes);
    if (same < 0) {
      same = bytes.length;
    }
    shared.varint(same);
    lengths.varint(bytes.length - same);
    text.raw(bytes, same, bytes.length - same);
    previous = bytes;
    count++;
    if (count == MAX_STRINGS || text.size() >= MAX_TEXT_BYTES) {
      writePiece();
    }
  }

  void finish(ByteSink directory) throws IOException {
    if (count > 0) {
      writePiece();
    }
    pieces.write(directory);
    directory.raw(counts.array(), 0, counts.size());
  }

  private void writePiece() throws IOException {
    ByteSink raw = new ByteSink(text.size() + shared.size() + lengths.size());
    for (ByteSink part : new ByteSink[] {shared, lengths, text}) {
      raw.raw(part.array(), 0, part.size());
      part.clear();
    }
    ByteSink packed = new ByteSink();
    Packed.write(packed, raw);
    pieces.add(out.write(packed));
    counts.varint(count);
    previous = new byte[0];
    count = 0;
  }
}
