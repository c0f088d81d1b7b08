package dev.vedette.tsdb;

import dev.vedette.model.Corruption;
import dev.vedette.model.FileStore;
import dev.vedette.tsdb.block.BlockFiles;
import dev.vedette.tsdb.block.BlockId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that cannot be opened: kept under the name {@code *.damaged}, with a {@code *.damaged.txt}
 * beside them that says where the damage is and what can be done. One thread at a time.
 */
final class DamagedBlocks {
  private static final Logger log = LoggerFactory.getLogger(DamagedBlocks.class);
  private static final String DAMAGED = ".damaged";
  private static final String REASON = ".damaged.txt";

  private final FileStore files;
  private final TsdbMetrics metrics;
  // Those that could not be renamed.
  private final Set<Path> stuck = new TreeSet<>();

  DamagedBlocks(FileStore files, TsdbMetrics metrics) {
    this.files = files;
    this.metrics = metrics;
  }

  /**
   * Renames a file. Where the disk does not allow it, as one that is full may not, the file stays
   * as it is, and {@link #settle} tries again: that is no reason not to serve the rest. As long as
   * {@link #isInPlace} nobody may write over it.
   */
  void setAside(Path file, Corruption cause) {
    log.error("file set aside: file={} as={} reason={}", file, aside(file), cause.explain());
    metrics.setAside.inc();
    writeReason(file.resolveSibling(file.getFileName() + REASON), cause);
    try {
      move(file);
    } catch (IOException e) {
      stuck.add(file);
      log.warn("damaged file keeps its name for now, tried again: file={}", file, e);
    }
  }

  private void move(Path file) throws IOException {
    // By an earlier try that did not come to its end, or by hand, it may have been moved.
    if (files.exists(file)) {
      files.rename(file, aside(file));
    }
    files.syncFolder(folderOf(file));
  }

  private static Path aside(Path file) {
    return file.resolveSibling(file.getFileName() + DAMAGED);
  }

  /** Whether a file that was to be set aside could not be. */
  boolean isInPlace(Path file) {
    return stuck.contains(file);
  }

  /** Tries again what the disk did not do before. */
  void settle() {
    stuck.removeIf(
        file -> {
          try {
            move(file);
            log.info("damaged file is moved now: file={}", file);
            return true;
          } catch (IOException e) {
            log.debug("damaged file keeps its name: file={}", file, e);
            return false;
          }
        });
  }

  private void writeReason(Path reason, Corruption cause) {
    String text =
        "%s%nThe rest of the data is served without this file. Its bytes are as they were found: give%nthem their old name back once they are repaired, or delete them.%n"
            .formatted(cause.explain());
    try {
      files.delete(reason);
      try (FileStore.AppendFile out = files.create(reason)) {
        out.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        out.force();
      }
    } catch (IOException e) {
      log.warn("the reason is in this log alone: file={}", reason, e);
    }
  }

  /** Blocks of a folder that were set aside, now or before. */
  Set<BlockId> in(Path folder) throws IOException {
    Set<BlockId> found = new HashSet<>();
    stuck.forEach(file -> BlockFiles.id(file.getFileName().toString()).ifPresent(found::add));
    for (Path file : files.list(folder)) {
      String name = file.getFileName().toString();
      if (name.endsWith(DAMAGED)) {
        BlockFiles.id(name.substring(0, name.length() - DAMAGED.length())).ifPresent(found::add);
      }
    }
    return found;
  }

  static Path folderOf(Path file) {
    Path parent = file.getParent();
    if (parent == null) {
      throw new IllegalStateException("BUG: %s lies in no folder".formatted(file));
    }
    return parent;
  }
}
