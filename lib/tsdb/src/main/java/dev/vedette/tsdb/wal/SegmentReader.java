package dev.vedette.tsdb.wal;

import static dev.vedette.tsdb.wal.WalFormat.FRAME_BYTES;
import static dev.vedette.tsdb.wal.WalFormat.INT;
import static dev.vedette.tsdb.wal.WalFormat.MAX_RECORD_BYTES;

import dev.vedette.model.Corruption;
import dev.vedette.model.FileStore;
import dev.vedette.tsdb.wal.BodyReader.Malformed;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Steps through the intact records of one file, those inside of packs like any others. Where one is
 * damaged, it looks byte by byte for the next whose checksum is right and reports what lies
 * between. Holds 2 MiB and 1 MiB for a pack, whatever the file's size.
 */
final class SegmentReader implements Closeable {
  private static final int WINDOW_BYTES = 2 * MAX_RECORD_BYTES;

  private final Path path;
  private final FileStore.ReadFile file;
  private final long size;
  private final Consumer<WalDamage> damages;
  private final CRC32C crc = new CRC32C();
  private final PackReader pack = new PackReader();
  private final byte[] window;
  private long windowFrom;
  private int windowLength;
  private final @Nullable FileHeader header;

  private long recordAt;
  private int recordLength;
  private long next;
  private long intactEnd;

