package dev.vedette.benchmarks;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.RealFiles;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockFiles;
import dev.vedette.tsdb.block.BlockId;
import dev.vedette.tsdb.block.BlockProgress;
import dev.vedette.tsdb.block.BlockSpec;
import dev.vedette.tsdb.block.BlockWriter;
import dev.vedette.tsdb.block.SortedSeries;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One block in a folder of its own, of which every sample is decoded and summed. */
public final class ScannedBlock implements AutoCloseable {
  private static final RealFiles FILES = new RealFiles();

  private final Path folder;
  private final Block block;

  /**
   * Samples read, and the processor time of the thread that read them: on a machine that others
   * use, {@code samples} by {@code cpuSeconds} is the rate of one core.
   */
  @State(Scope.Thread)
  @AuxCounters
  public static class Counts {
    public long samples;
    public double cpuSeconds;
  }

  private ScannedBlock(Path folder, Block block) {
    this.folder = folder;
    this.block = block;
  }

  /** Of series from {@code startMillis} on, before {@code endMillis}. */
  static ScannedBlock write(long startMillis, long endMillis, SortedSeries series)
      throws IOException {
    Path folder = Files.createTempDirectory("scanned-block");
    BlockId id = BlockId.create(startMillis, new SplittableRandom(1));
    BlockSpec spec = new BlockSpec(id, TenantId.DEFAULT, startMillis, endMillis, 1, List.of());
    new BlockWriter(FILES).write(folder, spec, series, BlockProgress.NONE);
    Block block =
        Block.open(
            FILES,
            BlockFiles.file(folder, id),
            corruption -> {
              throw corruption;
            });
    return new ScannedBlock(folder, block);
  }

  /** Of all samples of the series that match. */
  double sum(List<LabelMatcher> matchers, Counts counts) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long began = threads.getCurrentThreadCpuTime();
    double sum = 0;
    SeriesBatch batch = new SeriesBatch();
    try (SeriesCursor cursor =
        block.select(new Selection(matchers, Long.MIN_VALUE, Long.MAX_VALUE))) {
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          double[] values = batch.values(i);
          for (int j = 0; j < batch.size(i); j++) {
            sum += values[j];
          }
          counts.samples += batch.size(i);
        }
      }
    }
    counts.cpuSeconds += (threads.getCurrentThreadCpuTime() - began) / 1e9;
    return sum;
  }

  @Override
  public void close() throws IOException {
    block.close();
    FILES.delete(folder);
  }
}
