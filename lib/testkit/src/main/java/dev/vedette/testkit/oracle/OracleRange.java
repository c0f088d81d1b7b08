package dev.vedette.testkit.oracle;

import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongFunction;

/**
 * A range vector.
 *
 * @param text as PromQL
 * @param windows by labels at a time in Unix milliseconds, none of them empty
 */
record OracleRange(String text, LongFunction<Map<Labels, Window>> windows) {
  /** Samples of one series in {@code (endMillis - rangeMillis, endMillis]}. */
  record Window(List<Point> points, long endMillis, long rangeMillis, long stepMillis) {
    double value(int at) {
      return points.get(at).value();
    }

    int size() {
      return points.size();
    }
  }

  /** A function of a window, NaN bits and all; null where it has no value. */
  @FunctionalInterface
  interface Function {
    @org.jspecify.annotations.Nullable
    Double of(Window window);
  }

  static OracleRange select(
      OracleData data, Selector selector, List<LabelMatcher> matchers, long rangeMillis) {
    return new OracleRange(
        selector.text(),
        millis -> {
          long end = selector.end(millis);
          Map<Labels, Window> result = new TreeMap<>();
          data.in(matchers, end - rangeMillis, end)
              .forEach(
                  (labels, all) -> {
                    List<Point> points = all.stream().filter(each -> !each.isStale()).toList();
                    if (!points.isEmpty()) {
                      result.put(labels, new Window(points, end, rangeMillis, millis));
                    }
                  });
          return result;
        });
  }

  /** Values of an expression at the multiples of a step. */
  static OracleRange subquery(OracleVector inner, String text, long rangeMillis, long stepMillis) {
    return new OracleRange(
        text,
        millis -> {
          Map<Labels, List<Point>> points = new TreeMap<>();
          long first = Math.floorDiv(millis - rangeMillis, stepMillis) * stepMillis + stepMillis;
          for (long at = first; at <= millis; at += stepMillis) {
            long time = at;
            inner
                .at(at)
                .forEach(
                    (labels, value) ->
                        points
                            .computeIfAbsent(labels, _ -> new ArrayList<>())
                            .add(new Point(time, value)));
          }
          Map<Labels, Window> result = new TreeMap<>();
          points.forEach(
              (labels, all) -> result.put(labels, new Window(all, millis, rangeMillis, millis)));
          return result;
        });
  }

  /**
   * A function over it.
   *
   * @param form the text, with {@code %s} for the range
   */
  OracleVector call(String form, boolean keepsName, Function function) {
    return new OracleVector(
        form.formatted(text),
        millis -> {
          Map<Labels, Double> result = new TreeMap<>();
          windows
              .apply(millis)
              .forEach(
                  (labels, window) -> {
                    Double value = function.of(window);
                    if (value != null) {
                      OracleVector.put(
                          result, keepsName ? labels : OracleVector.unnamed(labels), value);
                    }
                  });
          return result;
        });
  }
}
