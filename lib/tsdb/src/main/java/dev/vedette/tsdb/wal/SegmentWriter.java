package dev.vedette.tsdb.wal;

import dev.vedette.model.FileStore;
import dev.vedette.model.Invariant;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Writes one segment or checkpoint. One thread. */
final class SegmentWriter {
  // The JDK copies heap buffers to a native one of their size and keeps that for each thread.
  private static final int SLICE_BYTES = 256 << 10;

  private final Path path;
  private final FileHeader header;
  private final FileStore.AppendFile file;
  private long durableBytes;

  private SegmentWriter(Path path, FileHeader header, FileStore.AppendFile file) {
    this.path = path;
    this.header = header;
    this.file = file;
  }

  /** Begins a file; on failure it may be left behind, incomplete. */
  static SegmentWriter create(FileStore files, Path path, FileHeader header) throws IOException {
    FileStore.AppendFile file = files.create(path);
    SegmentWriter writer = new SegmentWriter(path, header, file);
    try {
      file.write(ByteBuffer.wrap(header.encode()));
    } catch (IOException e) {
      writer.closeAfter(e);
      throw e;
    }
    return writer;
  }

  /** Writes whole framed records; their bytes are the same afterwards, whether it worked or not. */
  void write(byte[] records, int length) throws IOException {
    WalFormat.mask(records, 0, length, header.salt());
    try {
      for (int at = 0; at < length; at += SLICE_BYTES) {
        file.write(ByteBuffer.wrap(records, at, Math.min(SLICE_BYTES, length - at)));
      }
    } finally {
      WalFormat.mask(records, 0, length, header.salt());
    }
  }

  void force() throws IOException {
    file.force();
    Invariant.check(file.position() >= durableBytes, "BUG: a segment that shrinks");
    durableBytes = file.position();
  }

  Path path() {
    return path;
  }

  long number() {
    return header.number();
  }

  long position() {
    return file.position();
  }

  /** Bytes that survive a crash. */
  long durableBytes() {
    return durableBytes;
  }

  void close() throws IOException {
    file.close();
  }

  /** Closes after a failure, which stays the one that is told. */
  void closeAfter(IOException failure) {
    try {
      file.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
