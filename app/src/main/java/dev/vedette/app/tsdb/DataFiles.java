package dev.vedette.app.tsdb;

import dev.vedette.app.DataFolder;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.RealFiles;
import dev.vedette.model.Selection;
import dev.vedette.model.Unavailable;
import dev.vedette.tsdb.block.BlockFiles;
import dev.vedette.tsdb.wal.WalInspection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files of a data folder, for tools; no server may run over it meanwhile. */
final class DataFiles implements AutoCloseable {
  /** What every tool is given. */
  static final String DIR = "The folder given to run with --data.";

  static final Selection EVERYTHING = new Selection(List.of(), Long.MIN_VALUE, Long.MAX_VALUE);

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

  /** As {@link #open}, to be written to. */
  static DataFiles openToWrite(Path folder) {
    DataFiles data = open(folder);
    if (data.held == null) {
      throw new Unavailable(
          ErrorId.STORAGE_UNAVAILABLE,
          "data folder %s cannot be written to".formatted(folder.toAbsolutePath()),
          "work on a copy that this user may write to");
    }
    return data;
  }

  Path folder() {
    return folder;
  }

  RealFiles store() {
    return files;
  }

  /** Block files of all tenants. */
  List<Path> blocks() throws IOException {
    return blocks(files, folder);
  }

  /** Block files of all tenants of a data folder. */
  static List<Path> blocks(RealFiles files, Path folder) throws IOException {
    List<Path> blocks = new ArrayList<>();
    for (Path tenant : tenants(files, folder)) {
      blocks.addAll(BlockFiles.list(files, tenant));
    }
    return blocks;
  }

  /** Each tenant's folder of blocks. */
  List<Path> tenants() throws IOException {
    return tenants(files, folder);
  }

  private static List<Path> tenants(RealFiles files, Path folder) throws IOException {
    List<Path> tenants = new ArrayList<>();
    Path parent = folder.resolve("blocks");
    if (Files.isDirectory(parent)) {
      for (Path tenant : files.list(parent)) {
        if (files.isFolder(tenant)) {
          tenants.add(tenant);
        }
      }
    }
    return tenants;
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
