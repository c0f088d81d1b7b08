package dev.vedette.benchmarks;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Coverage;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.Labels;
import dev.vedette.model.RealFiles;
import dev.vedette.model.SeriesOrder;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockFiles;
import dev.vedette.tsdb.block.BlockId;
import dev.vedette.tsdb.block.BlockProgress;
import dev.vedette.tsdb.block.BlockSpec;
import dev.vedette.tsdb.block.BlockStats;
import dev.vedette.tsdb.block.BlockWriter;
import dev.vedette.tsdb.block.SortedSeries;
import dev.vedette.tsdb.head.Head;
import dev.vedette.tsdb.head.HeadConfig;
import dev.vedette.tsdb.head.SeriesLimits;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Prints how many bytes a native histogram takes in a block, for a simulated fleet of request
 * latencies: handlers of log-normal latency and Poisson traffic, schema 3, scraped every 15 s; and
 * how many a sample as buckets of the tiers.
 *
 * <p>{@code java … dev.vedette.benchmarks.HistogramSizes}
 */
public final class HistogramSizes {
  private static final long START = 1_760_000_400_000L;
  private static final int INTERVAL = 15_000;
  private static final int SCHEMA = 3;
  // Frame, type, ref and tenant of the record that has the labels of a series.
  private static final int SERIES_RECORD_BYTES = 8 + 1 + 4 + 8;

  private HistogramSizes() {}

  /** One handler's counter histogram as it grows. */
  private static final class Handler {
    private final SplittableRandom random;
    private final double requestsPerScrape;
    private final double median;
    private final double spread;
    private final Map<Integer, Long> buckets = new TreeMap<>();
    private long count;
    private double sum;

    Handler(long seed) {
      random = new SplittableRandom(seed);
      requestsPerScrape = Math.exp(random.nextDouble() * Math.log(500));
      median = 0.002 * Math.exp(random.nextDouble() * 5);
      spread = 0.3 + random.nextDouble();
      // It has been running for some hours.
      for (int i = 0; i < 1000; i++) {
        scrape();
      }
    }

    Histogram scrape() {
      long requests = Math.round(requestsPerScrape * (0.8 + 0.4 * random.nextDouble()));
      for (long i = 0; i < requests; i++) {
        double seconds = median * Math.exp(spread * random.nextGaussian());
        seconds = Math.rint(seconds * 1e9) / 1e9;
        int index = (int) Math.ceil(Math.log(seconds) / Math.log(2) * (1 << SCHEMA));
        buckets.merge(index, 1L, Long::sum);
        sum += seconds;
      }
      count += requests;
      int[] indexes = buckets.keySet().stream().mapToInt(Integer::intValue).toArray();
      long[] counts = buckets.values().stream().mapToLong(Long::longValue).toArray();
      HistogramLayout layout =
          HistogramLayout.of(
              SCHEMA, 0x1p-128, BucketSpans.ofIndexes(indexes, indexes.length), BucketSpans.NONE);
      return Histogram.ofIntegers(layout, CounterReset.UNKNOWN, count, 0, sum, counts, new long[0]);
    }
  }

  private record Series(Labels labels, Histogram[] histograms) {}

  public static void main(String[] arguments) throws IOException {
    System.out.printf(
        "%8s %6s %8s %8s | %9s %9s %9s | %7s%n",
        "handlers", "steps", "buckets", "layouts", "log B", "block B", "B/bucket", "us");
    for (int steps : new int[] {120, 480}) {
      measure(60, steps);
    }
  }

  private static void measure(int handlers, int steps) throws IOException {
    List<Series> fleet = new ArrayList<>();
    for (int i = 0; i < handlers; i++) {
      Handler handler = new Handler(i);
      Histogram[] histograms = new Histogram[steps];
      Arrays.setAll(histograms, _ -> handler.scrape());
      fleet.add(
          new Series(
              Labels.of("__name__", "http_request_duration_seconds", "handler", "/api/v1/" + i),
              histograms));
    }
    fleet.sort((a, b) -> SeriesOrder.INSTANCE.compare(a.labels, b.labels));
    Path folder = Files.createTempDirectory("histogram-sizes");
    try {
      print(fleet, steps, folder);
    } finally {
      new RealFiles().delete(folder);
    }
  }

