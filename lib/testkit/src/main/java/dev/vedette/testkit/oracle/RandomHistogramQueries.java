package dev.vedette.testkit.oracle;

import dev.vedette.model.Histogram;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.testkit.oracle.HistogramWalk.Kind;
import dev.vedette.testkit.oracle.OracleBinary.Matching;
import dev.vedette.testkit.oracle.OracleBinary.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Random native histograms and random expressions over them, that give histograms or numbers.
 * Whoever draws from the same random numbers gets the same ones.
 *
 * <p>Counts are whole and sums multiples of a quarter, so that adding them is exact. Quantiles are
 * never where buckets meet, and what is compared was not calculated, so that the last bits of a
 * result do not decide.
 */
public final class RandomHistogramQueries {
  private static final String COUNTER = "h_seconds";
  private static final String GAUGE = "g_seconds";
  private static final String CUSTOM = "k_seconds";
  private static final Map<String, Kind> METRICS =
      Map.of(COUNTER, Kind.COUNTER, GAUGE, Kind.GAUGE, CUSTOM, Kind.CUSTOM);
  private static final List<String> LABELS = List.of("host", "job", "zone");
  private static final List<Long> RANGES = List.of(30_000L, 61_000L, 120_000L, 300_000L, 600_000L);
  private static final List<Double> BOUNDS =
      List.of(Double.NEGATIVE_INFINITY, -1.3, -0.011, 0.013, 0.7, 3.3, Double.POSITIVE_INFINITY);
  // No interpolation: where a custom bucket begins or ends without a bound is a matter of taste.
  private static final List<Double> CUSTOM_BOUNDS =
      List.of(Double.NEGATIVE_INFINITY, 0.5, 1.0, 2.5, 5.0, 10.0);
  private static final int MOST_SERIES = 5;

  private final SplittableRandom random;
  private final OracleData data = new OracleData();
  // Custom and exponential buckets do not go together, so an expression is over one kind.
  private boolean custom;

  public RandomHistogramQueries(SplittableRandom random) {
    this.random = random;
    METRICS.keySet().stream().sorted().forEach(this::fill);
  }

  /** What the expressions are over. */
  public OracleData data() {
    return data;
  }

  private void fill(String metric) {
    int series = 1 + random.nextInt(MOST_SERIES);
    for (int i = 0; i < series; i++) {
      Labels.Builder labels = new Labels.Builder().set(Labels.METRIC_NAME, metric);
      labels.set("host", "h" + i % 3).set("job", "j" + i / 3);
      if (random.nextInt(3) == 0) {
        labels.set("zone", "z" + random.nextInt(2));
      }
      fill(labels.build(), new HistogramWalk(random, Objects.requireNonNull(METRICS.get(metric))));
    }
  }

