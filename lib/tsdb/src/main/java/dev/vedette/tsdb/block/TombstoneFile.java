package dev.vedette.tsdb.block;

import dev.vedette.model.Corruption;
import dev.vedette.model.FileStore;
import dev.vedette.model.InvalidRequest;
import dev.vedette.tsdb.encode.ByteSink;
import dev.vedette.tsdb.encode.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The file {@code tombstones} beside a tenant's blocks; absent where there are none. Replaced as a
 * whole: after a crash it is the one before or the one after.
 *
 * <p>Bytes: {@code docs/format/tombstones.md}.
 */
public final class TombstoneFile {
  public static final String NAME = "tombstones";

  // "VEDTMB", format version 1, and a byte that text-mode transfers would change.
  static final long MAGIC = 0x0A01_424D_5444_4556L;
  static final String TEMPORARY = "tombstones.tmp";
  private static final int MIN_BYTES = Long.BYTES + 1 + Integer.BYTES;
  private static final int MAX_BYTES = 64 << 20;

  private TombstoneFile() {}

  /**
   * Reads a folder's tombstones.
   *
   * @throws Corruption where the file is damaged
   */
  public static Tombstones read(FileStore files, Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    files.delete(folder.resolve(TEMPORARY));
    if (!files.exists(file)) {
      return Tombstones.NONE;
    }
    long size = files.size(file);
    if (size < MIN_BYTES || size > MAX_BYTES) {
      throw new Corruption(
          file, 0, "%d to %d bytes".formatted(MIN_BYTES, MAX_BYTES), "%d".formatted(size));
    }
    byte[] bytes = new byte[(int) size];
    try (FileStore.ReadFile in = files.open(file)) {
      in.read(ByteBuffer.wrap(bytes), 0);
    }
    return decode(bytes, file);
  }

  static Tombstones decode(byte[] bytes, Path file) {
    int end = bytes.length - Integer.BYTES;
    int stored = new ByteSource(bytes, end, bytes.length, file.toString(), end).fixed32();
    if (stored != crc(bytes, end)) {
      throw new Corruption(
          file, end, "checksum %08x".formatted(crc(bytes, end)), "%08x".formatted(stored));
    }
    ByteSource in = new ByteSource(bytes, 0, end, file.toString(), 0);
    long magic = in.fixed64();
    if (magic != MAGIC) {
      throw new Corruption(
          file,
          0,
          "tombstones of format version 1 (%016x)".formatted(MAGIC),
          "%016x".formatted(magic));
    }
    try {
      return Tombstones.read(in);
    } catch (InvalidRequest e) {
      throw new Corruption(file, 0, "matchers that compile", String.valueOf(e.getMessage()));
    }
  }

  static byte[] encode(Tombstones tombstones) {
    ByteSink out = new ByteSink();
    out.fixed64(MAGIC);
    tombstones.write(out);
    out.fixed32(crc(out.array(), out.size()));
    return out.toBytes();
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  /** Puts others in force, durably; without any there is no file. */
  public static void write(FileStore files, Path folder, Tombstones tombstones) throws IOException {
    Path file = folder.resolve(NAME);
    if (tombstones.entries().isEmpty()) {
      files.delete(file);
    } else {
      Path temporary = folder.resolve(TEMPORARY);
      files.delete(temporary);
      try (FileStore.AppendFile out = files.create(temporary)) {
        out.write(ByteBuffer.wrap(encode(tombstones)));
        out.force();
      }
      files.rename(temporary, file);
    }
    files.syncFolder(folder);
  }
}
