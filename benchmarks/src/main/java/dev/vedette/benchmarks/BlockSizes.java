package dev.vedette.benchmarks;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.Coverage;
import dev.vedette.model.RealFiles;
import dev.vedette.model.Selection;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockFiles;
import dev.vedette.tsdb.block.BlockId;
import dev.vedette.tsdb.block.BlockProgress;
import dev.vedette.tsdb.block.BlockSpec;
import dev.vedette.tsdb.block.BlockStats;
import dev.vedette.tsdb.block.BlockWriter;
import dev.vedette.tsdb.block.CursorSeries;
import dev.vedette.tsdb.block.SortedSeries;
import dev.vedette.tsdb.tier.BucketCursor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Prints how many bytes a sample takes in a block, by part, for windows of recorded series.
 *
 * <p>{@code java … dev.vedette.benchmarks.BlockSizes FOLDER} with a folder of recorded series.
 */
public final class BlockSizes {
  private static final List<RecordedSeries.Replay> CASES =
      List.of(
          new RecordedSeries.Replay(1, 120, 0, 0),
          new RecordedSeries.Replay(1, 120, 0, 12),
          new RecordedSeries.Replay(1, 480, 0, 0),
          new RecordedSeries.Replay(1, 480, 0, 12),
          new RecordedSeries.Replay(10, 120, 0, 0),
          new RecordedSeries.Replay(50, 120, 0, 12),
          new RecordedSeries.Replay(10, 480, 0, 12));

  private BlockSizes() {}

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1) {
      System.err.println("usage: BlockSizes FOLDER (with series.txt and values.bin.gz)");
      System.exit(2);
    }
    RecordedSeries recorded = RecordedSeries.read(Path.of(arguments[0]));
    Path folder = Files.createTempDirectory("block-sizes");
    System.out.printf(
        "%5s %5s %6s %8s | %7s %7s %7s %7s %7s %7s %7s %7s | %7s %7s | %5s%n",
        "inst", "steps", "jitter", "series", "values", "headers", "tables", "times", "strings",
        "columns", "posting", "dirs", "B/samp", "B/ser", "ns/s");
    try {
      for (RecordedSeries.Replay replay : CASES) {
        if (replay.from() + replay.steps() <= recorded.steps()) {
          measure(recorded, replay, folder);
        }
      }
    } finally {
      new RealFiles().delete(folder);
    }
  }

  private static void measure(RecordedSeries recorded, RecordedSeries.Replay replay, Path folder)
      throws IOException {
    RealFiles files = new RealFiles();
    long start = RecordedSeries.START_MILLIS;
    BlockSpec spec =
        new BlockSpec(
            BlockId.create(start, new SplittableRandom(replay.hashCode())),
            TenantId.DEFAULT,
            start,
            start + (replay.steps() + 1) * RecordedSeries.INTERVAL_MILLIS,
            1,
            List.of());
    SortedSeries source = recorded.replay(replay);
    long begun = System.nanoTime();
    new BlockWriter(files).write(folder, spec, source, BlockProgress.NONE);
    long nanos = System.nanoTime() - begun;
    Path file = BlockFiles.file(folder, spec.id());
    try (Block block =
        Block.open(
            files,
            file,
            corruption -> {
              throw corruption;
            })) {
      if (!block.verify().isEmpty()) {
        throw new IllegalStateException("BUG: " + block.verify());
      }
      compare(block.readAll(), recorded.replay(replay));
      print(replay, block.stats(), nanos);
      for (long resolution : new long[] {60_000, 300_000, 3_600_000}) {
        measureTier(block, resolution, folder);
      }
    }
    files.delete(file);
  }

  /** The same samples as buckets of a tier, by sample. */
  private static void measureTier(Block samples, long resolution, Path folder) throws IOException {
    long begun = System.nanoTime();
    BlockStats stats = tier(samples, resolution, folder);
    long nanos = System.nanoTime() - begun;
    double count = samples.meta().samples();
    System.out.printf(
        "  tier %-3s %9d buckets | last %7.4f columns %7.4f index %7.4f | %7.4f B/sample"
            + " | %7.2f B/bucket | %5.0f ns/sample%n",
        Coverage.name(resolution),
        stats.samples(),
        (stats.values() + stats.headers() + stats.tables() + stats.timestamps()) / count,
        stats.buckets() / count,
        stats.index() / count,
        stats.fileBytes() / count,
        stats.bytesPerSample(),
        nanos / count);
  }

  /** Where the bytes of a tier's block of these samples are. */
  static BlockStats tier(Block samples, long resolution, Path folder) throws IOException {
    RealFiles files = new RealFiles();
    BlockSpec raw = samples.meta().spec();
    long window = 31 * 24 * 3_600_000L;
    BlockSpec spec =
        new BlockSpec(
            BlockId.create(raw.startMillis(), new SplittableRandom(resolution)),
            raw.tenant(),
            raw.startMillis() - window,
            raw.endMillis() + window,
            1,
            List.of(),
            resolution);
    Selection all = new Selection(List.of(), Long.MIN_VALUE, Long.MAX_VALUE);
    new BlockWriter(files)
        .write(
            folder,
            spec,
            new CursorSeries(
                new BucketCursor(
                    samples.select(all), resolution, EnumSet.allOf(BucketColumn.class))),
            BlockProgress.NONE);
    Path file = BlockFiles.file(folder, spec.id());
    try (Block block =
        Block.open(
            files,
            file,
            corruption -> {
              throw corruption;
            })) {
      return block.stats();
    } finally {
      files.delete(file);
    }
  }

  private static void compare(SortedSeries found, SortedSeries expected) {
    try (found) {
      while (expected.next()) {
        boolean same = found.next() && found.labels().equals(expected.labels());
        same = same && found.size() == expected.size();
        for (int i = 0; same && i < expected.size(); i++) {
          same = found.timestamps()[i] == expected.timestamps()[i];
          same = same && found.valueBits()[i] == expected.valueBits()[i];
        }
        if (!same) {
          throw new IllegalStateException("BUG: other samples of " + expected.labels());
        }
      }
    }
  }

  private static void print(RecordedSeries.Replay replay, BlockStats stats, long nanos) {
    double samples = stats.samples();
    System.out.printf(
        "%5d %5d %6d %8d | %7.4f %7.4f %7.4f %7.4f %7.4f %7.4f %7.4f %7.4f | %7.4f %7.2f | %5.0f%n",
        replay.instances(),
        replay.steps(),
        replay.jitterMillis(),
        stats.series(),
        stats.values() / samples,
        stats.headers() / samples,
        stats.tables() / samples,
        stats.timestamps() / samples,
        stats.strings() / samples,
        stats.columns() / samples,
        stats.postings() / samples,
        stats.directories() / samples,
        stats.bytesPerSample(),
        (double) stats.fileBytes() / stats.series(),
        nanos / samples);
  }
}
