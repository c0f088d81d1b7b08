package dev.vedette.tsdb.encode;

import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The timestamp vectors of a block, unpacked piece by piece when needed and kept while memory
 * lasts. Thread-safe.
 */
public final class Vectors {
  private static final int MAX_PIECE_BYTES = 256 << 20;

  private final PieceReader reader;
  private final PieceList pieces;
  // Number of the first vector of each piece, and of the one behind the last.
  private final int[] firsts;
  private final AtomicReferenceArray<@Nullable SoftReference<long[][]>> cache;

  /** Reads what {@link VectorsWriter#finish} wrote. */
  public Vectors(PieceReader reader, ByteSource directory) {
    this.reader = reader;
    pieces = PieceList.read(directory);
    firsts = new int[pieces.size() + 1];
    for (int i = 0; i < pieces.size(); i++) {
      int count = directory.count("vectors of a piece", VectorsWriter.VECTORS_PER_PIECE);
      if (count == 0) {
        throw directory.damaged("at least one vector in a piece", "0");
      }
      firsts[i + 1] = firsts[i] + count;
    }
    cache = new AtomicReferenceArray<>(pieces.size());
  }

  public PieceList pieces() {
    return pieces;
  }

  public int count() {
    return firsts[pieces.size()];
  }

  public long[] get(int id) {
    int found = Arrays.binarySearch(firsts, id);
    int piece = found >= 0 ? found : -found - 2;
    return piece(piece)[id - firsts[piece]];
  }

  /** Unpacks and checks a piece. */
  public long[][] piece(int piece) {
    SoftReference<long[][]> cached = cache.get(piece);
    long[][] vectors = cached == null ? null : cached.get();
    if (vectors == null) {
      vectors = unpack(piece);
      cache.set(piece, new SoftReference<>(vectors));
    }
    return vectors;
  }

  /** A vector before one of the piece being unpacked; it may be in an earlier piece of the run. */
  private long[] whole(ByteSource in, long[][] unpacked, int piece, int number, int back) {
    int firstPiece = piece - piece % VectorsWriter.PIECES_PER_RUN;
    int wanted = firsts[piece] + number - back;
    if (back == 0 || wanted < firsts[firstPiece]) {
      throw in.damaged("a vector of the same run of pieces", "one %d back".formatted(back));
    }
    return back <= number ? unpacked[number - back] : get(wanted);
  }

  private long[][] unpack(int piece) {
    ByteSource in = Packed.read(reader.read(pieces.get(piece)), MAX_PIECE_BYTES);
    long[][] vectors = new long[firsts[piece + 1] - firsts[piece]][];
    long origin = 0;
    for (int i = 0; i < vectors.length; i++) {
      int number = i;
      boolean[] isPart = new boolean[1];
      vectors[i] =
          VectorCodec.read(
              in,
              origin,
              back -> {
                isPart[0] = true;
                return whole(in, vectors, piece, number, back);
              });
      // A part says nothing of where the next one starts.
      origin = isPart[0] ? origin : vectors[i][0];
    }
    in.expectEnd();
    return vectors;
  }
}
