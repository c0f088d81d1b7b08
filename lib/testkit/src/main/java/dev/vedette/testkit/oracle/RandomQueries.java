package dev.vedette.testkit.oracle;

import dev.vedette.model.Labels;
import dev.vedette.model.SpecialValues;
import dev.vedette.testkit.oracle.OracleBinary.Many;
import dev.vedette.testkit.oracle.OracleBinary.Matching;
import dev.vedette.testkit.oracle.OracleBinary.Operator;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
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
  private static final List<String> LABELS = List.of("instance", "job", "zone");
  private static final List<String> ORDERS =
      List.of("sort", "sort_desc", "sort_by_label", "sort_by_label_desc");

  private static final int MOST_SERIES = 6;

  private final SplittableRandom random;
  private final OracleData data = new OracleData();
  private final RandomSelectors selectors;
  // Of the expression made last.
  private final List<Subquery> subqueries = new ArrayList<>();

  /** An expression that is worked out at the multiples of a step. */
  private record Subquery(OracleVector inner, long rangeMillis, long stepMillis) {}

  public RandomQueries(SplittableRandom random) {
    this.random = random;
    this.selectors = new RandomSelectors(random, data);
    fill();
  }

  private void fill() {
    for (String metric : RandomSelectors.METRICS) {
      int series = 1 + random.nextInt(MOST_SERIES);
      for (int i = 0; i < series; i++) {
        fill(metric, i);
      }
    }
    for (int i = 0; i < MOST_SERIES; i++) {
      if (random.nextInt(4) != 0) {
        fillInfo(i);
      }
    }
  }

  /** Another version from some time on; the one before may still be found for a while. */
  private void fillInfo(int number) {
    Labels.Builder labels =
        new Labels.Builder()
            .set(Labels.METRIC_NAME, "target_info")
            .set("instance", "h" + number % 3)
            .set("job", "j" + number / 3);
    if (random.nextBoolean()) {
      labels.set("zone", "z9");
    }
    Labels before = labels.set("version", "v0").build();
    Labels after = labels.set("version", "v1").build();
    long change = START + random.nextLong(SPAN);
    for (long at = START - SPAN; at <= START + SPAN; at += 60_000) {
      data.add(at < change ? before : after, at, 1);
    }
    if (random.nextBoolean()) {
      data.add(before, change, STALE);
    }
  }

  /** What the expressions are over. */
  public OracleData data() {
    return data;
  }

  private void fill(String metric, int number) {
    Labels.Builder labels = new Labels.Builder().set(Labels.METRIC_NAME, metric);
    labels.set("instance", "h" + number % 3).set("job", "j" + number / 3);
    if (random.nextInt(3) == 0) {
      labels.set("zone", "z" + random.nextInt(2));
    }
    Labels series = labels.build();
    long interval = random.nextBoolean() ? 15_000 : 20_000;
    boolean counter = metric.endsWith("_total");
    double value = random.nextInt(100);
    double own = (RandomSelectors.METRICS.indexOf(metric) * MOST_SERIES + number) / 256.0;
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

  /**
   * An expression that is nested so deep at most.
   *
   * @param frame what it is going to be asked for
   */
  public OracleVector next(int depth, QueryFrame frame) {
    subqueries.clear();
    selectors.frame(frame);
    return next(depth);
  }

  /**
   * Whether a subquery of the expression made last has no value at one of the times that an engine
   * looks at which works it out from the first window to the last, also between them.
   */
  public boolean mayFailBetween(QueryFrame frame) {
    long before = subqueries.stream().mapToLong(Subquery::rangeMillis).sum();
    return subqueries.stream()
        .anyMatch(each -> fails(each, frame.startMillis() - before, frame.endMillis()));
  }

  private static boolean fails(Subquery subquery, long fromMillis, long toMillis) {
    long step = subquery.stepMillis;
    for (long at = Math.ceilDiv(fromMillis, step) * step; at <= toMillis; at += step) {
      try {
        subquery.inner.at(at);
      } catch (OracleError _) {
        return true;
      }
    }
    return false;
  }

  private OracleVector next(int depth) {
    if (depth == 0) {
      return selectors.instant();
    }
    return switch (random.nextInt(16)) {
      case 0 -> selectors.instant();
      case 1, 2, 3 -> function(depth);
      case 4, 5 -> aggregation(depth);
      case 6 -> chosen();
      case 7 -> withScalar(depth);
      case 8 -> filter(depth);
      case 9, 10 -> join(depth);
      case 11 -> set(depth);
      case 12, 13 -> point(depth);
      default -> other(depth);
    };
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private <T> Map.Entry<String, T> any(Map<String, T> of) {
    return any(List.copyOf(of.entrySet()));
  }

  private OracleVector function(int depth) {
    if (depth > 1 && random.nextInt(4) == 0) {
      return call(subquery(depth), OracleFunctions.STEADY);
    }
    return switch (random.nextInt(8)) {
      case 0 -> extended();
      case 1 -> timed();
      case 2 -> selectors.absent();
      default -> call(selectors.range(), List.copyOf(OracleFunctions.BY_NAME.keySet()));
    };
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
    return named(range, any(names));
  }

  private static OracleVector named(OracleRange range, String name) {
    return range.call(
        name + "(%s)",
        OracleFunctions.KEEPING_NAMES.contains(name),
        Objects.requireNonNull(OracleFunctions.BY_NAME.get(name)));
  }

  /** Of ranges with what is just outside of them. */
  private OracleVector extended() {
    String name = any(List.of("rate", "increase", "delta", "changes", "resets"));
    if (name.equals("changes") || name.equals("resets")) {
      return named(selectors.anchored(), name);
    }
    boolean counter = !name.equals("delta");
    OracleRange range = random.nextBoolean() ? selectors.anchored() : selectors.smoothed(counter);
    return range.call(
        name + "(%s)",
        false,
        window -> {
          double rise = OracleFunctions.rise(window, counter);
          return name.equals("rate") ? rise / (window.rangeMillis() / 1000.0) : rise;
        });
  }

  private OracleVector timed() {
    return switch (random.nextInt(3)) {
      case 0 -> {
        long ahead = random.nextInt(-600, 600);
        yield selectors
            .range()
            .call(
                "predict_linear(%%s, %d)".formatted(ahead),
                false,
                window -> OracleFunctions.predicted(window, ahead));
      }
      case 1 -> {
        double level = random.nextInt(1, 10) / 10.0;
        double trend = random.nextInt(1, 10) / 10.0;
        yield selectors
            .range()
            .call(
                "double_exponential_smoothing(%%s, %s, %s)".formatted(level, trend),
                false,
                window -> OracleFunctions.smoothing(window, level, trend));
      }
      default -> {
        var which = any(OracleFunctions.TIMES_OF);
        yield selectors
            .range()
            .call(
                "(%s(%%s) - %d)".formatted(which.getKey(), OracleScalar.EPOCH_SECONDS),
                false,
                window -> OracleFunctions.timeOf(window, which.getValue()));
      }
    };
  }

  private OracleRange subquery(int depth) {
    long range = selectors.length();
    long step = 1000L * (10 + random.nextInt(80));
    QueryFrame frame = selectors.frame();
    selectors.frame(null);
    OracleVector inner = next(depth - 2);
    String text =
        "(%s)[%s:%s]".formatted(inner.text(), selectors.duration(range), selectors.duration(step));
    selectors.frame(frame);
    subqueries.add(new Subquery(inner, range, step));
    return OracleRange.subquery(inner, text, range, step);
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
    var operator = any(OracleAggregation.BY_NAME);
    return grouping().apply(operator.getKey(), inner, operator.getValue());
  }

  /** Some of the series of a selector, whose values are all different. */
  private OracleVector chosen() {
    OracleVector values = selectors.instant();
    return switch (random.nextInt(6)) {
      case 0, 1 -> grouping().limited(random.nextInt(4), values);
      case 2 -> {
        // Which series each takes is for their hashes to say, but no series is in both or neither.
        String both =
            "(limit_ratio(0.25, %s) or on (__name__, instance, job, zone) limit_ratio(-0.75, %s))";
        yield new OracleVector(both.formatted(values.text(), values.text()), values.values());
      }
      default -> grouping().ranked(1 + random.nextInt(3), random.nextBoolean(), values);
    };
  }

  private OracleScalar scalar() {
    QueryFrame frame = selectors.frame();
    return switch (random.nextInt(10)) {
      case 0 -> OracleScalar.time();
      case 1, 2 -> OracleScalar.of(selectors.instant());
      case 3 -> frame == null ? OracleScalar.pi() : ofQuery(frame);
      case 4 -> literal().extreme(random.nextBoolean(), OracleScalar.of(selectors.instant()));
      default -> literal();
    };
  }

  private OracleScalar literal() {
    return OracleScalar.literal(random.nextInt(-40, 40) / 4.0);
  }

  private OracleScalar ofQuery(QueryFrame frame) {
    return switch (random.nextInt(5)) {
      case 0 -> OracleScalar.start(frame);
      case 1 -> OracleScalar.end(frame);
      case 2 -> OracleScalar.step(frame);
      case 3 -> OracleScalar.range(frame);
      default -> OracleScalar.pi();
    };
  }

  private OracleVector withScalar(int depth) {
    if (random.nextInt(4) == 0) {
      OracleVector small = selectors.instant().map("(%s / 64)", v -> v / 64);
      double power = any(List.of(2.0, 0.5, -1.0, 3.0));
      return random.nextBoolean()
          ? OracleBinary.withScalar("^", Math::pow, small, OracleScalar.literal(power), false)
          : OracleBinary.withScalar("%", (a, b) -> a % b, selectors.instant(), literal(), false);
    }
    String operator = any(OracleBinary.ARITHMETIC).getKey();
    boolean left = random.nextInt(3) == 0 && !operator.equals("/");
    return OracleBinary.withScalar(operator, next(depth - 1), scalar(), left);
  }

  /** Against numbers that nothing comes near. */
  private OracleVector filter(int depth) {
    String operator = any(OracleBinary.COMPARISON).getKey();
    OracleScalar odd = OracleScalar.literal(random.nextInt(-50, 500) + Math.PI / 10);
    return OracleBinary.filter(operator, next(depth - 1), odd, random.nextInt(3) == 0);
  }

  /** Mostly by all labels, so that not too many series find several partners. */
  private Matching matching(Many many) {
    List<String> names =
        random.nextInt(3) != 0
            ? LABELS
            : LABELS.stream().filter(_ -> random.nextBoolean()).toList();
    boolean on = names.equals(LABELS) || random.nextBoolean();
    List<String> free = LABELS.stream().filter(name -> !on || !names.contains(name)).toList();
    boolean includes = many != Many.NEITHER && !free.isEmpty() && random.nextBoolean();
    return new Matching(names, on, many, includes ? List.of(any(free)) : List.of());
  }

  private Matching matching() {
    return matching(
        switch (random.nextInt(5)) {
          case 0, 1 -> Many.LEFT;
          case 2 -> Many.RIGHT;
          default -> Many.NEITHER;
        });
  }

  private OracleVector join(int depth) {
    return switch (random.nextInt(8)) {
      case 0 -> {
        var steep = any(OracleBinary.STEEP);
        yield ofSelectors(Operator.arithmetic(steep.getKey(), steep.getValue()));
      }
      case 1 ->
          ofSelectors(
              Operator.comparison(any(OracleBinary.COMPARISON).getKey(), random.nextBoolean()));
      default -> {
        var operator = any(OracleBinary.ARITHMETIC);
        boolean divides = operator.getKey().equals("/");
        OracleVector right = divides ? selectors.instant() : next(depth - 1);
        Matching matching = matching();
        yield OracleBinary.join(
            Operator.arithmetic(operator.getKey(), operator.getValue()),
            next(depth - 1),
            right,
            matching,
            divides ? null : fill(matching));
      }
    };
  }

  private OracleVector ofSelectors(Operator operator) {
    Matching matching = matching();
    return OracleBinary.join(
        operator, selectors.instant(), selectors.instant(), matching, fill(matching));
  }

  /** What a missing partner counts as, if it does. */
  private @Nullable Double fill(Matching matching) {
    return !matching.isGrouped() && random.nextInt(3) == 0
        ? Double.valueOf(random.nextInt(20) / 4.0)
        : null;
  }

  private OracleVector set(int depth) {
    return OracleBinary.set(
        any(List.of("and", "or", "unless")),
        next(depth - 1),
        next(depth - 1),
        matching(Many.NEITHER));
  }

  private OracleVector point(int depth) {
    return switch (random.nextInt(9)) {
      case 0 -> next(depth - 1).map("abs(%s)", Math::abs);
      case 1 -> next(depth - 1).map("(-%s)", v -> -v);
      case 2 -> next(depth - 1).map("clamp_max(%s, 7)", v -> Math.min(v, 7));
      case 3 -> next(depth - 1).map("clamp_min(%s, -3)", v -> Math.max(v, -3));
      case 4 -> next(depth - 1).clamp(random.nextInt(-9, 3), random.nextInt(0, 40) / 4.0);
      case 5 -> rounded();
      case 6 -> ofDate();
      default -> ofScaled();
    };
  }

  /** Powers of two are what dividing by is exact. */
  private OracleVector rounded() {
    if (random.nextBoolean()) {
      return selectors.instant().map("round(%s)", v -> Math.floor(v + 0.5));
    }
    double to = any(List.of(0.125, 0.5, 2.0, 64.0));
    return selectors
        .instant()
        .map("round(%%s, %s)".formatted(to), v -> Math.floor(v / to + 0.5) * to);
  }

  /** Of so many days since 1970. */
  private OracleVector ofDate() {
    Map.Entry<String, ToDoubleFunction<ZonedDateTime>> part = any(OraclePoints.DATES);
    return selectors
        .instant()
        .map(
            part.getKey() + "(%s * 86400)",
            v -> part.getValue().applyAsDouble(OraclePoints.date(v * 86400)));
  }

  private OracleVector ofScaled() {
    Map.Entry<String, DoubleUnaryOperator> function = any(OraclePoints.BY_NAME);
    int by = OraclePoints.GROWING.contains(function.getKey()) ? 1024 : any(List.of(1, 64, 1024));
    return selectors
        .instant()
        .map(
            "%s(%%s / %d)".formatted(function.getKey(), by),
            v -> function.getValue().applyAsDouble(v / by));
  }

  private OracleVector other(int depth) {
    return switch (random.nextInt(10)) {
      case 0 -> selectors.timestamp();
      case 1 -> OracleVector.of(scalar());
      case 2 ->
          grouping()
              .apply(
                  "sum",
                  next(depth - 1),
                  Objects.requireNonNull(OracleAggregation.BY_NAME.get("sum")))
              .absent(Labels.EMPTY);
      case 3 -> next(depth - 1).labelReplace("zone", "new-$1", "instance", "h([01])");
      case 4 -> next(depth - 1).labelReplace("job", "", "zone", "z.*");
      case 5 -> next(depth - 1).labelJoin(any(LABELS), any(List.of("", "-")), LABELS);
      case 6 -> {
        OracleVector few = selectors.instant().map("floor(%s / 64)", v -> Math.floor(v / 64));
        yield grouping().countValues("value", few);
      }
      case 7 -> selectors.smoothed();
      case 8 -> selectors.info();
      default -> {
        String order = any(ORDERS);
        String by = order.startsWith("sort_by") ? ", \"instance\", \"zone\"" : "";
        yield next(depth - 1).relabel(order + "(%s" + by + ")", UnaryOperator.identity());
      }
    };
  }
}
