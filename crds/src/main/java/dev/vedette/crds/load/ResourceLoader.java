package dev.vedette.crds.load;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads resources from YAML and JSON files: all valid objects, defaults filled in, and every
 * problem of the rest at once, with file, line and path. Keeps nothing between calls; any thread
 * may call.
 */
public final class ResourceLoader {
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
    if (Files.isDirectory(path)) {
      FolderListing listing = FolderListing.of(path);
      problems.addAll(listing.problems());
      listing.files().forEach(file -> contents.add(read(file)));
    } else {
      contents.add(read(path));
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

  FileContent read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(file.toString(), in);
    } catch (IOException e) {
      return new FileContent(List.of(), Set.of(), true, List.of(FolderListing.unreadable(file, e)));
    }
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
