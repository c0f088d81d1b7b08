package dev.vedette.tsdb.block;

import dev.vedette.model.FileStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Names of block files: {@code <id>.tsb}, and {@code <id>.tsb.tmp} until all of it is on disk. */
public final class BlockFiles {
  private static final String SUFFIX = ".tsb";
  private static final String TEMPORARY_SUFFIX = ".tsb.tmp";

  private BlockFiles() {}

  public static Path file(Path folder, BlockId id) {
    return folder.resolve(id.value() + SUFFIX);
  }

  public static Path temporary(Path folder, BlockId id) {
    return folder.resolve(id.value() + TEMPORARY_SUFFIX);
  }

  /** The id in a block's file name; empty for any other name. */
  public static Optional<BlockId> id(String fileName) {
    String id = fileName.substring(0, Math.max(0, fileName.length() - SUFFIX.length()));
    return fileName.endsWith(SUFFIX) && BlockId.isValid(id)
        ? Optional.of(new BlockId(id))
        : Optional.empty();
  }

  /** Files of the blocks in a folder, oldest id first. */
  public static List<Path> list(FileStore files, Path folder) throws IOException {
    List<Path> blocks = new ArrayList<>();
    for (Path path : files.list(folder)) {
      if (hasIdAndSuffix(path, SUFFIX)) {
        blocks.add(path);
      }
    }
    return blocks;
  }

  /** Deletes what writers left that did not come to an end. Call before the first is started. */
  public static void deleteUnfinished(FileStore files, Path folder) throws IOException {
    List<Path> unfinished = unfinished(files, folder);
    for (Path path : unfinished) {
      files.delete(path);
    }
    if (!unfinished.isEmpty()) {
      files.syncFolder(folder);
    }
  }

  /** What writers left in a folder that did not come to an end. */
  public static List<Path> unfinished(FileStore files, Path folder) throws IOException {
    return files.list(folder).stream().filter(p -> hasIdAndSuffix(p, TEMPORARY_SUFFIX)).toList();
  }

  private static boolean hasIdAndSuffix(Path path, String suffix) {
    String name = path.getFileName().toString();
    return name.endsWith(suffix)
        && BlockId.isValid(name.substring(0, name.length() - suffix.length()));
  }
}
