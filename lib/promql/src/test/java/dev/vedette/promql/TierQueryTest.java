package dev.vedette.promql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.vedette.model.BucketSpans;
import dev.vedette.model.CounterReset;
import dev.vedette.model.CounterResets;
import dev.vedette.model.Coverage;
import dev.vedette.model.ErrorId;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Labels;
import dev.vedette.model.Selection;
import dev.vedette.model.SeriesBatch;
import dev.vedette.model.SeriesCursor;
import dev.vedette.model.SeriesSource;
import dev.vedette.model.SpecialValues;
import dev.vedette.model.TenantId;
import dev.vedette.model.VedetteException;
import dev.vedette.promql.QueryResult.Column;
import dev.vedette.promql.QueryResult.Matrix;
import dev.vedette.promql.parse.Features;
import dev.vedette.testkit.ForwardingSeries;
import dev.vedette.testkit.InMemorySeries;
import dev.vedette.testkit.RandomHistograms;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What tiers say is what the samples say, or it is not said. */
class TierQueryTest {
  private static final TenantId TENANT = TenantId.DEFAULT;
  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;
  private static final long START = 1_760_000_400_000L / HOUR * HOUR;
  private static final long END = START + 6 * HOUR;
  private static final long STEP = 10 * MINUTE;

  private static final List<String> OVER_BUCKETS =
      List.of(
          "count_over_time",
          "min_over_time",
          "max_over_time",
          "first_over_time",
          "last_over_time",
          "present_over_time",
          "ts_of_first_over_time",
          "ts_of_last_over_time",
          "rate",
          "increase",
          "delta",
          "sum_over_time",
          "avg_over_time");

  private static final EngineConfig EVERYTHING =
      new EngineConfig(
          Duration.ofMinutes(5),
          Duration.ofMinutes(1),
          QueryLimits.DEFAULT,
          Duration.ofMinutes(1),
          Features.ALL,
          false,
          false);

  private final InMemorySeries series = new InMemorySeries();
  private Coverage coverage = Coverage.RAW_ONLY;
  private Selection lastSelection = new Selection(List.of(), 0, 0);
  private final PromqlEngine engine = new PromqlEngine(EVERYTHING, new Source(), System::nanoTime);

  @Test
  void everyFunctionOfBucketsSaysWhatTheSamplesSay() {
    long seed = Long.getLong("seed", 1);
    System.out.println("TierQueryTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 60; i++) {
      fill(random, "m_total", i);
    }
    for (String suffix : List.of("", " offset 10m", " @ " + (START + 2 * HOUR) / 1000)) {
      forEachFunction(
          "m_total",
          suffix,
          (function, query) -> {
            boolean adds = function.startsWith("sum") || function.startsWith("avg");
            assertSame(query, adds ? 1e-12 : 0);
          });
    }
    for (String query :
        List.of(
            "m_total",
            "timestamp(m_total)",
            "m_total offset 20m",
            "absent_over_time(m_total{i=\"99\"}[10m])",
            "max_over_time(m_total[10m:5m])",
            "topk by (kind) (2, m_total)",
            "count(m_total)")) {
      assertSame(query, 0);
    }
  }

  /** Each function that tiers have an answer to, over ranges of several lengths. */
  private static void forEachFunction(
      String metric, String suffix, BiConsumer<String, String> functionAndQuery) {
    for (String function : OVER_BUCKETS) {
      for (String range : List.of("5m", "10m", "1h")) {
        String query = "%s(%s[%s]%s)".formatted(function, metric, range, suffix);
        functionAndQuery.accept(function, query);
      }
    }
  }

