package dev.vedette.tsdb.block;

import dev.vedette.model.FileStore;
import dev.vedette.model.Invariant;
import dev.vedette.model.Labels;
import dev.vedette.model.SeriesOrder;
import dev.vedette.tsdb.encode.ByteSink;
import dev.vedette.tsdb.encode.Piece;
import dev.vedette.tsdb.index.IndexWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes blocks. A block is written under a temporary name, forced, renamed and its folder synced:
 * after a crash it is there whole or not at all, and {@link BlockFiles#deleteUnfinished} clears
 * what was begun.
 *
 * <p>Samples stream through; in memory are one group of pages (some tens of megabytes) and what
 * {@link IndexWriter} holds. One call is one block and one thread; calls may run side by side.
 *
 * <p>Bytes: {@code docs/format/block.md}.
 */
public final class BlockWriter {
  private static final int SERIES_PER_PROGRESS = 1024;

  private final FileStore files;

  public BlockWriter(FileStore files) {
    this.files = files;
  }

  /**
   * Writes a block of all the series, closes them, and makes the block visible.
   *
   * @return the finished block, or empty (and no file) where there were no series
   * @throws IOException where the disk refuses; nothing is left then, if the disk lets us clean up
   */
  public Optional<BlockMeta> write(
      Path folder, BlockSpec spec, SortedSeries source, BlockProgress progress) throws IOException {
    Optional<UnpublishedBlock> written = prepare(folder, spec, source, progress);
    if (written.isPresent()) {
      publish(written.get());
    }
    return written.map(UnpublishedBlock::meta);
  }

  /** The same but for the last step: nobody sees the block until it is published. */
  public Optional<UnpublishedBlock> prepare(
      Path folder, BlockSpec spec, SortedSeries source, BlockProgress progress) throws IOException {
    Path temporary = BlockFiles.temporary(folder, spec.id());
    try (source) {
      if (!source.next()) {
        return Optional.empty();
      }
      BlockMeta meta;
      try (BlockOutput out = new BlockOutput(files.create(temporary))) {
        meta = write(out, spec, source, progress);
        out.force();
      }
      return Optional.of(new UnpublishedBlock(meta, folder));
    } catch (IOException | RuntimeException | Error e) {
      deleteQuietly(temporary, e);
      throw e;
    }
  }

  /** Gives a block its name, durably; where that fails the block is gone. */
  public void publish(UnpublishedBlock block) throws IOException {
    try {
      files.rename(block.temporary(), block.file());
      files.syncFolder(block.folder());
    } catch (IOException e) {
      discard(block, e);
      throw e;
    }
  }

  /** Deletes a block, published or not, because of a failure. */
  public void discard(UnpublishedBlock block, Throwable cause) {
    deleteQuietly(block.temporary(), cause);
    deleteQuietly(block.file(), cause);
  }

  private void deleteQuietly(Path file, Throwable cause) {
    try {
      files.delete(file);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private static BlockMeta write(
      BlockOutput out, BlockSpec spec, SortedSeries source, BlockProgress progress)
      throws IOException {
    ByteSink head = new ByteSink();
    Footer.writeHead(head);
    out.append(head);
    IndexWriter index = new IndexWriter();
    SamplesWriter samples = new SamplesWriter(out);
    ExtrasWriter extras = new ExtrasWriter(out);
    BucketsWriter buckets = spec.isTier() ? new BucketsWriter(out) : null;
    long firstMillis = Long.MAX_VALUE;
    long lastMillis = Long.MIN_VALUE;
    Labels previous = null;
    do {
      checkOrder(previous, source.labels());
      previous = source.labels();
      int size = source.size();
      long[] timestamps = source.timestamps();
      checkTimes(spec, timestamps, size);
      extras.add(index.seriesCount(), size, source.histograms(), source.starts());
      if (buckets != null) {
        buckets.add(source.buckets(), size);
      }
      index.add(previous);
      samples.add(timestamps, source.valueBits(), size);
      firstMillis = Math.min(firstMillis, timestamps[0]);
      lastMillis = Math.max(lastMillis, timestamps[size - 1]);
      if (index.seriesCount() % SERIES_PER_PROGRESS == 0) {
        progress.written(index.seriesCount(), samples.sampleCount(), out.position());
      }
    } while (source.next());
    // The index of a million series takes seconds; who asks for the end need not wait for it.
    out.beforeEachPiece(
        () -> progress.written(index.seriesCount(), samples.sampleCount(), out.position()));
    Piece samplesDirectory = samples.finish();
    Piece extrasDirectory = extras.finish();
    Piece bucketsDirectory = buckets == null ? null : buckets.finish();
    Piece bucketHistograms = buckets == null ? null : buckets.finishHistograms();
    Piece indexDirectory = index.write(out);
    BlockMeta meta =
        new BlockMeta(spec, firstMillis, lastMillis, index.seriesCount(), samples.sampleCount(), 0);
    ByteSink footer = new ByteSink();
    new Footer(
            meta,
            samplesDirectory,
            indexDirectory,
            extrasDirectory,
            bucketsDirectory,
            bucketHistograms)
        .write(footer);
    ByteSink tail = new ByteSink();
    Footer.writeTail(tail, out.write(footer));
    out.append(tail);
    progress.written(meta.series(), meta.samples(), out.position());
    return new BlockMeta(
        spec, firstMillis, lastMillis, meta.series(), meta.samples(), out.position());
  }

  private static void checkOrder(@Nullable Labels previous, Labels labels) {
    Invariant.check(
        previous == null || SeriesOrder.INSTANCE.compare(previous, labels) < 0,
        "BUG: series to write are out of order or come twice");
  }

  private static void checkTimes(BlockSpec spec, long[] timestamps, int size) {
    Invariant.check(size > 0, "BUG: a series to write has %d samples", size);
    Invariant.check(
        timestamps[0] >= spec.startMillis() && timestamps[size - 1] <= spec.endMillis(),
        "BUG: samples from %d to %d lie outside the block's window",
        timestamps[0],
        timestamps[size - 1]);
    for (int i = 1; i < size; i++) {
      Invariant.check(
          timestamps[i] > timestamps[i - 1],
          "BUG: timestamp %d follows %d",
          timestamps[i],
          timestamps[i - 1]);
    }
  }
}
