package dev.vedette.testkit.oracle;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import dev.vedette.testkit.oracle.OracleBinary.Matching;
import dev.vedette.testkit.oracle.OracleRange.Window;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An instant vector of native histograms.
 *
 * @param text as PromQL
 * @param values by labels at a time in Unix milliseconds
 */
public record OracleHistograms(String text, LongFunction<Map<Labels, OracleHistogram>> values) {
  /** A function of a window; null where it has no value. */
  @FunctionalInterface
  interface Function {
    @Nullable OracleHistogram of(Window window);
  }

  /** What two give together; null where that is nothing. */
  @FunctionalInterface
  interface Pair {
    @Nullable OracleHistogram of(OracleHistogram left, OracleHistogram right);
  }

  /** The value at a time. */
  public Map<Labels, OracleHistogram> at(long millis) {
    return values.apply(millis);
  }

  static OracleHistograms select(
      OracleData data, Selector selector, List<LabelMatcher> matchers, long lookbackMillis) {
    return new OracleHistograms(
        selector.text(),
        millis -> {
          Map<Labels, OracleHistogram> result = new TreeMap<>();
          data.newest(matchers, lookbackMillis, selector.end(millis))
              .forEach((labels, newest) -> result.put(labels, of(newest)));
          return result;
        });
  }

  static OracleHistogram of(Point point) {
    return OracleHistogram.of(Objects.requireNonNull(point.histogram()));
  }

  /** A function over a range. */
  static OracleHistograms call(
      String form, OracleRange range, boolean keepsName, Function function) {
    return new OracleHistograms(
        form.formatted(range.text()),
        millis -> {
          Map<Labels, OracleHistogram> result = new TreeMap<>();
          range
              .windows()
              .apply(millis)
              .forEach(
                  (labels, window) -> {
                    OracleHistogram value = function.of(window);
                    if (value != null) {
                      put(result, keepsName ? labels : OracleVector.unnamed(labels), value);
                    }
                  });
          return result;
        });
  }

  private static void put(
      Map<Labels, OracleHistogram> result, Labels labels, OracleHistogram value) {
    if (result.put(labels, value) != null) {
      throw new OracleError("two series of labels " + labels);
    }
  }

  OracleHistograms map(String form, UnaryOperator<OracleHistogram> function) {
    return new OracleHistograms(
        form.formatted(text),
        millis -> {
          Map<Labels, OracleHistogram> result = new TreeMap<>();
          at(millis)
              .forEach(
                  (labels, value) ->
                      put(result, OracleVector.unnamed(labels), function.apply(value)));
          return result;
        });
  }

  /** A number of each. */
  OracleVector numbers(String form, ToDoubleFunction<OracleHistogram> function) {
    return new OracleVector(
        form.formatted(text),
        millis -> {
          Map<Labels, Double> result = new TreeMap<>();
          at(millis)
              .forEach(
                  (labels, value) ->
                      OracleVector.put(
                          result, OracleVector.unnamed(labels), function.applyAsDouble(value)));
          return result;
        });
  }

  /** Several quantiles of each, told apart by a label. */
  OracleVector quantiles(String label, List<Double> of) {
    String list = of.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return new OracleVector(
        "histogram_quantiles(%s, \"%s\", %s)".formatted(text, label, list),
        millis -> {
          Map<Labels, Double> result = new TreeMap<>();
          at(millis)
              .forEach(
                  (labels, value) -> {
                    Labels unnamed = OracleVector.unnamed(labels);
                    for (double q : of) {
                      Labels named = OracleVector.with(unnamed, label, Double.toString(q));
                      OracleVector.put(result, named, value.quantile(q));
                    }
                  });
          return result;
        });
  }

  /** The sum or the mean of each group. */
  OracleHistograms aggregated(OracleAggregation by, boolean mean) {
    return new OracleHistograms(
        "%s %s (%s)".formatted(mean ? "avg" : "sum", by.text(), text),
        millis -> {
          Map<Labels, OracleHistogram> result = new TreeMap<>();
          groups(by, at(millis))
              .forEach((labels, all) -> result.put(labels, mean ? mean(all) : sum(all)));
          return result;
        });
  }

  /** How many each group has. */
  OracleVector counted(OracleAggregation by) {
    return new OracleVector(
        "count %s (%s)".formatted(by.text(), text),
        millis -> {
          Map<Labels, Double> result = new TreeMap<>();
          groups(by, at(millis)).forEach((labels, all) -> result.put(labels, (double) all.size()));
          return result;
        });
  }

  private static Map<Labels, List<OracleHistogram>> groups(
      OracleAggregation by, Map<Labels, OracleHistogram> input) {
    Map<Labels, List<OracleHistogram>> groups = new TreeMap<>();
    input.forEach(
        (labels, value) ->
            groups.computeIfAbsent(by.group(labels), _ -> new ArrayList<>()).add(value));
    return groups;
  }

  static OracleHistogram sum(List<OracleHistogram> all) {
    OracleHistogram sum = all.getFirst();
    for (OracleHistogram each : all.subList(1, all.size())) {
      sum = Objects.requireNonNull(sum.plus(each));
    }
    return sum;
  }

  static OracleHistogram mean(List<OracleHistogram> all) {
    return sum(all).times(1.0 / all.size());
  }

  /** What the series that match give together; null where they give nothing. */
  OracleHistograms join(String operator, OracleHistograms right, Matching matching, Pair function) {
    boolean compares = operator.equals("==") || operator.equals("!=");
    return new OracleHistograms(
        "(%s %s %s %s)".formatted(text, operator, matching.text(), right.text),
        millis -> {
          Map<Labels, OracleHistogram> lefts = at(millis);
          Map<Labels, OracleHistogram> rights = right.at(millis);
          if (lefts.isEmpty() || rights.isEmpty()) {
            return Map.of();
          }
          Map<Labels, OracleHistogram> ones = new HashMap<>();
          rights.forEach((labels, value) -> put(ones, matching.signature(labels), value));
          Set<Labels> matched = new HashSet<>();
          Map<Labels, OracleHistogram> result = new TreeMap<>();
          lefts.forEach(
              (labels, value) -> {
                Labels signature = matching.signature(labels);
                OracleHistogram partner = ones.get(signature);
                // Whether a comparison takes it out again or not.
                if (partner != null && !matching.isGrouped() && !matched.add(signature)) {
                  throw new OracleError("two series match one of " + signature);
                }
                OracleHistogram both = partner == null ? null : function.of(value, partner);
                if (both != null) {
                  put(result, matching.result(labels, Labels.EMPTY, compares), both);
                }
              });
          return result;
        });
  }
}