  private static void print(List<Series> fleet, int steps, Path folder) throws IOException {
    RealFiles files = new RealFiles();
    BlockSpec spec =
        new BlockSpec(
            BlockId.create(START, new SplittableRandom(steps)),
            TenantId.DEFAULT,
            START,
            START + (long) steps * INTERVAL,
            1,
            List.of());
    long begun = System.nanoTime();
    new BlockWriter(files).write(folder, spec, new Source(fleet), BlockProgress.NONE);
    double micros = (System.nanoTime() - begun) / 1e3;
    Path file = BlockFiles.file(folder, spec.id());
    try (Block block =
        Block.open(
            files,
            file,
            corruption -> {
              throw corruption;
            })) {
      BlockStats stats = block.stats();
      double samples = stats.histograms();
      long buckets = 0;
      long layouts = 0;
      for (Series series : fleet) {
        HistogramLayout last = HistogramLayout.EMPTY;
        for (Histogram histogram : series.histograms) {
          buckets += histogram.layout().buckets();
          layouts += histogram.layout().equals(last) ? 0 : 1;
          last = histogram.layout();
        }
      }
      System.out.printf(
          "%8d %6d %8.1f %8.1f | %9.1f %9.2f %9.3f | %7.1f%n",
          fleet.size(),
          steps,
          buckets / samples,
          (double) layouts / fleet.size(),
          logged(fleet) / samples,
          stats.fileBytes() / samples,
          (double) stats.fileBytes() / buckets,
          micros / samples);
      for (long resolution : new long[] {60_000, 300_000, 3_600_000}) {
        BlockStats tier = BlockSizes.tier(block, resolution, folder);
        System.out.printf(
            "  tier %-3s %9d buckets | last %7.3f first, sum %7.3f | %7.3f B/sample | %7.2f B/bucket%n",
            Coverage.name(resolution),
            tier.samples(),
            tier.extras() / samples,
            tier.buckets() / samples,
            tier.fileBytes() / samples,
            (double) tier.fileBytes() / tier.samples());
      }
    }
    files.delete(file);
  }

  /** Bytes that the log takes, a request a step with all series; without their labels. */
  private static double logged(List<Series> fleet) {
    EncodingLog log = new EncodingLog();
    HeadConfig config =
        new HeadConfig(
            1,
            Duration.ofDays(15_000),
            Duration.ofDays(15_000),
            Duration.ofMinutes(30),
            SeriesLimits.DEFAULTS);
    Head head = new Head(config, Clock.systemUTC(), log, new PrometheusRegistry());
    long labels = 0;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Series series : fleet) {
      bytes.writeBytes(LabelBytes.encode(series.labels));
      labels += SERIES_RECORD_BYTES + LabelBytes.encode(series.labels).length;
    }
    WriteBatch batch = new WriteBatch();
    for (int step = 0; step < fleet.getFirst().histograms.length; step++) {
      batch.reset(bytes.toByteArray());
      int from = 0;
      for (Series series : fleet) {
        int to = from + LabelBytes.encode(series.labels).length;
        batch.addSeries(from, to);
        batch.addHistogram(START + step * INTERVAL, series.histograms[step], 0);
        from = to;
      }
      head.write(TenantId.DEFAULT, batch);
    }
    return log.end() - labels;
  }

  private static final class Source implements SortedSeries {
    private final List<Series> fleet;
    private final long[] timestamps;
    private final long[] bits;
    private int at = -1;

    Source(List<Series> fleet) {
      this.fleet = fleet;
      int steps = fleet.getFirst().histograms.length;
      timestamps = new long[steps];
      Arrays.setAll(timestamps, i -> START + (long) i * INTERVAL);
      bits = new long[steps];
      Arrays.fill(bits, SpecialValues.STALE_BITS);
    }

    @Override
    public boolean next() {
      return ++at < fleet.size();
    }

    @Override
    public Labels labels() {
      return fleet.get(at).labels;
    }

    @Override
    public int size() {
      return timestamps.length;
    }

    @Override
    public long[] timestamps() {
      return timestamps;
    }

    @Override
    public long[] valueBits() {
      return bits;
    }

    @Override
    public @Nullable Histogram @Nullable [] histograms() {
      return fleet.get(at).histograms;
    }
  }
}
