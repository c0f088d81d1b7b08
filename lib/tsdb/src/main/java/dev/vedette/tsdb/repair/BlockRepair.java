package dev.vedette.tsdb.repair;

import dev.vedette.model.Corruption;
import dev.vedette.model.FileStore;
import dev.vedette.model.Labels;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockFiles;
import dev.vedette.tsdb.block.BlockId;
import dev.vedette.tsdb.block.BlockMeta;
import dev.vedette.tsdb.block.BlockProgress;
import dev.vedette.tsdb.block.BlockSpec;
import dev.vedette.tsdb.block.BlockWriter;
import dev.vedette.tsdb.block.Deletion;
import dev.vedette.tsdb.block.KeptFile;
import dev.vedette.tsdb.block.TombstoneFile;
import dev.vedette.tsdb.block.Tombstones;
import dev.vedette.tsdb.block.UnpublishedBlock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Writes damaged blocks again without what is damaged in them. No process may use the folder.
 *
 * <p>A block's file is kept below {@code damaged/} before anything else happens. The new block
 * names the old one as its source, so that after a crash in between the next start clears up, and
 * the next repair finds everything in its place.
 */
public final class BlockRepair {
  private final FileStore files;
  private final KeptFiles kept;
  private final RandomGenerator random;
  private final BlockProgress progress;

  /** Repairs blocks of one data folder. */
  public BlockRepair(
      FileStore files, Path dataFolder, RandomGenerator random, BlockProgress progress) {
    this.files = files;
    this.kept = new KeptFiles(files, dataFolder);
    this.random = random;
    this.progress = progress;
  }

  /**
   * Tombstones that could not be read: what they deleted is to be seen again.
   *
   * @param kept where the file lies as it was
   */
  public record LostTombstones(Path kept, Corruption reason) {}

  /** Takes damaged tombstones out of a tenant's folder. Comes before the folder's blocks. */
  public Optional<LostTombstones> repairTombstones(Path folder) throws IOException {
    try {
      TombstoneFile.read(files, folder);
      return Optional.empty();
    } catch (Corruption e) {
      Path file = folder.resolve(TombstoneFile.NAME);
      Path copy = kept.link(file);
      files.delete(file);
      files.syncFolder(folder);
      return Optional.of(new LostTombstones(copy, e));
    }
  }

  /**
   * Times of what is kept that could not be read: everything counts as kept from the oldest blocks
   * on.
   *
   * @param kept where the file lies as it was
   */
  public record LostTimes(Path kept, Corruption reason) {}

  /** Writes damaged times of a tenant's folder again. Comes after the folder's blocks. */
  public Optional<LostTimes> repairTimes(Path folder) throws IOException {
    try {
      KeptFile.read(files, folder);
      return Optional.empty();
    } catch (Corruption e) {
      Path copy = kept.link(folder.resolve(KeptFile.NAME));
      Map<Long, Long> oldest = new TreeMap<>();
      for (Path file : BlockFiles.list(files, folder)) {
        try (Block block = Block.open(files, file, _ -> {})) {
          oldest.merge(block.meta().resolutionMillis(), block.meta().firstMillis(), Math::min);
        }
      }
      KeptFile.write(files, folder, oldest);
      return Optional.of(new LostTimes(copy, e));
    }
  }

  /**
   * Reads a block, and mends it where something is wrong.
   *
   * @throws IOException where the disk refuses; the block is then as it was
   */
  public BlockOutcome repair(Path file) throws IOException {
    try (Block block = Block.open(files, file, _ -> {})) {
      List<Corruption> damages = block.verify();
      return damages.isEmpty() ? new BlockOutcome.Sound(file) : rewrite(block, damages);
    } catch (Corruption e) {
      return unreadable(file, kept.link(file), e, Optional.empty());
    }
  }

  private BlockOutcome rewrite(Block block, List<Corruption> damages) throws IOException {
    Path file = block.file();
    Path folder = KeptFiles.folderOf(file);
    BlockMeta before = block.meta();
    BlockWriter writer = new BlockWriter(files);
    Path copy = kept.link(file);
    Optional<UnpublishedBlock> written;
    try {
      written = writer.prepare(folder, inPlaceOf(before.spec()), block.readAll(), progress);
    } catch (Corruption e) {
      return unreadable(file, copy, e, Optional.of(before));
    }
    if (written.isEmpty()) {
      return unreadable(file, copy, damages.getFirst(), Optional.of(before));
    }
    BlockMeta after = written.get().meta();
    keepDeletions(folder, before.id(), after.id());
    writer.publish(written.get());
    files.delete(file);
    files.syncFolder(folder);
    return new BlockOutcome.Rewritten(
        file, copy, before, after, damages, lost(block, BlockFiles.file(folder, after.id())));
  }

  private BlockSpec inPlaceOf(BlockSpec old) {
    List<BlockId> sources = new ArrayList<>(old.sources());
    sources.add(old.id());
    return new BlockSpec(
        BlockId.create(old.id().timeMillis(), random),
        old.tenant(),
        old.startMillis(),
        old.endMillis(),
        old.level(),
        sources,
        old.resolutionMillis());
  }

  /** The samples were all written again, those that are deleted by a tombstone among them. */
  private void keepDeletions(Path folder, BlockId before, BlockId after) throws IOException {
    Tombstones tombstones = TombstoneFile.read(files, folder);
    List<Deletion> deletions = tombstones.of(before);
    if (!deletions.isEmpty()) {
      TombstoneFile.write(files, folder, tombstones.holdingFor(after, deletions));
    }
  }

  private BlockOutcome unreadable(
      Path file, Path copy, Corruption reason, Optional<BlockMeta> before) throws IOException {
    files.delete(file);
    files.syncFolder(KeptFiles.folderOf(file));
    return new BlockOutcome.Unreadable(file, copy, reason, before);
  }

  private SortedMap<String, Integer> lost(Block before, Path rewritten) throws IOException {
    SortedMap<String, Integer> lost = new TreeMap<>();
    try (Block after = Block.open(files, rewritten, _ -> {})) {
      before.countSeries(Labels.METRIC_NAME, lost::put);
      after.countSeries(
          Labels.METRIC_NAME,
          (name, series) ->
              lost.computeIfPresent(name, (_, had) -> had == series ? null : had - series));
      return lost;
    } catch (Corruption _) {
      // What is damaged is the very index that could tell.
      return new TreeMap<>();
    }
  }
}
