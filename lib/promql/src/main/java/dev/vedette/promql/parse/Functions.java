package dev.vedette.promql.parse;

import static dev.vedette.promql.parse.ValueType.INSTANT_VECTOR;
import static dev.vedette.promql.parse.ValueType.RANGE_VECTOR;
import static dev.vedette.promql.parse.ValueType.SCALAR;
import static dev.vedette.promql.parse.ValueType.STRING;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every function of the language, as of Prometheus 3.14. */
public final class Functions {
  private static final List<ValueType> VECTOR = List.of(INSTANT_VECTOR);
  private static final List<ValueType> MATRIX = List.of(RANGE_VECTOR);

  private static final Map<String, Function> BY_NAME = byName();

  private Functions() {}

  /** The function of a name, if there is one. */
  public static Optional<Function> find(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** All of them, by name. */
  public static Map<String, Function> all() {
    return BY_NAME;
  }

  private static Map<String, Function> byName() {
    Table table = new Table();
    for (String name :
        List.of(
            "abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor",
            "histogram_avg histogram_count histogram_sum histogram_stddev histogram_stdvar",
            "ln log10 log2 rad sgn sin sinh sort sort_desc sqrt tan tanh timestamp")) {
      table.stable(name, VECTOR);
    }
    table.experimental("start_timestamp", VECTOR);
    for (String name :
        List.of(
            "absent_over_time avg_over_time changes count_over_time delta deriv idelta increase",
            "irate last_over_time max_over_time min_over_time present_over_time rate resets",
            "stddev_over_time stdvar_over_time sum_over_time")) {
      table.stable(name, MATRIX);
    }
    table.experimental(
        "first_over_time mad_over_time ts_of_first_over_time ts_of_last_over_time"
            + " ts_of_max_over_time ts_of_min_over_time",
        MATRIX);
    table.stable("clamp", List.of(INSTANT_VECTOR, SCALAR, SCALAR));
    table.stable("clamp_max clamp_min", List.of(INSTANT_VECTOR, SCALAR));
    table.stable("predict_linear", List.of(RANGE_VECTOR, SCALAR));
    table.stable("quantile_over_time", List.of(SCALAR, RANGE_VECTOR));
    table.stable("histogram_quantile", List.of(SCALAR, INSTANT_VECTOR));
    table.stable("histogram_fraction", List.of(SCALAR, SCALAR, INSTANT_VECTOR));
    table.stable("label_replace", List.of(INSTANT_VECTOR, STRING, STRING, STRING, STRING));
    table.experimental("double_exponential_smoothing", List.of(RANGE_VECTOR, SCALAR, SCALAR));

    table.add("time pi", List.of(), 0, SCALAR, false);
    table.add("start end step range", List.of(), 0, SCALAR, true);
    table.add("min_of max_of", List.of(SCALAR, SCALAR), 0, SCALAR, true);
    table.add("scalar", VECTOR, 0, SCALAR, false);
    table.add("vector", List.of(SCALAR), 0, INSTANT_VECTOR, false);
    table.add(
        "day_of_month day_of_week day_of_year days_in_month hour minute month year",
        VECTOR,
        1,
        INSTANT_VECTOR,
        false);
    table.add("round", List.of(INSTANT_VECTOR, SCALAR), 1, INSTANT_VECTOR, false);
    table.add(
        "label_join", List.of(INSTANT_VECTOR, STRING, STRING, STRING), -1, INSTANT_VECTOR, false);
    table.add(
        "sort_by_label sort_by_label_desc",
        List.of(INSTANT_VECTOR, STRING),
        -1,
        INSTANT_VECTOR,
        true);
    table.add("info", List.of(INSTANT_VECTOR, INSTANT_VECTOR), 1, INSTANT_VECTOR, true);
    table.add(
        "histogram_quantiles",
        List.of(INSTANT_VECTOR, STRING, SCALAR, SCALAR),
        9,
        INSTANT_VECTOR,
        true);
    return Map.copyOf(table.functions);
  }

  private static final class Table {
    private final Map<String, Function> functions = new HashMap<>();

    void stable(String names, List<ValueType> parameters) {
      add(names, parameters, 0, INSTANT_VECTOR, false);
    }

    void experimental(String names, List<ValueType> parameters) {
      add(names, parameters, 0, INSTANT_VECTOR, true);
    }

    void add(
        String names,
        List<ValueType> parameters,
        int variadic,
        ValueType result,
        boolean experimental) {
      for (String name : names.split(" ", -1)) {
        functions.put(name, new Function(name, parameters, variadic, result, experimental));
      }
    }
  }
}
