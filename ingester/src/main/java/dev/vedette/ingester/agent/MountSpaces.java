package dev.vedette.ingester.agent;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks for the room on mounts without ever hanging: a mount that does not answer (a network file
 * system whose server is gone) is given up and not asked again until its first question returned.
 * At most one thread waits per stuck mount.
 */
final class MountSpaces {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final MountSpace.Source source;
  private final Duration patience;
  private final Map<String, FutureTask<MountSpace>> stuck = new ConcurrentHashMap<>();

  MountSpaces(MountSpace.Source source) {
    this(source, PATIENCE);
  }

  MountSpaces(MountSpace.Source source, Duration patience) {
    this.source = source;
    this.patience = patience;
  }

  /** Empty where the mount cannot be asked or does not answer in time. */
  Optional<MountSpace> of(String mountPoint) {
    FutureTask<MountSpace> earlier = stuck.get(mountPoint);
    if (earlier != null && !earlier.isDone()) {
      return Optional.empty();
    }
    stuck.remove(mountPoint);
    FutureTask<MountSpace> question = new FutureTask<>(() -> source.of(mountPoint));
    Thread.ofPlatform().daemon().name("statvfs " + mountPoint).start(question);
    try {
      return Optional.of(question.get(patience.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      // Reported as node_filesystem_device_error.
      stuck.put(mountPoint, question);
      return Optional.empty();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException) {
        // The same: the mount exists, its numbers do not.
        return Optional.empty();
      }
      throw new IllegalStateException("BUG: asking for the space of " + mountPoint, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
