package dev.vedette.tsdb;

import dev.vedette.model.FileStore;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Makes folders whose names survive a crash, as the files in them do. */
final class DurableFolders {
  private DurableFolders() {}

  /** Creates what is missing of a path; its last name is durable whether it was there or not. */
  static void create(FileStore files, Path folder) throws IOException {
    Path whole = folder.toAbsolutePath();
    @Nullable Path parent = whole.getParent();
    if (parent == null) {
      return;
    }
    if (!files.exists(parent)) {
      create(files, parent);
    }
    files.createFolders(whole);
    files.syncFolder(parent);
  }
}
