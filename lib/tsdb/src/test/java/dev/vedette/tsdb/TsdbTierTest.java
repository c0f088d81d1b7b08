package dev.vedette.tsdb;

import static dev.vedette.tsdb.TestEngine.batch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.Coverage;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import dev.vedette.testkit.FakeClock;
import dev.vedette.testkit.FakeTicker;
import dev.vedette.testkit.InMemorySeries;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.block.Block;
import dev.vedette.tsdb.block.BlockFiles;
import dev.vedette.tsdb.block.Buckets;
import dev.vedette.tsdb.tier.TierConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
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
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tiers: built of blocks, kept when samples are gone, and always what the samples say. */
class TsdbTierTest {
  private static final Path FOLDER = Path.of("/data");
  private static final Path BLOCKS = Path.of("/data/blocks/default");
  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;
  private static final long START = 1_760_004_000_000L / DAY * DAY;
  private static final Labels UP = Labels.of("__name__", "up", "job", "api");

  private final FakeClock clock = new FakeClock(Instant.ofEpochMilli(START));
  private final FakeTicker ticker = new FakeTicker();
  private SimFiles disk = SimFiles.seeded(1);
  private Tsdb tsdb = open();
  // What was written and not deleted, as samples and as tiers know it: of what is deleted whole
  // buckets go where samples are gone.
  private final Map<Long, TreeMap<String, TreeMap<Long, Object>>> models =
      Map.of(0L, new TreeMap<>(), MINUTE, new TreeMap<>(), HOUR, new TreeMap<>());

  private Tsdb open() {
    TsdbConfig config =
        TsdbConfig.defaults(FOLDER)
            .withRetention(Duration.ofDays(3))
            .withTiers(
                List.of(
                    new TierConfig(Duration.ofMinutes(1), Duration.ofDays(6), true),
                    new TierConfig(Duration.ofHours(1), Duration.ofDays(400), true)))
            .withMaintenanceInterval(Duration.ofDays(1));
    return Tsdb.open(config, disk, clock, ticker, new PrometheusRegistry());
  }

  @AfterEach
  void close() {
    tsdb.close();
  }

