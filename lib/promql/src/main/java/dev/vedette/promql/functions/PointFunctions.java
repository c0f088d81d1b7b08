package dev.vedette.promql.functions;

import dev.vedette.promql.exec.MapOp.Arguments;
import dev.vedette.promql.exec.MapOp.PointFunction;
import dev.vedette.promql.exec.Points;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/** Functions of single points, by name. */
public final class PointFunctions {
  private static final Map<String, PointFunction> BY_NAME = byName();

  private PointFunctions() {}

  public static Optional<PointFunction> find(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  private static Map<String, PointFunction> byName() {
    Map<String, PointFunction> functions = new HashMap<>();
    math(functions);
    calendar(functions);
    functions.put("clamp", PointFunctions::clamp);
    functions.put("clamp_min", (v, args, step) -> max(v, args.get(0, step)));
    functions.put("clamp_max", (v, args, step) -> min(v, args.get(0, step)));
    functions.put(
        "round", (v, args, step) -> round(v, args.columns().isEmpty() ? 1 : args.get(0, step)));
    return Map.copyOf(functions);
  }

  private static void math(Map<String, PointFunction> functions) {
    Map<String, DoubleUnaryOperator> plain =
        Map.ofEntries(
            Map.entry("abs", Math::abs),
            Map.entry("ceil", Math::ceil),
            Map.entry("floor", Math::floor),
            Map.entry("exp", Math::exp),
            Map.entry("ln", Math::log),
            Map.entry("log2", PointFunctions::log2),
            Map.entry("log10", Math::log10),
            Map.entry("sqrt", Math::sqrt),
            Map.entry("sgn", Math::signum),
            Map.entry("sin", Math::sin),
            Map.entry("cos", Math::cos),
            Map.entry("tan", Math::tan),
            Map.entry("asin", Math::asin),
            Map.entry("acos", Math::acos),
            Map.entry("atan", Math::atan),
            Map.entry("sinh", Math::sinh),
            Map.entry("cosh", Math::cosh),
            Map.entry("tanh", Math::tanh),
            Map.entry("asinh", PointFunctions::asinh),
            Map.entry("acosh", v -> Math.log(v + Math.sqrt(v * v - 1))),
            Map.entry("atanh", v -> 0.5 * Math.log1p(2 * v / (1 - v))),
            Map.entry("deg", v -> v * 180 / Math.PI),
            Map.entry("rad", v -> v * Math.PI / 180));
    plain.forEach((name, op) -> functions.put(name, (v, _, _) -> op.applyAsDouble(v)));
  }

  /** Exact for powers of two. */
  private static double log2(double value) {
    if (!(value > 0) || Double.isInfinite(value) || value < Double.MIN_NORMAL) {
      return Math.log(value) / Math.log(2);
    }
    int exponent = Math.getExponent(value);
    double mantissa = Math.scalb(value, -exponent);
    return mantissa == 1 ? exponent : exponent + Math.log(mantissa) / Math.log(2);
  }

  private static double asinh(double value) {
    double size = Math.abs(value);
    return Math.copySign(Math.log(size + Math.sqrt(size * size + 1)), value);
  }

  private static double clamp(double value, Arguments args, int step) {
    double low = args.get(0, step);
    double high = args.get(1, step);
    return high < low ? Points.NONE : max(low, min(high, value));
  }

  /** The smaller; NaN if either is. */
  private static double min(double a, double b) {
    return Math.min(a, b);
  }

  private static double max(double a, double b) {
    return Math.max(a, b);
  }

  /** To the nearest multiple, halves up; by the inverse, which is exact for 0.1 and the like. */
  private static double round(double value, double nearest) {
    double inverse = 1.0 / nearest;
    return Math.floor(value * inverse + 0.5) / inverse;
  }

  private static void calendar(Map<String, PointFunction> functions) {
    Map<String, ToDoubleFunction<CivilTime>> fields =
        Map.of(
            "minute", CivilTime::minute,
            "hour", CivilTime::hour,
            "day_of_month", CivilTime::day,
            "day_of_week", CivilTime::dayOfWeek,
            "day_of_year", CivilTime::dayOfYear,
            "days_in_month", CivilTime::daysInMonth,
            "month", CivilTime::month,
            "year", CivilTime::year);
    fields.forEach(
        (name, field) ->
            functions.put(
                name,
                (v, _, _) ->
                    Double.isNaN(v)
                        ? Double.NaN
                        : field.applyAsDouble(CivilTime.ofSeconds((long) v))));
  }
}
