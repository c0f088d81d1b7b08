package dev.vedette.tsdb.block;

import dev.vedette.model.Corruption;
import dev.vedette.model.FileStore;
import dev.vedette.model.InvalidRequest;
import dev.vedette.tsdb.encode.ByteSink;
import dev.vedette.tsdb.encode.ByteSource;
import java.io.IOException;
import java.nio.file.Path;

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
  private static final CheckedFile FILE = new CheckedFile(NAME, MAGIC, "tombstones");

  private TombstoneFile() {}

  /**
   * Reads a folder's tombstones.
   *
   * @throws Corruption where the file is damaged
   */
  public static Tombstones read(FileStore files, Path folder) throws IOException {
    byte[] bytes = FILE.read(files, folder);
    return bytes.length == 0 ? Tombstones.NONE : decode(bytes, folder.resolve(NAME));
  }

  static Tombstones decode(byte[] bytes, Path file) {
    ByteSource in = FILE.body(bytes, file);
    try {
      return Tombstones.read(in);
    } catch (InvalidRequest e) {
      throw new Corruption(file, 0, "matchers that compile", String.valueOf(e.getMessage()));
    }
  }

  static byte[] encode(Tombstones tombstones) {
    ByteSink body = new ByteSink();
    tombstones.write(body);
    return FILE.bytes(body);
  }

  /** Puts others in force, durably; without any there is no file. */
  public static void write(FileStore files, Path folder, Tombstones tombstones) throws IOException {
    if (tombstones.entries().isEmpty()) {
      files.delete(folder.resolve(NAME));
      files.syncFolder(folder);
    } else {
      FILE.write(files, folder, encode(tombstones));
    }
  }
}