  /** Random counters and gauges with resets, gaps, jitter and what else there is. */
  private void fill(SplittableRandom random, String name, int number) {
    Labels labels =
        Labels.of("__name__", name, "i", "" + number, "kind", number % 2 == 0 ? "a" : "b");
    boolean isCounter = number % 2 == 0;
    boolean isWhole = random.nextBoolean();
    boolean isOdd = random.nextInt(4) == 0;
    long jitter = random.nextInt(3) * 3L;
    double value = random.nextInt(100);
    // Of fractions more than one reset in a bucket would be added up in another order.
    long lastReset = 0;
    long from = START - HOUR + random.nextLong(HOUR);
    for (long at = from; at <= END; at += 15_000) {
      if (random.nextInt(200) == 0) {
        at += random.nextLong(40 * MINUTE) / 15_000 * 15_000;
      }
      double step = isWhole ? random.nextInt(50) : random.nextDouble() * 50;
      value = isCounter ? value + step : value + (isWhole ? 25 : 25.0) - step;
      boolean mayReset = isWhole || at - lastReset > 10 * MINUTE;
      if (isCounter && mayReset && random.nextInt(isWhole ? 20 : 200) == 0) {
        value = random.nextInt(3);
        lastReset = at;
      }
      double shown = value;
      if (random.nextInt(100) == 0) {
        shown = Double.longBitsToDouble(SpecialValues.STALE_BITS);
      } else if (isOdd && random.nextInt(50) == 0) {
        shown = random.nextBoolean() ? Double.NaN : Double.POSITIVE_INFINITY;
      }
      long time = at + (jitter == 0 ? 0 : random.nextLong(jitter));
      series.append(TENANT, labels, time, shown);
    }
  }

  private void assertSame(String query, double tolerance) {
    Matrix raw = range(query, 0);
    Matrix tier = range(query, 5 * MINUTE);
    assertThat(tier.series().stream().map(Column::labels).toList())
        .as(query)
        .isEqualTo(raw.series().stream().map(Column::labels).toList());
    for (int i = 0; i < raw.series().size(); i++) {
      Column expected = raw.series().get(i);
      Column found = tier.series().get(i);
      assertThat(found.timestamps()).as(query).isEqualTo(expected.timestamps());
      boolean fallsOften = query.matches("(rate|increase).*") && isGauge(expected);
      double allowed = fallsOften ? 1e-12 : tolerance;
      for (int p = 0; p < expected.values().length; p++) {
        double a = expected.values()[p];
        double b = found.values()[p];
        boolean isSame =
            Double.doubleToLongBits(a) == Double.doubleToLongBits(b)
                || Math.abs(a - b) <= allowed * Math.max(1, Math.abs(a));
        assertThat(isSame)
            .as("%s %s at %d: %s, of buckets %s", query, expected.labels(), p, a, b)
            .isTrue();
      }
    }
  }

  @Test
  void histogramsInBucketsSayWhatTheSamplesSay() {
    long seed = Long.getLong("seed", 1);
    System.out.println("TierQueryTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20; i++) {
      fillHistograms(random, i);
    }
    forEachFunction("h", "", (_, query) -> assertSameHistograms(query));
    assertSameHistograms("h");
    assertSameHistograms("histogram_count(increase(h[10m]))");
    assertSameHistograms("histogram_avg(sum_over_time(h[1h] offset 10m))");
  }

  @Test
  void averagesOfFloatsWhoseSumsOverflowAreThoseOfTheSamples() {
    for (long at = START - HOUR; at <= END; at += MINUTE) {
      double value = 1.5e308 - (at - START) * 1e299;
      series.append(TENANT, Labels.of("__name__", "huge", "i", "in a bucket"), at, value);
      if (at % (5 * MINUTE) == 0) {
        series.append(TENANT, Labels.of("__name__", "huge", "i", "in a window"), at, value);
      }
      series.append(TENANT, Labels.of("__name__", "huge", "i", "small"), at, at);
      series.append(
          TENANT, Labels.of("__name__", "huge", "i", "infinite"), at, Double.NEGATIVE_INFINITY);
    }

    assertSame("avg_over_time(huge[10m])", 1e-12);
    Matrix means = range("avg_over_time(huge{i=~\"in.*\",i!=\"infinite\"}[1h])", 5 * MINUTE);
    assertThat(means.series()).hasSize(2);
    for (Column column : means.series()) {
      assertThat(column.values()[0]).isCloseTo(1.5e308, withinPercentage(1));
    }
  }

