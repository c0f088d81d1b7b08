package dev.vedette.tsdb.block;

import dev.vedette.model.Corruption;
import dev.vedette.model.FileStore;
import dev.vedette.tsdb.encode.ByteSink;
import dev.vedette.tsdb.encode.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A small file that is replaced as a whole: after a crash it is the one before or the one after.
 * Magic with the version in front, CRC32C of all of it at the end.
 *
 * @param name of the file in its folder
 * @param magic first eight bytes, little-endian
 * @param what it is, for messages about damage
 */
record CheckedFile(String name, long magic, String what) {
  private static final int MIN_BYTES = Long.BYTES + 1 + Integer.BYTES;
  private static final int MAX_BYTES = 64 << 20;

  private Path temporary(Path folder) {
    return folder.resolve(name + ".tmp");
  }

  /**
   * Reads the bytes of a folder's file; empty where there is none. Clears what a crash left.
   *
   * @throws Corruption where it cannot be such a file
   */
  byte[] read(FileStore files, Path folder) throws IOException {
    Path file = folder.resolve(name);
    try {
      files.delete(temporary(folder));
    } catch (IOException e) {
      // It means nothing to who reads; who writes tries once more.
    }
    if (!files.exists(file)) {
      return new byte[0];
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
    return bytes;
  }

  /**
   * What is between magic and checksum.
   *
   * @throws Corruption where either is not what it has to be
   */
  ByteSource body(byte[] bytes, Path file) {
    int end = bytes.length - Integer.BYTES;
    int stored = new ByteSource(bytes, end, bytes.length, file.toString(), end).fixed32();
    if (stored != crc(bytes, end)) {
      throw new Corruption(
          file, end, "checksum %08x".formatted(crc(bytes, end)), "%08x".formatted(stored));
    }
    ByteSource in = new ByteSource(bytes, 0, end, file.toString(), 0);
    long found = in.fixed64();
    if (found != magic) {
      throw new Corruption(
          file,
          0,
          "%s of format version 1 (%016x)".formatted(what, magic),
          "%016x".formatted(found));
    }
    return in;
  }

  byte[] bytes(ByteSink body) {
    ByteSink out = new ByteSink();
    out.fixed64(magic).raw(body.array(), 0, body.size());
    out.fixed32(crc(out.array(), out.size()));
    return out.toBytes();
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  /** Puts other bytes in its place, durably. */
  void write(FileStore files, Path folder, byte[] bytes) throws IOException {
    Path temporary = temporary(folder);
    files.delete(temporary);
    try (FileStore.AppendFile out = files.create(temporary)) {
      out.write(ByteBuffer.wrap(bytes));
      out.force();
    }
    files.rename(temporary, folder.resolve(name));
    files.syncFolder(folder);
  }
}
