package dev.vedette.crds.load;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for changes in folders. Where the machine cannot tell of changes (network disks, used-up
 * inotify instances), only the time-out ends a wait, and whoever waits looks for itself.
 */
final class FolderWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FolderWatch.class);

  /** Editors write a file in several steps; this long without a step means that it is done. */
  private static final Duration QUIET = Duration.ofMillis(100);

  /** Nobody waits longer than this many steps for quiet. */
  private static final int MAX_STEPS = 20;

  private final Optional<WatchService> events;
  private final CountDownLatch closed = new CountDownLatch(1);

  private FolderWatch(Optional<WatchService> events) {
    this.events = events;
  }

  static FolderWatch open() {
    try {
      return new FolderWatch(Optional.of(FileSystems.getDefault().newWatchService()));
    } catch (IOException e) {
      log.warn("changes of resources are noticed by looking only; error={}", e.getMessage());
      return new FolderWatch(Optional.empty());
    }
  }

  /** Watches these folders, too. */
  void add(Collection<Path> folders) {
    events.ifPresent(
        service -> {
          for (Path folder : folders) {
            try {
              folder.register(
                  service,
                  StandardWatchEventKinds.ENTRY_CREATE,
                  StandardWatchEventKinds.ENTRY_MODIFY,
                  StandardWatchEventKinds.ENTRY_DELETE);
            } catch (IOException | ClosedWatchServiceException e) {
              log.debug("folder is looked at only now and then; folder={}", folder, e);
            }
          }
        });
  }

  /** Returns after a change has settled, or after the time-out; false once closed. */
  boolean await(Duration timeout) throws InterruptedException {
    if (events.isEmpty()) {
      return !closed.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }
    try {
      boolean changed = next(events.get(), timeout);
      for (int step = 0; changed && step < MAX_STEPS; step++) {
        changed = next(events.get(), QUIET);
      }
      return closed.getCount() > 0;
    } catch (ClosedWatchServiceException _) {
      return false;
    }
  }

  private static boolean next(WatchService service, Duration timeout) throws InterruptedException {
    WatchKey key = service.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
    if (key == null) {
      return false;
    }
    key.pollEvents();
    key.reset();
    return true;
  }

  @Override
  public void close() {
    closed.countDown();
    events.ifPresent(
        service -> {
          try {
            service.close();
          } catch (IOException e) {
            log.warn("watch of resources did not close; error={}", e.getMessage());
          }
        });
  }
}
