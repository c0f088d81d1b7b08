package dev.vedette.benchmarks;

import dev.vedette.model.Labels;
import dev.vedette.model.RealFiles;
import dev.vedette.model.TenantId;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockFiles;
import dev.vedette.tsdb.block.BlockId;
import dev.vedette.tsdb.block.BlockMerger;
import dev.vedette.tsdb.block.BlockMeta;
import dev.vedette.tsdb.block.BlockProgress;
import dev.vedette.tsdb.block.BlockSpec;
import dev.vedette.tsdb.block.BlockStats;
import dev.vedette.tsdb.block.BlockWriter;
import dev.vedette.tsdb.block.SortedSeries;
import dev.vedette.tsdb.block.UnpublishedBlock;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What merging costs and saves: bytes a sample before and after, CPU time a sample, and the heap it
 * takes, which {@code -Xmx} bounds: the merge runs in a process of its own.
 *
 * <pre>{@code
 * java … BlockMerges write RECORDED FOLDER INSTANCES STEPS WINDOWS JITTER
 * java -Xmx160m … BlockMerges merge FOLDER COUNT     (so many neighbours each become one)
 * }</pre>
 */
public final class BlockMerges {
  private BlockMerges() {}

  public static void main(String[] arguments) throws IOException {
    if (arguments.length == 7 && arguments[0].equals("write")) {
      Path folder = Files.createDirectories(Path.of(arguments[2]));
      write(RecordedSeries.read(Path.of(arguments[1])), folder, numbers(arguments));
    } else if (arguments.length == 3 && arguments[0].equals("merge")) {
      merge(Path.of(arguments[1]), Integer.parseInt(arguments[2]));
    } else {
      System.err.println(
          "usage: BlockMerges write RECORDED FOLDER INSTANCES STEPS WINDOWS JITTER"
              + " | merge FOLDER COUNT");
      System.exit(2);
    }
  }

  private static int[] numbers(String[] arguments) {
    int[] numbers = new int[4];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Integer.parseInt(arguments[3 + i]);
    }
    return numbers;
  }

  /** Window after window of what was recorded, from the start again where it ends. */
  private static void write(RecordedSeries recorded, Path folder, int[] numbers)
      throws IOException {
    int steps = numbers[1];
    int rounds = recorded.steps() / steps;
    long length = steps * RecordedSeries.INTERVAL_MILLIS;
    for (int window = 0; window < numbers[2]; window++) {
      RecordedSeries.Replay replay =
          new RecordedSeries.Replay(numbers[0], steps, window % rounds * steps, numbers[3]);
      long shift = window * length;
      long start = RecordedSeries.START_MILLIS + shift;
      BlockSpec spec = spec(window, start, start + length - 1, List.of());
      SortedSeries source = new Shifted(recorded.replay(replay), shift);
      new BlockWriter(new RealFiles()).write(folder, spec, source, BlockProgress.NONE);
      print("written", List.of(open(BlockFiles.file(folder, spec.id()))), 0, 0);
    }
  }

  private static BlockSpec spec(long seed, long start, long end, List<BlockId> sources) {
    return new BlockSpec(
        BlockId.create(start, new SplittableRandom(seed + sources.size() * 1_000_003L)),
        TenantId.DEFAULT,
        start,
        end,
        sources.isEmpty() ? 1 : 2,
        sources);
  }

  private static void merge(Path folder, int count) throws IOException {
    RealFiles files = new RealFiles();
    List<Path> blocks = BlockFiles.list(files, folder);
    for (int from = 0; from < blocks.size(); from += count) {
      List<Block> sources = new ArrayList<>();
      for (Path file : blocks.subList(from, Math.min(blocks.size(), from + count))) {
        sources.add(open(file));
      }
      print("before", sources, 0, 0);
      merge(folder, sources);
      for (Block source : sources) {
        source.close();
        files.delete(source.file());
      }
    }
  }

  private static void merge(Path folder, List<Block> sources) throws IOException {
    BlockWriter writer = new BlockWriter(new RealFiles());
    List<BlockMeta> metas = sources.stream().map(Block::meta).toList();
    BlockSpec spec =
        spec(
            metas.getFirst().spec().startMillis(),
            metas.getFirst().spec().startMillis(),
            metas.getLast().spec().endMillis(),
            metas.stream().map(BlockMeta::id).toList());
    long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    UnpublishedBlock merged =
        new BlockMerger(writer).merge(folder, spec, sources, BlockProgress.NONE).orElseThrow();
    writer.publish(merged);
    cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu;
    long heap = peakHeap();
    try (Block block = open(BlockFiles.file(folder, spec.id()))) {
      print("merged", List.of(block), cpu, heap);
    }
  }

  private static long peakHeap() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .map(MemoryPoolMXBean::getPeakUsage)
        .mapToLong(usage -> usage.getUsed())
        .sum();
  }

  private static Block open(Path file) throws IOException {
    return Block.open(
        new RealFiles(),
        file,
        corruption -> {
          throw corruption;
        });
  }

  private static void print(String what, List<Block> blocks, long cpuNanos, long heapBytes) {
    long samples = 0;
    long bytes = 0;
    long values = 0;
    long headers = 0;
    long times = 0;
    long index = 0;
    int series = 0;
    for (Block block : blocks) {
      BlockStats stats = block.stats();
      samples += stats.samples();
      bytes += stats.fileBytes();
      values += stats.values();
      headers += stats.headers();
      times += stats.timestamps();
      index += stats.index();
      series = Math.max(series, stats.series());
    }
    System.out.printf(
        "%-8s blocks=%d series=%d samples=%d bytes=%d B/sample=%.4f (values %.4f headers %.4f"
            + " times %.4f index %.4f) cpu=%.1f ns/sample heap=%d MB%n",
        what,
        blocks.size(),
        series,
        samples,
        bytes,
        (double) bytes / samples,
        (double) values / samples,
        (double) headers / samples,
        (double) times / samples,
        (double) index / samples,
        (double) cpuNanos / samples,
        heapBytes >> 20);
  }

  /** The same series at another time. */
  private record Shifted(SortedSeries source, long millis, long[][] shifted)
      implements SortedSeries {
    Shifted(SortedSeries source, long millis) {
      this(source, millis, new long[1][]);
    }

    @Override
    public boolean next() {
      if (!source.next()) {
        return false;
      }
      long[] own = new long[source.size()];
      for (int i = 0; i < own.length; i++) {
        own[i] = source.timestamps()[i] + millis;
      }
      shifted[0] = own;
      return true;
    }

    @Override
    public Labels labels() {
      return source.labels();
    }

    @Override
    public int size() {
      return source.size();
    }

    @Override
    public long[] timestamps() {
      return shifted[0];
    }

    @Override
    public long[] valueBits() {
      return source.valueBits();
    }
  }
}
