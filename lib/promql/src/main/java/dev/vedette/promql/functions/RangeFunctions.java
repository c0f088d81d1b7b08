package dev.vedette.promql.functions;

import static dev.vedette.promql.exec.RangeFunction.ofWindow;

import dev.vedette.promql.exec.MixedFunction;
import dev.vedette.promql.exec.RangeFunction;
import dev.vedette.promql.parse.Expr.Extension;
import java.util.Map;
import java.util.Optional;

/**
 * A function of range vectors.
 *
 * @param floats for series of numbers
 * @param mixed for series that have histograms
 */
public record RangeFunctions(RangeFunction floats, MixedFunction mixed) {
  private static final Map<String, RangeFunctions> BY_NAME =
      Map.ofEntries(
          rate("rate", true, true),
          rate("increase", true, false),
          rate("delta", false, false),
          entry("irate", Rate.ofLastTwo(true), MixedFunctions.ofLastTwo(true)),
          entry("idelta", Rate.ofLastTwo(false), MixedFunctions.ofLastTwo(false)),
          ofFloats("deriv", Regression.DERIV),
          ofFloats("predict_linear", Regression.PREDICT),
          total("sum_over_time", ofWindow(OverTime::sum), false),
          total("avg_over_time", ofWindow(OverTime::average), true),
          ofFloats("min_over_time", new WindowExtreme(true)),
          ofFloats("max_over_time", new WindowExtreme(false)),
          entry(
              "count_over_time",
              ofWindow((_, from, to, _) -> to - from),
              MixedFunctions.ofAny((_, from, to) -> to - from)),
          entry(
              "present_over_time",
              ofWindow((_, _, _, _) -> 1),
              MixedFunctions.ofAny((_, _, _) -> 1)),
          entry(
              "first_over_time",
              ofWindow((samples, from, _, _) -> samples.value(from)),
              MixedFunctions.sample(true)),
          entry(
              "last_over_time",
              ofWindow((samples, _, to, _) -> samples.value(to - 1)),
              MixedFunctions.sample(false)),
          entry(
              "ts_of_first_over_time",
              ofWindow((samples, from, _, _) -> OverTime.seconds(samples, from)),
              MixedFunctions.ofAny((samples, from, _) -> samples.timestamp(from) / 1000.0)),
          entry(
              "ts_of_last_over_time",
              ofWindow((samples, _, to, _) -> OverTime.seconds(samples, to - 1)),
              MixedFunctions.ofAny((samples, _, to) -> samples.timestamp(to - 1) / 1000.0)),
          ofFloats("ts_of_min_over_time", ofWindow(OverTime::timeOfMin)),
          ofFloats("ts_of_max_over_time", ofWindow(OverTime::timeOfMax)),
          ofFloats("stddev_over_time", ofWindow(OverTime::deviation)),
          ofFloats("stdvar_over_time", ofWindow(OverTime::variance)),
          ofFloats("quantile_over_time", ofWindow(OverTime::quantile)),
          ofFloats("mad_over_time", ofWindow(OverTime::medianDeviation)),
          entry(
              "changes",
              ofWindow(OverTime::changes),
              MixedFunctions.ofAny(MixedFunctions::changes)),
          entry("resets", ofWindow(OverTime::resets), MixedFunctions.ofAny(MixedFunctions::resets)),
          ofFloats("double_exponential_smoothing", ofWindow(OverTime::doubleExponential)));

  /** The value of a smoothed instant selector; its window is the lookback. */
  public static final RangeFunctions SMOOTHED_POINT =
      new RangeFunctions(ofWindow(Extended::point), ExtendedHistograms.POINT);

  private static Map.Entry<String, RangeFunctions> entry(
      String name, RangeFunction floats, MixedFunction mixed) {
    return Map.entry(name, new RangeFunctions(floats, mixed));
  }

  private static Map.Entry<String, RangeFunctions> ofFloats(String name, RangeFunction floats) {
    return entry(name, floats, MixedFunctions.ofFloats(floats));
  }

  private static Map.Entry<String, RangeFunctions> rate(
      String name, boolean counter, boolean perSecond) {
    return Map.entry(name, rate(new Rate(counter, perSecond, false)));
  }

  private static RangeFunctions rate(Rate floats) {
    return new RangeFunctions(
        floats,
        MixedFunctions.separate(floats, new HistogramRate(floats.counter(), floats.perSecond())));
  }

  /** The same function where counters are known by the label of their type. */
  public RangeFunctions byType() {
    return floats instanceof Rate rate
        ? rate(new Rate(rate.counter(), rate.perSecond(), true))
        : this;
  }

  private static Map.Entry<String, RangeFunctions> total(
      String name, RangeFunction floats, boolean mean) {
    return entry(
        name,
        floats,
        MixedFunctions.separate(
            floats, (samples, from, to, _) -> MixedFunctions.total(samples, from, to, mean)));
  }

  /** The same function of a range with an extension, if there is one. */
  public static Optional<RangeFunctions> extended(
      String name, Extension extension, long reachMillis) {
    Extended extended = new Extended(name, extension, reachMillis);
    return extended
        .function()
        .map(floats -> new RangeFunctions(floats, new ExtendedHistograms(extended, floats)));
  }

  /** Names of the functions that take ranges with an extension. */
  public static String namesFor(Extension extension) {
    return String.join(", ", Extended.names(extension));
  }

  public static Optional<RangeFunctions> find(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** Whether results keep the metric's name: they are samples of it. */
  public static boolean keepsName(String name) {
    return name.equals("last_over_time") || name.equals("first_over_time");
  }
}
