package dev.vedette.testkit.oracle;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.model.SpecialValues;
import dev.vedette.testkit.oracle.OracleBinary.Matching;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Random samples and random expressions over them. Whoever draws from the same random numbers gets
 * the same ones.
 *
 * <p>Values are multiples of a quarter and, for each series, another small power of two, so that
 * sums of samples are exact in whatever order and no two series have the same value; what is
 * compared, rounded or divided by is chosen so that the last bits of a result do not decide.
 */
public final class RandomQueries {
  /** All times are of this range, in Unix milliseconds. */
  public static final long START = 1_760_000_400_000L;

  public static final long SPAN = 30 * 60_000L;

  /** How old the newest sample of a selector may be; as engines have it unless told. */
  public static final long LOOKBACK = 5 * 60_000L;

  private static final double STALE = Double.longBitsToDouble(SpecialValues.STALE_BITS);
  private static final List<String> METRICS = List.of("m_gauge", "n_gauge", "c_total");
  private static final List<String> LABELS = List.of("host", "job", "zone");
  private static final List<Long> RANGES = List.of(30_000L, 61_000L, 120_000L, 300_000L, 600_000L);
  private static final List<Long> OFFSETS = List.of(15_000L, 90_000L, -60_000L);

  private static final int MOST_SERIES = 6;

  private final SplittableRandom random;
  private final OracleData data = new OracleData();

  public RandomQueries(SplittableRandom random) {
    this.random = random;
    fill();
  }

  private void fill() {
    for (String metric : METRICS) {
      int series = 1 + random.nextInt(MOST_SERIES);
      for (int i = 0; i < series; i++) {
        fill(metric, i);
      }
    }
  }

  /** What the expressions are over. */
  public OracleData data() {
    return data;
  }

  private void fill(String metric, int number) {
    Labels.Builder labels = new Labels.Builder().set(Labels.METRIC_NAME, metric);
    labels.set("host", "h" + number % 3).set("job", "j" + number / 3);
    if (random.nextInt(3) == 0) {
      labels.set("zone", "z" + random.nextInt(2));
    }
    Labels series = labels.build();
    long interval = random.nextBoolean() ? 15_000 : 20_000;
    boolean counter = metric.endsWith("_total");
    double value = random.nextInt(100);
    double own = (METRICS.indexOf(metric) * MOST_SERIES + number) / 256.0;
    for (long at = START - SPAN; at <= START + SPAN; at += interval) {
      switch (random.nextInt(40)) {
        case 0 -> data.add(series, at, STALE);
        case 1, 2 -> at += interval * random.nextInt(40);
        case 3 -> value = counter ? random.nextInt(5) : -value;
        default -> value = next(value, counter);
      }
      if (random.nextInt(30) != 0) {
        data.add(series, at + random.nextInt(5), value + own);
      }
    }
  }

  private double next(double value, boolean counter) {
    if (random.nextInt(3) == 0) {
      return value;
    }
    double step = random.nextInt(400) / 4.0;
    return counter ? value + step : value + step - 50;
  }

