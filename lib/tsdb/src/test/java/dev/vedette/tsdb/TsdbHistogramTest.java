package dev.vedette.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.ErrorId;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import dev.vedette.testkit.FakeClock;
import dev.vedette.testkit.FakeTicker;
import dev.vedette.testkit.RandomHistograms;
import dev.vedette.testkit.SimFiles;
import dev.vedette.tsdb.head.SeriesLimits;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Histograms and start timestamps through log, head, blocks, starts and merges. */
class TsdbHistogramTest {
  private static final long START = 1_760_004_000_000L / 7_200_000 * 7_200_000;
  private static final long MINUTE = 60_000;
  private static final Labels LATENCY = Labels.of("__name__", "latency", "job", "api");

  private final long seed = Long.getLong("seed", 1);
  private final SplittableRandom random = new SplittableRandom(seed);
  private final RandomHistograms histograms = new RandomHistograms(random);
  private final Iterator<Histogram> grown = histograms.series(2_000).iterator();
  private final FakeClock clock = new FakeClock(Instant.ofEpochMilli(START + 60 * MINUTE));
  private SimFiles disk = SimFiles.seeded(seed);
  private SeriesLimits limits = SeriesLimits.DEFAULTS;
  private long lateBytes = 1 << 20;
  private Tsdb tsdb = open();

  /** What is known of one sample; bits count where there is no histogram. */
  private record Sample(long bits, @Nullable Histogram histogram, long start) {
    static Sample of(Histogram histogram) {
      return new Sample(SpecialValues.STALE_BITS, histogram, 0);
    }

    /** Without the hint, which reads work out anew. */
    Sample content() {
      Histogram bare = histogram == null ? null : histogram.withReset(CounterReset.UNKNOWN);
      return new Sample(bits, bare, start);
    }

    boolean isSame(Sample other) {
      Sample own = content();
      Sample its = other.content();
      return new Sample(own.bits, own.histogram, 0).equals(new Sample(its.bits, its.histogram, 0));
    }
  }

  private Tsdb open() {
    TsdbConfig config =
        TestEngine.config(
            TestEngine.HEAD.withLateBytes(lateBytes).withMaxExemplars(1000).withLimits(limits));
    return Tsdb.open(config, disk, clock, new FakeTicker(), new PrometheusRegistry());
  }

  @AfterEach
  void close() {
    tsdb.close();
  }

  private void reopen() {
    tsdb.close();
    tsdb = open();
  }

  /** The machine loses power: what was acknowledged is there. */
  private void crash() {
    SimFiles after = disk.crash();
    tsdb.close();
    disk = after;
    tsdb = open();
  }