  private void reopen() {
    tsdb.close();
    tsdb = open();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whateverIsWrittenLateOrDeletedBucketsAreThoseOfTheSamples(long seed) {
    System.out.println("TsdbTierTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 40; round++) {
      advance(Duration.ofMinutes(random.nextInt(300)));
      switch (random.nextInt(8)) {
        case 0 -> reopen();
        case 1 -> tsdb.flush();
        case 2 -> deleteSome(random);
        default -> writeSome(random);
      }
      if (random.nextInt(3) > 0) {
        tsdb.maintain();
      }
      if (round % 8 == 7) {
        assertBucketsAreRight(MINUTE);
        assertBucketsAreRight(HOUR);
      }
    }
    assertThat(tsdb.coverage(TenantId.DEFAULT).tiers())
        .extracting(Coverage.Tier::resolutionMillis)
        .containsExactly(MINUTE, HOUR);
  }

  /** Some that are always the same, or the one that was asked for. */
  static LongStream seeds() {
    Long asked = Long.getLong("seed");
    return asked == null ? LongStream.rangeClosed(1, 10) : LongStream.of(asked);
  }

  private void writeSome(SplittableRandom random) {
    for (int i = 0; i < 4; i++) {
      String name = "m" + random.nextInt(3);
      long newest = clock.millis();
      // Mostly now, sometimes as late as is taken.
      long behind = random.nextInt(4) == 0 ? 30 * MINUTE : 15 * MINUTE;
      TreeMap<Long, Object> samples = new TreeMap<>();
      for (int s = 0; s < 10; s++) {
        put(newest - random.nextLong(behind), name, random, samples);
      }
      put(newest, name, random, samples);
      write(name, samples);
    }
  }

  /** One of the series has histograms, mostly. */
  private static void put(
      long millis, String name, SplittableRandom random, TreeMap<Long, Object> samples) {
    boolean isHistogram = name.equals("m2") && random.nextInt(12) > 0;
    samples.put(millis, isHistogram ? histogram(millis) : (Object) value(random));
  }

  /** Counts that grow with time, whatever comes late, and change their layout and kind at times. */
  private static Histogram histogram(long millis) {
    // The first are sent late, too: from before the start.
    long seconds = (millis - START + HOUR) / 1000;
    long hour = seconds / 3600;
    int[] indexes = hour % 3 == 0 ? new int[] {-1, 2} : new int[] {-1, 2, 3};
    HistogramLayout layout =
        HistogramLayout.of(
            hour % 7 == 6 ? 1 : 0,
            0,
            BucketSpans.ofIndexes(indexes, indexes.length),
            BucketSpans.NONE);
    long[] counts = new long[indexes.length];
    long total = 0;
    for (int i = 0; i < counts.length; i++) {
      counts[i] = seconds / (i + 2) % 5000;
      total += counts[i];
    }
    CounterReset reset = hour % 11 == 10 ? CounterReset.GAUGE : CounterReset.UNKNOWN;
    return Histogram.ofIntegers(layout, reset, total, 0, total * 3, counts, new long[0]);
  }

  private static double value(SplittableRandom random) {
    return switch (random.nextInt(12)) {
      case 0 -> Double.longBitsToDouble(SpecialValues.STALE_BITS);
      case 1 -> Double.NaN;
      case 2 -> Double.POSITIVE_INFINITY;
      default -> random.nextInt(1000);
    };
  }

  private void deleteSome(SplittableRandom random) {
    String name = "m" + random.nextInt(3);
    long from = START + random.nextLong(clock.millis() - START + 1);
    long to = from + random.nextLong(3 * HOUR);
    delete(name, from, to);
  }

  private void delete(String name, long from, long to) {
    long rawFrom = tsdb.coverage(TenantId.DEFAULT).rawFromMillis();
    tsdb.delete(TenantId.DEFAULT, List.of(List.of(LabelMatcher.equal("__name__", name))), from, to);
    models.forEach(
        (resolution, model) -> {
          long first =
              isGone(from, rawFrom, resolution) ? Buckets.startMillis(from, resolution) : from;
          long last = isGone(to, rawFrom, resolution) ? Buckets.endMillis(to, resolution) : to;
          model.getOrDefault(name, new TreeMap<>()).subMap(first, true, last, true).clear();
        });
  }

  /** Whether samples are gone from the bucket of a time, some at least. */
  private static boolean isGone(long millis, long rawFrom, long resolution) {
    return resolution > 0 && Buckets.startMillis(millis, resolution) < rawFrom;
  }

  @Test
  void bucketsStayWhenTheirSamplesAreTooOldAndGoWhenTheyAreThemselves() throws IOException {
    writeHours(0, 48);
    advanceAndMaintain(Duration.ofDays(2));

    assertThat(resolutions()).containsOnly(0L, MINUTE, HOUR);
    advanceAndMaintain(Duration.ofDays(2));
    assertThat(resolutions()).containsOnly(MINUTE, HOUR);
    long rawFrom = tsdb.coverage(TenantId.DEFAULT).rawFromMillis();
    assertThat(rawFrom).isBetween(START + 47 * HOUR, START + 48 * HOUR + 1);
    assertBucketsAreRight(MINUTE);
    assertBucketsAreRight(HOUR);
    assertThat(tsdb.labelValues(TenantId.DEFAULT, "__name__", all(), 0)).containsExactly("m0");
    reopen();
    assertThat(tsdb.coverage(TenantId.DEFAULT).rawFromMillis()).isEqualTo(rawFrom);
    assertBucketsAreRight(HOUR);

    advanceAndMaintain(Duration.ofDays(4));
    assertThat(resolutions()).containsOnly(HOUR);
    assertThat(tsdb.coverage(TenantId.DEFAULT).tiers()).hasSize(1);
    assertBucketsAreRight(HOUR);
  }

  @Test
  void aTierThatIsKeptForLessTimeThanSamplesIsNotBuiltAgainOnceItWent() throws IOException {
    tsdb.close();
    TierConfig minutes = new TierConfig(Duration.ofMinutes(1), Duration.ofDays(1), true);
    TsdbConfig config =
        TsdbConfig.defaults(FOLDER)
            .withRetention(Duration.ofDays(30))
            .withTiers(List.of(minutes))
            .withMaintenanceInterval(Duration.ofDays(1));
    tsdb = Tsdb.open(config, disk, clock, ticker, new PrometheusRegistry());
    writeHours(0, 48);
    tsdb.maintain();
    assertThat(resolutions()).containsOnly(0L, MINUTE);

    advanceAndMaintain(Duration.ofDays(5));
    advanceAndMaintain(Duration.ofMinutes(1));

    assertThat(resolutions()).containsOnly(0L);
    assertBucketsAreRight(MINUTE);
  }

  @Test
  void blocksOfATierGrowOnceTheirSamplesAreGone() throws IOException {
    for (int day = 0; day < 30; day++) {
      writeHours(24 * day, 24 * day + 24);
      tsdb.maintain();
    }
    advanceAndMaintain(Duration.ofDays(5));

    assertThat(blocks(HOUR)).hasSizeLessThan(20);
    assertBucketsAreRight(HOUR);
    reopen();
    assertBucketsAreRight(HOUR);
  }

  @Test
  void aDeletionTakesWholeBucketsWhereSamplesAreGone() {
    writeHours(0, 24);
    advanceAndMaintain(Duration.ofDays(5));
    long from = START + 5 * HOUR + 20 * MINUTE;

    delete("m0", from, from + HOUR);

    assertThat(models.get(HOUR).get("m0"))
        .doesNotContainKeys(START + 5 * HOUR + 10 * MINUTE, START + 7 * HOUR)
        .containsKeys(START + 5 * HOUR, START + 7 * HOUR + 10 * MINUTE);
    assertBucketsAreRight(HOUR);
    tsdb.cleanTombstones();
    assertBucketsAreRight(HOUR);
    reopen();
    assertBucketsAreRight(HOUR);
  }

  @Test
  void aSnapshotHasTiersAndKnowsWhatIsGone() throws IOException {
    writeHours(0, 48);
    advanceAndMaintain(Duration.ofDays(4));
    Coverage before = tsdb.coverage(TenantId.DEFAULT);

    String name = tsdb.snapshot(false);

    tsdb.close();
    tsdb =
        Tsdb.open(
            TsdbConfig.defaults(FOLDER.resolve("snapshots").resolve(name))
                .withTiers(List.of(new TierConfig(Duration.ofHours(1), Duration.ofDays(400), true)))
                .withMaintenanceInterval(Duration.ofDays(1)),
            disk,
            clock,
            ticker,
            new PrometheusRegistry());
    assertThat(tsdb.coverage(TenantId.DEFAULT).rawFromMillis()).isEqualTo(before.rawFromMillis());
    assertBucketsAreRight(HOUR);
  }

  @Test
  void powerCutsWhileTiersAreBuiltLoseNothingAndLeaveNothingHalf() throws IOException {
    long seed = Long.getLong("seed", 1);
    System.out.println("TsdbTierTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int run = 0; run < 25; run++) {
      disk = SimFiles.seeded(random.nextLong());
      tsdb.close();
      clock.set(Instant.ofEpochMilli(START));
      models.values().forEach(TreeMap::clear);
      tsdb = open();
      writeHours(0, 30);
      tsdb.maintain();
      advance(Duration.ofMinutes(30));
      write("m0", new TreeMap<>(Map.of(START + 5 * HOUR + 7, 3.0)));
      tsdb.flush();
      advance(Duration.ofDays(random.nextInt(5)));
      disk.cutPowerAt(1 + random.nextInt(60));
      tsdb.maintain();
      disk = disk.crash();
      tsdb.close();
      tsdb = open();

      assertBucketsAreRight(MINUTE);
      tsdb.maintain();
      tsdb.maintain();
      assertBucketsAreRight(MINUTE);
      assertBucketsAreRight(HOUR);
      assertThat(disk.list(BLOCKS)).noneMatch(file -> file.toString().endsWith(".tmp"));
      for (Block block : openAll()) {
        assertThat(block.verify()).isEmpty();
        block.close();
      }
    }
  }

  // --- fixtures

  private void advance(Duration by) {
    clock.advance(by);
    ticker.advance(by);
  }

  /** Time passes; twice, since what merges waits for what deletes and the other way round. */
  private void advanceAndMaintain(Duration by) {
    advance(by);
    for (int i = 0; i < 3; i++) {
      tsdb.maintain();
      advance(Duration.ofSeconds(31));
    }
  }

  /** A sample every ten minutes, flushed now and then. */
  private void writeHours(int from, int to) {
    for (int hour = from; hour < to; hour++) {
      TreeMap<Long, Object> samples = new TreeMap<>();
      for (int i = 1; i <= 6; i++) {
        samples.put(START + hour * HOUR + i * 10 * MINUTE, (double) (hour * 6 + i) % 50);
      }
      advance(Duration.ofMillis(Math.max(0, START + (hour + 1) * HOUR - clock.millis())));
      write("m0", samples);
      if (hour % 2 == 1) {
        tsdb.flush();
      }
    }
  }

  private void write(String name, TreeMap<Long, Object> samples) {
    TreeMap<Long, Object> known = models.get(0L).getOrDefault(name, new TreeMap<>());
    samples.keySet().removeAll(known.keySet());
    WriteBatch batch = batch(Labels.of("__name__", name, "job", "api"));
    samples.forEach(
        (millis, value) -> {
          if (value instanceof Histogram histogram) {
            batch.addHistogram(millis, histogram, 0);
          } else {
            batch.addSample(millis, Double.doubleToRawLongBits((Double) value));
          }
        });
    WriteOutcome outcome = tsdb.write(TenantId.DEFAULT, batch);
    assertThat(outcome.stored() + outcome.histograms()).isEqualTo(samples.size());
    models
        .values()
        .forEach(model -> model.computeIfAbsent(name, _ -> new TreeMap<>()).putAll(samples));
  }

  private void assertBucketsAreRight(long resolution) {
    InMemorySeries oracle = new InMemorySeries();
    models
        .get(resolution)
        .forEach(
            (name, samples) ->
                samples.forEach(
                    (millis, value) -> {
                      Labels labels = Labels.of("__name__", name, "job", "api");
                      if (value instanceof Histogram histogram) {
                        oracle.append(TenantId.DEFAULT, labels, millis, histogram, 0);
                      } else {
                        oracle.append(TenantId.DEFAULT, labels, millis, (Double) value);
                      }
                    }));
    long end = Math.ceilDiv(clock.millis(), resolution) * resolution;
    for (long start : new long[] {START, START + 7 * HOUR}) {
      Selection selection =
          new Selection(List.of(), start + 1, end, resolution, EnumSet.allOf(BucketColumn.class));
      assertThat(TestBuckets.read(tsdb, selection))
          .as(this::state)
          .isEqualTo(TestBuckets.read(oracle, selection));
    }
  }

  private static Selection all() {
    return new Selection(List.of(), 0, Long.MAX_VALUE);
  }

  private List<Block> openAll() throws IOException {
    List<Block> blocks = new ArrayList<>();
    for (Path file : BlockFiles.list(disk, BLOCKS)) {
      blocks.add(Block.open(disk, file, _ -> {}));
    }
    return blocks;
  }

  /** The blocks there are, to see what went wrong. */
  private String state() {
    StringBuilder text = new StringBuilder();
    try {
      for (Block block : openAll()) {
        text.append("%n%s samples=%d".formatted(block.meta().spec(), block.meta().samples()));
        block.close();
      }
    } catch (IOException e) {
      text.append(e);
    }
    return text.append('\n').append(tsdb.coverage(TenantId.DEFAULT)).toString();
  }

  private List<Long> resolutions() throws IOException {
    List<Long> found = new ArrayList<>();
    for (Block block : openAll()) {
      found.add(block.meta().resolutionMillis());
      block.close();
    }
    return found;
  }

  private List<Long> blocks(long resolution) throws IOException {
    return resolutions().stream().filter(found -> found == resolution).toList();
  }
}
