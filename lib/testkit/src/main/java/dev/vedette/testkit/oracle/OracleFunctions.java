package dev.vedette.testkit.oracle;

import dev.vedette.testkit.oracle.OracleRange.Function;
import dev.vedette.testkit.oracle.OracleRange.Window;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.DoubleBinaryOperator;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Functions of ranges by their definitions, under their names. */
final class OracleFunctions {
  static final Map<String, Function> BY_NAME = new LinkedHashMap<>();

  /** Those whose result does not hang on the last bit of a value. */
  static final List<String> STEADY =
      List.of(
          "sum_over_time",
          "avg_over_time",
          "min_over_time",
          "max_over_time",
          "count_over_time",
          "last_over_time",
          "first_over_time",
          "present_over_time",
          "stdvar_over_time",
          "delta",
          "idelta");

  /** Those whose result is a sample of a series. */
  static final Set<String> KEEPING_NAMES = Set.of("last_over_time", "first_over_time");

  /** When that sample was taken, the last one where there are several. */
  static final Map<String, BiPredicate<Double, Double>> TIMES_OF = new LinkedHashMap<>();

  static {
    TIMES_OF.put("ts_of_first_over_time", (_, _) -> false);
    TIMES_OF.put("ts_of_last_over_time", (_, _) -> true);
    TIMES_OF.put("ts_of_min_over_time", (best, next) -> next <= best);
    TIMES_OF.put("ts_of_max_over_time", (best, next) -> next >= best);
    BY_NAME.put("rate", window -> extrapolated(window, true, true));
    BY_NAME.put("increase", window -> extrapolated(window, true, false));
    BY_NAME.put("delta", window -> extrapolated(window, false, false));
    BY_NAME.put("irate", OracleFunctions::irate);
    BY_NAME.put("idelta", OracleFunctions::idelta);
    BY_NAME.put("sum_over_time", of(values -> values.stream().mapToDouble(v -> v).sum()));
    BY_NAME.put("avg_over_time", of(OracleFunctions::mean));
    BY_NAME.put("min_over_time", of(values -> best(values, Double::min)));
    BY_NAME.put("max_over_time", of(values -> best(values, Double::max)));
    BY_NAME.put("count_over_time", of(List::size));
    BY_NAME.put("last_over_time", of(List::getLast));
    BY_NAME.put("first_over_time", of(List::getFirst));
    BY_NAME.put("mad_over_time", of(OracleFunctions::medianDeviation));
    BY_NAME.put("present_over_time", of(_ -> 1));
    BY_NAME.put("stdvar_over_time", of(OracleFunctions::variance));
    BY_NAME.put("stddev_over_time", of(values -> Math.sqrt(variance(values))));
    BY_NAME.put("changes", of(values -> pairs(values, (a, b) -> a != b)));
    BY_NAME.put("resets", of(values -> pairs(values, (a, b) -> b < a)));
    BY_NAME.put("deriv", OracleFunctions::slope);
  }

  private OracleFunctions() {}

  private static Function of(ToDoubleFunction<List<Double>> function) {
    return window -> function.applyAsDouble(window.points().stream().map(Point::value).toList());
  }

  /** Two neighbours of a window. */
  @FunctionalInterface
  private interface Pair {
    boolean holds(double before, double after);
  }

  private static int pairs(List<Double> values, Pair pair) {
    int count = 0;
    for (int i = 1; i < values.size(); i++) {
      count += pair.holds(values.get(i - 1), values.get(i)) ? 1 : 0;
    }
    return count;
  }

  static double mean(List<Double> values) {
    return values.stream().mapToDouble(v -> v).sum() / values.size();
  }

  static double variance(List<Double> values) {
    double mean = mean(values);
    return values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum() / values.size();
  }

  /** NaN counts only where there is nothing else. */
  static double best(List<Double> values, DoubleBinaryOperator better) {
    return values.stream()
        .mapToDouble(v -> v)
        .filter(v -> !Double.isNaN(v))
        .reduce(better)
        .orElse(Double.NaN);
  }

  /** By linear interpolation between ranks; NaN is less than anything. */
  static double quantile(double q, List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    sorted.sort(
        Comparator.<Double, Boolean>comparing(v -> !v.isNaN()).thenComparing(Double::compare));
    double rank = q * (sorted.size() - 1);
    int low = (int) Math.max(0, Math.floor(rank));
    int high = Math.min(sorted.size() - 1, low + 1);
    double weight = rank - Math.floor(rank);
    return sorted.get(low) * (1 - weight) + sorted.get(high) * weight;
  }

  /** The median of how far values are from their median. */
  private static double medianDeviation(List<Double> values) {
    double median = quantile(0.5, values);
    return quantile(0.5, values.stream().map(v -> Math.abs(v - median)).toList());
  }