  /** An expression that is nested so deep at most. */
  public OracleVector next(int depth) {
    if (depth == 0) {
      return selector();
    }
    return switch (random.nextInt(14)) {
      case 0 -> selector();
      case 1, 2, 3 -> function(depth);
      case 4, 5 -> aggregation(depth);
      case 6 -> ranked();
      case 7 -> withScalar(depth);
      case 8 -> filter(depth);
      case 9, 10 -> join(depth);
      case 11 -> set(depth);
      case 12 -> point(depth);
      default -> other(depth);
    };
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private static String seconds(long millis) {
    return millis < 0 ? "-" + -millis / 1000 + "s" : millis / 1000 + "s";
  }

  private List<LabelMatcher> matchers() {
    List<LabelMatcher> matchers = new ArrayList<>();
    if (random.nextInt(8) == 0) {
      matchers.add(new LabelMatcher(LabelMatcher.Type.REGEX, Labels.METRIC_NAME, "[mn]_gauge"));
    } else {
      matchers.add(LabelMatcher.equal(Labels.METRIC_NAME, any(METRICS)));
    }
    switch (random.nextInt(6)) {
      case 0 -> matchers.add(LabelMatcher.equal("host", "h" + random.nextInt(3)));
      case 1 -> matchers.add(new LabelMatcher(LabelMatcher.Type.NOT_EQUAL, "job", "j1"));
      case 2 -> matchers.add(new LabelMatcher(LabelMatcher.Type.REGEX, "host", "h[01]"));
      case 3 -> matchers.add(new LabelMatcher(LabelMatcher.Type.NOT_REGEX, "zone", "z1|x"));
      default -> {}
    }
    return matchers;
  }

  private Selector selector(List<LabelMatcher> matchers, String range) {
    String text =
        matchers.stream().map(LabelMatcher::toString).collect(Collectors.joining(",", "{", "}"));
    long offset = random.nextInt(5) == 0 ? any(OFFSETS) : 0;
    Long fixed = random.nextInt(10) == 0 ? START + 1000L * random.nextInt(1000) : null;
    return new Selector(text + range + modifiers(offset, fixed), offset, fixed);
  }

  private static String modifiers(long offset, @Nullable Long fixed) {
    String at = fixed == null ? "" : " @ %d".formatted(fixed / 1000);
    return offset == 0 ? at : at + " offset " + seconds(offset);
  }

  private OracleVector selector() {
    List<LabelMatcher> matchers = matchers();
    return OracleVector.select(data, selector(matchers, ""), matchers, LOOKBACK);
  }

  private OracleVector function(int depth) {
    return depth > 1 && random.nextInt(4) == 0
        ? call(subquery(depth), List.copyOf(OracleFunctions.STEADY))
        : call(range(), List.copyOf(OracleFunctions.BY_NAME.keySet()));
  }

  private OracleVector call(OracleRange range, List<String> names) {
    if (random.nextInt(12) == 0) {
      double q = random.nextInt(11) / 10.0;
      return range.call(
          "quantile_over_time(%s, %%s)".formatted(q),
          false,
          window ->
              OracleFunctions.quantile(q, window.points().stream().map(Point::value).toList()));
    }
    String name = any(names);
    return range.call(
        name + "(%s)",
        name.equals("last_over_time"),
        Objects.requireNonNull(OracleFunctions.BY_NAME.get(name)));
  }

  private OracleRange subquery(int depth) {
    long range = any(RANGES);
    long step = 1000L * (10 + random.nextInt(80));
    OracleVector inner = next(depth - 2);
    String text = "(%s)[%s:%s]".formatted(inner.text(), seconds(range), seconds(step));
    return OracleRange.subquery(inner, text, range, step);
  }

  private OracleRange range() {
    long range = any(RANGES);
    List<LabelMatcher> matchers = matchers();
    Selector selector = selector(matchers, "[%s]".formatted(seconds(range)));
    return OracleRange.select(data, selector, matchers, range);
  }

  private OracleAggregation grouping() {
    List<String> names = LABELS.stream().filter(_ -> random.nextBoolean()).toList();
    return new OracleAggregation(names, random.nextInt(3) != 0);
  }

  private OracleVector aggregation(int depth) {
    OracleVector inner = next(depth - 1);
    if (random.nextInt(8) == 0) {
      return grouping().quantile(random.nextInt(11) / 10.0, inner);
    }
    String name = any(List.copyOf(OracleAggregation.BY_NAME.keySet()));
    return grouping()
        .apply(name, inner, Objects.requireNonNull(OracleAggregation.BY_NAME.get(name)));
  }

  /** Of selectors, whose values are all different. */
  private OracleVector ranked() {
    List<LabelMatcher> matchers = matchers();
    OracleVector values = OracleVector.select(data, selector(matchers, ""), matchers, LOOKBACK);
    return grouping().ranked(1 + random.nextInt(3), random.nextBoolean(), values);
  }

  private OracleScalar scalar() {
    return switch (random.nextInt(6)) {
      case 0 -> OracleScalar.time();
      case 1 -> OracleScalar.of(selector());
      default -> OracleScalar.literal(random.nextInt(-40, 40) / 4.0);
    };
  }

  private OracleVector withScalar(int depth) {
    String operator = any(List.copyOf(OracleBinary.ARITHMETIC.keySet()));
    boolean left = random.nextInt(3) == 0 && !operator.equals("/");
    return OracleBinary.withScalar(operator, next(depth - 1), scalar(), left);
  }

  /** Against numbers that nothing comes near. */
  private OracleVector filter(int depth) {
    String operator = any(List.copyOf(OracleBinary.COMPARISON.keySet()));
    OracleScalar odd = OracleScalar.literal(random.nextInt(-50, 500) + Math.PI / 10);
    return OracleBinary.filter(operator, next(depth - 1), odd, random.nextInt(3) == 0);
  }

  private Matching matching(boolean many) {
    List<String> names = LABELS.stream().filter(_ -> random.nextInt(3) != 0).toList();
    return new Matching(names, random.nextBoolean(), many);
  }

  private OracleVector join(int depth) {
    String operator = any(List.copyOf(OracleBinary.ARITHMETIC.keySet()));
    OracleVector right = operator.equals("/") ? selector() : next(depth - 1);
    return OracleBinary.join(operator, next(depth - 1), right, matching(random.nextInt(3) == 0));
  }

  private OracleVector set(int depth) {
    return OracleBinary.set(
        any(List.of("and", "or", "unless")), next(depth - 1), next(depth - 1), matching(false));
  }

  private OracleVector point(int depth) {
    return switch (random.nextInt(7)) {
      case 0 -> next(depth - 1).map("abs(%s)", Math::abs);
      case 1 -> next(depth - 1).map("(-%s)", v -> -v);
      case 2 -> next(depth - 1).map("clamp_max(%s, 7)", v -> Math.min(v, 7));
      case 3 -> next(depth - 1).map("clamp_min(%s, -3)", v -> Math.max(v, -3));
      case 4 -> selector().map("sqrt(%s)", Math::sqrt);
      case 5 -> selector().map("floor(%s)", Math::floor);
      default -> selector().map("sgn(%s)", Math::signum);
    };
  }

  private OracleVector other(int depth) {
    List<LabelMatcher> matchers = matchers();
    return switch (random.nextInt(5)) {
      case 0 -> OracleVector.timestamp(data, selector(matchers, ""), matchers, LOOKBACK);
      case 1 -> OracleVector.of(scalar());
      case 2 ->
          grouping()
              .apply(
                  "sum",
                  next(depth - 1),
                  Objects.requireNonNull(OracleAggregation.BY_NAME.get("sum")))
              .absent(Labels.EMPTY);
      case 3 -> next(depth - 1).labelReplace("zone", "new-$1", "host", "h([01])");
      default -> next(depth - 1).labelReplace("job", "", "zone", "z.*");
    };
  }
}