  private void fill(Labels series, HistogramWalk walk) {
    long interval = random.nextBoolean() ? 15_000 : 20_000;
    long end = RandomQueries.START + RandomQueries.SPAN;
    for (long at = RandomQueries.START - RandomQueries.SPAN; at <= end; at += interval) {
      switch (random.nextInt(40)) {
        case 0 -> data.add(series, at, Histogram.STALE);
        case 1, 2 -> at += interval * random.nextInt(40);
        default -> data.add(series, at + random.nextInt(5), walk.next());
      }
    }
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** An expression that gives histograms and is nested so deep at most. */
  public OracleHistograms histograms(int depth) {
    custom = random.nextInt(3) == 0;
    return next(depth, true);
  }

  /** An expression that gives numbers and is nested so deep at most. */
  public OracleVector numbers(int depth) {
    custom = random.nextInt(3) == 0;
    return depth > 1 && random.nextInt(4) == 0 ? combined(depth) : number(depth);
  }

  private OracleVector combined(int depth) {
    OracleVector left = number(depth - 1);
    return switch (random.nextInt(3)) {
      case 0 -> {
        String operator = any(List.of("+", "-", "*"));
        yield OracleBinary.join(
            Operator.arithmetic(
                operator, Objects.requireNonNull(OracleBinary.ARITHMETIC.get(operator))),
            left,
            number(depth - 1),
            matching());
      }
      case 1 ->
          grouping()
              .apply("sum", left, Objects.requireNonNull(OracleAggregation.BY_NAME.get("sum")));
      default ->
          grouping()
              .apply("max", left, Objects.requireNonNull(OracleAggregation.BY_NAME.get("max")));
    };
  }

  private OracleVector number(int depth) {
    return switch (random.nextInt(13)) {
      case 0, 1, 2 -> {
        double q = (random.nextInt(10) + Math.PI / 10) / 10;
        yield next(depth - 1, false)
            .numbers("histogram_quantile(" + q + ", %s)", h -> h.quantile(q));
      }
      case 3, 4 -> fraction(next(depth - 1, false));
      case 5 -> next(depth - 1, true).numbers("histogram_count(%s)", OracleHistogram::count);
      case 6 -> next(depth - 1, true).numbers("histogram_sum(%s)", OracleHistogram::sum);
      case 7 -> next(depth - 1, false).numbers("histogram_avg(%s)", h -> h.sum() / h.count());
      case 8 -> {
        if (custom) {
          yield next(depth - 1, true).counted(grouping());
        }
        OracleHistograms of = next(depth - 1, false);
        yield random.nextBoolean()
            ? of.numbers("histogram_stddev(%s)", h -> Math.sqrt(h.variance()))
            : of.numbers("histogram_stdvar(%s)", OracleHistogram::variance);
      }
      case 9 -> range().call("resets(%s)", false, HistogramFunctions::resets);
      case 10 -> range().call("changes(%s)", false, HistogramFunctions::changes);
      case 11 ->
          next(depth - 1, false)
              .quantiles("q", List.of((random.nextInt(5) + Math.PI / 10) / 10, 0.777));
      default ->
          random.nextBoolean()
              ? range().call("count_over_time(%s)", false, window -> (double) window.size())
              : next(depth - 1, true).counted(grouping());
    };
  }

  private OracleVector fraction(OracleHistograms of) {
    List<Double> bounds = custom ? CUSTOM_BOUNDS : BOUNDS;
    double from = any(bounds);
    double to = any(bounds);
    return of.numbers(
        "histogram_fraction(%s, %s, %%s)".formatted(text(from), text(to)),
        h -> h.fraction(from, to));
  }

  private static String text(double bound) {
    return Double.isInfinite(bound) ? (bound < 0 ? "-Inf" : "+Inf") : Double.toString(bound);
  }

  /**
   * @param mayBeNegative whether counts below zero will do
   */
  private OracleHistograms next(int depth, boolean mayBeNegative) {
    if (depth <= 0) {
      return selected();
    }
    return switch (random.nextInt(12)) {
      case 0 -> selected();
      case 1, 2, 3 -> rate();
      case 4 -> overTime();
      case 5, 6, 7 -> next(depth - 1, mayBeNegative).aggregated(grouping(), random.nextBoolean());
      case 8 -> scaled(next(depth - 1, mayBeNegative));
      case 9 -> compared();
      case 10 -> mayBeNegative ? subtracted(depth) : added(depth, false);
      default -> added(depth, mayBeNegative);
    };
  }

  private OracleHistograms selected() {
    List<LabelMatcher> matchers = matchers(true);
    return OracleHistograms.select(data, selector(matchers, ""), matchers, RandomQueries.LOOKBACK);
  }

  private OracleRange range() {
    return range(true);
  }

  private OracleRange range(boolean gauges) {
    long range = any(RANGES);
    List<LabelMatcher> matchers = matchers(gauges);
    Selector selector = selector(matchers, "[%ds]".formatted(range / 1000));
    return OracleRange.select(data, selector, matchers, range);
  }

  private OracleHistograms rate() {
    return switch (random.nextInt(3)) {
      case 0 ->
          OracleHistograms.call(
              "rate(%s)", range(false), false, w -> HistogramFunctions.extrapolated(w, true, true));
      case 1 ->
          OracleHistograms.call(
              "increase(%s)",
              range(false), false, w -> HistogramFunctions.extrapolated(w, true, false));
      default ->
          OracleHistograms.call(
              "irate(%s)", range(false), false, w -> HistogramFunctions.ofLastTwo(w, true));
    };
  }

  private OracleHistograms overTime() {
    return switch (random.nextInt(3)) {
      case 0 -> OracleHistograms.call("sum_over_time(%s)", range(), false, HistogramFunctions::sum);
      case 1 ->
          OracleHistograms.call("avg_over_time(%s)", range(), false, HistogramFunctions::mean);
      default ->
          OracleHistograms.call("last_over_time(%s)", range(), true, HistogramFunctions::last);
    };
  }

  private OracleHistograms scaled(OracleHistograms inner) {
    return switch (random.nextInt(3)) {
      case 0 -> inner.map("(%s * 2.5)", h -> h.times(2.5));
      case 1 -> inner.map("(0.75 * %s)", h -> h.times(0.75));
      default -> inner.map("(%s / 7)", h -> h.times(1.0 / 7));
    };
  }

  private OracleHistograms compared() {
    boolean equal = random.nextBoolean();
    return selected()
        .join(
            equal ? "==" : "!=",
            selected(),
            matching(),
            (a, b) -> a.hasCountsOf(b) == equal ? a : null);
  }

  private OracleHistograms added(int depth, boolean mayBeNegative) {
    return next(depth - 1, mayBeNegative)
        .join("+", next(depth - 1, mayBeNegative), matching(), OracleHistogram::plus);
  }

  private OracleHistograms subtracted(int depth) {
    return switch (random.nextInt(4)) {
      case 0 -> next(depth - 1, true).map("(-%s)", h -> h.times(-1));
      case 1 ->
          OracleHistograms.call(
              "delta(%s)", range(), false, w -> HistogramFunctions.extrapolated(w, false, false));
      case 2 ->
          OracleHistograms.call(
              "idelta(%s)", range(), false, w -> HistogramFunctions.ofLastTwo(w, false));
      default ->
          next(depth - 1, true)
              .join("-", next(depth - 1, true), matching(), OracleHistogram::minus);
    };
  }

  private OracleAggregation grouping() {
    List<String> names = LABELS.stream().filter(_ -> random.nextBoolean()).toList();
    return new OracleAggregation(names, random.nextInt(3) != 0);
  }

  private Matching matching() {
    List<String> names = LABELS.stream().filter(_ -> random.nextInt(3) != 0).toList();
    return Matching.of(names, random.nextBoolean(), random.nextInt(3) == 0);
  }

  private List<LabelMatcher> matchers(boolean gauges) {
    List<LabelMatcher> matchers = new ArrayList<>();
    String metric = custom ? CUSTOM : gauges && random.nextInt(3) == 0 ? GAUGE : COUNTER;
    if (!custom && gauges && random.nextInt(8) == 0) {
      matchers.add(new LabelMatcher(LabelMatcher.Type.REGEX, Labels.METRIC_NAME, "[gh]_seconds"));
    } else {
      matchers.add(LabelMatcher.equal(Labels.METRIC_NAME, metric));
    }
    switch (random.nextInt(6)) {
      case 0 -> matchers.add(LabelMatcher.equal("host", "h" + random.nextInt(3)));
      case 1 -> matchers.add(new LabelMatcher(LabelMatcher.Type.NOT_EQUAL, "job", "j1"));
      default -> {}
    }
    return matchers;
  }

  private Selector selector(List<LabelMatcher> matchers, String range) {
    String text =
        matchers.stream().map(LabelMatcher::toString).collect(Collectors.joining(",", "{", "}"));
    long offset = random.nextInt(5) == 0 ? 90_000 : 0;
    return new Selector(text + range + (offset == 0 ? "" : " offset 90s"), offset, null);
  }
}