  @Test
  void averagesOfFloatsBetweenHistogramsWhoseSumsOverflowAreThoseOfTheSamples() {
    HistogramLayout layout = HistogramLayout.of(0, 0, BucketSpans.of(0, 1), BucketSpans.NONE);
    Histogram one =
        Histogram.ofIntegers(layout, CounterReset.GAUGE, 1, 0, 1, new long[] {1}, new long[0]);
    for (long at = START - HOUR; at < END; at += MINUTE) {
      series.append(TENANT, Labels.of("__name__", "huge"), at, 1.5e308);
    }
    series.append(TENANT, Labels.of("__name__", "huge"), END, one, 0);

    Matrix means = range("avg_over_time(huge[10m])", 5 * MINUTE);

    assertThat(means.series()).hasSize(1);
    assertThat(means.series().getFirst().values()[0]).isCloseTo(1.5e308, withinPercentage(1e-9));
  }

  @Test
  void anAverageThatOverflowedInABucketIsRefusedOnceSamplesAreGoneAndOneOfInfinitiesIsNot() {
    tiers(END);
    for (long at = START - HOUR; at <= END; at += MINUTE) {
      series.append(TENANT, Labels.of("__name__", "huge"), at, 1.5e308);
      series.append(TENANT, Labels.of("__name__", "endless"), at, Double.NEGATIVE_INFINITY);
      // A mean of this name is of the one that has no other label.
      series.append(TENANT, Labels.of("__name__", "endless", "i", "0"), at, 1.5e308);
    }

    assertThatThrownBy(() -> range("avg_over_time(huge[10m])", MINUTE * 5))
        .isInstanceOfSatisfying(
            VedetteException.class, e -> assertThat(e.id()).isEqualTo(ErrorId.TIER_UNFIT))
        .hasMessageContaining("avg_over_time");
    assertThat(values("avg_over_time(endless{i=\"\"}[10m])"))
        .containsOnly(Double.NEGATIVE_INFINITY);
    assertThat(values("sum_over_time(huge[10m])")).containsOnly(Double.POSITIVE_INFINITY);
    assertThat(values("max_over_time(huge[10m])")).containsOnly(1.5e308);
  }

  private List<Double> values(String query) {
    Matrix matrix = range(query, 5 * MINUTE);
    assertThat(matrix.series()).hasSize(1);
    return Arrays.stream(matrix.series().getFirst().values()).boxed().toList();
  }

  @Test
  void averagesOfHistogramsWhoseSumsOverflowInABucketAreThoseOfTheSamples() {
    HistogramLayout layout = HistogramLayout.of(0, 0, BucketSpans.of(0, 1), BucketSpans.NONE);
    long[] two = {2};
    for (long at = START - HOUR; at <= END; at += MINUTE) {
      Histogram huge =
          Histogram.ofIntegers(layout, CounterReset.GAUGE, 2, 0, 1e308, two, new long[0]);
      series.append(TENANT, Labels.of("__name__", "huge"), at, huge, 0);
    }

    assertSameHistograms("avg_over_time(huge[10m])");
    Matrix sums = range("histogram_sum(avg_over_time(huge[10m]))", 5 * MINUTE);
    assertThat(sums.series().getFirst().values()).hasSizeGreaterThan(10);
    for (double sum : sums.series().getFirst().values()) {
      assertThat(sum).isCloseTo(1e308, withinPercentage(1e-9));
    }
  }

