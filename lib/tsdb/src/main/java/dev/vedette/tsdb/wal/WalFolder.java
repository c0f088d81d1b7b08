package dev.vedette.tsdb.wal;

import dev.vedette.model.FileStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which files of a folder are the log, and which are left over. */
final class WalFolder {
  private static final Logger log = LoggerFactory.getLogger(WalFolder.class);
  private static final Pattern SEGMENT = Pattern.compile("(\\d{8,18})\\.wal");
  private static final Pattern CHECKPOINT = Pattern.compile("checkpoint\\.(\\d{8,18})");
  private static final Pattern TEMPORARY = Pattern.compile("checkpoint\\.\\d{8,18}\\.tmp");

  private WalFolder() {}

  /** A segment, or the checkpoint that replaces all segments below its number. */
  record Part(Path path, long number) {}

  /**
   * What to read, in this order: the newest checkpoint, if any, and the segments from its number
   * on.
   *
   * @param leftover files that an interrupted checkpoint left behind
   */
  record Layout(Optional<Part> checkpoint, List<Part> segments, List<Path> leftover) {
    List<Part> parts() {
      List<Part> parts = new ArrayList<>(segments);
      checkpoint.ifPresent(part -> parts.addFirst(part));
      return parts;
    }

    long lastSegment() {
      return segments.isEmpty()
          ? checkpoint.map(Part::number).orElse(1L) - 1
          : segments.getLast().number();
    }
  }

  static Path segment(Path folder, long number) {
    return folder.resolve("%08d.wal".formatted(number));
  }

  static Path checkpoint(Path folder, long number) {
    return folder.resolve("checkpoint.%08d".formatted(number));
  }

  static Path temporary(Path checkpoint) {
    return checkpoint.resolveSibling(checkpoint.getFileName() + ".tmp");
  }

  /** Deletes a file that readers ignore by now; the next checkpoint or start tries again. */
  static void deleteIgnored(FileStore files, Path path) {
    try {
      files.delete(path);
    } catch (IOException e) {
      log.warn("a file of the log that is not needed stays for now: file={}", path, e);
    }
  }

  static boolean isCheckpoint(Part part) {
    return CHECKPOINT.matcher(part.path().getFileName().toString()).matches();
  }

  static Layout read(FileStore files, Path folder) throws IOException {
    List<Part> segments = new ArrayList<>();
    List<Part> checkpoints = new ArrayList<>();
    List<Path> leftover = new ArrayList<>();
    for (Path path : files.list(folder)) {
      String name = path.getFileName().toString();
      Matcher segment = SEGMENT.matcher(name);
      Matcher checkpoint = CHECKPOINT.matcher(name);
      if (segment.matches()) {
        segments.add(new Part(path, Long.parseLong(segment.group(1))));
      } else if (checkpoint.matches()) {
        checkpoints.add(new Part(path, Long.parseLong(checkpoint.group(1))));
      } else if (TEMPORARY.matcher(name).matches()) {
        leftover.add(path);
      }
    }
    segments.sort(Comparator.comparingLong(Part::number));
    Optional<Part> newest = checkpoints.stream().max(Comparator.comparingLong(Part::number));
    long from = newest.map(Part::number).orElse(0L);
    checkpoints.stream().filter(part -> part.number() < from).forEach(c -> leftover.add(c.path()));
    segments.stream().filter(part -> part.number() < from).forEach(s -> leftover.add(s.path()));
    segments.removeIf(part -> part.number() < from);
    return new Layout(newest, segments, leftover);
  }
}
