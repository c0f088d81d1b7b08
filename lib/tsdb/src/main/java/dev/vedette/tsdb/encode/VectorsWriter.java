package dev.vedette.tsdb.encode;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects the distinct timestamp vectors of a block, numbered from 0, and writes them in pieces.
 * Series that were scraped together share one. Vectors are kept to compare with ({@link
 * KnownVectors}); one that comes back after it was forgotten is written again. Not thread-safe.
 */
public final class VectorsWriter {
  static final int VECTORS_PER_PIECE = 64;

  /** A part and the whole it is of are in one run of this many pieces, so few are read for one. */
  static final int PIECES_PER_RUN = 32;

  private static final int MAX_PIECE_SAMPLES = 1 << 16;
  // The times of four thousand targets over a day, each with a jitter of its own.
  private static final long MAX_KNOWN_BYTES = 32 << 20;
  private static final int MAX_WHOLE_SAMPLES = 1 << 20;

  private final PieceSink out;
  private final VectorCodec codec = new VectorCodec();
  private final KnownVectors known = new KnownVectors(MAX_KNOWN_BYTES);
  // Vectors of this run of pieces that are not parts themselves, by first and last timestamp.
  private final Map<Long, Vector> wholes = new HashMap<>();
  private int wholeSamples;
  private Vector last = new Vector(new long[0], -1);
  private int count;
  // The piece being filled.
  private final ByteSink piece = new ByteSink();
  private int inPiece;
  private int pieceSamples;
  private long origin;
  private final PieceList pieces = new PieceList();
  private final ByteSink counts = new ByteSink();

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Vector(long[] timestamps, int id) {
    long first() {
      return timestamps[0];
    }

    long last() {
      return timestamps[timestamps.length - 1];
    }
  }

  public VectorsWriter(PieceSink out) {
    this.out = out;
  }

  /** The number of a vector, which is written if it is new. */
  public int idOf(long[] timestamps, int size) throws IOException {
    long[] lastOnes = last.timestamps;
    if (Arrays.equals(timestamps, 0, size, lastOnes, 0, lastOnes.length)) {
      return last.id;
    }
    int id = known.find(timestamps, size);
    boolean isNew = id < 0;
    Vector vector = new Vector(Arrays.copyOf(timestamps, size), isNew ? count++ : id);
    if (isNew) {
      write(vector);
      known.add(timestamps, size, vector.id);
    }
    last = vector;
    return vector.id;
  }

  private void write(Vector vector) throws IOException {
    if (!writePart(vector, wholes.get(vector.last()))
        && !writePart(vector, wholes.get(vector.first()))) {
      codec.write(piece, vector.timestamps, vector.timestamps.length, origin);
      origin = vector.first();
      addWhole(vector);
    }
    inPiece++;
    pieceSamples += vector.timestamps.length;
    if (inPiece == VECTORS_PER_PIECE || pieceSamples >= MAX_PIECE_SAMPLES) {
      writePiece();
    }
  }

  private void addWhole(Vector vector) {
    wholeSamples += vector.timestamps.length;
    if (wholeSamples > MAX_WHOLE_SAMPLES) {
      wholes.clear();
      wholeSamples = vector.timestamps.length;
    }
    wholes.put(vector.first(), vector);
    wholes.put(vector.last(), vector);
  }

  private boolean writePart(Vector vector, @Nullable Vector whole) {
    return whole != null
        && codec.writePart(piece, vector.timestamps, whole.timestamps, vector.id - whole.id);
  }

  private void writePiece() throws IOException {
    ByteSink packed = new ByteSink();
    Packed.write(packed, piece);
    pieces.add(out.write(packed));
    if (pieces.size() % PIECES_PER_RUN == 0) {
      wholes.clear();
      wholeSamples = 0;
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
