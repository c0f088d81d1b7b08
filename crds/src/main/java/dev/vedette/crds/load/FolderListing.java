package dev.vedette.crds.load;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;

/**
 * The files of a folder, and of folders in it, that hold resources: those that end in .yaml, .yml
 * or .json. What begins with a dot is left out, with all below it.
 *
 * @param files sorted by path
 * @param folders the folder itself and those in it
 * @param problems what could not be looked into
 */
record FolderListing(List<Path> files, List<Path> folders, List<Problem> problems) {
  /** Enough for any repository of resources. */
  private static final int MAX_DEPTH = 20;

  private static final int MAX_FILES = 10_000;

  FolderListing {
    files = files.stream().sorted().toList();
    folders = List.copyOf(folders);
    problems = List.copyOf(problems);
  }

  static FolderListing of(Path folder) {
    Collector collector = new Collector(folder);
    try {
      Files.walkFileTree(folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), MAX_DEPTH, collector);
    } catch (IOException e) {
      collector.problems.add(unreadable(folder, e));
    }
    return new FolderListing(collector.files, collector.folders, collector.problems);
  }

  /** The folder itself could be listed. */
  boolean complete() {
    return !folders.isEmpty();
  }

  static Problem unreadable(Path path, IOException e) {
    String what =
        Files.exists(path)
            ? "cannot be read: " + e.getMessage()
            : "there is no such file or folder";
    return new Problem(path.toString(), Position.START, "", what, "", "");
  }

  private static final class Collector extends SimpleFileVisitor<Path> {
    private final Path root;
    private final List<Path> files = new ArrayList<>();
    private final List<Path> folders = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    Collector(Path root) {
      this.root = root;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      if (!folder.equals(root) && isHidden(folder)) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      folders.add(folder);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (!isHidden(file) && isResource(file) && attributes.isRegularFile()) {
        if (files.size() == MAX_FILES) {
          String what = "the folder holds more than %d files of resources".formatted(MAX_FILES);
          problems.add(new Problem(root.toString(), Position.START, "", what, "", "split it"));
          return FileVisitResult.TERMINATE;
        }
        files.add(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path path, IOException e) {
      // What vanished while we looked is simply gone, unless it is the folder asked for.
      if (path.equals(root) || !(e instanceof NoSuchFileException)) {
        problems.add(unreadable(path, e));
      }
      return FileVisitResult.CONTINUE;
    }

    private static boolean isHidden(Path path) {
      return name(path).startsWith(".");
    }

    private static boolean isResource(Path path) {
      String name = name(path).toLowerCase(Locale.ROOT);
      return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
    }

    private static String name(Path path) {
      return String.valueOf(path.getFileName());
    }
  }
}
