package dev.vedette.tsdb.wal;

import dev.vedette.model.ErrorId;
import dev.vedette.model.FileStore;
import dev.vedette.model.Unavailable;
import java.io.IOException;
import java.nio.file.Path;

/** Why the log cannot be written now. Each caller gets an exception of its own. */
record Outage(ErrorId id, String message, String wayOut, Throwable cause) {
  static Outage of(Path folder, IOException cause) {
    if (FileStore.isFull(cause)) {
      return new Outage(
          ErrorId.DISK_FULL,
          "the disk of %s is full".formatted(folder),
          "free space or enlarge the volume; writing goes on by itself",
          cause);
    }
    return new Outage(
        ErrorId.STORAGE_UNAVAILABLE,
        "the log in %s cannot be written: %s".formatted(folder, cause.getMessage()),
        "check the disk; writing goes on by itself once it works",
        cause);
  }

  static Outage closed(Path folder) {
    return new Outage(
        ErrorId.STORAGE_UNAVAILABLE,
        "the log in %s is closed".formatted(folder),
        "send the same request again once the server has started",
        new IOException("the server is shutting down"));
  }

  static Unavailable interrupted(InterruptedException cause) {
    return new Unavailable(
        ErrorId.STORAGE_UNAVAILABLE,
        "the wait for the log was interrupted",
        "send the same request again",
        cause);
  }

  Unavailable toException() {
    return new Unavailable(id, message, wayOut, cause);
  }
}
