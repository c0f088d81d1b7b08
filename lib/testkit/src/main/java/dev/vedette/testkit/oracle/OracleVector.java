package dev.vedette.testkit.oracle;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

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

  /** The line from the newest sample of each series to the next one; its value where none comes. */
  static OracleVector smoothed(
      OracleData data, Selector selector, List<LabelMatcher> matchers, long lookbackMillis) {
    return new OracleVector(
        selector.text(),
        millis -> {
          long end = selector.end(millis);
          Map<Labels, Double> result = new TreeMap<>();
          data.in(matchers, end - lookbackMillis, end + lookbackMillis)
              .forEach(
                  (labels, all) -> {
                    List<Point> live = all.stream().filter(each -> !each.isStale()).toList();
                    Optional<Point> newest =
                        live.stream().filter(p -> p.millis() <= end).reduce((_, b) -> b);
                    Optional<Point> next = live.stream().filter(p -> p.millis() > end).findFirst();
                    newest.ifPresent(
                        before -> {
                          Point behind = next.orElse(before);
                          result.put(
                              labels, OracleRange.between(before, behind, end, false).value());
                        });
                  });
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

  /**
   * What its absence is told with: labels that the selector wants to be equal to something.
   *
   * @param matchers each of another label
   */
  static Labels asked(List<LabelMatcher> matchers) {
    Labels.Builder asked = new Labels.Builder();
    for (LabelMatcher matcher : matchers) {
      if (matcher.type() == LabelMatcher.Type.EQUAL && !matcher.name().equals(Labels.METRIC_NAME)) {
        asked.set(matcher.name(), matcher.value());
      }
    }
    return asked.build();
  }

  /** Values between two; none where there is nothing between them. */
  OracleVector clamp(double min, double max) {
    return new OracleVector(
        "clamp(%s, %s, %s)".formatted(text, min, max),
        millis -> {
          Map<Labels, Double> values = at(millis);
          Map<Labels, Double> result = new TreeMap<>();
          if (min <= max) {
            values.forEach(
                (labels, value) -> put(result, unnamed(labels), Math.clamp(value, min, max)));
          }
          return result;
        });
  }

  /** The same values under other labels, or the same. */
  OracleVector relabel(String form, UnaryOperator<Labels> function) {
    return new OracleVector(
        form.formatted(text),
        millis -> {
          Map<Labels, Double> result = new TreeMap<>();
          at(millis).forEach((labels, value) -> put(result, function.apply(labels), value));
          return result;
        });
  }

  OracleVector labelReplace(String target, String replacement, String source, String regex) {
    Pattern pattern = Pattern.compile(regex);
    return relabel(
        "label_replace(%%s, \"%s\", \"%s\", \"%s\", \"%s\")"
            .formatted(target, replacement, source, regex),
        labels -> {
          Matcher matcher = pattern.matcher(labels.get(source));
          return matcher.matches()
              ? with(labels, target, matcher.replaceFirst(replacement))
              : labels;
        });
  }

  OracleVector labelJoin(String target, String separator, List<String> sources) {
    return relabel(
        "label_join(%%s, \"%s\", \"%s\", \"%s\")"
            .formatted(target, separator, String.join("\", \"", sources)),
        labels ->
            with(
                labels,
                target,
                sources.stream().map(labels::get).collect(Collectors.joining(separator))));
  }

  /** The same labels with another value of one; an empty value takes it away. */
  static Labels with(Labels labels, String name, String value) {
    return labels.toBuilder().set(name, value).build();
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
