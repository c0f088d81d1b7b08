package dev.vedette.tsdb.encode;

import dev.vedette.model.Invariant;
import java.util.Arrays;

/**
 * Pieces numbered from 0 in the order they lie in the file: offsets ascend, other pieces may lie
 * between. A few bytes a piece on disk, 12 in memory.
 */
public final class PieceList {
  private long[] offsets = new long[16];
  private int[] lengths = new int[16];
  private int count;

  public void add(Piece piece) {
    Invariant.check(
        count == 0 || piece.offset() >= offsets[count - 1], "BUG: pieces out of file order");
    if (count == lengths.length) {
      offsets = Arrays.copyOf(offsets, count * 2);
      lengths = Arrays.copyOf(lengths, count * 2);
    }
    offsets[count] = piece.offset();
    lengths[count] = piece.length();
    count++;
  }

  public int size() {
    return count;
  }

  public Piece get(int index) {
    return new Piece(offsets[index], lengths[index]);
  }

  /** Bytes that all pieces take in the file. */
  public long storedBytes() {
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      bytes += get(i).storedBytes();
    }
    return bytes;
  }

  /** Count, then for each piece the gap behind the one before and the length. */
  public void write(ByteSink out) {
    out.varint(count);
    long end = 0;
    for (int i = 0; i < count; i++) {
      out.varint(offsets[i] - end).varint(lengths[i]);
      end = get(i).end();
    }
  }

  public static PieceList read(ByteSource in) {
    int count = in.count("a number of pieces", in.remaining() / 2);
    PieceList list = new PieceList();
    long end = 0;
    for (int i = 0; i < count; i++) {
      long gap = in.varint();
      int length = in.count("a piece length", Integer.MAX_VALUE);
      if (gap < 0 || gap > Long.MAX_VALUE / 2 - end) {
        throw in.damaged("a piece inside the file", "one %d bytes further".formatted(gap));
      }
      list.add(new Piece(end + gap, length));
      end += gap + length + Piece.CHECKSUM_BYTES;
    }
    return list;
  }
}
