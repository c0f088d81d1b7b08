package dev.vedette.tsdb.wal;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.vedette.tsdb.wal.BodyReader.Malformed;

/**
 * Steps through the records of a pack. Holds at most 1 MiB, whatever a pack claims to be. Confined
 * to one thread.
 */
final class PackReader {
  private final BodyReader fields = new BodyReader();
  private byte[] run = new byte[0];
  private int length;
  private int begin;
  private int from;
  private int to;

  /**
   * Unpacks the body of a PACKED record and checks that it is a run of records and nothing else.
   */
  void open(byte[] bytes, int bodyFrom, int bodyTo) throws Malformed {
    close();
    fields.reset(bytes, bodyFrom, bodyTo);
    int size = fields.u32();
    if (size < 1 || size > WalFormat.MAX_PACK_BYTES) {
      throw new Malformed("a pack of %d bytes".formatted(size & 0xffffffffL));
    }
    if (run.length < size) {
      run = new byte[size];
    }
    unpack(bytes, fields.at(), bodyTo, size);
    checkRun(size);
    length = size;
  }

  private void unpack(byte[] bytes, int zstdFrom, int zstdTo, int size) throws Malformed {
    long unpacked;
    try {
      unpacked = Zstd.decompressByteArray(run, 0, size, bytes, zstdFrom, zstdTo - zstdFrom);
    } catch (ZstdException e) {
      throw new Malformed("a pack that is not zstd (%s)".formatted(e.getMessage()));
    }
    if (unpacked != size) {
      throw new Malformed("a pack of %d bytes that holds %d".formatted(size, unpacked));
    }
  }

  private void checkRun(int size) throws Malformed {
    int at = 0;
    while (at < size) {
      fields.reset(run, at, size);
      long record = fields.varint();
      at = fields.at();
      if (record < 1 || record > size - at) {
        throw new Malformed(
            "a record of %d bytes in the last %d of a pack".formatted(record, size - at));
      }
      if (run[at] == WalFormat.PACKED || run[at] == WalFormat.END) {
        throw new Malformed("a record of type %d in a pack".formatted(run[at]));
      }
      at += (int) record;
    }
  }

  /** Moves to the next record; false at the end of the pack and where none is open. */
  boolean next() {
    if (to >= length) {
      close();
      return false;
    }
    begin = to;
    long size = 0;
    int at = begin;
    for (int shift = 0; ; shift += 7) {
      byte b = run[at++];
      size |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        break;
      }
    }
    from = at;
    to = at + (int) size;
    return true;
  }

  /** Whether it stands on a record. */
  boolean isOpen() {
    return to > 0;
  }

  /** Gives up what is left of the pack. */
  void close() {
    length = 0;
    from = 0;
    to = 0;
  }

  /** Holds the current record: its type at {@link #from}, its body from there to {@link #to}. */
  byte[] buffer() {
    return run;
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }

  /** What the current record has of the bytes that its pack takes; all together have them all. */
  long shareOf(long packedBytes) {
    return packedBytes * to / length - packedBytes * begin / length;
  }
}