  /** What one target sends: mostly growing counts, and all that may happen to them. */
  private void fillHistograms(SplittableRandom random, int number) {
    Labels labels = Labels.of("__name__", "h", "i", "" + number);
    List<Histogram> histograms = new RandomHistograms(random).series(900);
    boolean isGauge = number % 5 == 4;
    int oddity = number % 2 == 0 ? 200 : 40;
    int at = 0;
    for (Histogram histogram : histograms) {
      long time = END - (900 - at++) * 27_000L;
      if (random.nextInt(oddity) == 0) {
        series.append(TENANT, labels, time, random.nextInt(10));
      } else if (random.nextInt(oddity) > 0 && !(Math.abs(histogram.sum()) > 1e290)) {
        // Sums of larger ones overflow elsewhere.
        boolean stays = histogram.reset() != CounterReset.GAUGE || random.nextInt(4) > 0;
        Histogram shown =
            isGauge && !histogram.isStale()
                ? histogram.withReset(CounterReset.GAUGE)
                : stays ? histogram.withReset(CounterReset.UNKNOWN) : histogram;
        series.append(TENANT, labels, time, shown, 0);
      }
    }
  }

  private void assertSameHistograms(String query) {
    QueryResult ofSamples = engine.range(TENANT, query, START, END, STEP, QueryOptions.ofTier(0));
    QueryResult ofBuckets =
        engine.range(TENANT, query, START, END, STEP, QueryOptions.ofTier(5 * MINUTE));
    Matrix raw = (Matrix) ofSamples;
    Matrix tier = (Matrix) ofBuckets;
    assertThat(tier.series().stream().map(Column::labels).toList())
        .as(query)
        .isEqualTo(raw.series().stream().map(Column::labels).toList());
    for (int i = 0; i < raw.series().size(); i++) {
      Column expected = raw.series().get(i);
      Column found = tier.series().get(i);
      assertThat(found.timestamps()).as(query).isEqualTo(expected.timestamps());
      for (int p = 0; p < expected.values().length; p++) {
        String where = "%s %s at %d".formatted(query, expected.labels(), p);
        assertClose(where, expected.histogram(p), found.histogram(p));
        if (expected.histogram(p) == null) {
          assertThat(found.values()[p])
              .as(where)
              .isCloseTo(expected.values()[p], withinPercentage(1e-9));
        }
      }
    }
    assertThat(ofBuckets.info().warnings())
        .as(query)
        .containsExactlyInAnyOrderElementsOf(ofSamples.info().warnings());
  }

  private static void assertClose(
      String where, @Nullable Histogram expected, @Nullable Histogram found) {
    if (expected == null || found == null) {
      assertThat(found).as(where).isEqualTo(expected);
      return;
    }
    assertThat(cells(found).keySet()).as(where).isEqualTo(cells(expected).keySet());
    cells(expected)
        .forEach(
            (cell, value) ->
                assertThat(cells(found).get(cell))
                    .as("%s %s of %s, found %s", where, cell, expected, found)
                    .isCloseTo(value, withinPercentage(1e-9)));
  }

  /** Everything but empty buckets. */
  private static Map<String, Double> cells(Histogram histogram) {
    Map<String, Double> cells = new TreeMap<>();
    HistogramLayout layout = histogram.layout();
    cells.put("schema", (double) layout.schema());
    cells.put("threshold", layout.zeroThreshold());
    cells.put("count", histogram.count());
    cells.put("sum", histogram.sum());
    cells.put("zero", histogram.zeroCount());
    int[] indexes = layout.positive().indexes();
    for (int i = 0; i < indexes.length; i++) {
      cells.put("+" + indexes[i], histogram.positive(i));
    }
    indexes = layout.negative().indexes();
    for (int i = 0; i < indexes.length; i++) {
      cells.put("-" + indexes[i], histogram.negative(i));
    }
    cells.values().removeIf(value -> value == 0);
    return cells;
  }

  private static boolean isGauge(Column column) {
    return column.labels().get("kind").equals("b");
  }

  private Matrix range(String query, long tier) {
    return (Matrix) engine.range(TENANT, query, START, END, STEP, QueryOptions.ofTier(tier));
  }

