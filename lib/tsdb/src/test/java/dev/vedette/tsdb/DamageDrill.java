package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.FOLDER;
import static dev.vedette.tsdb.TestEngine.START;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketColumns;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import dev.vedette.testkit.FakeClock;
import dev.vedette.testkit.FakeTicker;
import dev.vedette.testkit.RandomHistograms;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockFiles;
import dev.vedette.tsdb.block.BlockProgress;
import dev.vedette.tsdb.repair.BlockRepair;
import dev.vedette.tsdb.repair.DataCheck;
import dev.vedette.tsdb.repair.LogRepair;
import dev.vedette.tsdb.tier.TierConfig;
import dev.vedette.tsdb.wal.WalSettings;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A small data folder that has every kind of file, and what is to be read from it. */
final class DamageDrill {
  static final Path BLOCKS = FOLDER.resolve("blocks/default");
  static final LabelMatcher IS_GONE = LabelMatcher.equal("__name__", "gone");
  private static final long MINUTE = 60_000;
  private static final Selection EVERYTHING = new Selection(List.of(), 0, Long.MAX_VALUE);
  private static final List<Labels> FLOATS =
      List.of(
          Labels.of("__name__", "constant", "job", "api"),
          Labels.of("__name__", "counter", "job", "api"),
          Labels.of("__name__", "gone", "job", "api"),
          Labels.of("__name__", "noise", "job", "api"));
  private static final List<Labels> WIDE =
      List.of(Labels.of("__name__", "latency", "job", "api"), Labels.of("__name__", "sizes"));

  final FakeClock clock;
  final FakeTicker ticker = new FakeTicker();
  private final SplittableRandom random;
  private final RandomHistograms histograms;

  /** What was acknowledged and not deleted: content by series and time. */
  final Map<String, String> written = new TreeMap<>();

  /** What was sent or deleted and not acknowledged: it may be there or not. */
  final Map<String, String> unsettled = new TreeMap<>();

  /** What was deleted, to be seen again only where the tombstones are lost. */
  final Map<String, String> deleted = new TreeMap<>();

  DamageDrill() {
    this(START, 4711);
  }

  private DamageDrill(long now, long seed) {
    clock = new FakeClock(Instant.ofEpochMilli(now));
    random = new SplittableRandom(seed);
    histograms = new RandomHistograms(random);
  }

  /** Another one that goes on where this one is. */
  DamageDrill another(long seed) {
    DamageDrill other = new DamageDrill(clock.millis(), seed);
    other.written.putAll(written);
    return other;
  }

  static TsdbConfig config() {
    return new TsdbConfig(
            FOLDER,
            Duration.ofHours(2),
            64 << 20,
            Duration.ofDays(1),
            TestEngine.HEAD.withRetention(Duration.ofDays(2)).withMaxExemplars(100),
            new WalSettings(1 << 20, 1 << 20, Duration.ofMillis(1)))
        .withTiers(List.of(new TierConfig(Duration.ofMinutes(5), Duration.ofDays(30), true)));
  }

  Tsdb open(SimFiles disk) {
    return Tsdb.open(config(), disk, clock, ticker, new PrometheusRegistry());
  }

  /** Makes the folder. */
  SimFiles fill() {
    SimFiles disk = SimFiles.seeded(1);
    try (Tsdb tsdb = open(disk)) {
      write(tsdb);
      tsdb.flush();
      // Past retention: the file with the times of what is kept.
      advance(Duration.ofDays(3));
      tsdb.maintain();
      written.clear();
      for (int i = 0; i < 20; i++) {
        write(tsdb);
        advance(Duration.ofMinutes(13));
      }
      tsdb.flush();
      advance(Duration.ofHours(14));
      tsdb.maintain();
      write(tsdb);
      tsdb.flush();
      delete(tsdb);
      advance(Duration.ofMinutes(1));
      write(tsdb);
      advance(Duration.ofMinutes(1));
      write(tsdb);
      tsdb.snapshot(true);
    }
    return disk;
  }

  void advance(Duration by) {
    clock.advance(by);
    ticker.advance(by);
  }

  /** A sample of each series, with all that goes into a log. */
  WriteOutcome write(Tsdb tsdb) {
    long now = clock.millis();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    List<Labels> all = new ArrayList<>(FLOATS);
    all.addAll(WIDE);
    int[] ends = new int[all.size() + 2];
    for (int i = 0; i < all.size(); i++) {
      bytes.writeBytes(LabelBytes.encode(all.get(i)));
      ends[i + 1] = bytes.size();
    }
    bytes.writeBytes(LabelBytes.encode(Labels.of("trace_id", "abc")));
    ends[all.size() + 1] = bytes.size();
    WriteBatch batch = new WriteBatch();
    batch.reset(bytes.toByteArray());
    Map<String, String> sent = new TreeMap<>();
    for (int i = 0; i < all.size(); i++) {
      batch.addSeries(ends[i], ends[i + 1]);
      Labels series = all.get(i);
      if (i < FLOATS.size()) {
        long bits = Double.doubleToRawLongBits(value(i, now));
        batch.addSample(now, bits, i == 1 ? START : 0);
        sent.put(key(series, now), content(bits, null, i == 1 ? START : 0));
      } else {
        Histogram histogram = histograms.next();
        batch.addHistogram(now, histogram, START);
        sent.put(key(series, now), content(0, histogram, START));
      }
      if (i == 3) {
        batch.addExemplar(ends[all.size()], ends[all.size() + 1], now, 1);
      }
    }
    batch.addMetadata(new MetricMetadata("counter", MetricType.COUNTER, "Help at " + now, ""));
    unsettled.putAll(sent);
    WriteOutcome outcome = tsdb.write(TenantId.DEFAULT, batch);
    unsettled.keySet().removeAll(sent.keySet());
    written.putAll(sent);
    return outcome;
  }

