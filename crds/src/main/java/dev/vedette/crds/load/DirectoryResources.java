package dev.vedette.crds.load;

import dev.vedette.crds.ResourceSource;
import dev.vedette.crds.load.Loaded.Source;
import io.fabric8.kubernetes.client.CustomResource;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The resources in a folder and in folders below it, read again when they change: within a second
 * where the machine tells of changes, within five otherwise.
 *
 * <p>An object whose file becomes invalid stays as it last was; the problem is logged once, counted
 * and readable in {@link #current}. Any thread may call; listeners run one at a time.
 */
public final class DirectoryResources implements ResourceSource {
  private static final Logger log = LoggerFactory.getLogger(DirectoryResources.class);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

  private final Path folder;
  private final Kinds kinds;
  private final WatchedFiles files;
  private final FolderWatch watch = FolderWatch.open();
  private final Thread thread = new Thread(this::follow, "resources");
  private final Gauge invalidFiles;
  private final Gauge objectCount;
  private final Counter changes;

  private final ReentrantLock lock = new ReentrantLock();
  // All of these under the lock.
  private final List<Listener<?>> listeners = new ArrayList<>();
  private Loaded loaded = new Loaded(List.of(), List.of());
  private boolean closed;

  private record Listener<T extends CustomResource<?, ?>>(
      Class<T> kind, Consumer<List<T>> consumer) {
    void call(Loaded loaded) {
      try {
        consumer.accept(sorted(loaded));
      } catch (RuntimeException e) {
        log.error("listener failed; kind={}", kind.getSimpleName(), e);
      }
    }

    List<T> sorted(Loaded loaded) {
      return loaded.objects().stream()
          .sorted((a, b) -> a.key().compareTo(b.key()))
          .map(Source::object)
          .filter(kind::isInstance)
          .map(kind::cast)
          .toList();
    }
  }

  private DirectoryResources(
      Path folder, ResourceLoader loader, Clock clock, PrometheusRegistry registry) {
    this.folder = folder;
    this.kinds = loader.kinds();
    this.files = new WatchedFiles(folder, loader, clock);
    this.invalidFiles =
        Gauge.builder()
            .name("vedette_resources_invalid_files")
            .help("Files of resources with problems.")
            .register(registry);
    this.objectCount =
        Gauge.builder()
            .name("vedette_resources_objects")
            .help("Valid resources in force.")
            .labelNames("kind")
            .register(registry);
    this.changes =
        Counter.builder()
            .name("vedette_resources_changes_total")
            .help("Times that the resources in force changed.")
            .register(registry);
  }

  /** Reads the folder once and goes on watching it. */
  public static DirectoryResources open(
      Path folder, ResourceLoader loader, Clock clock, PrometheusRegistry registry) {
    DirectoryResources resources = unwatched(folder, loader, clock, registry);
    resources.thread.setDaemon(true);
    resources.thread.start();
    return resources;
  }

  /** Reads the folder once, and again only by {@link #scan}. */
  static DirectoryResources unwatched(
      Path folder, ResourceLoader loader, Clock clock, PrometheusRegistry registry) {
    DirectoryResources resources = new DirectoryResources(folder, loader, clock, registry);
    resources.scan();
    return resources;
  }

  @Override
  public <T extends CustomResource<?, ?>> void watch(Class<T> kind, Consumer<List<T>> listener) {
    lock.lock();
    try {
      Listener<T> added = new Listener<>(kind, listener);
      listeners.add(added);
      added.call(loaded);
    } finally {
      lock.unlock();
    }
  }

  /** The objects in force and the problems of the files as they are now. */
  public Loaded current() {
    lock.lock();
    try {
      return loaded;
    } finally {
      lock.unlock();
    }
  }

  /** Looks for changes now, and returns what is wrong with the files. */
  public List<Problem> reload() {
    scan();
    return current().problems();
  }

  private void follow() {
    try {
      while (watch.await(LOOK_AGAIN)) {
        scan();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looks for changes now and tells of them. */
  void scan() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      Loaded before = loaded;
      loaded = files.scan();
      watch.add(files.folders());
      logNew(before.problems());
      count();
      if (!objects(before).equals(objects(loaded))) {
        changes.inc();
        log.info("resources read; folder={} objects={}", folder, loaded.objects().size());
      }
      for (Listener<?> listener : List.copyOf(listeners)) {
        if (!listener.sorted(before).equals(listener.sorted(loaded))) {
          listener.call(loaded);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private static List<CustomResource<?, ?>> objects(Loaded loaded) {
    return loaded.objects().stream().<CustomResource<?, ?>>map(Source::object).toList();
  }

  private void logNew(List<Problem> known) {
    Set<Problem> old = new HashSet<>(known);
    for (Problem problem : loaded.problems()) {
      if (!old.contains(problem)) {
        log.warn("invalid resource, its last valid form stays; problem={}", problem);
      }
    }
  }

  private void count() {
    invalidFiles.set(loaded.problems().stream().map(Problem::file).distinct().count());
    for (Kinds.Kind kind : kinds.all()) {
      objectCount.labelValues(kind.name()).set(loaded.of(kind.type()).size());
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      listeners.clear();
    } finally {
      lock.unlock();
    }
    watch.close();
  }
}
