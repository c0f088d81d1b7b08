package dev.vedette.tsdb.repair;

import dev.vedette.model.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Files as they were found, kept below {@code damaged/} of a data folder under the path that they
 * had. Nothing there is ever written over: of a name that is taken the next copy is called {@code
 * NAME.2}.
 */
final class KeptFiles {
  private static final int COPY_BYTES = 1 << 20;

  private final FileStore files;
  private final Path dataFolder;

  KeptFiles(FileStore files, Path dataFolder) {
    this.files = files;
    this.dataFolder = dataFolder;
  }

  /** Gives a file that never changes a second name. */
  Path link(Path file) throws IOException {
    Path name = nameFor(file);
    files.createFolders(folderOf(name));
    files.link(file, name);
    sync(name);
    return name;
  }

  /** Copies a file that somebody is going to write to. */
  Path copy(Path file) throws IOException {
    Path name = nameFor(file);
    files.createFolders(folderOf(name));
    ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
    try (FileStore.ReadFile in = files.open(file);
        FileStore.AppendFile out = files.create(name)) {
      for (long at = 0, size = files.size(file); at < size; at += buffer.limit()) {
        buffer.clear();
        in.read(buffer, at);
        buffer.flip();
        out.write(buffer);
        buffer.rewind();
      }
      out.force();
    }
    sync(name);
    return name;
  }

  private Path nameFor(Path file) throws IOException {
    Path wanted = dataFolder.resolve("damaged").resolve(dataFolder.relativize(file));
    Path name = wanted;
    for (int i = 2; files.exists(name); i++) {
      name = wanted.resolveSibling(wanted.getFileName() + "." + i);
    }
    return name;
  }

  /** Makes a new name durable, and those of the folders above it. */
  private void sync(Path name) throws IOException {
    for (Path folder = folderOf(name); !folder.equals(dataFolder); folder = folderOf(folder)) {
      files.syncFolder(folder);
    }
    files.syncFolder(dataFolder);
  }

  static Path folderOf(Path file) {
    @Nullable Path parent = file.getParent();
    if (parent == null) {
      throw new IllegalStateException("BUG: %s lies in no folder".formatted(file));
    }
    return parent;
  }
}
