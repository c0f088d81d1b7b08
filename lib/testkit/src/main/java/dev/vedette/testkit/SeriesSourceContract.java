package dev.vedette.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vedette.model.BucketColumn;
import dev.vedette.model.BucketColumns;
import dev.vedette.model.CardinalityReport.Count;
import dev.vedette.model.ErrorId;
import dev.vedette.model.LabelBytes;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.MetricMetadata;
import dev.vedette.model.MetricType;
import dev.vedette.model.SampleSink;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesOrder;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.model.WriteBatch;
import dev.vedette.model.WriteOutcome;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * What every {@link SampleSink} with its {@link SeriesSource} does, in memory, on disk or over the
 * network. A subclass gives the two ends of one empty store, made anew for each test, and the time
 * that store takes for now; all samples lie within the hour before it.
 */
public abstract class SeriesSourceContract {
  private static final TenantId TENANT = TenantId.DEFAULT;
  private static final TenantId OTHER = new TenantId("other");
  private static final long MINUTE = 60_000;

  /** Where samples go. */
  protected abstract SampleSink sink();

  /** Where they come back. */
  protected abstract SeriesSource source();

  /** Unix milliseconds; samples up to here are taken. */
  protected abstract long nowMillis();

  /** Called between writing and reading; a durable store may flush or reopen here. */
  protected void settle() {}

  @Test
  void whatWasWrittenComesBack() {
    Labels up = series("up", "job", "api");
    write(up, samples(0, 1, 15_000, 0, 30_000, 1));
    settle();
    assertThat(read(all(up))).isEqualTo(Map.of(up, samples(0, 1, 15_000, 0, 30_000, 1)));
  }

  @Test
  void rangesAreInclusiveAtBothEnds() {
    Labels up = series("up", "job", "api");
    write(up, samples(0, 1, 1000, 2, 2000, 3, 3000, 4));
    settle();
    assertThat(read(new Selection(named("up"), at(1000), at(2000))))
        .isEqualTo(Map.of(up, samples(1000, 2, 2000, 3)));
    assertThat(read(new Selection(named("up"), at(3001), at(9000)))).isEmpty();
  }

  @Test
  void specialValuesKeepTheirBits() {
    Labels up = series("up", "job", "api");
    long payload = 0x7ff800000000beefL;
    Column written =
        new Column(
            new long[] {at(0), at(1), at(2), at(3), at(4), at(5)},
            new long[] {
              SpecialValues.STALE_BITS,
              SpecialValues.NAN_BITS,
              payload,
              bits(-0.0),
              bits(Double.NEGATIVE_INFINITY),
              bits(Double.MIN_VALUE)
            });
    write(up, written);
    settle();
    assertThat(read(all(up))).isEqualTo(Map.of(up, written));
  }

  @Test
  void aRepeatedBatchIsAllDuplicates() {
    Labels up = series("up", "job", "api");
    Column column = samples(0, 1, 1000, 2);
    assertThat(write(up, column)).isEqualTo(new WriteOutcome(2, 0, List.of()));
    assertThat(write(up, column)).isEqualTo(new WriteOutcome(0, 2, List.of()));
    settle();
    assertThat(read(all(up))).isEqualTo(Map.of(up, column));
  }

  @Test
  void theFirstValueOfATimestampStays() {
    Labels up = series("up", "job", "api");
    write(up, samples(0, 1));
    WriteOutcome second = write(up, samples(0, 2));
    assertThat(second.stored()).isZero();
    assertThat(second.refusals())
        .singleElement()
        .satisfies(
            refusal -> {
              assertThat(refusal.id()).isEqualTo(ErrorId.SAMPLE_CONFLICT);
              assertThat(refusal.samples()).isEqualTo(1);
              assertThat(refusal.retryable()).isFalse();
            });
    settle();
    assertThat(read(all(up))).isEqualTo(Map.of(up, samples(0, 1)));
  }

