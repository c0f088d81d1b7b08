package dev.vedette.tsdb.block;

import dev.vedette.model.FileStore;
import dev.vedette.tsdb.encode.ByteSink;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.encode.PieceSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Writes a block's file front to back through one buffer. */
final class BlockOutput implements PieceSink, AutoCloseable {
  private static final int BUFFER_BYTES = 256 << 10;

  private final FileStore.AppendFile file;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private long position;
  private Runnable eachPiece = () -> {};

  BlockOutput(FileStore.AppendFile file) {
    this.file = file;
  }

  long position() {
    return position;
  }

  /** Has something run before each piece from now on; where that throws, nothing is written. */
  void beforeEachPiece(Runnable step) {
    eachPiece = step;
  }

  @Override
  public Piece write(ByteSink payload) throws IOException {
    eachPiece.run();
    Piece piece = new Piece(position, payload.size());
    CRC32C crc = new CRC32C();
    crc.update(payload.array(), 0, payload.size());
    append(payload);
    append(new ByteSink(Integer.BYTES).fixed32((int) crc.getValue()));
    return piece;
  }

  /** Writes bytes that belong to no piece. */
  void append(ByteSink bytes) throws IOException {
    int from = 0;
    while (from < bytes.size()) {
      if (!buffer.hasRemaining()) {
        drain();
      }
      int length = Math.min(buffer.remaining(), bytes.size() - from);
      buffer.put(bytes.array(), from, length);
      from += length;
    }
    position += bytes.size();
  }

  /** Returns when all of it survives a crash. */
  void force() throws IOException {
    drain();
    file.force();
  }

  private void drain() throws IOException {
    buffer.flip();
    file.write(buffer);
    buffer.clear();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