  @Test
  void theCoarsestTierThatIsExactAnswersWhereSamplesAreThere() {
    tiers(Long.MIN_VALUE);
    series.append(TENANT, Labels.of("__name__", "m"), START + 1, 1);

    assertThat(infos("avg_over_time(m[2h])", START, END, HOUR))
        .containsExactly("answered from tier 1h");
    assertThat(infos("avg_over_time(m[10m])", START, END, 10 * MINUTE))
        .containsExactly("answered from tier 5m");
    assertThat(infos("avg_over_time(m[3m])", START, END, 10 * MINUTE))
        .containsExactly("answered from tier 1m");
    assertThat(infos("avg_over_time(m[10m])", START + 1, END, 10 * MINUTE)).isEmpty();
    assertThat(infos("avg_over_time(m[90s])", START, END, 10 * MINUTE)).isEmpty();
    assertThat(infos("quantile_over_time(0.5, m[10m])", START, END, 10 * MINUTE)).isEmpty();
    assertThat(infos("deriv(m[10m])", START, END, 10 * MINUTE)).isEmpty();
    // Nothing is built here.
    assertThat(infos("m", END + 20 * HOUR, END + 21 * HOUR, HOUR)).isEmpty();
  }

  @Test
  void whereSamplesAreGoneWindowsAreMovedAndItIsSaid() {
    tiers(END);
    fill(new SplittableRandom(1), "m_total", 0);

    assertThat(infos("rate(m_total[10m])", START + 1000, END - 1, 7 * MINUTE))
        .containsExactly("answered from tier 5m, with windows that end at multiples of 5m");
    assertThat(infos("m_total", START + 1000, END - 1, 30_000))
        .containsExactly("answered from tier 1m, with windows that end at multiples of 1m");
    assertThat(lastSelection.resolutionMillis()).isEqualTo(MINUTE);
    assertThat(infos("m_total", START, END - 1, 2 * HOUR)).containsExactly("answered from tier 1h");
  }

  @Test
  void movedWindowsSayWhatTheSamplesSayOfThem() {
    fill(new SplittableRandom(1), "m_total", 0);
    String query = "increase(m_total[10m])";
    Column there =
        ((Matrix) engine.range(TENANT, query, START, END - STEP, STEP, QueryOptions.DEFAULT))
            .series()
            .getFirst();
    tiers(END);

    Matrix moved =
        (Matrix)
            engine.range(
                TENANT, query, START + 77_000, END - STEP + 77_000, STEP, QueryOptions.DEFAULT);

    assertThat(moved.series().getFirst().values()).isEqualTo(there.values());
  }

  @Test
  void whatBucketsCannotSayIsRefusedWithTheReason() {
    tiers(END);
    fill(new SplittableRandom(1), "m_total", 0);

    for (String query :
        List.of(
            "quantile_over_time(0.9, m_total[10m])",
            "changes(m_total[10m])",
            "resets(m_total[10m])",
            "deriv(m_total[10m])",
            "predict_linear(m_total[10m], 60)",
            "mad_over_time(m_total[10m])",
            "stddev_over_time(m_total[10m])",
            "irate(m_total[10m])",
            "idelta(m_total[10m])",
            "double_exponential_smoothing(m_total[10m], 0.5, 0.5)")) {
      String function = query.substring(0, query.indexOf('('));
      assertThatThrownBy(() -> infos(query, START, END, STEP))
          .isInstanceOfSatisfying(
              VedetteException.class, e -> assertThat(e.id()).isEqualTo(ErrorId.TIER_UNFIT))
          .hasMessageContaining(function);
    }
    assertThatThrownBy(() -> engine.instant(TENANT, "m_total[10m]", START, QueryOptions.DEFAULT))
        .hasMessageContaining("a range by itself");
    assertThatThrownBy(() -> infos("rate(m_total[90s])", START + 1, END, STEP))
        .hasMessageContaining("rate over 90s");
    // Later all samples are there.
    assertThat(infos("changes(m_total[10m])", END + HOUR, END + 2 * HOUR, STEP)).isEmpty();
  }