  @Test
  void lateSamplesFindTheirPlace() {
    Labels up = series("up", "job", "api");
    write(up, samples(20 * MINUTE, 3));
    write(up, samples(10 * MINUTE, 2));
    write(up, samples(5 * MINUTE, 1));
    write(up, samples(25 * MINUTE, 4));
    settle();
    assertThat(read(all(up)))
        .isEqualTo(
            Map.of(up, samples(5 * MINUTE, 1, 10 * MINUTE, 2, 20 * MINUTE, 3, 25 * MINUTE, 4)));
  }

  @Test
  void labelOrderOfTheSenderDoesNotMatter() {
    write(rawLabels("job", "api", "__name__", "up"), samples(0, 1));
    write(rawLabels("__name__", "up", "job", "api", "gone", ""), samples(1000, 2));
    settle();
    Labels up = series("up", "job", "api");
    assertThat(read(all(up))).isEqualTo(Map.of(up, samples(0, 1, 1000, 2)));
  }

  @Test
  void badLabelsRefuseTheirSeriesAndNoOther() {
    WriteBatch batch = new WriteBatch();
    byte[] good = LabelBytes.encode(series("up", "job", "api"));
    byte[] nameless = rawLabels("job", "api");
    byte[] both = new byte[good.length + nameless.length];
    System.arraycopy(nameless, 0, both, 0, nameless.length);
    System.arraycopy(good, 0, both, nameless.length, good.length);
    batch.reset(both);
    batch.addSeries(0, nameless.length);
    batch.addSample(at(0), bits(1));
    batch.addSample(at(1), bits(1));
    batch.addSeries(nameless.length, both.length);
    batch.addSample(at(0), bits(1));

    WriteOutcome outcome = sink().write(TENANT, batch);

    assertThat(outcome.stored()).isEqualTo(1);
    assertThat(outcome.refusals())
        .singleElement()
        .satisfies(
            refusal -> {
              assertThat(refusal.id()).isEqualTo(ErrorId.INVALID_LABELS);
              assertThat(refusal.samples()).isEqualTo(2);
            });
    settle();
    assertThat(read(all(series("up")))).containsOnlyKeys(series("up", "job", "api"));
  }