  SegmentReader(FileStore files, Path path, Consumer<WalDamage> damages) throws IOException {
    this.path = path;
    this.damages = damages;
    this.file = files.open(path);
    try {
      this.size = file.size();
      this.window = new byte[(int) Math.min(WINDOW_BYTES, size)];
      this.header = size < FileHeader.BYTES ? null : readHeader();
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
    this.next = header == null ? size : FileHeader.BYTES;
    this.intactEnd = header == null ? 0 : FileHeader.BYTES;
  }

  private @Nullable FileHeader readHeader() throws IOException {
    load(0, FileHeader.BYTES);
    FileHeader first = FileHeader.decode(path, window, 0);
    FileHeader second = FileHeader.decode(path, window, FileHeader.COPY_BYTES);
    if (first == null && second == null) {
      return null;
    }
    // A file that is all header may have lost part of it in the crash that ended its creation.
    if ((first == null || second == null) && size > FileHeader.BYTES) {
      long at = first == null ? 0 : FileHeader.COPY_BYTES;
      damages.accept(
          new WalDamage(
              path, at, FileHeader.COPY_BYTES, "a file header", "other bytes; its copy is intact"));
    }
    return first == null ? second : first;
  }

  /** The file's header, or null where the file is shorter than one or both copies are damaged. */
  @Nullable FileHeader header() {
    return header;
  }

  /** Moves to the next intact record; false at the end of the file. */
  boolean next() throws IOException {
    while (!pack.next()) {
      if (!nextFrame()) {
        return false;
      }
      if (type() != WalFormat.PACKED) {
        break;
      }
      try {
        pack.open(window, bodyFrom(), bodyTo());
      } catch (Malformed e) {
        spoilPack(e);
      }
    }
    checkType();
    return true;
  }

  private void checkType() {
    byte type = type();
    if (!WalFormat.isKnown(type)) {
      throw new Corruption(
          path,
          recordAt + FRAME_BYTES,
          "a record type that this release knows",
          "type %d, written by another release; that one can read the log".formatted(type));
    }
  }

  private boolean nextFrame() throws IOException {
    if (next >= size) {
      return false;
    }
    int length = recordAt(next);
    if (length < 0) {
      long resume = search(next + 1);
      if (resume < 0) {
        next = size;
        return false;
      }
      damages.accept(damage(next, resume - next));
      next = resume;
      length = recordAt(next);
    }
    recordAt = next;
    recordLength = length;
    next += FRAME_BYTES + length;
    intactEnd = next;
    return true;
  }

  /** Whether the current record is one of a pack. */
  boolean isPacked() {
    return pack.isOpen();
  }

  /** Reports the pack that the reader stands on or in as damaged and leaves it. */
  void spoilPack(Malformed found) {
    pack.close();
    damages.accept(
        new WalDamage(
            path,
            recordAt,
            FRAME_BYTES + (long) recordLength,
            "a pack of records",
            found.getMessage() + " behind a right checksum"));
  }

  byte type() {
    return buffer()[bodyFrom() - 1];
  }

  /** Holds the body of the current record, from {@link #bodyFrom} to {@link #bodyTo}. */
  byte[] buffer() {
    return pack.isOpen() ? pack.buffer() : window;
  }

  int bodyFrom() {
    return 1 + (pack.isOpen() ? pack.from() : (int) (recordAt - windowFrom) + FRAME_BYTES);
  }

  int bodyTo() {
    return pack.isOpen() ? pack.to() : (int) (recordAt - windowFrom) + FRAME_BYTES + recordLength;
  }

  /** Where the current record, or the pack it is in, begins. */
  long offset() {
    return recordAt;
  }

  /** Bytes of the current record, its frame included; of one in a pack, its share of the pack. */
  long recordBytes() {
    long bytes = FRAME_BYTES + (long) recordLength;
    return pack.isOpen() ? pack.shareOf(bytes) : bytes;
  }

  long size() {
    return size;
  }

  /** End of the last intact record; what follows cannot be read. */
  long intactEnd() {
    return intactEnd;
  }

  /** What lies behind {@link #intactEnd}. */
  WalDamage tail() throws IOException {
    if (header == null) {
      return new WalDamage(path, 0, size, "a file header", "%d other bytes".formatted(size));
    }
    return damage(intactEnd, size - intactEnd);
  }

  private long search(long from) throws IOException {
    for (long at = from; at + FRAME_BYTES < size; at++) {
      load(at, FRAME_BYTES + 1);
      int i = (int) (at - windowFrom);
      if (WalFormat.isKnown(window[i + FRAME_BYTES]) && recordAt(at) > 0) {
        return at;
      }
    }
    return -1;
  }

  /** Length of the intact record at an offset, or -1. */
  private int recordAt(long offset) throws IOException {
    if (size - offset <= FRAME_BYTES || header == null) {
      return -1;
    }
    load(offset, FRAME_BYTES);
    int length = (int) INT.get(window, (int) (offset - windowFrom));
    if (length < 1 || length > MAX_RECORD_BYTES || length > size - offset - FRAME_BYTES) {
      return -1;
    }
    load(offset, FRAME_BYTES + length);
    int frame = (int) (offset - windowFrom);
    int found = (int) INT.get(window, frame + 4) ^ header.salt();
    return WalFormat.crc(crc, window, frame, length) == found ? length : -1;
  }

  private WalDamage damage(long at, long bytes) throws IOException {
    long left = size - at;
    if (left <= FRAME_BYTES) {
      return new WalDamage(
          path, at, bytes, "a record", "the end of the file %d bytes later".formatted(left));
    }
    load(at, FRAME_BYTES);
    int length = (int) INT.get(window, (int) (at - windowFrom));
    String found =
        length < 1 || length > MAX_RECORD_BYTES || length > left - FRAME_BYTES
            ? "a record length of %d with %d bytes left".formatted(length, left)
            : "one of %d bytes with another checksum".formatted(length);
    return new WalDamage(path, at, bytes, "an intact record", found);
  }

  /** Brings a range that the file has into the window. */
  private void load(long offset, int length) throws IOException {
    if (offset >= windowFrom && offset + length <= windowFrom + windowLength) {
      return;
    }
    int wanted = (int) Math.min(window.length, size - offset);
    int read = file.read(ByteBuffer.wrap(window, 0, wanted), offset);
    windowFrom = offset;
    windowLength = Math.max(0, read);
    if (windowLength < length) {
      throw new IOException(
          "%s has %d bytes less than when it was opened".formatted(path, wanted - windowLength));
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
