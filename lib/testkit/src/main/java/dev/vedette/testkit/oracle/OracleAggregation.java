package dev.vedette.testkit.oracle;

import dev.vedette.model.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Which labels make a group.
 *
 * @param names the labels that count, or that do not
 */
record OracleAggregation(List<String> names, boolean by) {
  static final Map<String, ToDoubleFunction<List<Double>>> BY_NAME = new LinkedHashMap<>();

  static {
    BY_NAME.put("sum", values -> values.stream().mapToDouble(v -> v).sum());
    BY_NAME.put("avg", OracleFunctions::mean);
    BY_NAME.put("min", values -> OracleFunctions.best(values, Double::min));
    BY_NAME.put("max", values -> OracleFunctions.best(values, Double::max));
    BY_NAME.put("count", List::size);
    BY_NAME.put("group", _ -> 1);
    BY_NAME.put("stddev", values -> Math.sqrt(OracleFunctions.variance(values)));
    BY_NAME.put("stdvar", OracleFunctions::variance);
  }

  Labels group(Labels labels) {
    Set<String> set = new HashSet<>(names);
    if (by) {
      return labels.only(set);
    }
    set.add(Labels.METRIC_NAME);
    return labels.without(set);
  }

  String text() {
    return "%s (%s)".formatted(by ? "by" : "without", String.join(", ", names));
  }

  /** An operator that makes one value of each group. */
  OracleVector apply(String operator, OracleVector inner, ToDoubleFunction<List<Double>> function) {
    return new OracleVector(
        "%s %s (%s)".formatted(operator, text(), inner.text()),
        millis -> reduce(inner.at(millis), function));
  }

  OracleVector quantile(double q, OracleVector inner) {
    return new OracleVector(
        "quantile %s (%s, %s)".formatted(text(), q, inner.text()),
        millis -> reduce(inner.at(millis), values -> OracleFunctions.quantile(q, values)));
  }

  /** How often each group has each value, which are whole numbers. */
  OracleVector countValues(String label, OracleVector inner) {
    return new OracleVector(
        "count_values %s (\"%s\", %s)".formatted(text(), label, inner.text()),
        millis -> {
          Map<Labels, Double> result = new TreeMap<>();
          inner
              .at(millis)
              .forEach(
                  (labels, value) -> {
                    String text = Long.toString(value.longValue());
                    result.merge(OracleVector.with(group(labels), label, text), 1.0, Double::sum);
                  });
          return result;
        });
  }

  private Map<Labels, Double> reduce(
      Map<Labels, Double> input, ToDoubleFunction<List<Double>> function) {
    Map<Labels, List<Double>> groups = new TreeMap<>();
    input.forEach(
        (labels, value) ->
            groups.computeIfAbsent(group(labels), _ -> new ArrayList<>()).add(value));
    Map<Labels, Double> result = new TreeMap<>();
    groups.forEach((labels, values) -> result.put(labels, function.applyAsDouble(values)));
    return result;
  }

  /** The series of each group with the largest or smallest values; there must be no ties. */
  OracleVector ranked(int count, boolean largest, OracleVector inner) {
    return new OracleVector(
        "%s %s (%d, %s)".formatted(largest ? "topk" : "bottomk", text(), count, inner.text()),
        millis -> {
          Comparator<Map.Entry<Labels, Double>> order = Map.Entry.comparingByValue();
          return first(count, largest ? order.reversed() : order, inner.at(millis));
        });
  }

  /** The series of each group that come first in the order of labels. */
  OracleVector limited(int count, OracleVector inner) {
    return new OracleVector(
        "limitk %s (%d, %s)".formatted(text(), count, inner.text()),
        millis -> first(count, Map.Entry.comparingByKey(), inner.at(millis)));
  }

  private Map<Labels, Double> first(
      int count, Comparator<Map.Entry<Labels, Double>> order, Map<Labels, Double> input) {
    Map<Labels, List<Map.Entry<Labels, Double>>> groups = new TreeMap<>();
    input.forEach(
        (labels, value) ->
            groups
                .computeIfAbsent(group(labels), _ -> new ArrayList<>())
                .add(Map.entry(labels, value)));
    Map<Labels, Double> result = new TreeMap<>();
    for (List<Map.Entry<Labels, Double>> group : groups.values()) {
      group.sort(order);
      group.stream().limit(count).forEach(e -> result.put(e.getKey(), e.getValue()));
    }
    return result;
  }
}
