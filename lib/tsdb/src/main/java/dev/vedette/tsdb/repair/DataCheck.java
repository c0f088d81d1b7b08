package dev.vedette.tsdb.repair;

import dev.vedette.model.Corruption;
import dev.vedette.model.FileStore;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockFiles;
import dev.vedette.tsdb.block.KeptFile;
import dev.vedette.tsdb.block.TombstoneFile;
import dev.vedette.tsdb.wal.WalDamage;
import dev.vedette.tsdb.wal.WalInspection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads every file of a data folder, or of a snapshot, and finds what is damaged. No process may be
 * using the folder; nothing is changed. Costs a pass over all bytes.
 *
 * @param blocks number of blocks that were read
 * @param damages every damaged place
 * @param log what the log holds; its damages are among the others
 * @param setAside files that a start could not read, and gave another name
 */
public record DataCheck(
    int blocks, List<Corruption> damages, WalInspection log, List<Path> setAside) {
  private static final String SET_ASIDE = ".damaged";

  public DataCheck {
    damages = List.copyOf(damages);
    setAside = List.copyOf(setAside);
  }

  /** Told before each block is read. */
  @FunctionalInterface
  public interface Progress {
    void reading(int number, int of, Path block);
  }

  /** Reads a folder. */
  public static DataCheck of(FileStore files, Path dataFolder, Progress progress)
      throws IOException {
    List<Path> tenants = tenants(files, dataFolder.resolve("blocks"));
    List<Corruption> damages = new ArrayList<>();
    List<Path> setAside = new ArrayList<>();
    List<Path> blocks = new ArrayList<>();
    for (Path tenant : tenants) {
      blocks.addAll(BlockFiles.list(files, tenant));
      for (Path file : files.list(tenant)) {
        if (file.toString().endsWith(SET_ASIDE)) {
          setAside.add(file);
        }
      }
    }
    for (int i = 0; i < blocks.size(); i++) {
      progress.reading(i + 1, blocks.size(), blocks.get(i));
      damages.addAll(block(files, blocks.get(i)));
    }
    for (Path tenant : tenants) {
      check(() -> TombstoneFile.read(files, tenant), damages);
      check(() -> KeptFile.read(files, tenant), damages);
    }
    WalInspection log = log(files, dataFolder.resolve("wal"));
    log.damages().stream().map(WalDamage::toException).forEach(damages::add);
    return new DataCheck(blocks.size(), damages, log, setAside);
  }

  private static List<Path> tenants(FileStore files, Path blocks) throws IOException {
    List<Path> tenants = new ArrayList<>();
    if (files.exists(blocks)) {
      for (Path tenant : files.list(blocks)) {
        if (files.isFolder(tenant)) {
          tenants.add(tenant);
        }
      }
    }
    return tenants;
  }

  private static List<Corruption> block(FileStore files, Path file) throws IOException {
    try (Block block = Block.open(files, file, _ -> {})) {
      return block.verify();
    } catch (Corruption e) {
      return List.of(e);
    }
  }

  private interface Reading {
    Object read() throws IOException;
  }

  private static void check(Reading file, List<Corruption> damages) throws IOException {
    try {
      file.read();
    } catch (Corruption e) {
      damages.add(e);
    }
  }

  private static WalInspection log(FileStore files, Path wal) throws IOException {
    return files.exists(wal)
        ? WalInspection.of(files, wal)
        : new WalInspection(List.of(), List.of(), List.of());
  }
}
