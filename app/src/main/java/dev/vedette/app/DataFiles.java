package dev.vedette.app;

import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.RealFiles;
import dev.vedette.tsdb.block.BlockFiles;
import dev.vedette.tsdb.wal.WalInspection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files of a data folder, for tools that only read; no server may run over it meanwhile. */
final class DataFiles implements AutoCloseable {
  private final Path folder;
  private final @Nullable DataFolder held;
  private final RealFiles files = new RealFiles();

  private DataFiles(Path folder, @Nullable DataFolder held) {
    this.folder = folder;
    this.held = held;
  }

  /** Throws {@link InvalidRequest} where there is no data, and as {@link DataFolder#open}. */
  static DataFiles open(Path folder) {
    if (!Files.isDirectory(folder.resolve("wal")) && !Files.isDirectory(folder.resolve("blocks"))) {
      throw new InvalidRequest(
          ErrorId.INVALID_REQUEST,
          "%s holds no data: it has neither wal/ nor blocks/".formatted(folder.toAbsolutePath()),
          "name the folder that vedette run was given with --data");
    }
    // A copy that cannot be written to, such as a backup, is in nobody's use.
    boolean ours = Files.isWritable(folder);
    return new DataFiles(folder, ours ? DataFolder.open(folder) : null);
  }

  /** Block files of all tenants. */
  List<Path> blocks() throws IOException {
    List<Path> blocks = new ArrayList<>();
    Path parent = folder.resolve("blocks");
    if (Files.isDirectory(parent)) {
      for (Path tenant : files.list(parent)) {
        if (files.isFolder(tenant)) {
          blocks.addAll(BlockFiles.list(files, tenant));
        }
      }
    }
    return blocks;
  }

  WalInspection log() throws IOException {
    Path log = folder.resolve("wal");
    return Files.isDirectory(log)
        ? WalInspection.of(files, log)
        : new WalInspection(List.of(), List.of(), List.of());
  }

  @Override
  public void close() throws IOException {
    if (held != null) {
      held.close();
    }
  }
}
