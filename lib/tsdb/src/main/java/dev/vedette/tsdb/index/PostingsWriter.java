package dev.vedette.tsdb.index;

import dev.vedette.model.Invariant;
import dev.vedette.tsdb.encode.ByteSink;
import dev.vedette.tsdb.encode.Packed;
import dev.vedette.tsdb.encode.PieceList;
import dev.vedette.tsdb.encode.PieceSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.roaringbitmap.RoaringBitmap;

/**
 * Writes the posting lists of all label values. Most go as differences or runs into packed pieces,
 * where lists of a regular fleet, being alike, shrink to little; a list that is long and dense gets
 * a Roaring bitmap of its own, to be mapped and combined without being unpacked.
 */
final class PostingsWriter {
  static final int MAX_LISTS = 1024;
  static final int DIFFERENCES = 0;
  static final int RUNS = 1;
  static final int BITMAP = 2;
  static final int FORM_BITS = 2;

  private static final int MAX_PIECE_BYTES = 128 << 10;
  // Shorter lists are unpacked in less than 50 us.
  private static final int MIN_BITMAP_CARDINALITY = 4096;

  private final PieceSink out;
  private final PieceList pieces = new PieceList();
  private final ByteSink counts = new ByteSink();
  private final PieceList bitmaps = new PieceList();
  // The piece being filled.
  private final ByteSink heads = new ByteSink();
  private final ByteSink bodies = new ByteSink();
  private int count;
  private final ByteSink differences = new ByteSink();
  private final ByteSink runs = new ByteSink();

  PostingsWriter(PieceSink out) {
    this.out = out;
  }

  /** Adds the list {@code ids[from]} to {@code ids[to - 1]}, ascending. */
  void add(int[] ids, int from, int to) throws IOException {
    Invariant.check(from < to, "BUG: a label value has %d series", to - from);
    encode(ids, from, to);
    int smaller = Math.min(differences.size(), runs.size());
    if (to - from < MIN_BITMAP_CARDINALITY || !addBitmap(ids, from, to, smaller)) {
      ByteSink body = runs.size() < differences.size() ? runs : differences;
      head(to - from, body == runs ? RUNS : DIFFERENCES, body.size());
      bodies.raw(body.array(), 0, body.size());
    }
    count++;
    if (count == MAX_LISTS || bodies.size() >= MAX_PIECE_BYTES) {
      writePiece();
    }
  }

  private void head(int cardinality, int form, int lengthOrNumber) {
    heads.varint((long) cardinality << FORM_BITS | form).varint(lengthOrNumber);
  }

  private void encode(int[] ids, int from, int to) {
    differences.clear();
    runs.clear();
    int next = 0;
    int runFrom = from;
    for (int i = from; i < to; i++) {
      differences.varint(ids[i] - next);
      next = ids[i] + 1;
      if (i + 1 == to || ids[i + 1] != next) {
        int before = runFrom == from ? 0 : ids[runFrom - 1] + 1;
        runs.varint(ids[runFrom] - before).varint(i - runFrom);
        runFrom = i + 1;
      }
    }
  }

  /** Writes a list as a bitmap if that is smaller than {@code otherwise}. */
  private boolean addBitmap(int[] ids, int from, int to, int otherwise) throws IOException {
    RoaringBitmap bitmap = RoaringBitmap.bitmapOf(Arrays.copyOfRange(ids, from, to));
    bitmap.runOptimize();
    if (bitmap.serializedSizeInBytes() > otherwise) {
      return false;
    }
    byte[] bytes = new byte[bitmap.serializedSizeInBytes()];
    bitmap.serialize(ByteBuffer.wrap(bytes));
    head(to - from, BITMAP, bitmaps.size());
    bitmaps.add(out.write(new ByteSink().raw(bytes)));
    return true;
  }

  private void writePiece() throws IOException {
    heads.raw(bodies.array(), 0, bodies.size());
    ByteSink packed = new ByteSink();
    Packed.write(packed, heads);
    pieces.add(out.write(packed));
    counts.varint(count);
    heads.clear();
    bodies.clear();
    count = 0;
  }

  void finish(ByteSink directory) throws IOException {
    if (count > 0) {
      writePiece();
    }
    pieces.write(directory);
    directory.raw(counts.array(), 0, counts.size());
    bitmaps.write(directory);
  }
}
