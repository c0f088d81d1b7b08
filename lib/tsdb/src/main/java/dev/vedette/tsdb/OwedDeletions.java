package dev.vedette.tsdb;

import dev.vedette.model.Corruption;
import dev.vedette.model.FileStore;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockFiles;
import dev.vedette.tsdb.block.BlockId;
import dev.vedette.tsdb.block.Deletion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that are to go, until their deletion is known to survive a crash. A file that the disk
 * keeps does not hold up the others, nor anything else: it is named once in the server's log,
 * counted at every try, and tried again. One thread at a time.
 */
final class OwedDeletions {
  private static final Logger log = LoggerFactory.getLogger(OwedDeletions.class);

  private final FileStore files;
  private final TsdbMetrics metrics;
  private final Set<Path> owed = new TreeSet<>();
  private final Set<Path> reported = new HashSet<>();

  OwedDeletions(FileStore files, TsdbMetrics metrics) {
    this.files = files;
    this.metrics = metrics;
  }

  void add(Path file) {
    owed.add(file);
  }

  /** Deletes what can be deleted; returns whether something is gone now. */
  boolean settle() {
    Set<Path> gone = new TreeSet<>();
    Set<Path> folders = new TreeSet<>();
    for (Path file : owed) {
      try {
        files.delete(file);
        gone.add(file);
        folders.add(DamagedBlocks.folderOf(file));
      } catch (IOException e) {
        failed(file, e);
      }
    }
    folders.removeIf(folder -> !isSynced(folder));
    gone.removeIf(file -> !folders.contains(DamagedBlocks.folderOf(file)));
    for (Path file : gone) {
      owed.remove(file);
      if (reported.remove(file)) {
        log.info("file is deleted now: file={}", file);
      }
    }
    return !gone.isEmpty();
  }

  private boolean isSynced(Path folder) {
    try {
      // Of a folder that is gone nothing comes back.
      if (files.exists(folder)) {
        files.syncFolder(folder);
      }
      reported.remove(folder);
      return true;
    } catch (IOException e) {
      failed(folder, e);
      return false;
    }
  }

  private void failed(Path path, IOException cause) {
    metrics.deleteFailures.inc();
    if (reported.add(path)) {
      log.error(
          "the disk does not delete a file that is not needed any more, tried again: file={}",
          path,
          cause);
    }
  }

  /** Blocks of a folder whose files a next start may find. */
  Set<BlockId> in(Path folder) {
    return in(folder, _ -> true);
  }

  private Set<BlockId> in(Path folder, Predicate<Path> which) {
    Set<BlockId> ids = new HashSet<>();
    for (Path file : owed) {
      if (folder.equals(file.getParent()) && which.test(file)) {
        BlockFiles.id(file.getFileName().toString()).ifPresent(ids::add);
      }
    }
    return ids;
  }

  /** Those of them of which a deletion may take something: where it cannot be told, it may. */
  Set<BlockId> touchedBy(Deletion deletion, Path folder) {
    return in(folder, file -> mayTouch(deletion, file));
  }

  private boolean mayTouch(Deletion deletion, Path file) {
    try (Block block = Block.open(files, file, _ -> {})) {
      return block.isTouchedBy(deletion);
    } catch (IOException | Corruption e) {
      log.debug("file that is to go cannot be read: file={}", file, e);
      return true;
    }
  }
}
