package dev.vedette.testkit.oracle;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An instant vector.
 *
 * @param text as PromQL
 * @param values by labels at a time in Unix milliseconds
 */
public record OracleVector(String text, LongFunction<Map<Labels, Double>> values) {
  private static final Set<String> NAME = Set.of(Labels.METRIC_NAME);

  /** The value at a time. */
  public Map<Labels, Double> at(long millis) {
    return values.apply(millis);
  }

  /**
   * The newest sample of each series.
   *
   * @param lookbackMillis how old it may be
   */
  static OracleVector select(
      OracleData data, Selector selector, List<LabelMatcher> matchers, long lookbackMillis) {
    return new OracleVector(
        selector.text(),
        millis -> {
          Map<Labels, Double> result = new TreeMap<>();
          data.newest(matchers, lookbackMillis, selector.end(millis))
              .forEach((labels, newest) -> result.put(labels, newest.value()));
          return result;
        });
  }

  /** When those samples were taken, in seconds since a time near by. */
  static OracleVector timestamp(
      OracleData data, Selector selector, List<LabelMatcher> matchers, long lookbackMillis) {
    return new OracleVector(
        "(timestamp(%s) - %d)".formatted(selector.text(), OracleScalar.EPOCH_SECONDS),
        millis -> {
          Map<Labels, Double> result = new TreeMap<>();
          data.newest(matchers, lookbackMillis, selector.end(millis))
              .forEach(
                  (labels, newest) -> {
                    double seconds = newest.millis() / 1000.0;
                    put(result, unnamed(labels), seconds - OracleScalar.EPOCH_SECONDS);
                  });
          return result;
        });
  }

  /** A function of each value by itself. */
  OracleVector map(String form, DoubleUnaryOperator function) {
    return new OracleVector(
        form.formatted(text),
        millis -> {
          Map<Labels, Double> result = new TreeMap<>();
          at(millis)
              .forEach(
                  (labels, value) -> put(result, unnamed(labels), function.applyAsDouble(value)));
          return result;
        });
  }

  /** One series without labels. */
  static OracleVector of(OracleScalar scalar) {
    return new OracleVector(
        "vector(%s)".formatted(scalar.text()),
        millis -> Map.of(Labels.EMPTY, scalar.value().applyAsDouble(millis)));
  }

  /** 1 where there is no series. */
  OracleVector absent(Labels asked) {
    return new OracleVector(
        "absent(%s)".formatted(text),
        millis -> at(millis).isEmpty() ? Map.of(asked, 1.0) : Map.of());
  }

  OracleVector labelReplace(String target, String replacement, String source, String regex) {
    Pattern pattern = Pattern.compile(regex);
    return new OracleVector(
        "label_replace(%s, \"%s\", \"%s\", \"%s\", \"%s\")"
            .formatted(text, target, replacement, source, regex),
        millis -> {
          Map<Labels, Double> result = new TreeMap<>();
          at(millis)
              .forEach(
                  (labels, value) -> {
                    Matcher matcher = pattern.matcher(labels.get(source));
                    Labels changed =
                        matcher.matches()
                            ? with(labels, target, matcher.replaceFirst(replacement))
                            : labels;
                    put(result, changed, value);
                  });
          return result;
        });
  }

  private static Labels with(Labels labels, String name, String value) {
    Labels.Builder builder = new Labels.Builder();
    labels.forEach(label -> builder.set(label.name(), label.value()));
    return (value.isEmpty() ? builder.remove(name) : builder.set(name, value)).build();
  }

  static Labels unnamed(Labels labels) {
    return labels.without(NAME);
  }

  static void put(Map<Labels, Double> result, Labels labels, double value) {
    if (result.put(labels, value) != null) {
      throw new OracleError("two series of labels " + labels);
    }
  }
}