  /**
   * When the best sample was taken, in seconds since a time near by.
   *
   * @param isBetter whether the next value goes before the best one up to then
   */
  static double timeOf(Window window, BiPredicate<Double, Double> isBetter) {
    Point best = window.points().getFirst();
    for (Point next : window.points()) {
      best = isBetter.test(best.value(), next.value()) ? next : best;
    }
    return best.millis() / 1000.0 - OracleScalar.EPOCH_SECONDS;
  }

  /** By how much values rose from the first to the last; a counter's after each reset from zero. */
  static double rise(Window window, boolean counter) {
    double difference = window.points().getLast().value() - window.points().getFirst().value();
    for (int i = 1; counter && i < window.size(); i++) {
      difference += window.value(i) < window.value(i - 1) ? window.value(i - 1) : 0;
    }
    return difference;
  }

  /** Holt's linear method: a level and a trend, each a mix of what is new and what was. */
  static @Nullable Double smoothing(Window window, double level, double trend) {
    if (window.size() < 2) {
      return null;
    }
    double before = window.value(0);
    double slope = window.value(1) - window.value(0);
    double now = level * window.value(1) + (1 - level) * (before + slope);
    for (int i = 2; i < window.size(); i++) {
      slope = trend * (now - before) + (1 - trend) * slope;
      before = now;
      now = level * window.value(i) + (1 - level) * (before + slope);
    }
    return now;
  }

  private static @Nullable Double extrapolated(Window window, boolean counter, boolean perSecond) {
    int count = window.size();
    if (count < 2) {
      return null;
    }
    Point first = window.points().getFirst();
    Point last = window.points().getLast();
    double difference = rise(window, counter);
    boolean fromZero = counter && difference > 0 && first.value() >= 0;
    double whole = difference * reach(window, fromZero ? first.value() / difference : Double.NaN);
    return perSecond ? whole / (window.rangeMillis() / 1000.0) : whole;
  }

  /**
   * By how much a window is longer than what its samples span, as it is carried on to its ends.
   *
   * @param beforeFirst how much of that span lies between zero and the first sample, as the counter
   *     rises; NaN where it may have begun below zero
   */
  static double reach(Window window, double beforeFirst) {
    Point first = window.points().getFirst();
    Point last = window.points().getLast();
    double sampled = (last.millis() - first.millis()) / 1000.0;
    double distance = sampled / (window.size() - 1);
    double toStart = (first.millis() - (window.endMillis() - window.rangeMillis())) / 1000.0;
    double toEnd = (window.endMillis() - last.millis()) / 1000.0;
    toStart = toStart >= distance * 1.1 ? distance / 2 : toStart;
    toEnd = toEnd >= distance * 1.1 ? distance / 2 : toEnd;
    if (!Double.isNaN(beforeFirst)) {
      toStart = Math.min(toStart, sampled * beforeFirst);
    }
    return (sampled + toStart + toEnd) / sampled;
  }

  private static @Nullable Double irate(Window window) {
    int count = window.size();
    if (count < 2) {
      return null;
    }
    Point before = window.points().get(count - 2);
    Point last = window.points().get(count - 1);
    double difference =
        last.value() < before.value() ? last.value() : last.value() - before.value();
    return difference / ((last.millis() - before.millis()) / 1000.0);
  }

  private static @Nullable Double idelta(Window window) {
    int count = window.size();
    return count < 2 ? null : Double.valueOf(window.value(count - 1) - window.value(count - 2));
  }

  private static @Nullable Double slope(Window window) {
    return window.size() < 2 ? null : Double.valueOf(Line.through(window).slope);
  }

  /** Where the values would be, so many seconds after the step that asks. */
  static @Nullable Double predicted(Window window, double seconds) {
    if (window.size() < 2) {
      return null;
    }
    Line line = Line.through(window);
    double x = (window.stepMillis() - window.points().getFirst().millis()) / 1000.0 + seconds;
    return line.meanY + line.slope * (x - line.meanX);
  }

  /** The line with the least squares; x in seconds from the first sample. */
  private record Line(double meanX, double meanY, double slope) {
    static Line through(Window window) {
      List<Point> points = window.points();
      List<Double> seconds =
          points.stream().map(p -> (p.millis() - points.getFirst().millis()) / 1000.0).toList();
      double meanX = mean(seconds);
      double meanY = mean(points.stream().map(Point::value).toList());
      double products = 0;
      double squares = 0;
      for (int i = 0; i < points.size(); i++) {
        double x = seconds.get(i) - meanX;
        products += x * (points.get(i).value() - meanY);
        squares += x * x;
      }
      return new Line(meanX, meanY, products / squares);
    }
  }
}
