package dev.vedette.testkit.oracle;

import dev.vedette.model.CounterReset;
import dev.vedette.model.Histogram;
import dev.vedette.model.HistogramLayout;
import dev.vedette.model.Labels;
import dev.vedette.model.SpecialValues;
import dev.vedette.testkit.oracle.HistogramWalk.Kind;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Random data and random well-typed expressions over it, as text: most of the language, for engines
 * that are compared with each other. Whoever draws from the same random numbers gets the same ones.
 *
 * <p>There are gauges, counters, classic histograms, and native ones of integers, of floats and of
 * custom buckets, and series that have numbers and histograms by turns. What rounds, compares or
 * ranks is over samples themselves, so that the last bits of a sum do not decide what it gives.
 */
public final class RandomPromql {
  public static final long SPAN = 40 * 60_000L;

  private static final double STALE = Double.longBitsToDouble(SpecialValues.STALE_BITS);
  private static final int MOST_SERIES = 6;
  private static final List<String> FLOATS = List.of("m_gauge", "n_gauge", "c_total");
  private static final List<String> HISTOGRAMS =
      List.of("h_seconds", "i_seconds", "f_seconds", "k_seconds", "x_mixed");
  private static final String CLASSIC = "b_seconds_bucket";
  private static final List<String> BOUNDS = List.of("0.1", "0.5", "1", "2.5", "10", "+Inf");
  private static final List<String> LABELS = List.of("host", "job", "zone");
  private static final List<String> RANGES =
      List.of("20s", "30s", "61s", "2m", "5m", "10m", "1m30s", "90");

  private final SplittableRandom random;
  private final long start;
  private final OracleData data = new OracleData();