  @Test
  void whateverIsWrittenIsReadAgainBitForBit() {
    System.out.println("seed " + seed);
    lateBytes = 60_000;
    reopen();
    List<Labels> series = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      series.add(Labels.of("__name__", "m" + i % 2, "i", "" + i));
    }
    Map<Labels, TreeMap<Long, Sample>> expected = new HashMap<>();
    long time = START;
    for (int step = 0; step < 250; step++) {
      time += random.nextInt(4) * 15_000L;
      clock.set(Instant.ofEpochMilli(time));
      write(series, expected, time);
      switch (random.nextInt(40)) {
        case 0 -> tsdb.flush();
        case 1 -> reopen();
        case 2 -> crash();
        case 3 -> tsdb.maintain();
        default -> {}
      }
      if (step % 20 == 0) {
        assertThat(read()).as("-Dseed=%d step %d", seed, step).isEqualTo(contents(expected));
      }
    }
    tsdb.flush();
    tsdb.maintain();
    reopen();
    assertThat(read()).as("-Dseed=%d", seed).isEqualTo(contents(expected));
  }

  /** One request: new samples, repeated ones, late ones with new values. */
  private void write(List<Labels> series, Map<Labels, TreeMap<Long, Sample>> expected, long time) {
    WriteBatch batch = new WriteBatch();
    Map<Labels, TreeMap<Long, Sample>> sent = new HashMap<>();
    for (Labels labels : series) {
      TreeMap<Long, Sample> known = expected.computeIfAbsent(labels, _ -> new TreeMap<>());
      TreeMap<Long, Sample> own = new TreeMap<>();
      for (int i = random.nextInt(3); i > 0; i--) {
        long at = random.nextInt(6) == 0 ? time - random.nextInt(200) * 15_000L : time + i;
        Sample there = known.get(at);
        boolean repeats = there != null && (random.nextBoolean() || at >= known.lastKey());
        boolean isNew = known.isEmpty() || at > known.lastKey();
        own.put(at, repeats ? there : sample(labels, at, isNew));
      }
      sent.put(labels, own);
    }
    fill(batch, sent);

    WriteOutcome outcome = tsdb.write(TenantId.DEFAULT, batch);

    boolean full = !outcome.refusals().isEmpty();
    assertThat(outcome.refusals()).allMatch(r -> r.id() == ErrorId.LATE_SAMPLES_LIMIT);
    if (full) {
      tsdb.flush();
      outcome = tsdb.write(TenantId.DEFAULT, batch);
      assertThat(outcome.refusals()).isEmpty();
    }
    sent.forEach((labels, own) -> own.forEach((at, one) -> put(expected.get(labels), at, one)));
  }

  private static void put(TreeMap<Long, Sample> known, long at, Sample sample) {
    Sample there = known.get(at);
    if (there == null || !there.isSame(sample)) {
      known.put(at, sample);
    }
  }

  private Sample sample(Labels labels, long at, boolean isNew) {
    if (labels.get("i").equals("3") || labels.get("i").equals("4")) {
      // Counters that begin anew now and then. The late samples of one have starts, those of the
      // other have none, and it stays what floats without starts are.
      long began = START - 1 + at / (20 * MINUTE);
      long start = isNew || labels.get("i").equals("3") ? began : 0;
      return new Sample(Double.doubleToRawLongBits(random.nextInt(5)), null, start);
    }
    if (labels.get("i").equals("5")) {
      // Of few layouts, so that the log has changes of them.
      return new Sample(SpecialValues.STALE_BITS, grown.next(), START);
    }
    boolean isMixed = labels.get("i").equals("0") || labels.get("i").equals("1");
    boolean isFloat = labels.get("i").equals("2") || isMixed && random.nextBoolean();
    long start = random.nextInt(3) == 0 ? START - random.nextInt(3) : 0;
    return isFloat
        ? new Sample(Double.doubleToRawLongBits(random.nextInt(50)), null, start)
        : new Sample(SpecialValues.STALE_BITS, histograms.next(), start);
  }

  private static void fill(WriteBatch batch, Map<Labels, TreeMap<Long, Sample>> sent) {
    List<Labels> order = List.copyOf(sent.keySet());
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    int[] ends = new int[order.size() + 1];
    for (int i = 0; i < order.size(); i++) {
      bytes.writeBytes(LabelBytes.encode(order.get(i)));
      ends[i + 1] = bytes.size();
    }
    batch.reset(bytes.toByteArray());
    for (int i = 0; i < order.size(); i++) {
      batch.addSeries(ends[i], ends[i + 1]);
      sent.get(order.get(i)).forEach((at, sample) -> add(batch, at, sample));
    }
  }

  private static void add(WriteBatch batch, long at, Sample sample) {
    Histogram histogram = sample.histogram;
    if (histogram == null) {
      batch.addSample(at, sample.bits, sample.start);
    } else {
      batch.addHistogram(at, histogram, sample.start);
    }
  }

  private Map<Labels, TreeMap<Long, Sample>> read() {
    Map<Labels, TreeMap<Long, Sample>> found = new HashMap<>();
    readAll().forEach((labels, samples) -> found.put(labels, contents(samples)));
    return found;
  }

  private static Map<Labels, TreeMap<Long, Sample>> contents(
      Map<Labels, TreeMap<Long, Sample>> series) {
    Map<Labels, TreeMap<Long, Sample>> bare = new HashMap<>();
    series.forEach(
        (labels, samples) -> {
          if (!samples.isEmpty()) {
            bare.put(labels, contents(samples));
          }
        });
    return bare;
  }

  private static TreeMap<Long, Sample> contents(TreeMap<Long, Sample> samples) {
    TreeMap<Long, Sample> bare = new TreeMap<>();
    samples.forEach((at, sample) -> bare.put(at, sample.content()));
    return bare;
  }

  private Map<Labels, TreeMap<Long, Sample>> readAll() {
    Map<Labels, TreeMap<Long, Sample>> found = new HashMap<>();
    SeriesBatch batch = new SeriesBatch();
    Selection all = new Selection(List.of(), Long.MIN_VALUE, Long.MAX_VALUE);
    try (SeriesCursor cursor = tsdb.select(TenantId.DEFAULT, all)) {
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          found.put(batch.labels(i), samples(batch, i));
        }
      }
    }
    return found;
  }

  private static TreeMap<Long, Sample> samples(SeriesBatch batch, int series) {
    TreeMap<Long, Sample> samples = new TreeMap<>();
    @Nullable Histogram[] histograms = batch.histograms(series);
    long[] starts = batch.starts(series);
    for (int i = 0; i < batch.size(series); i++) {
      Histogram histogram = histograms == null ? null : histograms[i];
      long bits = Double.doubleToRawLongBits(batch.values(series)[i]);
      long start = starts == null ? 0 : starts[i];
      samples.put(batch.timestamps(series)[i], new Sample(bits, histogram, start));
    }
    return samples;
  }

  private WriteOutcome write(long at, Sample sample) {
    WriteBatch batch = new WriteBatch();
    fill(batch, Map.of(LATENCY, new TreeMap<>(Map.of(at, sample))));
    return tsdb.write(TenantId.DEFAULT, batch);
  }

  private static Histogram counts(long first, long second) {
    HistogramLayout layout = HistogramLayout.of(0, 0, BucketSpans.of(0, 2), BucketSpans.NONE);
    return Histogram.ofIntegers(
        layout,
        CounterReset.UNKNOWN,
        first + second,
        0,
        1,
        new long[] {first, second},
        new long[0]);
  }

  private List<CounterReset> hints() {
    List<CounterReset> hints = new ArrayList<>();
    readAll().getOrDefault(LATENCY, new TreeMap<>()).values().stream()
        .map(Sample::histogram)
        .forEach(h -> hints.add(h == null ? CounterReset.GAUGE : h.reset()));
    return hints;
  }

  @Test
  void readsSayWhereACounterBeganAnewAcrossHeadAndBlocks() {
    write(START + MINUTE, Sample.of(counts(1, 2)));
    write(START + 2 * MINUTE, Sample.of(counts(1, 3)));
    tsdb.flush();
    write(START + 3 * MINUTE, Sample.of(counts(2, 3)));
    write(START + 4 * MINUTE, Sample.of(counts(1, 3)));
    List<CounterReset> expected =
        List.of(CounterReset.UNKNOWN, CounterReset.NO, CounterReset.NO, CounterReset.YES);
    assertThat(hints()).isEqualTo(expected);
    reopen();
    tsdb.flush();
    assertThat(hints()).isEqualTo(expected);

    // A late sample between the first two: now it is the second that began anew.
    write(START + MINUTE + 1, Sample.of(counts(7, 7)));

    assertThat(hints().subList(0, 3))
        .containsExactly(CounterReset.UNKNOWN, CounterReset.NO, CounterReset.YES);
  }

  @Test
  void theSameHistogramAgainIsADuplicateAndAnotherAtItsTimeIsRefused() {
    assertThat(write(START, Sample.of(counts(1, 2))).histograms()).isEqualTo(1);
    WriteOutcome again = write(START, Sample.of(counts(1, 2)));
    assertThat(again.histograms()).isZero();
    assertThat(again.histogramDuplicates()).isEqualTo(1);

    WriteOutcome other = write(START, Sample.of(counts(1, 3)));
    WriteOutcome aFloat = write(START, new Sample(0, null, 0));

    for (WriteOutcome refused : List.of(other, aFloat)) {
      assertThat(refused.refusals()).hasSize(1);
      assertThat(refused.refusals().getFirst().id()).isEqualTo(ErrorId.SAMPLE_CONFLICT);
    }
    assertThat(readAll().get(LATENCY)).hasSize(1);
  }

  @Test
  void theNewestHistogramIsKnownAfterAFlushAndAStart() {
    write(START, Sample.of(counts(1, 2)));
    tsdb.flush();
    reopen();
    tsdb.flush();
    reopen();

    WriteOutcome again = write(START, Sample.of(counts(1, 2)));
    WriteOutcome other = write(START, Sample.of(counts(1, 3)));
    WriteOutcome next = write(START + 1, Sample.of(counts(1, 4)));

    assertThat(again.histogramDuplicates()).isEqualTo(1);
    assertThat(again.histograms()).isZero();
    assertThat(other.refusals()).hasSize(1);
    assertThat(other.refusals().getFirst().id()).isEqualTo(ErrorId.SAMPLE_CONFLICT);
    assertThat(next.histograms()).isEqualTo(1);
    crash();
    assertThat(readAll().get(LATENCY)).hasSize(2);
  }

  @Test
  void theNewestHistogramSentAgainAfterItsDeletionIsStored() {
    write(START, Sample.of(counts(1, 2)));
    List<List<LabelMatcher>> all = List.of(List.of(LabelMatcher.equal("job", "api")));
    tsdb.delete(TenantId.DEFAULT, all, START, START);
    assertThat(readAll()).isEmpty();

    assertThat(write(START, Sample.of(counts(1, 2))).histograms()).isEqualTo(1);
    tsdb.delete(TenantId.DEFAULT, all, START, START);
    reopen();
    assertThat(write(START, Sample.of(counts(1, 2))).histograms()).isEqualTo(1);

    crash();
    assertThat(readAll().get(LATENCY)).hasSize(1);
  }

  @Test
  void tooManyBucketsAreRefusedWithTheSettingAndTheRestIsStored() {
    limits = SeriesLimits.DEFAULTS.withMaxHistogramBuckets(1);
    reopen();
    WriteBatch batch = new WriteBatch();
    TreeMap<Long, Sample> samples = new TreeMap<>();
    samples.put(START, Sample.of(counts(1, 2)));
    samples.put(START + 1, Sample.of(Histogram.STALE));
    fill(batch, Map.of(LATENCY, samples));

    WriteOutcome outcome = tsdb.write(TenantId.DEFAULT, batch);

    assertThat(outcome.histograms()).isEqualTo(1);
    assertThat(outcome.refusals()).hasSize(1);
    assertThat(outcome.refusals().getFirst().id()).isEqualTo(ErrorId.HISTOGRAM_BUCKET_LIMIT);
    assertThat(outcome.refusals().getFirst().message())
        .contains("latency", "2 buckets", "may have 1", "spec.limits.maxHistogramBuckets");
  }

  @Test
  void samplesOutOfTimeAreRefusedLikeFloats() {
    WriteOutcome old = write(START - Duration.ofDays(20).toMillis(), Sample.of(counts(1, 2)));
    WriteOutcome ahead = write(START + 120 * MINUTE, Sample.of(counts(1, 2)));

    assertThat(old.refusals().getFirst().id()).isEqualTo(ErrorId.SAMPLE_TOO_OLD);
    assertThat(ahead.refusals().getFirst().id()).isEqualTo(ErrorId.SAMPLE_TOO_NEW);
    assertThat(readAll()).isEmpty();
  }

  @Test
  void aSeriesThatWasFloatsGoesOnAsHistogramsAndBack() {
    long bits = Double.doubleToRawLongBits(3);
    write(START, new Sample(bits, null, 0));
    write(START + 1, Sample.of(counts(1, 2)));
    write(START + 2, new Sample(bits, null, 0));
    assertThat(write(START, new Sample(bits, null, 0)).duplicates()).isEqualTo(1);
    // Late, over a float that is in a chunk of floats.
    write(START, Sample.of(counts(5, 5)));

    TreeMap<Long, Sample> expected = new TreeMap<>();
    expected.put(START, Sample.of(counts(5, 5)));
    expected.put(START + 1, Sample.of(counts(1, 2)));
    expected.put(START + 2, new Sample(bits, null, 0));
    assertThat(contents(readAll().get(LATENCY))).isEqualTo(expected);
    reopen();
    assertThat(contents(readAll().get(LATENCY))).isEqualTo(expected);
    tsdb.flush();
    assertThat(contents(readAll().get(LATENCY))).isEqualTo(expected);
  }
}
