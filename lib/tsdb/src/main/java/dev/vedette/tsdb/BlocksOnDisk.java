package dev.vedette.tsdb;

import dev.vedette.model.Corruption;
import dev.vedette.model.FileStore;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockFiles;
import dev.vedette.tsdb.block.BlockId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a start finds in the folders of tenants, a crash before it included. One thread. */
final class BlocksOnDisk {
  private final FileStore files;
  private final DamagedBlocks damagedBlocks;
  private final OwedDeletions owed;
  private final Opener opener;

  /** Opens a file for whoever reads it from now on. */
  @FunctionalInterface
  interface Opener {
    Block open(Path file) throws IOException;
  }

  BlocksOnDisk(FileStore files, DamagedBlocks damagedBlocks, OwedDeletions owed, Opener opener) {
    this.files = files;
    this.damagedBlocks = damagedBlocks;
    this.owed = owed;
    this.opener = opener;
  }

  /**
   * Opens the blocks of a folder. What was not finished, and what a merged block has, is owed to be
   * deleted; a file that cannot be read is set aside.
   */
  List<Block> open(Path tenantFolder) throws IOException {
    BlockFiles.unfinished(files, tenantFolder).forEach(owed::add);
    List<Block> opened = new ArrayList<>();
    for (Path file : BlockFiles.list(files, tenantFolder)) {
      try {
        opened.add(opener.open(file));
      } catch (Corruption e) {
        damagedBlocks.setAside(file, e);
      }
    }
    return withoutMerged(opened);
  }

  /** A merged block may be there together with the blocks it replaces, after a crash. */
  private List<Block> withoutMerged(List<Block> opened) {
    Set<BlockId> replaced = new HashSet<>();
    opened.forEach(block -> replaced.addAll(block.meta().spec().sources()));
    List<Block> left = new ArrayList<>();
    for (Block block : opened) {
      if (replaced.contains(block.meta().id())) {
        block.close();
        owed.add(block.file());
      } else {
        left.add(block);
      }
    }
    return left;
  }
}
