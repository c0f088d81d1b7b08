package dev.vedette.promql.functions;

import static dev.vedette.promql.exec.RangeFunction.ofWindow;

import dev.vedette.promql.exec.RangeFunction;
import dev.vedette.promql.parse.Expr.Extension;
import java.util.Map;
import java.util.Optional;

/** Functions of range vectors, by name. */
public final class RangeFunctions {
  private static final Map<String, RangeFunction> BY_NAME =
      Map.ofEntries(
          Map.entry("rate", new Rate(true, true)),
          Map.entry("increase", new Rate(true, false)),
          Map.entry("delta", new Rate(false, false)),
          Map.entry("irate", Rate.ofLastTwo(true)),
          Map.entry("idelta", Rate.ofLastTwo(false)),
          Map.entry("deriv", Regression.DERIV),
          Map.entry("predict_linear", Regression.PREDICT),
          Map.entry("sum_over_time", ofWindow(OverTime::sum)),
          Map.entry("avg_over_time", ofWindow(OverTime::average)),
          Map.entry("min_over_time", ofWindow(OverTime::min)),
          Map.entry("max_over_time", ofWindow(OverTime::max)),
          Map.entry("count_over_time", ofWindow((_, from, to, _) -> to - from)),
          Map.entry("present_over_time", ofWindow((_, _, _, _) -> 1)),
          Map.entry("first_over_time", ofWindow((samples, from, _, _) -> samples.value(from))),
          Map.entry("last_over_time", ofWindow((samples, _, to, _) -> samples.value(to - 1))),
          Map.entry(
              "ts_of_first_over_time",
              ofWindow((samples, from, _, _) -> OverTime.seconds(samples, from))),
          Map.entry(
              "ts_of_last_over_time",
              ofWindow((samples, _, to, _) -> OverTime.seconds(samples, to - 1))),
          Map.entry("ts_of_min_over_time", ofWindow(OverTime::timeOfMin)),
          Map.entry("ts_of_max_over_time", ofWindow(OverTime::timeOfMax)),
          Map.entry("stddev_over_time", ofWindow(OverTime::deviation)),
          Map.entry("stdvar_over_time", ofWindow(OverTime::variance)),
          Map.entry("quantile_over_time", ofWindow(OverTime::quantile)),
          Map.entry("mad_over_time", ofWindow(OverTime::medianDeviation)),
          Map.entry("changes", ofWindow(OverTime::changes)),
          Map.entry("resets", ofWindow(OverTime::resets)),
          Map.entry("double_exponential_smoothing", ofWindow(OverTime::doubleExponential)));

  /** The value of a smoothed instant selector; its window is the lookback. */
  public static final RangeFunction SMOOTHED_POINT = ofWindow(Extended::point);

  private RangeFunctions() {}

  /** The same function of a range with an extension, if there is one. */
  public static Optional<RangeFunction> extended(
      String name, Extension extension, long reachMillis) {
    return new Extended(name, extension, reachMillis).function();
  }

  /** Names of the functions that take ranges with an extension. */
  public static String namesFor(Extension extension) {
    return String.join(", ", Extended.names(extension));
  }

  public static Optional<RangeFunction> find(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** Whether results keep the metric's name: they are samples of it. */
  public static boolean keepsName(String name) {
    return name.equals("last_over_time") || name.equals("first_over_time");
  }
}
