package dev.vedette.tsdb.encode;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects the distinct timestamp vectors of a block, numbered from 0, and writes them in pieces.
 * Series that were scraped together share one. Recent vectors are kept to compare with, up to
 * {@value #MAX_KNOWN_SAMPLES} timestamps; one that comes back later than that is written again. Not
 * thread-safe.
 */
public final class VectorsWriter {
  static final int VECTORS_PER_PIECE = 64;

  /** A part and the whole it is of are in one run of this many pieces, so few are read for one. */
  static final int PIECES_PER_RUN = 32;

  private static final int MAX_PIECE_SAMPLES = 1 << 16;
  private static final int MAX_KNOWN_SAMPLES = 1 << 20;

  private final PieceSink out;
  private final VectorCodec codec = new VectorCodec();
  private final Map<Vector, Integer> known = new LinkedHashMap<>();
  // Known vectors that are not parts themselves, by their first and their last timestamp.
  private final Map<Long, Vector> wholes = new HashMap<>();
  private int knownSamples;
  private Vector last = new Vector(new long[0]);
  private int lastId = -1;
  private int count;
  // The piece being filled.
  private final ByteSink piece = new ByteSink();
  private int inPiece;
  private int pieceSamples;
  private long origin;
  private final PieceList pieces = new PieceList();
  private final ByteSink counts = new ByteSink();

  private record Vector(long[] timestamps) {
    long first() {
      return timestamps[0];
    }

    long last() {
      return timestamps[timestamps.length - 1];
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Vector that && Arrays.equals(timestamps, that.timestamps);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(timestamps);
    }
  }

  public VectorsWriter(PieceSink out) {
    this.out = out;
  }

  /** The number of a vector, which is written if it is new. */
  public int idOf(long[] timestamps, int size) throws IOException {
    long[] lastOnes = last.timestamps;
    if (Arrays.equals(timestamps, 0, size, lastOnes, 0, lastOnes.length)) {
      return lastId;
    }
    Vector vector = new Vector(Arrays.copyOf(timestamps, size));
    Integer id = known.get(vector);
    if (id == null) {
      id = count++;
      write(vector, id);
      remember(vector, id);
    }
    last = vector;
    lastId = id;
    return id;
  }

  private void remember(Vector vector, int id) {
    known.put(vector, id);
    knownSamples += vector.timestamps.length;
    Iterator<Vector> oldest = known.keySet().iterator();
    while (knownSamples > MAX_KNOWN_SAMPLES && known.size() > 1) {
      Vector forgotten = oldest.next();
      oldest.remove();
      knownSamples -= forgotten.timestamps.length;
      wholes.remove(forgotten.first(), forgotten);
      wholes.remove(forgotten.last(), forgotten);
    }
  }

  private void write(Vector vector, int id) throws IOException {
    if (!writePart(vector, id, wholes.get(vector.last()))
        && !writePart(vector, id, wholes.get(vector.first()))) {
      codec.write(piece, vector.timestamps, vector.timestamps.length, origin);
      origin = vector.first();
      wholes.put(vector.first(), vector);
      wholes.put(vector.last(), vector);
    }
    inPiece++;
    pieceSamples += vector.timestamps.length;
    if (inPiece == VECTORS_PER_PIECE || pieceSamples >= MAX_PIECE_SAMPLES) {
      writePiece();
    }
  }

  private boolean writePart(Vector vector, int id, @Nullable Vector whole) {
    Integer wholeId = whole == null ? null : known.get(whole);
    return whole != null
        && wholeId != null
        && codec.writePart(piece, vector.timestamps, whole.timestamps, id - wholeId);
  }

  private void writePiece() throws IOException {
    ByteSink packed = new ByteSink();
    Packed.write(packed, piece);
    pieces.add(out.write(packed));
    if (pieces.size() % PIECES_PER_RUN == 0) {
      wholes.clear();
    }
    counts.varint(inPiece);
    piece.clear();
    inPiece = 0;
    pieceSamples = 0;
    origin = 0;
  }

  /** Writes the rest, and where everything is. */
  public void finish(ByteSink directory) throws IOException {
    if (inPiece > 0) {
      writePiece();
    }
    pieces.write(directory);
    directory.raw(counts.array(), 0, counts.size());
  }
}
