package dev.vedette.tsdb.index;

import dev.vedette.model.Invariant;
import dev.vedette.tsdb.encode.ByteSink;
import dev.vedette.tsdb.encode.PieceList;
import dev.vedette.tsdb.encode.PieceSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.roaringbitmap.RoaringBitmap;

/**
 * Writes the posting lists of all label values, {@value #LISTS_PER_PIECE} to a piece: as
 * differences while that is smaller, as a Roaring bitmap in its portable form otherwise.
 */
final class PostingsWriter {
  static final int LISTS_PER_PIECE = 512;
  static final int DIFFERENCES = 0;
  static final int ROARING = 1;

  private PostingsWriter() {}

  /** List {@code i} is {@code ids[from[i]]} to {@code ids[to[i] - 1]}, ascending. */
  static PieceList write(PieceSink out, int[] from, int[] to, int[] ids) throws IOException {
    PieceList pieces = new PieceList();
    ByteSink lists = new ByteSink();
    ByteSink head = new ByteSink();
    for (int i = 0; i < from.length; i++) {
      Invariant.check(from[i] < to[i], "BUG: label value %d has no series", i);
      int start = lists.size();
      writeList(lists, ids, from[i], to[i]);
      head.varint(lists.size() - start);
      if (i % LISTS_PER_PIECE == LISTS_PER_PIECE - 1 || i == from.length - 1) {
        head.raw(lists.array(), 0, lists.size());
        pieces.add(out.write(head));
        head.clear();
        lists.clear();
      }
    }
    return pieces;
  }

  private static void writeList(ByteSink out, int[] ids, int from, int to) {
    ByteSink differences = new ByteSink();
    int next = 0;
    for (int i = from; i < to; i++) {
      differences.varint(ids[i] - next);
      next = ids[i] + 1;
    }
    RoaringBitmap bitmap = RoaringBitmap.bitmapOf(Arrays.copyOfRange(ids, from, to));
    bitmap.runOptimize();
    int bitmapBytes = bitmap.serializedSizeInBytes();
    if (differences.size() <= bitmapBytes) {
      out.u8(DIFFERENCES).varint(to - from).raw(differences.array(), 0, differences.size());
    } else {
      byte[] bytes = new byte[bitmapBytes];
      bitmap.serialize(ByteBuffer.wrap(bytes));
      out.u8(ROARING).varint(to - from).raw(bytes);
    }
  }
}