  /**
   * @param start Unix milliseconds of the first samples; the last are {@link #SPAN} later
   */
  public RandomPromql(SplittableRandom random, long start) {
    this.random = random;
    this.start = start;
    FLOATS.forEach(metric -> each(metric, this::numbers));
    HISTOGRAMS.forEach(metric -> each(metric, labels -> histograms(labels, metric)));
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      classic(i);
    }
  }

  /** What the expressions are over. */
  public OracleData data() {
    return data;
  }

  /** Fills some series of a metric. */
  private void each(String metric, Function<Labels, Supplier<Object>> values) {
    for (int i = random.nextInt(1, MOST_SERIES + 1); i > 0; i--) {
      Labels.Builder labels = new Labels.Builder().set(Labels.METRIC_NAME, metric);
      labels.set("host", "h" + i % 3).set("job", "j" + i / 3);
      if (random.nextInt(3) == 0) {
        labels.set("zone", "z" + random.nextInt(2));
      }
      Labels series = labels.build();
      fill(series, values.apply(series));
    }
  }

  /** Samples at an interval, with gaps and staleness markers. */
  private void fill(Labels series, Supplier<Object> values) {
    long interval = random.nextBoolean() ? 15_000 : 20_000;
    Object[] last = {0.0};
    for (long at = start + random.nextInt(9); at <= start + SPAN; at += interval) {
      switch (random.nextInt(40)) {
        case 0 -> {
          if (series.get(Labels.METRIC_NAME).equals("x_mixed")) {
            // A marker among both kinds is stored at another place than it was sent at.
            at += interval;
          } else if (last[0] instanceof Histogram histogram) {
            data.add(series, at, ended(histogram));
          } else {
            data.add(series, at, STALE);
          }
        }
        case 1, 2 -> at += interval * random.nextInt(40);
        default -> {
          Object value = values.get();
          last[0] = value;
          if (value instanceof Histogram histogram) {
            data.add(series, at, histogram);
          } else {
            data.add(series, at, (Double) value);
          }
        }
      }
    }
  }

  /**
   * A staleness marker of the same kind: a Prometheus stores one kind of a request after another.
   */
  private static Histogram ended(Histogram before) {
    return before.isFloat()
        ? Histogram.ofFloats(
            HistogramLayout.EMPTY, CounterReset.UNKNOWN, 0, 0, STALE, new double[0], new double[0])
        : Histogram.STALE;
  }

  private Supplier<Object> numbers(Labels labels) {
    boolean counter = labels.get(Labels.METRIC_NAME).endsWith("_total");
    double[] value = {random.nextInt(100) + random.nextInt(256) / 256.0};
    return () -> {
      switch (random.nextInt(20)) {
        case 0 -> value[0] = counter ? random.nextInt(5) : -value[0];
        case 1, 2, 3, 4 -> {}
        default -> value[0] += random.nextInt(400) / 4.0 - (counter ? 0 : 50);
      }
      return value[0];
    };
  }

  private Supplier<Object> histograms(Labels labels, String metric) {
    Kind kind =
        switch (metric) {
          case "f_seconds" -> Kind.GAUGE;
          case "k_seconds" -> Kind.CUSTOM;
          default -> Kind.COUNTER;
        };
    HistogramWalk walk = new HistogramWalk(random, kind);
    Supplier<Object> numbers = numbers(labels);
    boolean isMixed = metric.equals("x_mixed");
    boolean[] isNumber = {false};
    return () -> {
      if (isMixed && random.nextInt(8) == 0) {
        isNumber[0] = !isNumber[0];
      }
      return isNumber[0] ? numbers.get() : walk.next();
    };
  }

  /** Buckets of a classic histogram, each at least as full as the one below. */
  private void classic(int number) {
    double[] counts = new double[BOUNDS.size()];
    for (long at = start; at <= start + SPAN; at += 15_000) {
      for (int i = random.nextInt(counts.length); i < counts.length; i++) {
        counts[i] += 4;
      }
      for (int i = 0; i < counts.length; i++) {
        Labels.Builder labels = new Labels.Builder().set(Labels.METRIC_NAME, CLASSIC);
        labels.set("host", "h" + number).set("job", "j0").set("le", BOUNDS.get(i));
        data.add(labels.build(), at, counts[i]);
      }
    }
  }

  /** An expression that gives a vector and is nested so deep at most. */
  public String next(int depth) {
    if (depth == 0) {
      return selector();
    }
    return switch (random.nextInt(20)) {
      case 0 -> selector();
      case 1, 2, 3, 4, 5 -> function(depth);
      case 6, 7, 8 -> aggregation(depth);
      case 9 -> ranked();
      case 10, 11 -> withScalar(depth);
      case 12, 13 -> join(depth);
      case 14 -> set(depth);
      case 15 -> comparison(depth);
      case 16, 17 -> histogramFunction(depth);
      case 18 -> point(depth);
      default -> other(depth);
    };
  }

  private String any(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }

  private String any(String... of) {
    return any(List.of(of));
  }

  private String metric() {
    return switch (random.nextInt(5)) {
      case 0, 1 -> any(FLOATS);
      case 2, 3 -> any(HISTOGRAMS);
      default -> CLASSIC;
    };
  }

  private String matched() {
    return matched(metric());
  }

  private String matched(String metric) {
    if (random.nextInt(12) == 0) {
      return any("{__name__=~\"[mn]_gauge\"}", "{__name__=~\"[hi]_seconds|m_gauge\"}");
    }
    return metric
        + any(
            "",
            "",
            "",
            "{host=\"h1\"}",
            "{job!=\"j1\"}",
            "{host=~\"h[01]\"}",
            "{zone!~\"z1|x\"}",
            "{zone=\"\"}");
  }

  private String modifiers() {
    return switch (random.nextInt(12)) {
      case 0 -> " offset 15s";
      case 1 -> " offset -1m";
      case 2 -> " @ " + (start / 1000 + random.nextInt((int) (SPAN / 1000)));
      case 3 -> any(" @ start()", " @ end()", " @ end() offset 1m30s");
      default -> "";
    };
  }

  private String selector() {
    return matched() + modifiers();
  }

  private String range(int depth) {
    return depth > 1 && random.nextInt(4) == 0
        ? subquery(depth)
        : matched() + "[" + any(RANGES) + "]" + modifiers();
  }

  private String subquery(int depth) {
    String inner = random.nextBoolean() ? selector() : next(depth - 2);
    String step = random.nextInt(4) == 0 ? "" : random.nextInt(10, 90) + "s";
    return "(%s)[%s:%s]%s".formatted(inner, any(RANGES), step, modifiers());
  }

  private String function(int depth) {
    return switch (random.nextInt(10)) {
      case 0 -> "quantile_over_time(%s, %s)".formatted(fraction(), range(depth));
      case 1 -> "predict_linear(%s, %d)".formatted(samples(), random.nextInt(-600, 600));
      case 2 -> any("deriv(", "resets(", "irate(", "stddev_over_time(") + samples() + ")";
      // Equal histograms are not equal to a Prometheus that has them in chunks of other layouts.
      case 3 -> "changes(%s[%s])".formatted(any(FLOATS), any(RANGES));
      case 4 -> "absent_over_time(%s)".formatted(range(depth));
      case 5 -> any("rate(", "increase(", "delta(", "idelta(") + samples() + ")";
      default ->
          any(
                  "rate",
                  "increase",
                  "delta",
                  "idelta",
                  "sum_over_time",
                  "avg_over_time",
                  "min_over_time",
                  "max_over_time",
                  "count_over_time",
                  "last_over_time",
                  "present_over_time",
                  "stdvar_over_time")
              + "("
              + range(depth)
              + ")";
    };
  }

  private String samples() {
    return matched() + "[" + any(RANGES) + "]" + modifiers();
  }

  private String fraction() {
    return any("0", "0.1", "0.25", "0.5", "0.9", "1", "-1", "2", "NaN");
  }

  private String grouping() {
    String names = String.join(", ", LABELS.stream().filter(_ -> random.nextBoolean()).toList());
    return any("", " by (" + names + ") ", " by (" + names + ") ", " without (" + names + ") ");
  }

  private String aggregation(int depth) {
    String inner = next(depth - 1);
    return switch (random.nextInt(9)) {
      case 0 -> "quantile%s(%s, %s)".formatted(grouping(), fraction(), inner);
      case 1 -> "count_values%s(\"value\", %s)".formatted(grouping(), selector());
      default ->
          any("sum", "sum", "avg", "avg", "min", "max", "count", "group", "stddev", "stdvar")
              + grouping()
              + "("
              + inner
              + ")";
    };
  }

  private String ranked() {
    return any("topk", "bottomk")
        + grouping()
        + "("
        + random.nextInt(5)
        + ", "
        + matched(any(FLOATS.subList(0, 2)))
        + modifiers()
        + ")";
  }

  private String scalar() {
    return switch (random.nextInt(8)) {
      case 0 -> "(time() - %d)".formatted(start / 1000);
      case 1 -> "scalar(" + selector() + ")";
      case 2 -> any("NaN", "Inf", "-Inf", "0", "pi()");
      default -> Double.toString(random.nextInt(-40, 40) / 4.0);
    };
  }

  private String withScalar(int depth) {
    return switch (random.nextInt(6)) {
      case 0 -> "(%s %s %s)".formatted(scalar(), any("+", "-", "*"), next(depth - 1));
      case 1 -> "(%s %s %s)".formatted(selector(), any("%", "^", "atan2"), scalar());
      case 2 -> "(-%s)".formatted(next(depth - 1));
      default ->
          "(%s %s %s)".formatted(next(depth - 1), any("+", "-", "*", "*", "/", "/"), scalar());
    };
  }

  private String matching(boolean many) {
    String names = String.join(", ", LABELS.stream().filter(_ -> random.nextInt(3) != 0).toList());
    String group =
        many ? any("", " group_left () ", " group_right () ", " group_left (zone) ") : "";
    return random.nextInt(3) == 0 ? "" : any(" on (", " ignoring (") + names + ")" + group;
  }

  private String join(int depth) {
    String operator = any("+", "-", "*", "/", "+", "-");
    // Of one metric both sides have the same series, so that there are answers.
    if (random.nextBoolean()) {
      String metric = metric();
      String form = any("%s", "sum_over_time(%s[2m])", "rate(%s[5m])", "avg_over_time(%s[1m])");
      return "(%s %s %s)".formatted(form.formatted(metric), operator, matched(metric));
    }
    return "(%s %s%s %s)".formatted(next(depth - 1), operator, matching(true), next(depth - 1));
  }

  private String set(int depth) {
    return "(%s %s%s %s)"
        .formatted(next(depth - 1), any("and", "or", "unless"), matching(false), next(depth - 1));
  }

  /** Of numbers that nothing comes near, or of samples with each other. */
  private String comparison(int depth) {
    String operator = any("==", "!=", "<", ">", "<=", ">=") + any("", "", " bool");
    if (random.nextInt(3) == 0) {
      String metric = metric();
      String on = random.nextBoolean() ? matching(true) : "";
      String other = random.nextBoolean() ? metric : any(FLOATS) + modifiers();
      return "(%s %s%s %s)".formatted(matched(metric), operator, on, other);
    }
    double odd = random.nextInt(-50, 500) + Math.PI / 10;
    return random.nextInt(4) == 0
        ? "(%s %s %s)".formatted(odd, operator, next(depth - 1))
        : "(%s %s %s)".formatted(next(depth - 1), operator, odd);
  }

  private String histogramFunction(int depth) {
    if (random.nextInt(5) == 0) {
      // 3.5 has no fraction of some classic histograms.
      return "histogram_fraction(%s, %s, rate(%s[2m]))"
          .formatted(
              any("-Inf", "-1", "0", "0.3"), any("1", "2.7", "+Inf"), matched(any(HISTOGRAMS)));
    }
    String inner = random.nextInt(3) == 0 ? next(depth - 1) : histogram();
    return switch (random.nextInt(4)) {
      case 0, 1 -> "histogram_quantile(%s, %s)".formatted(fraction(), inner);
      default ->
          any(
                  "histogram_count",
                  "histogram_sum",
                  "histogram_avg",
                  "histogram_stddev",
                  "histogram_stdvar")
              + "("
              + inner
              + ")";
    };
  }

  /** Something that has histograms. */
  private String histogram() {
    String metric = random.nextInt(4) == 0 ? CLASSIC : any(HISTOGRAMS);
    String rate = "%s(%s[%s])".formatted(any("rate", "increase"), matched(metric), any(RANGES));
    return switch (random.nextInt(5)) {
      case 0 -> matched(metric);
      case 1 -> rate;
      case 2 -> "sum by (host, le) (%s)".formatted(rate);
      case 3 -> "sum without (job, zone) (%s)".formatted(matched(metric));
      default -> "avg by (job, le) (%s)".formatted(rate);
    };
  }

  private String point(int depth) {
    return switch (random.nextInt(6)) {
      case 0 -> any("abs(", "sgn(", "exp(0.01 * ") + selector() + ")";
      case 1 ->
          any("floor(", "ceil(", "round(", "sqrt(", "ln(", "log2(", "log10(") + selector() + ")";
      case 2 -> any("sin(", "cos(", "atan(", "tanh(", "deg(", "rad(") + selector() + ")";
      case 3 -> "clamp_max(%s, 7)".formatted(next(depth - 1));
      case 4 -> "clamp(%s, -3, %s)".formatted(next(depth - 1), any("12", "-5"));
      default -> "round(%s, 0.25)".formatted(selector());
    };
  }

  private String other(int depth) {
    return switch (random.nextInt(8)) {
      case 0 -> "timestamp(%s%s)".formatted(matched(), any("", " offset 15s"));
      case 1 -> "vector(%s)".formatted(scalar());
      case 2 -> "absent(%s)".formatted(selector());
      case 3 ->
          "label_replace(%s, \"zone\", \"new-$1\", \"host\", \"h([01])\")"
              .formatted(next(depth - 1));
      case 4 -> "label_join(%s, \"job\", \"-\", \"host\", \"zone\")".formatted(next(depth - 1));
      case 5 ->
          any("hour(", "minute(", "day_of_week(", "day_of_year(", "days_in_month(")
              + "timestamp(%s))".formatted(matched());
      case 6 ->
          "label_replace(%s, \"__name__\", \"renamed\", \"\", \"\")".formatted(next(depth - 1));
      default -> "(%s)".formatted(next(depth - 1));
    };
  }
}
