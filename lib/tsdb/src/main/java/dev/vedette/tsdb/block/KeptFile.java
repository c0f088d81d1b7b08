package dev.vedette.tsdb.block;

import dev.vedette.model.Corruption;
import dev.vedette.model.FileStore;
import dev.vedette.tsdb.encode.ByteSink;
import dev.vedette.tsdb.encode.ByteSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The file {@code kept} beside a tenant's blocks: from when on everything is there, by resolution,
 * 0 for samples as they are. What is not named never lost anything to its age.
 *
 * <p>Bytes: {@code docs/format/kept.md}.
 */
public final class KeptFile {
  public static final String NAME = "kept";

  // "VEDKPT", format version 1, and a byte that text-mode transfers would change.
  private static final CheckedFile FILE = new CheckedFile(NAME, 0x0A01_5450_4B44_4556L, "times");

  private KeptFile() {}

  /**
   * Reads a folder's times, in Unix milliseconds.
   *
   * @throws Corruption where the file is damaged
   */
  public static SortedMap<Long, Long> read(FileStore files, Path folder) throws IOException {
    byte[] bytes = FILE.read(files, folder);
    return bytes.length == 0 ? new TreeMap<>() : decode(bytes, folder.resolve(NAME));
  }

  static SortedMap<Long, Long> decode(byte[] bytes, Path file) {
    ByteSource in = FILE.body(bytes, file);
    SortedMap<Long, Long> times = new TreeMap<>();
    for (int i = in.count("a number of resolutions", in.remaining()); i > 0; i--) {
      long resolution = in.varint();
      if (resolution < 0 || times.put(resolution, in.signed()) != null) {
        throw in.damaged("a resolution once", "%d".formatted(resolution));
      }
    }
    in.expectEnd();
    return times;
  }

  static byte[] encode(Map<Long, Long> times) {
    ByteSink body = new ByteSink();
    body.varint(times.size());
    new TreeMap<>(times).forEach((resolution, millis) -> body.varint(resolution).signed(millis));
    return FILE.bytes(body);
  }

  /** Puts others in force, durably. */
  public static void write(FileStore files, Path folder, Map<Long, Long> times) throws IOException {
    FILE.write(files, folder, encode(times));
  }
}
