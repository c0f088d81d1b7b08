package dev.vedette.tsdb;

import dev.vedette.model.Corruption;
import dev.vedette.model.ErrorId;
import dev.vedette.model.FileStore;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.Unavailable;
import dev.vedette.tsdb.block.BlockId;
import dev.vedette.tsdb.block.Deletion;
import dev.vedette.tsdb.block.TombstoneFile;
import dev.vedette.tsdb.block.Tombstones;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tombstones in one tenant's folder: what is in memory is on disk. While a damaged file could
 * not be moved out of its place none are taken. One thread at a time.
 */
final class TenantTombstones {
  /** Every read of a block asks its index for each of them, so they must not pile up for ever. */
  static final int MAX_DELETIONS = 10_000;

  private final FileStore files;
  private final Path folder;
  private final DamagedBlocks damagedBlocks;
  private Tombstones tombstones;

  private TenantTombstones(
      FileStore files, Path folder, DamagedBlocks damagedBlocks, Tombstones tombstones) {
    this.files = files;
    this.folder = folder;
    this.damagedBlocks = damagedBlocks;
    this.tombstones = tombstones;
  }

  /** Reads a folder's tombstones; a file that is damaged is set aside. */
  static TenantTombstones open(FileStore files, Path folder, DamagedBlocks damagedBlocks)
      throws IOException {
    Tombstones found;
    try {
      found = TombstoneFile.read(files, folder);
    } catch (Corruption e) {
      damagedBlocks.setAside(folder.resolve(TombstoneFile.NAME), e);
      found = Tombstones.NONE;
    }
    return new TenantTombstones(files, folder, damagedBlocks, found);
  }

  List<Deletion> of(BlockId block) {
    return tombstones.of(block);
  }

  void add(Map<Deletion, Set<BlockId>> deletions) throws IOException {
    if (tombstones.entries().size() + deletions.size() > MAX_DELETIONS) {
      throw new LimitExceeded(
          ErrorId.DELETION_LIMIT,
          "%d deletions wait to be carried out on disk, at most %d may"
              .formatted(tombstones.entries().size(), MAX_DELETIONS),
          "carry them out with POST /api/v1/admin/tsdb/clean_tombstones, and delete more series"
              + " with one selector",
          true);
    }
    Tombstones more = tombstones;
    for (Map.Entry<Deletion, Set<BlockId>> deletion : deletions.entrySet()) {
      more = more.with(deletion.getKey(), deletion.getValue());
    }
    write(more);
  }

  /** Lets deletions hold for a block that is about to appear. */
  void holdFor(BlockId block, Collection<Deletion> deletions) throws IOException {
    write(tombstones.holdingFor(block, deletions));
  }

  /** Forgets about blocks that are neither among these nor set aside, where there are such. */
  void forgetAllBut(Set<BlockId> blocks) throws IOException {
    if (tombstones.entries().isEmpty()) {
      return;
    }
    Set<BlockId> setAside = damagedBlocks.in(folder);
    Tombstones fewer =
        tombstones.onlyFor(block -> blocks.contains(block) || setAside.contains(block));
    if (!fewer.equals(tombstones)) {
      write(fewer);
    }
  }

  private void write(Tombstones changed) throws IOException {
    Path file = folder.resolve(TombstoneFile.NAME);
    if (damagedBlocks.isInPlace(file)) {
      throw new Unavailable(
          ErrorId.STORAGE_UNAVAILABLE,
          "the file %s is damaged and could not be renamed: it is not written over".formatted(file),
          "let the server write to that folder, or rename the file by hand to %s.damaged, and repeat"
                  .formatted(file.getFileName())
              + " the request some seconds later");
    }
    TombstoneFile.write(files, folder, changed);
    tombstones = changed;
  }

  /** Gives the file a second name in another folder. */
  void linkTo(Path other) throws IOException {
    if (!tombstones.entries().isEmpty()) {
      files.link(folder.resolve(TombstoneFile.NAME), other.resolve(TombstoneFile.NAME));
    }
  }
}