  @Test
  void seriesComeInSeriesOrderEachOnce() {
    List<Labels> written = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      for (String suffix : List.of("_count", "_bucket", "")) {
        Labels labels = series("m" + i % 7 + suffix, "instance", "host-" + i, "le", "" + i % 11);
        written.add(labels);
        write(labels, samples(i, i));
      }
    }
    settle();
    List<Labels> read = new ArrayList<>();
    Selection selection =
        new Selection(
            List.of(new LabelMatcher(LabelMatcher.Type.REGEX, "__name__", ".+")), at(0), at(1000));
    try (SeriesCursor cursor = source().select(TENANT, selection)) {
      SeriesBatch batch = new SeriesBatch();
      while (cursor.next(batch)) {
        assertThat(batch.count()).isPositive();
        for (int i = 0; i < batch.count(); i++) {
          read.add(batch.labels(i));
        }
      }
      assertThat(batch.count()).isZero();
    }
    written.sort(SeriesOrder.INSTANCE);
    assertThat(read).isEqualTo(written);
    assertThat(source().series(TENANT, selection, 0)).isEqualTo(written);
    assertThat(source().series(TENANT, selection, 5)).isEqualTo(written.subList(0, 5));
  }

  @Test
  void matchersSeeAbsentLabelsAsEmpty() {
    Labels api = series("up", "job", "api", "env", "prod");
    Labels db = series("up", "job", "db");
    write(api, samples(0, 1));
    write(db, samples(0, 1));
    settle();
    assertThat(matching(LabelMatcher.Type.EQUAL, "env", "")).containsOnlyKeys(db);
    assertThat(matching(LabelMatcher.Type.NOT_EQUAL, "env", "")).containsOnlyKeys(api);
    assertThat(matching(LabelMatcher.Type.NOT_EQUAL, "env", "prod")).containsOnlyKeys(db);
    assertThat(matching(LabelMatcher.Type.REGEX, "env", "prod|")).containsOnlyKeys(api, db);
    assertThat(matching(LabelMatcher.Type.REGEX, "job", "a.*")).containsOnlyKeys(api);
    assertThat(matching(LabelMatcher.Type.REGEX, "job", "a")).isEmpty();
    assertThat(matching(LabelMatcher.Type.NOT_REGEX, "job", "a.+")).containsOnlyKeys(db);
    assertThat(matching(LabelMatcher.Type.NOT_REGEX, "env", ".+")).containsOnlyKeys(db);
    assertThat(matching(LabelMatcher.Type.EQUAL, "nowhere", "x")).isEmpty();
  }

  @Test
  void tenantsDoNotSeeEachOther() {
    Labels up = series("up", "job", "api");
    write(up, samples(0, 1));
    settle();
    assertThat(source().series(OTHER, all(up), 0)).isEmpty();
    assertThat(source().labelNames(OTHER, anything(), 0)).isEmpty();
  }

  @Test
  void namesAndValuesOfLabelsAreSorted() {
    write(series("up", "job", "b", "zone", "z"), samples(0, 1));
    write(series("up", "job", "a"), samples(0, 1));
    write(series("down", "job", "é", "b.c", "x"), samples(0, 1));
    settle();
    SeriesSource source = source();
    assertThat(source.labelNames(TENANT, anything(), 0))
        .containsExactly("__name__", "b.c", "job", "zone");
    assertThat(source.labelNames(TENANT, new Selection(named("up"), at(0), at(10)), 0))
        .containsExactly("__name__", "job", "zone");
    assertThat(source.labelNames(TENANT, anything(), 2)).containsExactly("__name__", "b.c");
    assertThat(source.labelValues(TENANT, "job", anything(), 0)).containsExactly("a", "b", "é");
    assertThat(source.labelValues(TENANT, "job", anything(), 1)).containsExactly("a");
    assertThat(source.labelValues(TENANT, "job", new Selection(named("up"), at(0), at(10)), 0))
        .containsExactly("a", "b");
    assertThat(source.labelValues(TENANT, "nowhere", anything(), 0)).isEmpty();
  }

  @Test
  void metadataComesBackByFamily() {
    WriteBatch batch = new WriteBatch();
    batch.reset(new byte[0]);
    MetricMetadata up = new MetricMetadata("up", MetricType.GAUGE, "Is it?", "");
    MetricMetadata total = new MetricMetadata("bytes_total", MetricType.COUNTER, "Sent.", "bytes");
    batch.addMetadata(up);
    batch.addMetadata(total);
    sink().write(TENANT, batch);
    settle();
    assertThat(source().metadata(TENANT)).containsExactly(total, up);
    assertThat(source().metadata(OTHER)).isEmpty();
  }

  @Test
  void cardinalityNamesTheLargest() {
    for (int i = 0; i < 5; i++) {
      write(series("big", "pod", "p" + i), samples(0, i));
    }
    write(series("small", "pod", "p0"), samples(0, 0));
    settle();
    var report = source().cardinality(TENANT, 1);
    assertThat(report.series()).isEqualTo(6);
    assertThat(report.seriesByMetric()).containsExactly(new Count("big", 5));
    assertThat(report.valuesByLabel()).containsExactly(new Count("pod", 5));
  }

  @Test
  void aReusedBatchDoesNotChangeWhatWasStored() {
    WriteBatch batch = new WriteBatch();
    Labels first = series("up", "job", "aaa");
    Labels second = series("up", "job", "bbb");
    fill(batch, LabelBytes.encode(first), samples(0, 1));
    byte[] reused = batch.bytes();
    sink().write(TENANT, batch);
    byte[] next = LabelBytes.encode(second);
    System.arraycopy(next, 0, reused, 0, next.length);
    fill(batch, reused, samples(1000, 2));
    sink().write(TENANT, batch);
    settle();
    assertThat(read(all(series("up"))))
        .isEqualTo(Map.of(first, samples(0, 1), second, samples(1000, 2)));
  }

  @Test
  void bucketsHaveWhatTheirSamplesSay() {
    Labels up = series("up", "job", "api");
    double stale = Double.longBitsToDouble(SpecialValues.STALE_BITS);
    // Buckets of a minute end at whole minutes, and the end belongs to them.
    long minute = Math.ceilDiv(at(0), MINUTE) * MINUTE - at(0);
    write(
        up,
        samples(
            minute + 1,
            5,
            minute + 20_000,
            7,
            minute + 30_000,
            2,
            minute + MINUTE,
            4,
            minute + MINUTE + 1,
            1,
            minute + MINUTE + 2,
            stale,
            minute + 3 * MINUTE,
            stale));
    settle();

    Map<Labels, String> found = readBuckets(source(), minutes(at(minute) + 1, "up"));

    assertThat(found.get(up))
        .isEqualTo(
            """
            60000: last 4.0, first 5.0 at 1, count 4.0 sum 18.0 min 2.0 max 7.0 resets 7.0
            60001: last 1.0, first 1.0 at 60001, count 1.0 sum 1.0 min 1.0 max 1.0 resets 0.0
            60002: marker
            180000: marker
            """);
  }

  @Test
  void bucketsOfRandomSamplesAreThoseOfTheOracle() {
    long seed = Long.getLong("seed", 1);
    System.out.println("SeriesSourceContract seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    InMemorySeries oracle = new InMemorySeries();
    WriteBatch batch = new WriteBatch();
    for (int i = 0; i < 150; i++) {
      Labels labels = series("m" + i % 3, "instance", "i" + i);
      writeToBoth(oracle, batch, labels, randomColumn(random));
    }
    settle();
    for (int i = 0; i < 4; i++) {
      Selection selection = minutes(at(0) + random.nextInt(5) * MINUTE, "m" + i);
      assertThat(readBuckets(source(), selection)).isEqualTo(readBuckets(oracle, selection));
    }
  }

  @Test
  void randomWritesReadAsTheOracleDoes() {
    long seed = Long.getLong("seed", 1);
    System.out.println("SeriesSourceContract seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    InMemorySeries oracle = new InMemorySeries();
    WriteBatch batch = new WriteBatch();
    for (int round = 0; round < 60; round++) {
      Labels labels =
          series("m" + random.nextInt(3), "instance", "i" + random.nextInt(5), "job", "j");
      // Within 30 min of each other, so that late ones are taken, whatever came before.
      Column column = randomColumn(random);
      fill(batch, LabelBytes.encode(labels), column);
      WriteOutcome expected = oracle.write(TENANT, batch);
      WriteOutcome outcome = sink().write(TENANT, batch);
      assertThat(outcome.stored()).isEqualTo(expected.stored());
      assertThat(outcome.duplicates()).isEqualTo(expected.duplicates());
    }
    settle();
    for (int i = 0; i < 20; i++) {
      long from = at(random.nextLong(30 * MINUTE));
      Selection selection =
          new Selection(named("m" + random.nextInt(4)), from, from + random.nextLong(15 * MINUTE));
      assertReadsAs(oracle, selection);
    }
  }

  /** As targets are scraped: at the same distance, and most values stay as they are. */
  @Test
  void rangesOfRegularSamplesReadAsTheOracleDoes() {
    long seed = Long.getLong("seed", 1);
    System.out.println("SeriesSourceContract seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    InMemorySeries oracle = new InMemorySeries();
    WriteBatch batch = new WriteBatch();
    for (int i = 0; i < 30; i++) {
      Labels labels = series("m", "instance", "i" + i);
      writeToBoth(oracle, batch, labels, regularColumn(random));
    }
    settle();
    for (int i = 0; i < 60; i++) {
      long from = at(random.nextLong(50 * MINUTE));
      assertReadsAs(oracle, new Selection(named("m"), from, from + random.nextLong(15 * MINUTE)));
    }
  }

  private void writeToBoth(InMemorySeries oracle, WriteBatch batch, Labels labels, Column column) {
    fill(batch, LabelBytes.encode(labels), column);
    oracle.write(TENANT, batch);
    sink().write(TENANT, batch);
  }

  private Column regularColumn(SplittableRandom random) {
    TreeMap<Long, Long> samples = new TreeMap<>();
    long first = random.nextLong(MINUTE);
    int size = 1 + random.nextInt(200);
    double value = 0;
    for (int i = 0; i < size; i++) {
      value += random.nextInt(20) == 0 ? 1 : 0;
      samples.put(at(first + i * 15_000L), bits(value));
    }
    return Column.of(samples);
  }

  private void assertReadsAs(SeriesSource oracle, Selection selection) {
    Map<Labels, Column> expected = read(oracle, selection);
    assertThat(read(source(), selection)).isEqualTo(expected);
    Map<Labels, Column> newest = read(source(), selection.where(Selection.Enough.NEWEST));
    newest.replaceAll((_, column) -> column.newest());
    expected.replaceAll((_, column) -> column.newest());
    assertThat(newest).isEqualTo(expected);
    for (Set<String> names : List.of(Set.<String>of(), Set.of("instance"), Set.of("job", "none"))) {
      Selection some = selection.where(new Selection.Enough(false, Optional.of(names)));
      assertThat(labelsOf(source(), some, names)).isEqualTo(labelsOf(oracle, selection, names));
    }
  }

  /** Of each series the labels with the names, in the order of the series. */
  private static List<Labels> labelsOf(
      SeriesSource source, Selection selection, Set<String> names) {
    List<Labels> found = new ArrayList<>();
    try (SeriesCursor cursor = source.select(TENANT, selection)) {
      SeriesBatch batch = new SeriesBatch();
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          found.add(batch.labels(i).only(names));
        }
      }
    }
    return found;
  }

  private Column randomColumn(SplittableRandom random) {
    int size = 1 + random.nextInt(40);
    TreeMap<Long, Long> samples = new TreeMap<>();
    for (int i = 0; i < size; i++) {
      samples.put(at(random.nextLong(29) * MINUTE + random.nextLong(4)), bits(random.nextInt(3)));
    }
    return Column.of(samples);
  }

  // --- fixtures

  private long at(long offsetMillis) {
    return nowMillis() - 60 * MINUTE + offsetMillis;
  }

  private static Labels series(String name, String... labels) {
    Labels.Builder builder = Labels.of(labels).toBuilder();
    return builder.set(Labels.METRIC_NAME, name).build();
  }

  private static byte[] rawLabels(String... namesAndValues) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      byte[] name = namesAndValues[i].getBytes(StandardCharsets.UTF_8);
      byte[] value = namesAndValues[i + 1].getBytes(StandardCharsets.UTF_8);
      out.write(0x0A);
      out.write(4 + name.length + value.length);
      out.write(0x0A);
      out.write(name.length);
      out.writeBytes(name);
      out.write(0x12);
      out.write(value.length);
      out.writeBytes(value);
    }
    return out.toByteArray();
  }

  private Column samples(double... offsetsAndValues) {
    TreeMap<Long, Long> samples = new TreeMap<>();
    for (int i = 0; i < offsetsAndValues.length; i += 2) {
      samples.put(at((long) offsetsAndValues[i]), bits(offsetsAndValues[i + 1]));
    }
    return Column.of(samples);
  }

  private WriteOutcome write(Labels labels, Column column) {
    return write(LabelBytes.encode(labels), column);
  }

  private WriteOutcome write(byte[] labels, Column column) {
    WriteBatch batch = new WriteBatch();
    fill(batch, labels, column);
    return sink().write(TENANT, batch);
  }

  private static void fill(WriteBatch batch, byte[] labels, Column column) {
    batch.reset(labels);
    batch.addSeries(0, labels.length);
    for (int i = 0; i < column.timestamps().length; i++) {
      batch.addSample(column.timestamps()[i], column.bits()[i]);
    }
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  private static List<LabelMatcher> named(String metric) {
    return List.of(LabelMatcher.equal(Labels.METRIC_NAME, metric));
  }

  private Selection all(Labels series) {
    return new Selection(named(series.metricName()), at(0), nowMillis());
  }

  private Selection anything() {
    return new Selection(List.of(), at(0), nowMillis());
  }

  private Map<Labels, Column> matching(LabelMatcher.Type type, String name, String value) {
    List<LabelMatcher> matchers =
        List.of(LabelMatcher.equal(Labels.METRIC_NAME, "up"), new LabelMatcher(type, name, value));
    return read(new Selection(matchers, at(0), nowMillis()));
  }

  private Map<Labels, Column> read(Selection selection) {
    return read(source(), selection);
  }

  /** Buckets of a minute, from the bucket of a time on. */
  private Selection minutes(long fromMillis, String metric) {
    long start = Math.floorDiv(fromMillis - 1, MINUTE) * MINUTE + 1;
    long end = Math.floorDiv(nowMillis(), MINUTE) * MINUTE;
    return new Selection(named(metric), start, end, MINUTE, EnumSet.allOf(BucketColumn.class));
  }

  private static Map<Labels, String> readBuckets(SeriesSource source, Selection selection) {
    Map<Labels, String> found = new TreeMap<>(Comparator.naturalOrder());
    try (SeriesCursor cursor = source.select(TENANT, selection)) {
      SeriesBatch batch = new SeriesBatch();
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          found.put(batch.labels(i), buckets(batch, i, selection.startMillis() - 1));
        }
      }
    }
    return found;
  }

  private static String buckets(SeriesBatch batch, int series, long origin) {
    BucketColumns columns = Objects.requireNonNull(batch.buckets(series));
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < batch.size(series); i++) {
      text.append(batch.timestamps(series)[i] - origin).append(": ");
      double last = batch.values(series)[i];
      if (Double.doubleToRawLongBits(last) == SpecialValues.STALE_BITS) {
        text.append("marker\n");
        continue;
      }
      text.append("last ").append(last);
      text.append(", first ").append(columns.get(BucketColumn.FIRST)[i]);
      text.append(" at ").append(columns.firstMillis()[i] - origin).append(',');
      for (BucketColumn column : BucketColumn.values()) {
        if (column != BucketColumn.FIRST) {
          text.append(' ').append(column.name().toLowerCase(Locale.ROOT));
          text.append(' ').append(columns.get(column)[i]);
        }
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static Map<Labels, Column> read(SeriesSource source, Selection selection) {
    Map<Labels, Column> found = new TreeMap<>(Comparator.naturalOrder());
    try (SeriesCursor cursor = source.select(TENANT, selection)) {
      SeriesBatch batch = new SeriesBatch();
      while (cursor.next(batch)) {
        for (int i = 0; i < batch.count(); i++) {
          Column before = found.put(batch.labels(i), Column.of(batch, i));
          assertThat(before).as("series twice: %s", batch.labels(i)).isNull();
        }
      }
    }
    return found;
  }

  /** Samples of one series, compared by bits. */
  private record Column(long[] timestamps, long[] bits) {
    static Column of(TreeMap<Long, Long> samples) {
      return new Column(
          samples.keySet().stream().mapToLong(Long::longValue).toArray(),
          samples.values().stream().mapToLong(Long::longValue).toArray());
    }

    static Column of(SeriesBatch batch, int series) {
      TreeMap<Long, Long> samples = new TreeMap<>();
      for (int i = 0; i < batch.size(series); i++) {
        Long before = samples.put(batch.timestamps(series)[i], bits(batch.values(series)[i]));
        assertThat(before).as("timestamp twice in %s", batch.labels(series)).isNull();
      }
      return of(samples);
    }

    private static long bits(double value) {
      return Double.doubleToRawLongBits(value);
    }

    Column newest() {
      int last = timestamps.length - 1;
      return new Column(new long[] {timestamps[last]}, new long[] {bits[last]});
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Column that
          && Arrays.equals(timestamps, that.timestamps)
          && Arrays.equals(bits, that.bits);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(timestamps);
    }

    @Override
    public String toString() {
      StringBuilder out = new StringBuilder();
      for (int i = 0; i < timestamps.length; i++) {
        out.append(timestamps[i]).append('=').append(Double.longBitsToDouble(bits[i])).append(' ');
      }
      return out.toString();
    }
  }
}
