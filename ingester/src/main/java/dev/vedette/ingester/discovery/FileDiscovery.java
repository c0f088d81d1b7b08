package dev.vedette.ingester.discovery;

import dev.vedette.model.TargetSource.FailedPlace;
import dev.vedette.model.Ticker;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Targets listed in files that other programs write, in the form Prometheus' {@code file_sd} takes;
 * see {@link TargetFile}. Files are looked at every two seconds and read when size or time changed,
 * which also notices replaced symbolic links (how Kubernetes updates a mounted ConfigMap) and works
 * on network file systems; where neither tells, they are read again after the refresh interval.
 * Each target carries {@code __meta_filepath}.
 */
public final class FileDiscovery implements Discovery {
  private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
  private static final String WAY_OUT =
      "let the server's user read it: see its owner, its rights, and what is mounted there";

  private final List<Path> patterns;
  private final Duration refreshInterval;
  private final Ticker ticker;
  private final LastGood<Path> answers;
  private final Map<Path, Seen> seen = new HashMap<>();
  private final Map<Path, List<Path>> matches = new HashMap<>();
  // Patterns whose folder could not be listed at the last look, and why.
  private final Map<Path, IOException> unlisted = new HashMap<>();

  /** What tells one version of a file from the next. */
  private record Version(FileTime modified, long size, @Nullable Object key) {}

  private record Seen(Version version, TargetGroup group, long readNanos) {}

  /**
   * @param patterns paths whose last part may hold one {@code *}; all else is taken literally
   * @param refreshInterval after which a file is read again though nothing tells that it changed
   */
  public FileDiscovery(
      List<Path> patterns,
      Duration refreshInterval,
      Clock clock,
      Ticker ticker,
      DiscoveryMetrics metrics) {
    this.patterns = List.copyOf(patterns);
    this.refreshInterval = refreshInterval;
    this.ticker = ticker;
    this.answers = new LastGood<>("file", WAY_OUT, clock, metrics);
  }

  @Override
  public List<TargetGroup> look() {
    unlisted.clear();
    Set<Path> places = new TreeSet<>();
    patterns.forEach(pattern -> places.addAll(matching(pattern)));
    seen.keySet().retainAll(places);
    // A folder that cannot be listed is a place that fails: said in the log, and counted.
    places.addAll(unlisted.keySet());
    return answers.ask(places, this::read);
  }

  @Override
  public List<FailedPlace> failures() {
    return answers.failures();
  }

  private List<Path> matching(Path pattern) {
    Path folder = pattern.toAbsolutePath().getParent();
    Path name = pattern.getFileName();
    if (folder == null || name == null) {
      return List.of();
    }
    int star = name.toString().indexOf('*');
    if (star < 0) {
      return List.of(folder.resolve(name));
    }
    String begin = name.toString().substring(0, star);
    String end = name.toString().substring(star + 1);
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(folder, entry -> fits(entry, begin, end))) {
      TreeSet<Path> files = new TreeSet<>();
      entries.forEach(files::add);
      matches.put(pattern, List.copyOf(files));
    } catch (NoSuchFileException | NotDirectoryException e) {
      // The folder may be made later; until then nothing matches.
      matches.remove(pattern);
    } catch (DirectoryIteratorException e) {
      unlisted.put(pattern, e.getCause());
    } catch (IOException e) {
      unlisted.put(pattern, e);
    }
    // Where it could not be listed, the files found before are asked for still.
    return matches.getOrDefault(pattern, List.of());
  }

  private static boolean fits(Path entry, String begin, String end) {
    String name = String.valueOf(entry.getFileName());
    return name.length() >= begin.length() + end.length()
        && name.startsWith(begin)
        && name.endsWith(end);
  }

  private Optional<TargetGroup> read(Path file) throws IOException {
    IOException failure = unlisted.get(file);
    if (failure != null) {
      throw new LookupFailure(
          "the folder cannot be listed: " + failure,
          "let the server's user list it: see its owner, its rights, and what is mounted there",
          failure);
    }
    Version version;
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      version = new Version(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    } catch (NoSuchFileException e) {
      seen.remove(file);
      return Optional.empty();
    }
    Seen before = seen.get(file);
    if (before != null && before.version().equals(version) && !isOld(before)) {
      return Optional.of(before.group());
    }
    TargetGroup group = TargetFile.read(file, version.size());
    seen.put(file, new Seen(version, group, ticker.nanos()));
    return Optional.of(group);
  }

  private boolean isOld(Seen file) {
    return ticker.nanos() - file.readNanos() >= refreshInterval.toNanos();
  }

  @Override
  public Duration interval() {
    return refreshInterval.compareTo(LOOK_EVERY) < 0 ? refreshInterval : LOOK_EVERY;
  }
}
