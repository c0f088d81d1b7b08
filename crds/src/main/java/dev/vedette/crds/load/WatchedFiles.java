package dev.vedette.crds.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The files of one folder and what they hold. An object that was valid stays in force, as it was,
 * while its file names it in an invalid form or cannot be read; it goes only when it is really
 * gone. Confined to one thread at a time.
 */
final class WatchedFiles {
  /** A file may change again without a new time stamp while that stamp is this young. */
  private static final Duration TRUSTED_AGE = Duration.ofSeconds(2);

  private final Path folder;
  private final ResourceLoader loader;
  private final Clock clock;
  private final Map<Path, State> files = new TreeMap<>();

  private List<Path> folders = List.of();

  private record Stamp(FileTime modified, long size, @Nullable Object key) {}

  private record State(@Nullable Stamp stamp, FileContent content) {}

  WatchedFiles(Path folder, ResourceLoader loader, Clock clock) {
    this.folder = folder;
    this.loader = loader;
    this.clock = clock;
  }

  /** Reads what changed since the last call. */
  Loaded scan() {
    FolderListing listing = FolderListing.of(folder);
    if (listing.complete()) {
      folders = listing.folders();
      if (listing.problems().isEmpty()) {
        files.keySet().retainAll(new HashSet<>(listing.files()));
      }
      listing.files().forEach(this::refresh);
    }
    return ResourceLoader.merge(contents(), listing.problems());
  }

  private List<FileContent> contents() {
    return files.values().stream().map(State::content).toList();
  }

  /** The folder and those in it. */
  List<Path> folders() {
    return folders;
  }

  private void refresh(Path file) {
    State known = files.get(file);
    Stamp stamp = stamp(file);
    if (known == null || stamp == null || !stamp.equals(known.stamp())) {
      FileContent fresh = loader.read(file);
      FileContent kept = known == null ? fresh : keepRefused(known.content(), fresh);
      files.put(file, new State(trusted(stamp) ? stamp : null, kept));
    }
  }

  private static @Nullable Stamp stamp(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    } catch (IOException _) {
      // Reading the file says what is wrong with it.
      return null;
    }
  }

  private boolean trusted(@Nullable Stamp stamp) {
    return stamp != null
        && stamp.modified().toInstant().isBefore(clock.instant().minus(TRUSTED_AGE));
  }

  /** What is valid now, and the last valid form of what is not. */
  private static FileContent keepRefused(FileContent before, FileContent now) {
    if (now.refused().isEmpty() && !now.unnamed()) {
      return now;
    }
    Set<ObjectKey> valid =
        now.objects().stream().map(Loaded.Source::key).collect(Collectors.toSet());
    List<Loaded.Source> objects = new ArrayList<>(now.objects());
    for (Loaded.Source source : before.objects()) {
      ObjectKey key = source.key();
      if (!valid.contains(key) && (now.unnamed() || now.refused().contains(key))) {
        objects.add(source);
      }
    }
    return new FileContent(objects, now.refused(), now.unnamed(), now.problems());
  }
}