  private double value(int series, long now) {
    return switch (series) {
      case 0 -> 42;
      case 1 -> now - START;
      case 2 -> 1;
      default -> random.nextDouble();
    };
  }

  void delete(Tsdb tsdb) {
    Map<String, String> gone = new TreeMap<>(written);
    gone.putAll(unsettled);
    gone.keySet().removeIf(key -> !key.startsWith("gone{"));
    written.keySet().removeAll(gone.keySet());
    unsettled.putAll(gone);
    tsdb.delete(TenantId.DEFAULT, List.of(List.of(IS_GONE)), 0, Long.MAX_VALUE);
    unsettled.keySet().removeAll(gone.keySet());
    deleted.putAll(gone);
  }

  private static String key(Labels series, long time) {
    return series + "@" + time;
  }

  private static String content(long bits, @Nullable Histogram histogram, long start) {
    return (histogram == null ? Long.toHexString(bits) : histogram.withReset(CounterReset.UNKNOWN))
        + " since "
        + start;
  }

  /** Everything an engine says, samples as they are. */
  static Map<String, String> read(Tsdb tsdb) {
    try (SeriesCursor cursor = tsdb.select(TenantId.DEFAULT, EVERYTHING)) {
      return read(cursor);
    }
  }

  /** Everything that is in one block, samples as they are. */
  static Map<String, String> read(SimFiles disk, Path block) throws IOException {
    try (Block opened = Block.open(disk, block, _ -> {});
        SeriesCursor cursor = opened.select(EVERYTHING)) {
      return read(cursor);
    }
  }

  private static Map<String, String> read(SeriesCursor cursor) {
    Map<String, String> found = new TreeMap<>();
    SeriesBatch batch = new SeriesBatch();
    while (cursor.next(batch)) {
      for (int i = 0; i < batch.count(); i++) {
        for (int s = 0; s < batch.size(i); s++) {
          found.put(key(batch.labels(i), batch.timestamps(i)[s]), sample(batch, i, s));
        }
      }
    }
    return found;
  }

  private static String sample(SeriesBatch batch, int series, int sample) {
    @Nullable Histogram[] histograms = batch.histograms(series);
    long[] starts = batch.starts(series);
    return content(
        Double.doubleToRawLongBits(batch.values(series)[sample]),
        histograms == null ? null : histograms[sample],
        starts == null ? 0 : starts[sample]);
  }

  /** Everything an engine says of the tier, and of labels, exemplars and metadata. */
  static Map<String, String> readRest(Tsdb tsdb) {
    Map<String, String> found = new TreeMap<>();
    SeriesBatch batch = new SeriesBatch();
    Selection buckets =
        new Selection(List.of(), 0, Long.MAX_VALUE, 5 * MINUTE, EnumSet.allOf(BucketColumn.class));
    try (SeriesCursor cursor = tsdb.select(TenantId.DEFAULT, buckets)) {
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          BucketColumns columns = batch.buckets(i);
          for (int s = 0; columns != null && s < batch.size(i); s++) {
            found.put("tier " + key(batch.labels(i), batch.timestamps(i)[s]), bucket(columns, s));
          }
        }
      }
    }
    tsdb.labelNames(TenantId.DEFAULT, EVERYTHING, 0)
        .forEach(name -> found.put("label " + name, ""));
    tsdb.exemplars(TenantId.DEFAULT, List.of(List.of()), 0, Long.MAX_VALUE)
        .forEach(one -> found.put("exemplars " + one.series(), ""));
    tsdb.metadata(TenantId.DEFAULT).forEach(one -> found.put("metadata " + one.family(), ""));
    return found;
  }

  private static String bucket(BucketColumns columns, int bucket) {
    StringBuilder text = new StringBuilder();
    for (BucketColumn column : BucketColumn.values()) {
      text.append(column).append('=').append(columns.get(column)[bucket]).append(' ');
    }
    return text.toString();
  }

  static DataCheck check(SimFiles disk, Path folder) throws IOException {
    return DataCheck.of(disk, folder, (_, _, _) -> {});
  }

  /** What {@code vedette tsdb repair} does. */
  void repair(SimFiles disk) throws IOException {
    BlockRepair repair = new BlockRepair(disk, FOLDER, new SplittableRandom(1), BlockProgress.NONE);
    repair.repairTombstones(BLOCKS);
    for (Path block : BlockFiles.list(disk, BLOCKS)) {
      repair.repair(block);
    }
    repair.repairTimes(BLOCKS);
    new LogRepair(disk, FOLDER, clock, ticker).repair();
  }

  /** All files below a folder. */
  static List<Path> files(SimFiles disk, Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path path : disk.list(folder)) {
      if (disk.isFolder(path)) {
        found.addAll(files(disk, path));
      } else {
        found.add(path);
      }
    }
    return found;
  }
}
