package dev.vedette.crds.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Reads resources from YAML and JSON files: all valid objects, defaults filled in, and every
 * problem of the rest at once, with file, line and path. Keeps nothing between calls; any thread
 * may call.
 */
public final class ResourceLoader {
  /**
   * Folders below folders, and files of one folder tree; enough for any repository of resources.
   */
  static final int MAX_DEPTH = 20;

  static final int MAX_FILES = 10_000;

  private final Kinds kinds = Kinds.load();

  public Kinds kinds() {
    return kinds;
  }

  /**
   * Reads files and folders. Of a folder, and of those in it, all files that end in .yaml, .yml or
   * .json are read, hidden ones left out, sorted by name.
   */
  public Loaded load(List<Path> paths) {
    List<Problem> problems = new ArrayList<>();
    List<FileContent> contents = new ArrayList<>();
    paths.forEach(path -> collect(path, contents, problems));
    return merge(contents, problems);
  }

  /** Reads one file, or all of a folder. */
  void collect(Path path, List<FileContent> contents, List<Problem> problems) {
    try {
      List<Path> files = Files.isDirectory(path) ? filesIn(path) : List.of(path);
      files.forEach(file -> contents.add(read(file)));
    } catch (IOException e) {
      problems.add(unreadable(path, e));
    }
  }

  /** Reads one text, named in problems as given. */
  public Loaded loadText(String name, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return merge(List.of(new FileReader(name, kinds).read(bytes)), List.of());
  }

  /** Reads one text from a stream, such as standard input; never more than a file may have. */
  FileContent read(String name, InputStream in) throws IOException {
    return new FileReader(name, kinds).read(in.readNBytes(FileReader.MAX_BYTES + 1));
  }

  /** The files of a folder, and of folders in it, that hold resources; sorted. */
  static List<Path> filesIn(Path folder) throws IOException {
    Predicate<Path> hidden =
        path -> {
          for (Path part : folder.relativize(path)) {
            if (part.toString().startsWith(".")) {
              return true;
            }
          }
          return false;
        };
    try (Stream<Path> found = Files.walk(folder, MAX_DEPTH, FileVisitOption.FOLLOW_LINKS)) {
      return found
          .filter(path -> isResource(path) && !hidden.test(path) && Files.isRegularFile(path))
          .limit(MAX_FILES)
          .sorted()
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static boolean isResource(Path path) {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
  }

  FileContent read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(file.toString(), in);
    } catch (IOException e) {
      return new FileContent(List.of(), Set.of(), true, List.of(unreadable(file, e)));
    }
  }

  private static Problem unreadable(Path path, IOException e) {
    String what =
        Files.exists(path)
            ? "cannot be read: " + e.getMessage()
            : "there is no such file or folder";
    return new Problem(path.toString(), Position.START, "", what, "", "");
  }

  /** Joins files; of objects with one name the first stays. */
  static Loaded merge(List<FileContent> contents, List<Problem> problems) {
    Map<ObjectKey, Loaded.Source> first = new HashMap<>();
    List<Loaded.Source> objects = new ArrayList<>();
    List<Problem> all = new ArrayList<>(problems);
    for (FileContent content : contents) {
      all.addAll(content.problems());
      for (Loaded.Source source : content.objects()) {
        Loaded.Source earlier = first.putIfAbsent(source.key(), source);
        if (earlier == null) {
          objects.add(source);
        } else {
          all.add(twice(source, earlier));
        }
      }
    }
    return new Loaded(objects, all);
  }

  private static Problem twice(Loaded.Source source, Loaded.Source earlier) {
    return new Problem(
        source.file(),
        source.at(),
        "metadata.name",
        "%s is given twice, first at %s:%s".formatted(source.key(), earlier.file(), earlier.at()),
        "",
        "rename or remove one");
  }
}
