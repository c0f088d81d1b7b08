package dev.vedette.tsdb.wal;

import dev.vedette.model.Corruption;
import dev.vedette.model.FileStore;
import dev.vedette.tsdb.wal.BodyReader.Malformed;
import dev.vedette.tsdb.wal.WalFolder.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * One pass over a checkpoint and segments, record by record, with no more memory than a {@link
 * SegmentReader} takes; what the records say is for others to keep.
 */
final class WalScan {
  private final FileStore files;
  private final Consumer<WalDamage> damages;

  WalScan(FileStore files, Consumer<WalDamage> damages) {
    this.files = files;
    this.damages = damages;
  }

  /** Receives the intact records. */
  interface Records {
    /** The record the reader stands on. */
    void record(SegmentReader reader) throws IOException, Malformed;
  }

  /**
   * How a file ended.
   *
   * @param intactEnd end of its last intact record; 0 where not even its header is there
   */
  record End(long intactEnd, long size) {
    boolean isTorn() {
      return intactEnd < size || size < FileHeader.BYTES;
    }

    /** A file that never got as far as a record, so that nothing is lost with it. */
    boolean isUnborn() {
      return intactEnd == 0 && size <= FileHeader.BYTES;
    }
  }

  /** Missing files between those that are there. */
  void gaps(WalFolder.Layout layout) {
    long expected = layout.checkpoint().map(Part::number).orElse(1L);
    for (Part segment : layout.segments()) {
      if (segment.number() > expected) {
        damages.accept(
            new WalDamage(
                segment.path(),
                0,
                0,
                "segment %d before it".formatted(expected),
                "%d missing".formatted(segment.number() - expected)));
      }
      expected = segment.number() + 1;
    }
  }

  /** Reads files that something follows: bytes at their end that cannot be read are damage. */
  void closed(List<Part> parts, Records records) throws IOException {
    for (Part part : parts) {
      read(part, records, true);
    }
  }

  /** Reads the last segment, whose end may be a write that a crash cut short. */
  End last(Part part, Records records) throws IOException {
    return read(part, records, false);
  }

  private End read(Part part, Records records, boolean closed) throws IOException {
    try (SegmentReader reader = new SegmentReader(files, part.path(), damages)) {
      check(part, reader);
      boolean whole = false;
      while (reader.next()) {
        byte type = reader.type();
        try {
          records.record(reader);
        } catch (Malformed e) {
          if (!reader.isPacked()) {
            throw malformed(part.path(), reader, e);
          }
          reader.spoilPack(e);
        }
        whole = type == WalFormat.END;
      }
      End end = new End(reader.intactEnd(), reader.size());
      if (end.isTorn() && (closed ? !isUnborn(part, end) : isBeyondTearing(end))) {
        damages.accept(reader.tail());
      } else if (isCheckpoint(reader) && !whole) {
        damages.accept(
            new WalDamage(part.path(), end.size(), 0, "the END record", "the end of the file"));
      }
      return end;
    }
  }

  /** A checkpoint has its name only once it is whole, so it never is. */
  private static boolean isUnborn(Part part, End end) {
    return end.isUnborn() && !WalFolder.isCheckpoint(part);
  }

  /** The header was durable before the first record, so this is no torn write. */
  private static boolean isBeyondTearing(End end) {
    return end.intactEnd() == 0 && end.size() > FileHeader.BYTES;
  }

  private static boolean isCheckpoint(SegmentReader reader) {
    FileHeader header = reader.header();
    return header != null && header.kind() == FileHeader.Kind.CHECKPOINT;
  }

  private static void check(Part part, SegmentReader reader) {
    FileHeader header = reader.header();
    if (header != null && header.number() != part.number()) {
      throw new Corruption(
          part.path(),
          8,
          "number %d, as its name says".formatted(part.number()),
          "number %d; the file was renamed".formatted(header.number()));
    }
  }

  private static Corruption malformed(Path path, SegmentReader reader, Malformed e) {
    return new Corruption(
        path,
        reader.offset(),
        "a record of type %d".formatted(reader.type()),
        e.getMessage() + " behind a right checksum");
  }
}