  @Test
  void aTierThatMissesATimeIsAvoidedOrNamesIt() {
    tiers(END);
    Coverage.Gap gap = new Coverage.Gap(START + HOUR + 1, START + 2 * HOUR);
    List<Coverage.Tier> gappy =
        coverage.tiers().stream()
            .map(tier -> tier.resolutionMillis() == MINUTE ? tier : with(tier, gap))
            .toList();
    coverage = new Coverage(END, gappy);
    fill(new SplittableRandom(1), "m_total", 0);

    assertThat(infos("rate(m_total[1h])", START + 2 * HOUR, END, HOUR))
        .containsExactly("answered from tier 1m");
    assertThat(infos("rate(m_total[1h])", START + 4 * HOUR, END, HOUR))
        .containsExactly("answered from tier 1h");
    coverage = new Coverage(END, coverage.tiers().subList(1, 3));
    assertThat(infos("rate(m_total[1h])", START + 2 * HOUR, END, HOUR))
        .containsExactlyInAnyOrder(
            "answered from tier 1h",
            "tier 1h has nothing from %s to %s"
                .formatted(
                    Instant.ofEpochMilli(START + HOUR), Instant.ofEpochMilli(START + 2 * HOUR)));
  }

  private static Coverage.Tier with(Coverage.Tier tier, Coverage.Gap gap) {
    return new Coverage.Tier(
        tier.resolutionMillis(),
        tier.fromMillis(),
        tier.builtFromMillis(),
        tier.builtToMillis(),
        List.of(gap));
  }

  @Test
  void aTierCanBeAskedFor() {
    tiers(Long.MIN_VALUE);
    fill(new SplittableRandom(1), "m_total", 0);

    range("m_total", 0);
    assertThat(lastSelection.isTier()).isFalse();
    range("m_total", MINUTE);
    assertThat(lastSelection.resolutionMillis()).isEqualTo(MINUTE);
    assertThatThrownBy(() -> range("changes(m_total[10m])", MINUTE))
        .hasMessageContaining("changes needs samples as they were");
    tiers(END);
    assertThatThrownBy(() -> range("m_total", 7 * MINUTE))
        .hasMessageContaining("there is no tier of 7m");
  }

  // --- fixtures

  /** Tiers built up to the end, with samples from some time on. */
  private void tiers(long rawFrom) {
    coverage =
        new Coverage(
            rawFrom,
            List.of(
                new Coverage.Tier(MINUTE, Long.MIN_VALUE, START - 24 * HOUR, END, List.of()),
                new Coverage.Tier(5 * MINUTE, Long.MIN_VALUE, START - 24 * HOUR, END, List.of()),
                new Coverage.Tier(HOUR, Long.MIN_VALUE, START - 24 * HOUR, END, List.of())));
  }

  private List<String> infos(String query, long start, long end, long step) {
    QueryResult result = engine.range(TENANT, query, start, end, step, QueryOptions.DEFAULT);
    return result.info().infos().stream()
        .filter(info -> info.contains("tier"))
        .map(info -> info.replaceAll("^PromQL info: | \\(\\d+:\\d+\\)$", ""))
        .toList();
  }

  /** Samples in memory, with a coverage of one's own. */
  private final class Source extends ForwardingSeries {
    @Override
    protected SeriesSource inner() {
      return series;
    }

    @Override
    public SeriesCursor select(TenantId tenant, Selection selection) {
      lastSelection = selection;
      SeriesCursor cursor = series.select(tenant, selection);
      // As storage does.
      return new SeriesCursor() {
        @Override
        public boolean next(SeriesBatch batch) {
          boolean found = cursor.next(batch);
          CounterResets.settle(batch);
          return found;
        }

        @Override
        public void close() {
          cursor.close();
        }
      };
    }

    @Override
    public Coverage coverage(TenantId tenant) {
      return coverage;
    }
  }
}
