package dev.vedette.tsdb;

import dev.vedette.model.FileStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of all blocks that cost next to nothing: their files under second names, in a folder of
 * {@code snapshots/} that can be given to {@code --data}. It has its name once it is whole.
 */
final class Snapshots {
  private static final Logger log = LoggerFactory.getLogger(Snapshots.class);
  private static final String UNFINISHED = ".tmp";
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final FileStore files;
  private final Path folder;
  private final Clock clock;
  private final SplittableRandom random = new SplittableRandom();

  Snapshots(FileStore files, Path data, Clock clock) {
    this.files = files;
    this.folder = data.resolve("snapshots");
    this.clock = clock;
  }

  /** Puts blocks into the folder of a snapshot. */
  @FunctionalInterface
  interface Content {
    void writeTo(Path blocks) throws IOException;
  }

  /** Deletes what a crash left. */
  void open() throws IOException {
    if (!files.exists(folder)) {
      return;
    }
    for (Path path : files.list(folder)) {
      if (path.getFileName().toString().endsWith(UNFINISHED)) {
        deleteUnfinished(path);
      }
    }
  }

  private void deleteUnfinished(Path path) {
    try {
      files.delete(path);
    } catch (IOException e) {
      log.warn("unfinished snapshot stays until the next start: path={}", path, e);
    }
  }

  /** Makes a snapshot and returns its name; where that fails nothing is left. */
  String take(Content content) throws IOException {
    String name = "%s-%016x".formatted(NAME.format(clock.instant()), random.nextLong());
    DurableFolders.create(files, folder);
    Path unfinished = folder.resolve(name + UNFINISHED);
    try {
      Path blocks = unfinished.resolve("blocks");
      files.createFolders(blocks);
      content.writeTo(blocks);
      files.syncFolder(blocks);
      files.syncFolder(unfinished);
      publish(unfinished, name);
      return name;
    } catch (IOException | RuntimeException e) {
      try {
        files.delete(unfinished);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private void publish(Path unfinished, String name) throws IOException {
    files.rename(unfinished, folder.resolve(name));
    files.syncFolder(folder);
  }
}
